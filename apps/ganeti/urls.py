"""Addresses of clusters and what lives on them."""

from django.urls import path

from .views import (
    bulk,
    clusters,
    configuration,
    health,
    instance,
    instances,
    jobs,
    marking,
    owners,
    power,
)

app_name = "ganeti"

lists = [
    path("", instances.instance_list, name="instance-list"),
    path("instances/columns", instances.instance_columns, name="instance-columns"),
    path("instances/bulk/", bulk.instance_bulk, name="instance-bulk"),
    path("jobs/running", jobs.jobs_running, name="jobs-running"),
]

_machine = "instances/<slug:cluster_slug>/<str:name>/"

_of_a_machine = "/<slug:cluster_slug>/<str:name>"

# Before those of a machine, since a cluster could be called "lock".
changes = [
    path(f"instances/lock{_of_a_machine}", marking.instance_lock, name="instance-lock"),
    path(
        f"instances/isolate{_of_a_machine}",
        marking.instance_isolate,
        name="instance-isolate",
    ),
    path(
        f"instances/whitelist{_of_a_machine}",
        marking.instance_whitelist,
        name="instance-whitelist",
    ),
    path(
        f"instances/tags{_of_a_machine}",
        owners.instance_owners,
        name="instance-owners",
    ),
    path(
        f"{_machine}configure",
        configuration.instance_configure,
        name="instance-configure",
    ),
]

of_a_machine = [
    path(_machine, instance.instance_detail, name="instance-detail"),
    path(f"{_machine}poll", instance.instance_poll, name="instance-poll"),
    path(f"{_machine}startup", power.instance_startup, name="instance-startup"),
    path(f"{_machine}shutdown", power.instance_shutdown, name="instance-shutdown"),
    path(f"{_machine}reboot", power.instance_reboot, name="instance-reboot"),
]

of_a_cluster = [
    path(
        "cluster/<slug:cluster_slug>/refresh",
        clusters.cluster_refresh,
        name="cluster-refresh",
    ),
]

for_monitors = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

urlpatterns = [*lists, *changes, *of_a_machine, *of_a_cluster, *for_monitors]
