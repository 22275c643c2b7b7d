"""The button that opens the form of Jira's issue collector."""

import json

import pytest
from csp.constants import SELF
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from ganetimgr.settings import defaults, loading, policy, wiring
from tests.ganeti.pages import markup, parsed

HISTORY = reverse("auditlog:history")
URL = "https://jira.example:8443/s/collector.js?locale=en&collectorId=a1"
VALUES = {**loading.upper(vars(wiring)), **loading.upper(vars(defaults))}


def test_without_the_setting_there_is_no_button(client: Client, carol: User) -> None:
    client.force_login(carol)

    page = parsed(markup(client.get(HISTORY)))

    assert not page.select("[data-helpdesk], script[src*=helpdesk]")


def test_the_button_knows_the_user_and_the_fields(
    client: Client, carol: User, settings: Settings
) -> None:
    settings.HELPDESK_INTEGRATION_JAVASCRIPT_URL = URL
    settings.HELPDESK_INTEGRATION_JAVASCRIPT_PARAMS = {"summary": '<"VPS">'}
    User.objects.filter(pk=carol.pk).update(first_name="Carol", last_name="<Sand>")
    client.force_login(carol)

    page = parsed(markup(client.get(HISTORY)))

    [button] = page.select("[data-helpdesk]")
    assert button["data-helpdesk"] == URL
    assert json.loads(str(button["data-fields"])) == {"summary": '<"VPS">'}
    assert button["data-name"] == "Carol <Sand>"
    assert button["data-email"] == "carol@example.org"
    assert len(page.select("script[type=module][src*=helpdesk]")) == 1


@pytest.mark.django_db
def test_visitors_have_a_button_without_a_name(
    client: Client, settings: Settings
) -> None:
    settings.HELPDESK_INTEGRATION_JAVASCRIPT_URL = URL

    [button] = parsed(markup(client.get(reverse("accounts:login")))).select(
        "[data-helpdesk]"
    )

    assert button["data-email"] == button["data-username"] == ""


@pytest.mark.parametrize(
    ("url", "origins"), [(URL, ["https://jira.example:8443"]), ("", [])]
)
def test_the_csp_allows_the_origin_of_the_collector_alone(
    url: str, origins: list[str]
) -> None:
    values = {**VALUES, "HELPDESK_INTEGRATION_JAVASCRIPT_URL": url}
    before = wiring.CONTENT_SECURITY_POLICY["DIRECTIVES"]

    after = policy.with_named_sources(wiring.CONTENT_SECURITY_POLICY, values)

    changes = {
        name: [source for source in sources if source not in before.get(name, [SELF])]
        for name, sources in after["DIRECTIVES"].items()
        if sources != before.get(name)
    }
    assert changes == (
        dict.fromkeys(("img-src", "frame-src", "script-src", "connect-src"), origins)
        if origins
        else {}
    )
