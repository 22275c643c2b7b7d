"""Navigation entries of clusters and instances."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import may_see_people
from apps.accounts.person import person_of
from apps.web.navigation import Entry, Section
from apps.web.stored_text import Text

from . import access, graphs


def _label_of_list(request: HttpRequest) -> Text:
    return (
        _("All machines") if access.sees_all(person_of(request)) else _("My machines")
    )


ENTRIES = (
    Entry(
        Section.MACHINES,
        10,
        "ganeti:instance-list",
        "hdd-stack",
        _label_of_list,
        parent_of=("ganeti:instance-detail",),
    ),
    Entry(
        Section.MACHINES,
        15,
        "ganeti:job-list",
        "activity",
        lambda _request: _("Jobs"),
        parent_of=("ganeti:job-detail",),
        visible=lambda request: not access.may_see_all_jobs(person_of(request)),
    ),
    Entry(
        Section.CLUSTERS,
        8,
        "ganeti:job-list",
        "activity",
        lambda _request: _("Jobs"),
        parent_of=("ganeti:job-detail",),
        visible=lambda request: access.may_see_all_jobs(person_of(request)),
    ),
    Entry(
        Section.CLUSTERS,
        2,
        "ganeti:cluster-list",
        "diagram-3",
        lambda _request: _("Clusters"),
        visible=lambda request: access.may_see_clusters(person_of(request)),
        parent_of=("ganeti:cluster-detail", "ganeti:network-detail"),
    ),
    Entry(
        Section.CLUSTERS,
        4,
        "ganeti:node-list",
        "hdd-rack",
        lambda _request: _("Nodes"),
        visible=lambda request: access.may_see_clusters(person_of(request)),
        parent_of=("ganeti:node-detail",),
    ),
    Entry(
        Section.CLUSTERS,
        60,
        "ganeti:image-list",
        "disc",
        lambda _request: _("Images"),
        visible=lambda request: access.may_see_image_sources(person_of(request)),
    ),
    Entry(
        Section.CLUSTERS,
        40,
        "ganeti:graph-all",
        "graph-up",
        lambda _request: _("Graphs"),
        visible=lambda request: (
            graphs.are_configured() and access.may_see_all_graphs(person_of(request))
        ),
        parent_of=("ganeti:graph-cluster", "ganeti:graph-machine"),
    ),
    Entry(
        Section.SERVICE,
        20,
        "ganeti:request-list",
        "envelope-exclamation",
        lambda _request: _("Pending confirmations"),
        visible=lambda request: access.may_see_requests(person_of(request)),
    ),
    Entry(
        Section.SERVICE,
        40,
        "ganeti:idle-accounts",
        "person-dash",
        lambda _request: _("Idle accounts"),
        visible=lambda request: may_see_people(person_of(request)),
    ),
)
