"""Who asks, from where, and for which machine."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from apps.accounts.person import person_of

from ..domain.instance import Instance
from ..models import Cluster, Job
from ..reads import inventory
from ..reads.inventory import Inventory
from ..state.snapshots import Snapshot


class NotKnownYet(Exception):
    """Nothing is known of the cluster yet, so nobody can say what is on it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A machine that the person may see, and what is around it."""

    snapshot: Snapshot
    instance: Instance
    inventory: Inventory

    @property
    def cluster(self) -> Cluster:
        return self.snapshot.cluster

    def newest_job(self) -> Job | None:
        """Return the job that we asked for last, running or not."""
        jobs = Job.objects.for_instance(self.cluster, self.instance.name)
        return jobs.select_related("user", "audit_entry").first()


def find(request: HttpRequest, slug: str, name: str) -> Found:
    """Return a machine that the person may see; raises Http404, NotKnownYet."""
    visible = inventory.visible_on(person_of(request), slug)
    snapshot = _snapshot(visible, slug)
    instance = visible.find(slug, name)
    if instance is None:
        raise Http404(_("There is no such machine, or it is not yours to see."))
    return Found(snapshot, instance, visible)


def target(request: HttpRequest, slug: str, name: str) -> Found:
    """Return a machine that somebody wants to act on, whether theirs or not.

    The service answers whether they may, and records it when they may not.
    """
    visible = inventory.visible_on(person_of(request), slug)
    snapshot = _snapshot(visible, slug)
    contents = snapshot.contents
    instance = contents.instances.get(name) if contents else None
    if instance is None:
        raise Http404(_("There is no such machine, or it is not yours to see."))
    return Found(snapshot, instance, visible)


def _snapshot(visible: Inventory, slug: str) -> Snapshot:
    snapshot = visible.snapshot(slug)
    if snapshot is None:
        raise Http404(_("There is no such cluster."))
    if snapshot.known is None:
        raise NotKnownYet(slug)
    return snapshot


def back_to_list(request: HttpRequest) -> str:
    """Return the list that a form was on, with its filters; or the plain one."""
    wanted: str = request.POST.get("next", "")
    if wanted.startswith("?"):
        wanted = reverse("ganeti:instance-list") + wanted
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return wanted
    return reverse("ganeti:instance-list")
