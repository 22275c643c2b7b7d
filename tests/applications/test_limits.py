"""Limits of applications: filed per hour, and open."""

import pytest
from django.test import Client
from pytest_django import Settings

from apps.applications.models import ApplicationQuerySet, InstanceApplication
from apps.applications.states import Status
from apps.mails.models import Mail
from tests.applications.applying import APPLY, GOOD
from tests.applications.conftest import Make
from tests.ganeti.pages import markup, text


def test_filing_is_rate_limited(
    applicant: Client, settings: Settings, offered: None
) -> None:
    limits = {"application": {"account": (1, 3600)}}
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, **limits}
    assert applicant.post(APPLY, GOOD).status_code == 302
    mails = Mail.objects.count()

    answer = applicant.post(APPLY, {**GOOD, "hostname": "new2.example.org"})

    assert answer.status_code == 429
    assert InstanceApplication.objects.count() == 1
    assert Mail.objects.count() == mails


def test_open_applications_of_a_user_are_limited(
    applicant: Client, settings: Settings, offered: None, make_application: Make
) -> None:
    settings.MAX_OPEN_APPLICATIONS = 2
    make_application(status=Status.WITHDRAWN)
    make_application()
    failed = make_application(status=Status.FAILED)

    answer = applicant.post(APPLY, {**GOOD, "hostname": "new9.example.org"})

    assert "You already have 2 open applications" in text(markup(answer))
    assert InstanceApplication.objects.count() == 3
    InstanceApplication.objects.filter(pk=failed.pk).update(status=Status.REFUSED)
    answer = applicant.post(APPLY, {**GOOD, "hostname": "new9.example.org"})
    assert answer.status_code == 302


def test_concurrent_forms_do_not_exceed_the_limit(
    applicant: Client,
    settings: Settings,
    offered: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.MAX_OPEN_APPLICATIONS = 1
    assert applicant.post(APPLY, GOOD).status_code == 302
    answers = iter([False])  # as if both forms were checked before either was filed
    at_limit = ApplicationQuerySet.at_limit
    monkeypatch.setattr(
        ApplicationQuerySet,
        "at_limit",
        lambda self, applicant: next(answers, at_limit(self, applicant)),
    )

    answer = applicant.post(APPLY, {**GOOD, "hostname": "new9.example.org"})

    assert "You already have 1 open application" in text(markup(answer))
    assert InstanceApplication.objects.count() == 1
