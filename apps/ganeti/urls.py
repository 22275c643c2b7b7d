"""Addresses of clusters and what lives on them."""

from django.urls import path

from .jobs.kinds import BUTTONS
from .views import (
    actions,
    bulk,
    clusters,
    configuration,
    confirmation,
    health,
    idle,
    images,
    instance,
    instances,
    jobs,
    keys,
    lifecycle,
    owners,
    people,
    restrictions,
)
from .views.moved import follow_renamed

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
    path(
        f"instances/lock{_of_a_machine}",
        restrictions.instance_lock,
        name="instance-lock",
    ),
    path(
        f"instances/isolate{_of_a_machine}",
        restrictions.instance_isolate,
        name="instance-isolate",
    ),
    path(
        f"instances/whitelist{_of_a_machine}",
        restrictions.instance_whitelist,
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
    path(_machine, follow_renamed(instance.instance_detail), name="instance-detail"),
    path(
        f"{_machine}poll", follow_renamed(instance.instance_poll), name="instance-poll"
    ),
    *(
        path(
            f"{_machine}{kind.value}",
            actions.instance_action,
            {"kind": kind},
            name=f"instance-{kind.value}",
        )
        for kind in BUTTONS
    ),
    path(
        f"{_machine}reinstall", lifecycle.instance_reinstall, name="instance-reinstall"
    ),
    path(f"{_machine}rename", lifecycle.instance_rename, name="instance-rename"),
    path(
        f"{_machine}reinstalldestroy",
        lifecycle.instance_destroy,
        name="instance-destroy",
    ),
]

# Before those of a cluster, whose short name may be any word.
to_be_confirmed = [
    path(
        "cluster/instance/destreinst/<str:key>/<str:action>/",
        confirmation.request_confirm,
        name="request-confirm",
    ),
    path("cluster/instance/requests/", confirmation.request_list, name="request-list"),
    path(
        "cluster/instance/requests/<int:request_pk>/cancel",
        confirmation.request_cancel,
        name="request-cancel",
    ),
]

of_a_cluster = [
    path(
        "cluster/<slug:cluster_slug>/refresh",
        clusters.cluster_refresh,
        name="cluster-refresh",
    ),
]

for_nodes = [
    path("instances/keys/<str:token>", keys.owners_keys, name="owners-keys"),
]

# Names of groups may have a slash in them.
of_people = [
    path("user/info/user/<path:username>", people.user_info, name="user-info"),
    path("user/info/group/<path:group_name>", people.group_info, name="group-info"),
    path("user/idle/", idle.idle_accounts, name="idle-accounts"),
]

of_images = [
    path("operating_systems/", images.operating_systems, name="operating-systems"),
    path("cluster/images/", images.image_list, name="image-list"),
    path("cluster/images/fetch", images.images_fetch, name="images-fetch"),
]

for_monitors = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

urlpatterns = [
    *lists,
    *changes,
    *of_a_machine,
    *to_be_confirmed,
    *of_a_cluster,
    *of_images,
    *of_people,
    *for_nodes,
    *for_monitors,
]
