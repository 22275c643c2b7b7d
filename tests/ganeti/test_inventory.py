import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from apps.accounts.person import Person
from apps.ganeti.domain.instance import Instance, State
from apps.ganeti.models import Cluster, Job
from apps.ganeti.reads import inventory
from apps.ganeti.reads.inventory import MARKS, SORT_KEYS, Criteria, Inventory
from apps.ganeti.state import refreshing
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.instances import tagged_instance
from tests.ganeti.state import inventory_of, names


@pytest.fixture
def sparta(db: None, rapi_by_host: dict[str, FakeRapi]) -> FakeRapi:
    """Return a second cluster with one machine of alice's."""
    cluster = Cluster.objects.create(hostname="sparta.example.org", slug="sparta")
    rapi = rapi_by_host[cluster.hostname] = FakeRapi()
    rapi.add("web1", tags=["ganetimgr:user:alice"])
    assert refreshing.refresh(cluster)
    return rapi


# -- visibility


def test_an_owner_sees_machines_by_both_spellings_of_the_tag(
    published: FakeRapi, alice: User
) -> None:
    assert names(inventory_of(alice)) == ["mail1", "old1", "web1", "web2"]


def test_a_group_member_sees_the_groups_machines(
    published: FakeRapi, bob: User
) -> None:
    assert names(inventory_of(bob)) == ["web10"]


def test_a_machine_with_several_owner_tags_is_listed_once(
    cluster: Cluster, published: FakeRapi, bob: User
) -> None:
    bob.groups.add(Group.objects.create(name="team"))
    tags = ["ganetimgr:user:bob", "ganetimgr:group:staff", "ganetimgr:groups:team"]
    published.change("web10", tags=tags)
    refreshing.refresh(cluster, force=True)

    assert names(inventory_of(bob)) == ["web10"]


def test_a_stranger_sees_nothing(published: FakeRapi, carol: User) -> None:
    visible = inventory_of(carol)

    assert names(visible) == []
    assert len(visible) == 0


def test_a_viewer_and_a_superuser_see_everything(
    published: FakeRapi, olga: User, root: User
) -> None:
    everything = ["db1", "mail1", "old1", "web1", "web2", "web10"]

    assert names(inventory_of(olga)) == everything
    assert names(inventory_of(root)) == everything


def test_machines_of_unknown_owners_are_hidden(
    published: FakeRapi, alice: User
) -> None:
    assert "db1" not in names(inventory_of(alice))


# -- find


def test_an_owner_finds_a_machine(published: FakeRapi, alice: User) -> None:
    instance = inventory_of(alice).find_instance("athens", "web1")

    assert instance is not None
    assert instance.state is State.RUNNING


@pytest.mark.parametrize(
    ("slug", "name"),
    [("athens", "web1"), ("athens", "nothing"), ("troy", "web1"), ("", "")],
)
def test_hidden_and_missing_machines_are_not_found(
    published: FakeRapi, carol: User, slug: str, name: str
) -> None:
    assert inventory_of(carol).find_instance(slug, name) is None


def test_a_machine_has_its_node_group(published: FakeRapi, alice: User) -> None:
    visible = inventory_of(alice)
    instance = visible.find_instance("athens", "old1")
    assert instance is not None

    group = visible.group_of(instance)

    assert group is not None
    assert group.locked


def test_machines_of_a_disabled_cluster_are_hidden(
    cluster: Cluster, published: FakeRapi, root: User
) -> None:
    Cluster.objects.update(disabled=True)

    assert names(inventory_of(root)) == []
    assert (
        inventory.visible_on(Person.of(root), "athens").find_instance("athens", "web1")
        is None
    )


def test_the_same_name_on_two_clusters_is_two_machines(
    published: FakeRapi, sparta: FakeRapi, alice: User
) -> None:
    rows = inventory_of(alice).page(Criteria(search="web1"))

    assert [(row.cluster, row.name) for row in rows] == [
        ("athens", "web1"),
        ("sparta", "web1"),
    ]


# -- searching, filtering, sorting


def test_names_are_in_natural_order(published: FakeRapi, olga: User) -> None:
    assert names(inventory_of(olga), Criteria(search="web")) == [
        "web1",
        "web2",
        "web10",
    ]


def test_a_descending_list_is_reversed(published: FakeRapi, olga: User) -> None:
    visible = inventory_of(olga)

    descending = names(visible, Criteria(descending=True))

    assert descending == list(reversed(names(visible)))


def test_addresses_sort_numerically(published: FakeRapi, olga: User) -> None:
    listed = names(inventory_of(olga), Criteria(search="web", sort="ip"))

    assert listed.index("web2") < listed.index("web1")


def test_a_search_matches_all_words(published: FakeRapi, olga: User) -> None:
    assert names(inventory_of(olga), Criteria(search="WEB alice")) == ["web1", "web2"]


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        (Criteria(states=frozenset({State.STOPPED})), ["web2"]),
        (Criteria(mark="locked"), ["mail1"]),
        (Criteria(node="NODE2"), ["web10"]),
        (Criteria(owner="Sta"), ["web10"]),
        (Criteria(cluster="troy"), []),
        (Criteria(search="nowhere to be found"), []),
    ],
    ids=["state", "mark", "node", "owner", "cluster", "search"],
)
def test_filters_select_machines(
    published: FakeRapi, olga: User, criteria: Criteria, expected: list[str]
) -> None:
    assert names(inventory_of(olga), criteria) == expected


def test_a_filter_by_owner_finds_no_hidden_machines(
    published: FakeRapi, alice: User
) -> None:
    assert names(inventory_of(alice), Criteria(owner="dave")) == []


# -- pages


def test_pages_have_number_and_totals(published: FakeRapi, olga: User) -> None:
    visible = inventory_of(olga)
    page = visible.page(Criteria(search="web", size=2, page=2))

    assert [row.name for row in page] == ["web10"]
    assert (page.number, page.paginator.num_pages) == (2, 2)
    assert (page.paginator.count, len(visible)) == (3, 6)
    assert (page.start_index(), page.end_index()) == (3, 3)


@pytest.mark.parametrize(("requested", "number"), [(0, 1), (-5, 1), (99, 3)])
def test_a_page_out_of_range_is_the_nearest(
    published: FakeRapi, olga: User, requested: int, number: int
) -> None:
    page = inventory_of(olga).page(Criteria(size=2, page=requested))

    assert page.number == number
    assert list(page)


def test_an_empty_list_has_one_empty_page(published: FakeRapi, carol: User) -> None:
    visible = inventory_of(carol)
    page = visible.page(Criteria())

    assert (page.paginator.num_pages, len(visible)) == (1, 0)
    assert (page.start_index(), page.end_index()) == (0, 0)


@pytest.mark.parametrize("descending", [False, True])
def test_the_pages_contain_the_whole_list(
    published: FakeRapi, olga: User, descending: bool
) -> None:
    visible = inventory_of(olga)
    pages = [Criteria(size=4, page=n, descending=descending) for n in (1, 2)]

    all_names = [name for page in pages for name in names(visible, page)]

    assert all_names == names(visible, Criteria(descending=descending))


words = st.text(max_size=8)
criteria = st.builds(
    Criteria,
    search=words,
    cluster=words,
    node=words,
    states=st.frozensets(st.sampled_from(State)),
    owner=words,
    mark=st.one_of(words, st.sampled_from(sorted(MARKS))),
    sort=st.one_of(words, st.sampled_from(sorted(SORT_KEYS))),
    descending=st.booleans(),
    page=st.integers(),
    size=st.integers(1, 100),
)
machines = st.lists(
    st.builds(
        lambda name, ips, tag: tagged_instance(tag, **{"name": name, "nic.ips": ips}),
        st.text(
            st.characters(categories=["L", "N", "P"], exclude_characters="/"),
            min_size=1,
            max_size=8,
        ),
        st.lists(st.one_of(st.none(), words, st.ip_addresses().map(str)), max_size=2),
        words,
    ),
    max_size=4,
)


@pytest.mark.django_db
@given(criteria, machines)
def test_arbitrary_criteria_give_a_page(
    requested: Criteria, instances: list[Instance]
) -> None:
    merged = inventory._Merged(instances)
    visible = Inventory(Person("alice"), [])
    visible.__dict__["_merged"] = merged

    page = visible.page(requested)

    assert 1 <= page.number <= page.paginator.num_pages
    assert len(page) <= page.paginator.count <= len(visible) == len(instances)


# -- costs


def test_reading_calls_no_cluster(published: FakeRapi, alice: User, olga: User) -> None:
    for user in (alice, olga):
        visible = inventory_of(user)
        names(visible, Criteria(search="web", sort="ip"))
        visible.find_instance("athens", "web1")

    assert published.calls == []


def test_a_list_takes_one_query_for_any_number_of_clusters(
    published: FakeRapi, sparta: FakeRapi, olga: User
) -> None:
    person = Person.of(olga)

    with CaptureQueriesContext(connection) as queries:
        names(inventory.visible(person))

    assert len(queries) == 1


def test_a_list_is_merged_again_after_a_refresh(
    cluster: Cluster, published: FakeRapi, olga: User
) -> None:
    names(inventory_of(olga))
    published.add("new1")
    refreshing.refresh(cluster, force=True)

    assert "new1" in names(inventory_of(olga))


# -- unreachable and unknown clusters


def test_a_cluster_that_is_down_keeps_its_machines_and_is_reported(
    cluster: Cluster, published: FakeRapi, alice: User
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)

    visible = inventory_of(alice)

    assert "web1" in names(visible)
    assert [snapshot.cluster.slug for snapshot in visible.down] == ["athens"]


def test_a_cluster_that_is_down_is_not_reported_to_strangers(
    cluster: Cluster, published: FakeRapi, carol: User
) -> None:
    published.go_down()
    refreshing.refresh(cluster, force=True)

    assert inventory_of(carol).down == []


def test_an_unknown_cluster_is_refreshed_in_the_background(
    cluster: Cluster, rapi: FakeRapi, olga: User, background_refreshes: list[str]
) -> None:
    visible = inventory_of(olga)

    assert [snapshot.cluster.slug for snapshot in visible.unknown] == ["athens"]
    assert background_refreshes == ["athens"]
    assert rapi.calls == []


def test_an_unknown_cluster_is_refreshed_only_once(
    cluster: Cluster, rapi: FakeRapi, olga: User, background_refreshes: list[str]
) -> None:
    for _ in range(3):
        inventory_of(olga)

    assert background_refreshes == ["athens"]


def test_a_known_cluster_is_not_refreshed_in_the_background(
    published: FakeRapi, olga: User, background_refreshes: list[str]
) -> None:
    inventory_of(olga)

    assert background_refreshes == []


# -- jobs


def test_running_jobs_are_keyed_by_cluster_and_name(
    cluster: Cluster, published: FakeRapi, olga: User
) -> None:
    job = Job.objects.create(
        key="k", cluster=cluster, kind=Job.Kind.REBOOT, target_name="web1"
    )
    rows = inventory_of(olga).page(Criteria())

    assert inventory.running_jobs(rows) == {("athens", "web1"): job}
    assert inventory.running_jobs([]) == {}
