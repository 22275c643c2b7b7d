"""A reviewer applies, and decides about her own application."""

import pytest

from tests.attacks.site import Site

pytestmark = pytest.mark.attack


def test_a_reviewer_does_not_decide_about_her_own(site: Site) -> None:
    rita = site.visitor("rita")
    pk = int(
        site.shell(
            "from django.contrib.auth.models import User; "
            "from apps.applications.models import InstanceApplication; "
            "print(InstanceApplication.objects.create("
            "applicant=User.objects.get(username='rita'), memory_mib=1024, vcpus=1, "
            "hostname='own.example.org', disk_gib=5, operating_system='debian').pk)"
        )
    )

    page = rita.get(f"/application/{pk}/")
    assert page.status_code == 200
    assert f'href="/application/{pk}/review/"' not in page.text
    for decision in ("accept", "refuse", "discard"):
        answer = rita.submit(
            "/user/profile/",
            f"/application/{pk}/review/",
            do=decision,
            refusal_reason="mine",
        )
        assert answer.status_code == 403
    assert rita.sees("Pending", f"/application/{pk}/")
