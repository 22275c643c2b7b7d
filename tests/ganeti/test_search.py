"""The search in the top bar: what each kind of person finds, and by what."""

from collections.abc import Callable
from http import HTTPStatus

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from apps.accounts.models import Organization, Profile, SshKey
from apps.ganeti.models import Cluster
from apps.ganeti.state import refreshing
from apps.web.views import RESULTS, SUGGESTIONS
from tests.addresses import create_application, create_job
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, parsed, text_of

SEARCH = reverse("web:search")
FINGERPRINT = "nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8"
Find = Callable[..., dict[str, list[str]]]


@pytest.fixture
def find(client: Client) -> Find:
    """Return a function that searches and returns the labels by group."""

    def find(user: User, text: str) -> dict[str, list[str]]:
        client.force_login(user)
        page = parsed(markup(client.get(SEARCH, {"q": text})))
        return {
            str(section.h2.find(string=True, recursive=False)).strip(): [
                text_of(link) for link in section.select("li > a")
            ]
            for section in page.select("section.results")
            if section.h2
        }

    return find


@pytest.fixture
def anna(db: None) -> User:
    """Return a user with all that users are found by."""
    user = User.objects.create_user(
        "anna", "a.papas@example.net", first_name="Άννα", last_name="Papas"
    )
    Profile.objects.update_or_create(
        user=user, defaults={"phone": "+30 (210) 747-42.74"}
    )
    SshKey.objects.create(owner=user, key="ssh-ed25519 AAAA", fingerprint=FINGERPRINT)
    return user


# -- what each person finds


@pytest.mark.usefixtures("published")
def test_users_find_only_their_machines(
    find: Find, alice: User, bob: User, carol: User
) -> None:
    assert find(alice, "web") == {"Machines": ["web1", "web2"]}
    assert find(bob, "web") == {"Machines": ["web10"]}
    assert find(carol, "web") == {}


@pytest.mark.usefixtures("published", "anna", "bob")
def test_users_find_neither_people_nor_organizations(find: Find, carol: User) -> None:
    Organization.objects.create(title="Anna's staff", tag="anna")

    for text in ("anna", "staff", "a.papas@example.net", "2107474274", FINGERPRINT):
        assert find(carol, text) == {}


@pytest.mark.usefixtures("published", "anna", "bob")
def test_staff_find_machines_users_and_groups_of_all(find: Find, olga: User) -> None:
    Organization.objects.create(title="Anna's staff", tag="anna")

    assert find(olga, "anna") == {"Users": ["anna"]}
    assert find(olga, "staff") == {"Machines": ["web10"], "Groups": ["staff"]}


def test_superusers_find_organizations(find: Find, root: User) -> None:
    Organization.objects.create(title="GRNET", tag="grnet", phone="210 7474274")

    assert find(root, "grnet") == {"Organizations": ["GRNET"]}
    assert find(root, "2107474274") == {"Organizations": ["GRNET"]}


def test_applicants_find_their_applications(
    find: Find, alice: User, carol: User, olga: User, root: User
) -> None:
    application = create_application(alice)

    for text in (application.hostname, f"#{application.pk}", str(application.pk)):
        assert find(alice, text) == {"Applications": [application.hostname]}
        assert find(root, text) == {"Applications": [application.hostname]}
        assert find(carol, text) == {}
        assert find(olga, text) == {}


@pytest.mark.usefixtures("published", "anna", "cluster")
@pytest.mark.parametrize("person", ["alice", "bob", "carol", "olga", "root"])
def test_everything_that_is_found_can_be_opened(
    client: Client, person: str, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(person)
    create_application(User.objects.get_or_create(username="alice")[0])
    Organization.objects.create(title="Webs and a", tag="web")
    Group.objects.get_or_create(name="staff")
    job_id = create_job("web1")
    client.force_login(user)

    for text in ("web", "an", "st", "17", "athens", "node", "192.0.2.10", str(job_id)):
        page = parsed(markup(client.get(SEARCH, {"q": text})))
        for link in page.select("main a"):
            response = client.get(str(link["href"]))
            assert response.status_code == HTTPStatus.OK, link


# -- by what it is found


@pytest.mark.parametrize(
    "text",
    [
        "Anna",
        "Papas an",
        "papas@example",
        "210 7474274",
        "00302107474274",
        f"SHA256:{FINGERPRINT}",
        FINGERPRINT[:20].join(["SHA256:", ""]),
    ],
)
@pytest.mark.usefixtures("anna")
def test_users_are_found_by_name_mail_phone_and_fingerprint(
    find: Find, olga: User, text: str
) -> None:
    assert find(olga, text) == {"Users": ["anna"]}


@pytest.mark.usefixtures("published")
def test_machines_are_found_by_address_and_uuid(find: Find, olga: User) -> None:
    for text in ("192.0.2.9", "uuid-of-web2"):
        assert find(olga, text)["Machines"] == ["web2"]


def test_staff_find_clusters_nodes_and_networks(
    find: Find, cluster: Cluster, rapi: FakeRapi, olga: User, alice: User
) -> None:
    rapi.networks = [
        {"name": "six", "network": "198.51.100.0/24", "network6": "2001:db8:2::/64"}
    ]
    refreshing.refresh(cluster, force=True)

    assert find(olga, "athens.ex") == {"Clusters": ["athens"]}
    assert find(olga, "node2")["Nodes"] == ["node2"]
    for text in ("six", "198.51.100.7", "2001:db8:2::17", "198.51."):
        assert find(olga, text) == {"Networks": ["six"]}
    for text in ("athens.ex", "six", "198.51.100.7"):
        assert find(alice, text) == {}
    assert "Nodes" not in find(alice, "node2")


@pytest.mark.usefixtures("published")
def test_jobs_are_found_by_id_by_those_who_see_their_page(
    find: Find, alice: User, bob: User, carol: User, olga: User
) -> None:
    job_id = create_job("web1")

    for user in (alice, olga):
        assert find(user, f"#{job_id}") == {"Jobs": [f"Job {job_id}"]}
    for user in (bob, carol):
        assert find(user, str(job_id)) == {}
    assert find(olga, str(job_id + 1)) == {}


@pytest.mark.usefixtures("published")
def test_the_machine_of_just_that_name_comes_first(find: Find, olga: User) -> None:
    assert find(olga, "web1")["Machines"] == ["web1", "web10"]
    assert find(olga, "WEB10")["Machines"] == ["web10"]


def test_the_user_of_just_that_name_comes_first(find: Find, olga: User) -> None:
    for name in ("aab", "ab", "abc"):
        User.objects.create_user(name)

    assert find(olga, "ab")["Users"] == ["ab", "abc", "aab"]


@pytest.mark.usefixtures("published")
def test_the_group_with_an_exact_match_comes_first(find: Find, olga: User) -> None:
    assert list(find(olga, "athens"))[:2] == ["Clusters", "Machines"]


# -- bounds


def test_more_results_than_shown_are_announced(client: Client, olga: User) -> None:
    User.objects.bulk_create(
        User(username=f"user{number}") for number in range(RESULTS + 1)
    )
    client.force_login(olga)

    page = parsed(markup(client.get(SEARCH, {"q": "user"})))

    assert len(page.select(".results li")) == RESULTS
    assert "There are more." in text_of(page.select_one(".results"))


def test_suggestions_are_few_and_lead_to_the_page(client: Client, olga: User) -> None:
    User.objects.bulk_create(User(username=f"user{number}") for number in range(9))
    client.force_login(olga)

    response = client.get(SEARCH, {"q": "user"}, headers={"HX-Request": "true"})

    options = parsed(markup(response)).select("[role=option]")
    assert len(options) == SUGGESTIONS + 1
    assert options[-1]["href"] == f"{SEARCH}?q=user"
    assert len({str(option["id"]) for option in options}) == len(options)


@pytest.mark.parametrize(
    ("text", "heading"),
    [
        ("", "What are you looking for?"),
        ("a", "Your search is too short"),
        ("nowhere to be found", "No results"),
        ("\x00'\"%_" * 100, "No results"),
    ],
)
def test_empty_results_are_explained(
    client: Client, carol: User, text: str, heading: str
) -> None:
    client.force_login(carol)

    page = parsed(markup(client.get(SEARCH, {"q": text})))

    assert text_of(page.select_one(".empty h2")) == heading


@pytest.mark.usefixtures("published")
def test_the_queries_do_not_grow_with_the_results(
    client: Client,
    root: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    User.objects.bulk_create(User(username=f"web{number}") for number in range(30))
    application = create_application(root)
    for number in range(5):
        application.pk, application.hostname = 100 + number, f"web{number}"
        application.name_claim, application.cookie = None, f"cookie-{number}"
        application.save(force_insert=True)
    client.force_login(root)

    with django_assert_max_num_queries(20):
        client.get(SEARCH, {"q": "web"}, headers={"HX-Request": "true"})
