"""How a machine's hypervisor is told to run it."""

from http import HTTPStatus
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from apps.auditlog.models import AuditEntry
from apps.ganeti.domain import hypervisors
from apps.ganeti.domain.job import JobStatus
from apps.ganeti.forms.configuration import ConfigurationForm
from apps.ganeti.models import Cluster, Job
from apps.ganeti.rapi.errors import RapiUnreachable
from tests.conftest import Sent
from tests.ganeti.chains import carry_on
from tests.ganeti.configuring import ISO, NOW, add, configure
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, text, url
from tests.ganeti.state import machine

pytestmark = pytest.mark.usefixtures("asked_for")

HVM = {
    "hypervisor": "xen-hvm",
    "hv_boot_order": "cd",
    "hv_cdrom_image_path": "/srv/rescue.iso",
    "hv_disk_type": "ioemu",
    "hv_nic_type": "rtl8139",
}


# -- what is offered


@pytest.mark.usefixtures("published")
def test_the_page_of_a_machine_leads_to_what_can_be_changed(
    client: Client, alice: User
) -> None:
    client.force_login(alice)

    page = markup(client.get(url("detail", "web1")))

    for what in ("configure", "whitelist", "owners"):
        assert f'href="{url(what, "web1")}"' in page


def test_the_form_has_what_runs_now(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    add(cluster, published, "kvm1", hv_nic_type="e1000", hv_cdrom_image_path=ISO)
    client.force_login(alice)

    page = markup(client.get(url("configure", "kvm1")))

    assert '<option value="e1000" selected>' in page
    assert f'value="{ISO}"' in page
    assert '<option value="disk" selected>' in page


@pytest.mark.parametrize(
    ("hypervisor", "fields"),
    [
        ("kvm", hypervisors.PARAMETERS["kvm"]),
        ("xen-hvm", ("boot_order", "disk_type", "nic_type", "use_localtime")),
        ("xen-pvm", ("root_path", "kernel_args")),
        *((each, ()) for each in ("fake", "lxc", "chroot", "what comes next")),
    ],
)
def test_each_hypervisor_has_its_own_fields(
    cluster: Cluster, published: FakeRapi, hypervisor: str, fields: tuple[str, ...]
) -> None:
    add(cluster, published, "each1", hypervisor=hypervisor)

    assert tuple(ConfigurationForm(machine(cluster, "each1")).fields) == fields


def test_a_hypervisor_without_any_is_said_to_have_none(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    add(cluster, published, "fake1", hypervisor="fake")
    client.force_login(alice)

    page = text(markup(client.get(url("configure", "fake1"))))
    around = text(markup(client.get(url("detail", "fake1"))))
    client.post(url("configure", "fake1"), NOW)

    assert "has no configurable settings" in page
    assert "Its hypervisor has no configurable settings." in around
    assert published.jobs == []


@pytest.mark.parametrize(
    ("hypervisor", "odd"),
    [("kvm", {"hv_disk_type": "ioemu", "hv_boot_order": "floppy"}), ("xen-hvm", HVM)],
)
def test_no_form_opens_red_and_what_is_set_stays(
    client: Client,
    alice: User,
    published: FakeRapi,
    cluster: Cluster,
    hypervisor: str,
    odd: dict[str, Any],
) -> None:
    """What is in force is one of the choices, even if nobody could choose it."""
    add(cluster, published, "odd1", **{"hypervisor": hypervisor} | odd)
    client.force_login(alice)
    form = ConfigurationForm(machine(cluster, "odd1"))

    page = markup(client.get(url("configure", "odd1")))
    posted = {key: str(value) for key, value in form.current.items() if value}
    answer = client.post(url("configure", "odd1"), posted, follow=True)

    assert "field-error" not in page
    assert "No changes needed." in notices(answer)
    assert published.jobs == []


# -- what is asked of Ganeti


def test_only_what_differs_is_sent_and_recorded(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    configure(client, nic_type="e1000", use_localtime="on")

    call = published.jobs[0].call
    assert (call.method, call.path) == ("PUT", "/2/instances/web1/modify")
    assert call.body == {
        "hvparams": {"nic_type": "e1000", "use_localtime": True},
        "hotplug": False,
    }
    entry = AuditEntry.objects.get()
    assert entry.action == "configure"
    assert entry.changes == [
        ["Network card", "paravirtual", "e1000"],
        ["Clock in local time", "no", "yes"],
    ]


def test_the_history_says_what_was_changed_from_what_to_what(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    configure(client, nic_type="e1000")

    said = text(markup(client.get(url("detail"))))
    assert "Network card: paravirtual → e1000" in said


def test_nothing_is_sent_when_nothing_differs(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    answer = client.post(url("configure"), NOW, follow=True)

    assert notices(answer) == ["No changes needed."]
    assert (published.jobs, published.calls) == ([], [])
    assert not AuditEntry.objects.exists()


def test_what_runs_is_marked_as_needing_a_reboot_until_it_has_had_one(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    client.force_login(alice)

    configure(client, nic_type="e1000")
    carry_on(cluster, published)
    marked = text(markup(client.get(url("detail"))))
    client.post(url("reboot"), {"kind": "hard"})
    carry_on(cluster, published)

    assert "Needs reboot" in marked
    assert "Needs reboot" not in text(markup(client.get(url("detail"))))
    asked = [(job.call.method, job.call.path[13:]) for job in published.jobs]
    assert asked == [
        ("PUT", "web1/modify"),
        ("PUT", "web1/tags"),
        ("POST", "web1/reboot"),
        ("DELETE", "web1/tags"),
    ]


def test_what_is_stopped_needs_no_reboot(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    client.force_login(alice)

    configure(client, "web2", nic_type="e1000")
    carry_on(cluster, published)

    assert [job.call.path for job in published.jobs] == ["/2/instances/web2/modify"]


def test_a_change_that_fails_leaves_no_mark(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    client.force_login(alice)

    configure(client, nic_type="e1000")
    published.fail(1, "Hypervisor parameter validation failed")
    carry_on(cluster, published)

    assert len(published.jobs) == 1
    said = text(markup(client.get(url("detail"))))
    assert "Configuration change failed" in said
    assert "Hypervisor parameter validation failed" in said


def test_xen_takes_its_own_words(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    add(cluster, published, "xen1", **HVM)
    client.force_login(alice)

    client.post(
        url("configure", "xen1"),
        {
            "boot_order": "dc",
            "cdrom_image_path": "",
            "disk_type": "paravirtual",
            "nic_type": "rtl8139",
        },
    )

    assert published.jobs[0].call.body["hvparams"] == {
        "boot_order": "dc",
        "cdrom_image_path": "",
        "disk_type": "paravirtual",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("root_path", "/dev/xvda1'\nmemory = 9"),
        ("root_path", "/etc/shadow"),
        ("kernel_args", "ro'; import os"),
        ("kernel_args", 'ro "'),
    ],
)
def test_nothing_breaks_out_of_xens_file(
    client: Client,
    alice: User,
    published: FakeRapi,
    cluster: Cluster,
    field: str,
    value: str,
) -> None:
    add(cluster, published, "pvm1", hypervisor="xen-pvm")
    client.force_login(alice)

    answer = client.post(
        url("configure", "pvm1"),
        {"root_path": "/dev/vda1", "kernel_args": "ro"} | {field: value},
    )

    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert published.jobs == []


# -- who may


def test_refusals_are_mailed(
    client: Client, alice: User, published: FakeRapi, sent: Sent, settings: Settings
) -> None:
    settings.MANAGERS = [("Staff", "staff@example.org")]
    client.force_login(alice)

    answer = configure(client, "mail1", nic_type="e1000")

    assert "This machine is locked by staff" in text(markup(answer))
    assert " mail1 (athens)" in str(sent()[0].body)


@pytest.mark.parametrize(
    ("person", "name", "reason"),
    [
        ("olga", "web1", "You can view this machine but not manage it."),
        ("alice", "mail1", "This machine is locked by staff"),
        ("alice", "old1", "under maintenance"),
    ],
)
def test_who_may_only_look_sees_why(
    client: Client,
    published: FakeRapi,
    request: pytest.FixtureRequest,
    person: str,
    name: str,
    reason: str,
) -> None:
    client.force_login(request.getfixturevalue(person))

    machine = markup(client.get(url("detail", name)))
    for what in ("configure", "whitelist", "owners"):
        page = markup(client.get(url(what, name)))
        assert f'href="{url(what, name)}"' not in machine
        assert reason in text(page)
        assert 'class="btn btn-primary"' not in page


# -- when it cannot be


def test_what_was_typed_is_kept_when_the_cluster_is_away(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)
    published.fail_submissions(
        RapiUnreachable("It refused the connection.", sent=False)
    )

    answer = configure(client, nic_type="e1000")

    assert answer.status_code == HTTPStatus.CONFLICT
    assert '<option value="e1000" selected>' in markup(answer)
    assert Job.objects.get().status == JobStatus.NOT_SUBMITTED


def test_one_thing_at_a_time(client: Client, alice: User, published: FakeRapi) -> None:
    client.force_login(alice)
    client.post(url("reboot"), {"kind": "hard"})

    answer = configure(client, nic_type="e1000")

    assert answer.status_code == HTTPStatus.CONFLICT
    assert len(published.jobs) == 1


def test_no_page_asks_ganeti(client: Client, alice: User, published: FakeRapi) -> None:
    client.force_login(alice)

    for what in ("configure", "whitelist", "owners"):
        client.get(url(what))

    assert published.calls == []


@given(
    posted=st.dictionaries(
        st.sampled_from([*hypervisors.PARAMETERS["kvm"], "root_path", "kernel_args"]),
        st.text(max_size=30) | st.sampled_from(["disk", "cdrom", "scsi", "on", ISO]),
    ),
    name=st.sampled_from(["web1", "xen1", "pvm1", "fake1"]),
)
def test_whatever_is_posted_does_not_break(
    client: Client,
    alice: User,
    cluster: Cluster,
    published: FakeRapi,
    posted: dict[str, str],
    name: str,
) -> None:
    if "xen1" not in published.instances:
        add(cluster, published, "xen1", **HVM)
        add(cluster, published, "pvm1", hypervisor="xen-pvm")
        add(cluster, published, "fake1", hypervisor="fake")
        client.force_login(alice)

    assert client.post(url("configure", name), posted).status_code < 500
