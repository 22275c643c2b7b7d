"""URLs of clusters and instances."""

from django.urls import path, re_path

from .graphs.periods import TIME
from .jobs.kinds import BUTTONS
from .views import (
    actions,
    bulk,
    clusters,
    configuration,
    confirmation,
    graphs,
    health,
    idle,
    images,
    instance,
    instances,
    job,
    jobs,
    keys,
    lifecycle,
    maintenance,
    nodes,
    owners,
    people,
    restrictions,
)
from .views.moved import follow_renamed

app_name = "ganeti"

_job_path = "jobs/<slug:cluster_slug>/<int:job_id>/"

list_urls = [
    path("", instances.instance_list, name="instance-list"),
    path("instances/columns", instances.instance_columns, name="instance-columns"),
    path("instances/bulk/", bulk.instance_bulk, name="instance-bulk"),
    path("jobs/", jobs.job_list, name="job-list"),
    path("jobs/poll", jobs.job_list_poll, name="job-list-poll"),
    path("jobs/running", jobs.jobs_running, name="jobs-running"),
    path("jobs/menu", jobs.jobs_menu, name="jobs-menu"),
    path("jobs/read", jobs.jobs_read, name="jobs-read"),
    path(_job_path, job.job_detail, name="job-detail"),
    path(f"{_job_path}poll", job.job_poll, name="job-poll"),
    path(f"{_job_path}cancel", job.job_cancel, name="job-cancel"),
]

_instance_path = "instances/<slug:cluster_slug>/<str:name>/"

_instance_suffix = "/<slug:cluster_slug>/<str:name>"

# Before those of a machine, since a cluster could be named "lock".
change_urls = [
    path(
        f"instances/lock{_instance_suffix}",
        restrictions.instance_lock,
        name="instance-lock",
    ),
    path(
        f"instances/isolate{_instance_suffix}",
        restrictions.instance_isolate,
        name="instance-isolate",
    ),
    path(
        f"instances/whitelist{_instance_suffix}",
        restrictions.instance_whitelist,
        name="instance-whitelist",
    ),
    path(
        f"instances/tags{_instance_suffix}",
        owners.instance_owners,
        name="instance-owners",
    ),
    path(
        f"{_instance_path}configure",
        configuration.instance_configure,
        name="instance-configure",
    ),
]

instance_urls = [
    path(
        _instance_path, follow_renamed(instance.instance_detail), name="instance-detail"
    ),
    path(
        f"{_instance_path}poll",
        follow_renamed(instance.instance_poll),
        name="instance-poll",
    ),
    *(
        path(
            f"{_instance_path}{kind.value}",
            actions.instance_action,
            {"kind": kind},
            name=f"instance-{kind.value}",
        )
        for kind in BUTTONS
    ),
    path(
        f"{_instance_path}reinstall",
        lifecycle.instance_reinstall,
        name="instance-reinstall",
    ),
    path(f"{_instance_path}rename", lifecycle.instance_rename, name="instance-rename"),
    path(
        f"{_instance_path}reinstalldestroy",
        lifecycle.instance_destroy,
        name="instance-destroy",
    ),
]

# Before those of a cluster, whose short name may be any word.
confirmation_urls = [
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

cluster_urls = [
    path("cluster/nodes/", nodes.node_list, name="node-list"),
    path(
        "cluster/nodes/<slug:cluster_slug>/<str:node>/",
        nodes.node_detail,
        name="node-detail",
    ),
    path("cluster/detail/", clusters.cluster_list, name="cluster-list"),
    path(
        "cluster/detail/<slug:cluster_slug>/",
        clusters.cluster_detail,
        name="cluster-detail",
    ),
    path(
        "cluster/detail/<slug:cluster_slug>/groups/<str:node_group>/maintenance",
        maintenance.group_maintenance,
        name="group-maintenance",
    ),
    path(
        "cluster/detail/<slug:cluster_slug>/networks/<str:network>/",
        clusters.network_detail,
        name="network-detail",
    ),
    path(
        "cluster/<slug:cluster_slug>/refresh",
        clusters.cluster_refresh,
        name="cluster-refresh",
    ),
]

node_urls = [
    path("instances/keys/<str:token>", keys.owners_keys, name="owners-keys"),
]

# Group names may contain slashes.
people_urls = [
    path("user/info/user/<path:username>", people.user_info, name="user-info"),
    path("user/info/group/<path:group_name>", people.group_info, name="group-info"),
    path("user/idle/", idle.idle_accounts, name="idle-accounts"),
]

image_urls = [
    path("operating_systems/", images.operating_systems, name="operating-systems"),
    path("cluster/images/", images.image_list, name="image-list"),
    path("cluster/images/fetch", images.images_fetch, name="images-fetch"),
]

_graph_path = "graph/<slug:cluster_slug>/<str:name>/"

# Those of all machines first, since a machine could be named "instances".
graph_urls = [
    path("graph/all/", graphs.graph_all, name="graph-all"),
    path(
        "graph/<slug:cluster_slug>/instances/",
        graphs.graph_cluster,
        name="graph-cluster",
    ),
    path(_graph_path, graphs.graph_machine, name="graph-machine"),
    path(f"{_graph_path}data/<slug:kind>", graphs.graph_data, name="graph-data"),
    re_path(
        r"^graph/(?P<cluster_slug>[-\w]+)/(?P<name>[^/]+)/(?P<graph_type>[a-z0-9-]{1,32})"
        rf"(?:/(?P<start>{TIME}),(?P<end>{TIME}))?(?:/(?P<interface>eth\d{{1,2}}))?/?$",
        graphs.graph_image,
        name="graph-image",
    ),
]

monitoring_urls = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

urlpatterns = [
    *list_urls,
    *change_urls,
    *instance_urls,
    *confirmation_urls,
    *cluster_urls,
    *image_urls,
    *graph_urls,
    *people_urls,
    *node_urls,
    *monitoring_urls,
]
