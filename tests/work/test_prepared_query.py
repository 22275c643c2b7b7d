"""Prepared queries answer as querysets do."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Preferences, Session
from apps.work.prepared_query import ARGUMENT, PreparedQuery

USERS = PreparedQuery(
    lambda: User.objects.select_related("preferences").filter(username=ARGUMENT)
)
pytestmark = pytest.mark.django_db


def test_models_come_with_what_belongs_to_them(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    alice, bob = (User.objects.create_user(name) for name in ("alice", "bob"))
    Preferences.objects.create(user=alice, instance_columns=["node"])

    with django_assert_num_queries(2):
        [found] = USERS.fetch("alice")
        [other] = USERS.fetch("bob")
        assert found.preferences.instance_columns == ["node"]
        assert not hasattr(other, "preferences")

    assert (found, other) == (alice, bob)
    assert vars(found).keys() >= vars(User.objects.get(pk=alice.pk)).keys()
    assert found.date_joined == alice.date_joined
    assert USERS.fetch("' OR 1=1 --") == []


def test_values_are_converted() -> None:
    expires = datetime(2030, 1, 2, tzinfo=UTC)
    session = Session.objects.create(
        session_key="k" * 32, session_data="", expire_date=expires
    )
    sessions = PreparedQuery(lambda: Session.objects.filter(session_key=ARGUMENT))

    [found] = sessions.fetch("k" * 32)

    assert (found.expire_date, found.number) == (expires, session.number)


def test_rows_that_stayed_the_same_are_the_same_models() -> None:
    everybody = PreparedQuery(lambda: User.objects.order_by("pk"), keep=1)
    assert everybody.fetch() == []
    alice = User.objects.create_user("alice")

    [first], [second] = everybody.fetch(), everybody.fetch()
    User.objects.update(first_name="Alice")
    [third] = everybody.fetch()

    assert first is second
    assert third == alice
    assert third is not first
    assert third.first_name == "Alice"
