"""The list of applications: permissions, filters, search and sorting."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Organization
from apps.applications.models import InstanceApplication
from apps.applications.states import FINAL, OPEN, REVIEWABLE, Status
from apps.ganeti.models import Cluster
from tests.applications.conftest import Make
from tests.ganeti.pages import markup, parsed, text, text_of

LIST = reverse("applications:list")


def names(response: HttpResponseBase) -> list[str]:
    links = parsed(markup(response)).select("th[scope=row] > a")
    return [text_of(link) for link in links]


@pytest.fixture
def reader(client: Client, vera: User) -> Client:
    client.force_login(vera)
    return client


def test_users_see_only_their_own_applications(
    client: Client, alice: User, bob: User, make_application: Make
) -> None:
    own = make_application()
    make_application(applicant=bob)
    client.force_login(alice)

    page = client.get(LIST)

    assert names(page) == [own.hostname]
    assert ">Applicant<" not in markup(page)
    assert "1 application" in text(markup(page))


@pytest.mark.parametrize("username", ["vera", "rhea", "root"])
def test_staff_see_all_applications_with_their_applicants(
    client: Client,
    vera: User,
    rhea: User,
    root: User,
    bob: User,
    make_application: Make,
    username: str,
) -> None:
    make_application()
    make_application(applicant=bob)
    client.force_login(User.objects.get(username=username))

    page = client.get(LIST)

    assert len(names(page)) == 2
    assert 'c-applicant">bob<' in markup(page)


def test_a_viewer_of_machines_sees_no_applications(
    client: Client, olga: User, application: InstanceApplication
) -> None:
    client.force_login(olga)

    assert names(client.get(LIST)) == []


def test_the_newest_comes_first(reader: Client, make_application: Make) -> None:
    applications = [make_application() for _ in range(3)]

    assert names(reader.get(LIST)) == [
        application.hostname for application in reversed(applications)
    ]


@pytest.mark.parametrize(
    ("query", "states"),
    [("open", OPEN), ("past", FINAL), ("review", REVIEWABLE)]
    + [(status.value, {status}) for status in Status],
)
def test_applications_are_filtered_by_status(
    reader: Client, make_application: Make, query: str, states: frozenset[Status]
) -> None:
    applications = [make_application(status=status) for status in Status]

    listed = names(reader.get(LIST, {"status": query}))

    assert set(listed) == {
        application.hostname
        for application in applications
        if application.status in states
    }


def test_applications_are_searched_by_name_applicant_organization_and_cluster(
    reader: Client, make_application: Make, bob: User, cluster: Cluster
) -> None:
    shop = Organization.objects.create(title="The Shop", tag="shop")
    bob.last_name = "Builder"
    bob.save()
    matching = make_application(applicant=bob, organization=shop, cluster=cluster)
    make_application()

    for query in ("new1.EXAMPLE", "bob", "builder", "shop", "athens", "bob shop"):
        assert names(reader.get(LIST, {"q": query})) == [matching.hostname], query
    assert names(reader.get(LIST, {"q": "bob nothing"})) == []


def test_names_are_sorted_naturally(reader: Client, make_application: Make) -> None:
    """Regression: names were sorted as instance1, instance10, instance2."""
    for number in (10, 2, 1):
        make_application(hostname=f"web{number}.example.org")

    listed = names(reader.get(LIST, {"sort": "name"}))
    reversed_names = names(reader.get(LIST, {"sort": "-name"}))

    assert listed == [f"web{n}.example.org" for n in (1, 2, 10)]
    assert reversed_names == listed[::-1]


@pytest.mark.parametrize(
    "sort", ["status", "applicant", "memory", "vcpus", "disk", "cluster", "filed"]
)
def test_applications_are_sorted_by_each_column_both_ways(
    reader: Client, make_application: Make, bob: User, cluster: Cluster, sort: str
) -> None:
    low = make_application(memory_mib=512, vcpus=1, disk_gib=5)
    high = make_application(
        applicant=bob,
        status=Status.CREATED,
        memory_mib=1024,
        vcpus=2,
        disk_gib=10,
        cluster=cluster,
        filed_at=timezone.now(),
    )

    listed = names(reader.get(LIST, {"sort": sort}))
    reversed_names = names(reader.get(LIST, {"sort": f"-{sort}"}))

    assert listed == [low.hostname, high.hostname]
    assert reversed_names == listed[::-1]


def test_the_list_is_paginated_with_right_counts(
    reader: Client, make_application: Make
) -> None:
    for _ in range(23):
        make_application()

    first = reader.get(LIST, {"size": "20", "q": "new"})
    second = reader.get(LIST, {"size": "20", "q": "new", "page": "2"})
    beyond = reader.get(LIST, {"size": "20", "q": "new", "page": "99"})

    assert len(names(first)) == 20
    assert names(second) == names(beyond) == [f"new{n}.example.org" for n in (3, 2, 1)]
    assert "23 of 23 applications" in text(markup(second))
    assert "21–23 of 23" in text(markup(second))  # noqa: RUF001 - as the page says it
    assert 'href="?q=new&amp;size=20"' in markup(second)


def test_htmx_gets_only_the_list_and_its_address(
    reader: Client, application: InstanceApplication
) -> None:
    part = reader.get(LIST, {"q": "new", "page": "1"}, headers={"HX-Request": "true"})

    assert "<html" not in markup(part)
    assert part["HX-Push-Url"] == f"{LIST}?q=new"
    assert "HX-Request" in part["Vary"]


def test_an_empty_list_says_why(client: Client, alice: User, vera: User) -> None:
    client.force_login(alice)
    assert "You haven't applied" in markup(client.get(LIST))
    assert "No matching applications" in markup(client.get(LIST, {"q": "x"}))

    client.force_login(vera)
    assert "No applications yet" in markup(client.get(LIST))


def test_input_is_escaped(reader: Client, make_application: Make) -> None:
    make_application(hostname="<script>alert(1)</script>")

    assert "<script>alert" not in markup(reader.get(LIST, {"q": "<script>"}))


@pytest.mark.parametrize("sort", ["-filed", "name"])
def test_the_number_of_queries_does_not_grow_with_the_list(
    reader: Client,
    make_application: Make,
    cluster: Cluster,
    django_assert_num_queries: DjangoAssertNumQueries,
    sort: str,
) -> None:
    reader.get(LIST)
    for count in (1, 30):
        for _ in range(count):
            make_application(cluster=cluster)
        with django_assert_num_queries(4):
            reader.get(LIST, {"sort": sort})


def test_reviewers_see_the_number_of_pending_reviews(
    client: Client, rhea: User, vera: User, make_application: Make
) -> None:
    for status in (Status.PENDING, Status.FAILED, Status.CREATED):
        make_application(status=status)

    client.force_login(rhea)
    assert "Awaiting review 2 wait" in text(markup(client.get("/")))

    client.force_login(vera)
    assert "?status=review&amp;sort=filed" not in markup(client.get("/"))


@given(
    query=st.dictionaries(
        st.sampled_from(["q", "status", "sort", "page", "size", "x"]),
        st.text(max_size=50) | st.sampled_from(["-name", "filed", "0", "9" * 30]),
    )
)
def test_any_query_is_answered(
    reader: Client, application: InstanceApplication, query: Any
) -> None:
    assert reader.get(LIST, query).status_code == 200
