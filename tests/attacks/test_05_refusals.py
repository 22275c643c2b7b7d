"""A user tries to act on machines and applications of others."""

import pytest

from tests.attacks.site import Site
from tests.system.visitor import Visitor

pytestmark = pytest.mark.attack

MACHINE = "web1.alice.example.org"


def attempt(visitor: Visitor, name: str) -> int:
    action = f"/instances/athens/{name}/reboot"
    return visitor.submit("/user/profile/", action).status_code


def attempt_decisions(site: Site, carol: Visitor, alice: Visitor) -> None:
    """Try to decide about one of alice's applications, and a missing one."""
    pk = site.shell(
        "from django.contrib.auth.models import User; "
        "from apps.applications.models import InstanceApplication; "
        "print(InstanceApplication.objects.create("
        "applicant=User.objects.get(username='alice'), memory_mib=1024, vcpus=1, "
        "hostname='hers.example.org', disk_gib=5, operating_system='debian').pk)"
    ).strip()

    for number in (pk, "4711"):
        for action in ("withdraw/", "review/"):
            answer = carol.submit(
                "/user/profile/", f"/application/{number}/{action}", do="accept"
            )
            assert answer.status_code == 404

    assert not carol.sees("hers.example.org", "/history/")
    for page in ("/history/", f"/application/{pk}/"):
        assert not alice.sees("carol", page)


def test_attempts_reveal_nothing_and_send_one_digest(site: Site) -> None:
    carol, alice, root = (site.visitor(name) for name in ("carol", "alice", "root"))
    mails = len(site.mail_server.messages)

    answers = {attempt(carol, name) for name in (MACHINE, "web9.alice.example.org")}
    for _ in range(20):
        answers.add(attempt(carol, MACHINE))

    assert answers == {404}
    attempt_decisions(site, carol, alice)
    for query in ("", "?q=web", "?outcome=refused"):
        assert not carol.sees(MACHINE, f"/history/{query}")
    assert not alice.sees("carol", f"/instances/athens/{MACHINE}/")
    assert not alice.sees("carol", "/history/")
    assert root.sees("21 times", "/history/?outcome=refused")
    site.product.wait_until(
        lambda: len(site.mail_server.messages) > mails, 90, "the digest"
    )
    digests = [b"Refused attempts" in mail for mail in site.mail_server.messages]
    assert sum(digests) == 1
