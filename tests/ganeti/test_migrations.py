"""What the migrations make of clusters and jobs that were there before."""

import importlib
from typing import Any

from django.apps import apps

from apps.accounts.models import NameSource
from apps.accounts.services import names
from apps.accounts.services.names import Claim, Kind
from apps.ganeti.models import Cluster, Job
from tests.ganeti.test_tracking import NewJob, new_job

__all__ = ["new_job"]

migration: Any = importlib.import_module(
    "apps.ganeti.migrations.0008_names_and_busy_keys"
)


def test_an_instance_stays_busy_whose_job_is_older_than_the_keys(
    cluster: Cluster, new_job: NewJob
) -> None:
    job = new_job(busy_key=f"{cluster.pk}/web1")

    migration.hash_busy_keys(apps, None)

    job.refresh_from_db()
    assert job.busy_key == Job.busy_key_of(cluster, job.instance)


def test_clusters_that_are_there_have_to_tell_their_names(cluster: Cluster) -> None:
    NameSource.objects.all().delete()

    migration.expect_names(apps, None)

    assert names.claim_on(Kind.USER, "anybody") == Claim(silent=1)
    names.remember(f"cluster:{cluster.pk}", {Kind.USER: {"dave": 1}})
    NameSource.objects.all().delete()
    migration.expect_names(apps, None)
    assert names.claim_on(Kind.USER, "anybody").certain
