"""Searching for new owners, and probing of user and group names."""

from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from apps.ganeti.domain.job import JobStatus
from apps.ganeti.models import Job
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.owners import add, remove
from tests.ganeti.pages import markup, url

# -- never again: every user could list all user and group names


@pytest.mark.parametrize("person", ["alice", "olga"], ids=["owner", "viewer"])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_owners_and_viewers_cannot_search_by_a_part_of_a_name(
    client: Client,
    carol: User,
    published: FakeRapi,
    request: pytest.FixtureRequest,
    headers: Any,
    person: str,
) -> None:
    Group.objects.create(name="carolers")
    client.force_login(request.getfixturevalue(person))

    response = client.get(url("owners"), {"q": "caro"}, headers=headers)

    assert "carol" not in markup(response)
    assert "Find a user" not in markup(response)


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_superusers_search_by_a_part_of_a_name(
    client: Client,
    root: User,
    alice: User,
    carol: User,
    published: FakeRapi,
    headers: Any,
) -> None:
    Group.objects.create(name="Carolers")
    User.objects.create_user("carola", is_active=False)
    client.force_login(root)

    page = markup(client.get(url("owners"), {"q": "caro"}, headers=headers))

    for name in ("carol", "Carolers"):
        assert f'name="name" value="{name}"' in page
    assert "carola" not in page
    assert ("<html" in page) is not bool(headers)


def test_a_search_needs_two_letters_and_omits_owners(
    client: Client, root: User, alice: User, carol: User, published: FakeRapi
) -> None:
    client.force_login(root)

    short_search = markup(client.get(url("owners"), {"q": "c"}))
    owner_search = markup(client.get(url("owners"), {"q": "alice"}))

    assert "At least 2 letters." in short_search
    assert 'name="name" value="carol"' not in short_search
    assert "No matching users or groups." in owner_search


# -- rights


@pytest.mark.parametrize(
    ("person", "name", "status"),
    [
        ("carol", "web1", 404),
        ("olga", "web1", 403),
        ("alice", "mail1", 403),
        ("alice", "old1", 403),
    ],
)
def test_users_without_rights_cannot_probe_names(
    client: Client,
    published: FakeRapi,
    request: pytest.FixtureRequest,
    person: str,
    name: str,
    status: int,
) -> None:
    client.force_login(request.getfixturevalue(person))

    responses = [add(client, other, machine=name) for other in ("root", "nobody")]
    responses.append(remove(client, "user:alice", name))

    assert [response.status_code for response in responses] == [status] * 3
    assert published.jobs == []


@given(
    fields=st.dictionaries(
        st.sampled_from(["word", "name", "owner", "confirmed"]),
        st.text(max_size=200)
        | st.sampled_from(["user", "group", "bob", "staff", "user:alice", "yes"]),
    ),
    query=st.text(max_size=120),
)
def test_arbitrary_posts_and_searches_are_handled(
    client: Client,
    root: User,
    bob: User,
    published: FakeRapi,
    fields: dict[str, str],
    query: str,
) -> None:
    client.force_login(root)
    Job.objects.update(status=JobStatus.SUCCESS, busy_key=None)

    assert client.post(url("owners"), fields).status_code < 500
    assert client.get(url("owners"), {"q": query}).status_code == HTTPStatus.OK
