"""Addresses of clusters and what lives on them."""

from django.urls import path

from .views import bulk, clusters, health, idle, instance, instances, jobs, power

app_name = "ganeti"

lists = [
    path("", instances.instance_list, name="instance-list"),
    path("instances/columns", instances.instance_columns, name="instance-columns"),
    path("instances/bulk/", bulk.instance_bulk, name="instance-bulk"),
    path("jobs/running", jobs.jobs_running, name="jobs-running"),
]

_machine = "instances/<slug:cluster_slug>/<str:name>/"

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

of_idle_people = [
    path("user/idle/", idle.idle_accounts, name="idle-accounts"),
]

for_monitors = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

urlpatterns = [*lists, *of_a_machine, *of_a_cluster, *of_idle_people, *for_monitors]
