"""Changes of a machine's hypervisor parameters."""

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
from tests.ganeti.chains import run_to_end
from tests.ganeti.configuring import CURRENT, ISO, add, configure
from tests.ganeti.fakes import FakeRapi
from tests.ganeti.pages import markup, notices, text, url
from tests.ganeti.state import machine

pytestmark = pytest.mark.usefixtures("probed_urls")

HVM = {
    "hypervisor": "xen-hvm",
    "hv_boot_order": "cd",
    "hv_cdrom_image_path": "/srv/rescue.iso",
    "hv_disk_type": "ioemu",
    "hv_nic_type": "rtl8139",
}


# -- the form


@pytest.mark.usefixtures("published")
def test_the_page_of_a_machine_links_to_its_forms(client: Client, alice: User) -> None:
    client.force_login(alice)

    page = markup(client.get(url("detail", "web1")))

    for action in ("configure", "whitelist", "owners"):
        assert f'href="{url(action, "web1")}"' in page


def test_the_form_shows_the_current_configuration(
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
        *((other, ()) for other in ("fake", "lxc", "chroot", "unknown")),
    ],
)
def test_each_hypervisor_has_its_own_fields(
    cluster: Cluster, published: FakeRapi, hypervisor: str, fields: tuple[str, ...]
) -> None:
    add(cluster, published, "each1", hypervisor=hypervisor)

    assert tuple(ConfigurationForm(machine(cluster, "each1")).fields) == fields


def test_a_hypervisor_without_settings_has_no_form(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    add(cluster, published, "fake1", hypervisor="fake")
    client.force_login(alice)

    form_text = text(markup(client.get(url("configure", "fake1"))))
    detail_text = text(markup(client.get(url("detail", "fake1"))))
    client.post(url("configure", "fake1"), CURRENT)

    assert "has no configurable settings" in form_text
    assert "Its hypervisor has no configurable settings." in detail_text
    assert published.jobs == []


@pytest.mark.parametrize(
    ("hypervisor", "parameters"),
    [("kvm", {"hv_disk_type": "ioemu", "hv_boot_order": "floppy"}), ("xen-hvm", HVM)],
)
def test_an_unchanged_form_is_valid_and_submits_nothing(
    client: Client,
    alice: User,
    published: FakeRapi,
    cluster: Cluster,
    hypervisor: str,
    parameters: dict[str, Any],
) -> None:
    """Current values are among the choices, even unusual ones."""
    add(cluster, published, "odd1", **{"hypervisor": hypervisor} | parameters)
    client.force_login(alice)
    form = ConfigurationForm(machine(cluster, "odd1"))

    page = markup(client.get(url("configure", "odd1")))
    fields = {key: str(value) for key, value in form.current.items() if value}
    response = client.post(url("configure", "odd1"), fields, follow=True)

    assert "field-error" not in page
    assert "No changes needed." in notices(response)
    assert published.jobs == []


# -- submitted jobs


def test_only_differences_are_submitted_and_recorded(
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


def test_the_history_shows_old_and_new_values(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    configure(client, nic_type="e1000")

    page_text = text(markup(client.get(url("detail"))))
    assert "Network card: paravirtual → e1000" in page_text


def test_no_job_is_submitted_without_differences(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    response = client.post(url("configure"), CURRENT, follow=True)

    assert notices(response) == ["No changes needed."]
    assert (published.jobs, published.calls) == ([], [])
    assert not AuditEntry.objects.exists()


def test_a_running_machine_needs_a_reboot_after_a_change(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    client.force_login(alice)

    configure(client, nic_type="e1000")
    run_to_end(cluster, published)
    marked_text = text(markup(client.get(url("detail"))))
    client.post(url("reboot"), {"kind": "hard"})
    run_to_end(cluster, published)

    assert "Needs reboot" in marked_text
    assert "Needs reboot" not in text(markup(client.get(url("detail"))))
    calls = [(job.call.method, job.call.path[13:]) for job in published.jobs]
    assert calls == [
        ("PUT", "web1/modify"),
        ("PUT", "web1/tags"),
        ("POST", "web1/reboot"),
        ("DELETE", "web1/tags"),
    ]


def test_a_stopped_machine_needs_no_reboot(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    client.force_login(alice)

    configure(client, "web2", nic_type="e1000")
    run_to_end(cluster, published)

    assert [job.call.path for job in published.jobs] == ["/2/instances/web2/modify"]


def test_a_failed_change_needs_no_reboot(
    client: Client, alice: User, published: FakeRapi, cluster: Cluster
) -> None:
    client.force_login(alice)

    configure(client, nic_type="e1000")
    published.fail(1, "Hypervisor parameter validation failed")
    run_to_end(cluster, published)

    assert len(published.jobs) == 1
    page_text = text(markup(client.get(url("detail"))))
    assert "Configuration change failed" in page_text
    assert "Hypervisor parameter validation failed" in page_text


def test_xen_hvm_gets_its_own_parameters(
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
def test_values_that_escape_the_xen_configuration_are_refused(
    client: Client,
    alice: User,
    published: FakeRapi,
    cluster: Cluster,
    field: str,
    value: str,
) -> None:
    add(cluster, published, "pvm1", hypervisor="xen-pvm")
    client.force_login(alice)

    response = client.post(
        url("configure", "pvm1"),
        {"root_path": "/dev/vda1", "kernel_args": "ro"} | {field: value},
    )

    assert response.status_code == HTTPStatus.BAD_REQUEST
    assert published.jobs == []


# -- rights


def test_refusals_are_mailed(
    client: Client, alice: User, published: FakeRapi, sent: Sent, settings: Settings
) -> None:
    settings.MANAGERS = [("Staff", "staff@example.org")]
    client.force_login(alice)

    response = configure(client, "mail1", nic_type="e1000")

    assert "This machine is locked by staff" in text(markup(response))
    assert " mail1 (athens)" in str(sent()[0].body)


@pytest.mark.parametrize(
    ("person", "name", "reason"),
    [
        ("olga", "web1", "You can view this machine but not manage it."),
        ("alice", "mail1", "This machine is locked by staff"),
        ("alice", "old1", "under maintenance"),
    ],
)
def test_users_without_rights_see_the_reason(
    client: Client,
    published: FakeRapi,
    request: pytest.FixtureRequest,
    person: str,
    name: str,
    reason: str,
) -> None:
    client.force_login(request.getfixturevalue(person))

    machine = markup(client.get(url("detail", name)))
    for action in ("configure", "whitelist", "owners"):
        page = markup(client.get(url(action, name)))
        assert f'href="{url(action, name)}"' not in machine
        assert reason in text(page)
        assert 'class="btn btn-primary"' not in page


# -- refusals and errors


def test_typed_values_are_kept_if_the_cluster_is_unreachable(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)
    published.fail_submissions(
        RapiUnreachable("It refused the connection.", sent=False)
    )

    response = configure(client, nic_type="e1000")

    assert response.status_code == HTTPStatus.CONFLICT
    assert '<option value="e1000" selected>' in markup(response)
    assert Job.objects.get().status == JobStatus.NOT_SUBMITTED


def test_a_busy_machine_is_not_configured(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)
    client.post(url("reboot"), {"kind": "hard"})

    response = configure(client, nic_type="e1000")

    assert response.status_code == HTTPStatus.CONFLICT
    assert len(published.jobs) == 1


def test_forms_do_not_call_the_rapi(
    client: Client, alice: User, published: FakeRapi
) -> None:
    client.force_login(alice)

    for action in ("configure", "whitelist", "owners"):
        client.get(url(action))

    assert published.calls == []


@given(
    fields=st.dictionaries(
        st.sampled_from([*hypervisors.PARAMETERS["kvm"], "root_path", "kernel_args"]),
        st.text(max_size=30) | st.sampled_from(["disk", "cdrom", "scsi", "on", ISO]),
    ),
    name=st.sampled_from(["web1", "xen1", "pvm1", "fake1"]),
)
def test_arbitrary_posts_are_handled(
    client: Client,
    alice: User,
    cluster: Cluster,
    published: FakeRapi,
    fields: dict[str, str],
    name: str,
) -> None:
    if "xen1" not in published.instances:
        add(cluster, published, "xen1", **HVM)
        add(cluster, published, "pvm1", hypervisor="xen-pvm")
        add(cluster, published, "fake1", hypervisor="fake")
        client.force_login(alice)

    assert client.post(url("configure", name), fields).status_code < 500
