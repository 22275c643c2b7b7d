"""User names that no tag can hold, as a directory may have them."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from apps.applications.models import InstanceApplication
from tests.applications.applying import APPLY, GOOD
from tests.applications.review.sending import fresh, post
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, text


@pytest.fixture
def jean(db: None) -> User:
    return User.objects.create_user("jean pierre", "jean@example.org")


@pytest.mark.usefixtures("offered", "published")
def test_an_applicant_is_told_before_filing(client: Client, jean: User) -> None:
    client.force_login(jean)

    page = text(markup(client.get(APPLY)))
    answer = text(markup(client.post(APPLY, GOOD)))

    for content in (page, answer):
        assert "Ganeti can't store your user name" in content
    assert not InstanceApplication.objects.exists()


@pytest.mark.usefixtures("published")
def test_staff_are_told_on_the_page_of_the_user(
    client: Client, jean: User, alice: User, root: User
) -> None:
    client.force_login(root)

    pages = [
        text(markup(client.get(reverse("ganeti:user-info", args=[user.username]))))
        for user in (jean, alice)
    ]

    assert ["can't own machines" in page for page in pages] == [True, False]


@pytest.mark.usefixtures("image")
def test_a_reviewer_is_told_before_submission(
    reviewer: Client, application: InstanceApplication, offering: FakeRapi, jean: User
) -> None:
    """The user may have been renamed after filing."""
    InstanceApplication.objects.filter(pk=application.pk).update(applicant=jean)
    application = fresh(application)

    answer = post(reviewer, application, "accept")

    assert "Ganeti can't store the owner's user name" in text(markup(answer))
    assert offering.jobs == []
