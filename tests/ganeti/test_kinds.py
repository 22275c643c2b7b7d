"""The record of each kind of job, and its button, address and form."""

import pytest
from django.template.loader import render_to_string
from django.urls import reverse

from apps.accounts.person import Person
from apps.ganeti.forms.actions import empty_form_for
from apps.ganeti.jobs.kinds import BUTTONS, KINDS
from apps.ganeti.models import Cluster, Job
from apps.ganeti.reads.inventory import visible_on
from apps.ganeti.services.actions import service_for
from tests.ganeti.state import machine

Kind = Job.Kind


def test_each_kind_has_a_record() -> None:
    assert set(KINDS) == set(Kind)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("kind", BUTTONS)
def test_each_button_has_address_options_and_service(
    cluster: Cluster, kind: Job.Kind
) -> None:
    inventory = visible_on(Person("root", superuser=True), cluster.slug)
    form = empty_form_for(kind, machine(cluster, "web1"), inventory)
    address = reverse(f"ganeti:instance-{kind}", args=("athens", "web1"))
    values = {"kind": kind, "label": KINDS[kind].action, "address": address}

    html = render_to_string("ganeti/_instance_action.html", {**values, "form": form})

    assert f'action="{address}"' in html
    assert all(f'name="{field.name}"' in html for field in form or ())
    assert callable(service_for(kind))
