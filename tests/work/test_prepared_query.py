"""Prepared queries return the same as querysets."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import Value
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Preferences, Session
from apps.work.prepared_query import PreparedQuery, argument

USERS = PreparedQuery(
    lambda: User.objects.select_related("preferences").filter(username=argument("name"))
)
pytestmark = pytest.mark.django_db


def test_related_models_are_fetched_too(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    alice, bob = (User.objects.create_user(name) for name in ("alice", "bob"))
    Preferences.objects.create(user=alice, instance_columns=["node"])

    with django_assert_num_queries(2):
        [fetched_alice] = USERS.fetch(name="alice")
        [fetched_bob] = USERS.fetch(name="bob")
        assert fetched_alice.preferences.instance_columns == ["node"]
        assert not hasattr(fetched_bob, "preferences")

    assert (fetched_alice, fetched_bob) == (alice, bob)
    assert vars(fetched_alice).keys() >= vars(User.objects.get(pk=alice.pk)).keys()
    assert fetched_alice.date_joined == alice.date_joined
    assert USERS.fetch(name="' OR 1=1 --") == []


def test_values_are_converted() -> None:
    expires = datetime(2030, 1, 2, tzinfo=UTC)
    session = Session.objects.create(
        session_key="k" * 32, session_data="", expire_date=expires
    )
    sessions = PreparedQuery(
        lambda: Session.objects.filter(session_key=argument("key"))
    )

    [fetched] = sessions.fetch(key="k" * 32)

    assert (fetched.expire_date, fetched.number) == (expires, session.number)


def test_arguments_may_be_texts_times_and_numbers() -> None:
    users = [User.objects.create_user(name) for name in ("alice", "bob", "carol")]
    joined = datetime(2030, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
    User.objects.filter(username="alice").update(date_joined=joined)
    query = PreparedQuery(
        lambda: User.objects.filter(
            username__in=(argument("one"), argument("other")),
            date_joined__gte=Value(argument("joined")),
            pk=Value(argument("id")),
        )
    )

    names = {"one": "alice", "other": "bob"}
    too_late = joined + timedelta(microseconds=1)
    alice, bob = users[0].pk, users[1].pk

    assert query.fetch(joined=joined, id=alice, **names) == [users[0]]
    assert query.fetch(joined=too_late, id=alice, **names) == []
    assert query.fetch(joined=joined, id=bob, **names) == []


def test_unchanged_rows_are_the_same_objects() -> None:
    users = PreparedQuery(lambda: User.objects.order_by("pk"), keep=1)
    assert users.fetch() == []
    alice = User.objects.create_user("alice")

    [first], [second] = users.fetch(), users.fetch()
    User.objects.update(first_name="Alice")
    [third] = users.fetch()

    assert first is second
    assert third == alice
    assert third is not first
    assert third.first_name == "Alice"


def test_conditions_that_nothing_meets_return_nothing() -> None:
    User.objects.create_user("alice")

    assert PreparedQuery(lambda: User.objects.filter(pk__in=())).fetch() == []
