"""The instance that a request is about, and the page that the request came from."""

from dataclasses import dataclass

from django.db.models import Value
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from apps.accounts.person import person_of
from apps.auditlog.actor import acting
from apps.auditlog.target import Target, TargetKind
from apps.web.requests import UserRequest
from apps.work.prepared_query import PreparedQuery, argument

from .. import access
from ..display import instance_page
from ..domain.instance import Instance
from ..models import Cluster, Job
from ..reads import inventory
from ..reads.inventory import Inventory
from ..services import availability
from ..state.snapshots import Contents, Snapshot

_TARGET = Target(TargetKind.INSTANCE, argument("name"), id=argument("uuid"))
_NEWEST_JOB = PreparedQuery(
    lambda: Job.objects.on(Value(argument("cluster")), _TARGET).select_related(
        "user", "audit_entry"
    )[:1]
)


class NotKnownYet(Exception):
    """The cluster was never read, so its instances are unknown."""


@dataclass(frozen=True, slots=True)
class RequestedInstance:
    """The instance that a request is about, which the person may see."""

    snapshot: Snapshot
    instance: Instance
    inventory: Inventory

    @property
    def cluster(self) -> Cluster:
        return self.snapshot.cluster

    def newest_job(self) -> Job | None:
        """Return our newest job on the instance, running or not."""
        jobs = _NEWEST_JOB.fetch(
            cluster=self.cluster.pk, name=self.instance.name, uuid=self.instance.uuid
        )
        return jobs[0] if jobs else None

    def page(self) -> instance_page.Machine:
        """Return the instance with its newest job, as pages show it."""
        return instance_page.Machine(self.instance, self.inventory, self.newest_job())


def visible_instance(request: HttpRequest, slug: str, name: str) -> RequestedInstance:
    """Return an instance that the person may see; raises Http404, NotKnownYet."""
    requested = _known_instance(request, slug, name)
    if not access.may_see(requested.inventory.person, requested.instance):
        raise _no_such_instance()
    return requested


def instance_with_graphs(
    request: HttpRequest, slug: str, name: str
) -> RequestedInstance:
    """Return an instance whose graphs the person may see; as visible_instance."""
    requested = _known_instance(request, slug, name)
    if not access.may_see_graphs(requested.inventory.person, requested.instance):
        raise _no_such_instance()
    return requested


def instance_to_change(
    request: UserRequest, slug: str, name: str, kind: Job.Kind
) -> RequestedInstance:
    """Return an instance that the person may have a job of this kind for.

    Raises Http404, NotKnownYet; ActionRefused, with the attempt recorded, if they may
    not; NotNow if the site may only look at the cluster.
    """
    requested = _known_instance(request, slug, name)
    availability.check(kind, requested.cluster, requested.instance, acting(request))
    return requested


def _known_instance(request: HttpRequest, slug: str, name: str) -> RequestedInstance:
    """Return an instance without a check; callers must check the rights next."""
    visible = inventory.visible_on(person_of(request), slug)
    snapshot = visible.snapshot(slug)
    instance = contents_of(snapshot, slug).instances.get(name)
    if snapshot is None or instance is None:
        raise _no_such_instance()
    return RequestedInstance(snapshot, instance, visible)


def contents_of(snapshot: Snapshot | None, slug: str) -> Contents:
    """Return what is known of a cluster; raises Http404, NotKnownYet."""
    if snapshot is None:
        raise Http404(_("This cluster doesn't exist."))
    if snapshot.contents is None:
        raise NotKnownYet(slug)
    return snapshot.contents


def _no_such_instance() -> Http404:
    return Http404(_("This machine doesn't exist, or you don't have access to it."))


def require_cluster_access(request: HttpRequest) -> None:
    """Raise Http404 for persons who may not see clusters."""
    if not access.may_see_clusters(person_of(request)):
        raise Http404(_("This page doesn't exist."))


def visible_snapshot(request: HttpRequest, slug: str) -> Snapshot:
    """Return the snapshot of a cluster that the person may see; raises Http404."""
    require_cluster_access(request)
    snapshot = inventory.visible_on(person_of(request), slug).snapshot(slug)
    if snapshot is None:
        raise Http404(_("This cluster doesn't exist."))
    return snapshot


def back_to_list(request: HttpRequest) -> str:
    """Return the URL of the list that a form was on, with its filters."""
    address: str = request.POST.get("next", "")
    if address.startswith("?"):
        address = reverse("ganeti:instance-list") + address
    if url_has_allowed_host_and_scheme(address, allowed_hosts=None):
        return address
    return reverse("ganeti:instance-list")
