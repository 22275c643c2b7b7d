"""States in the administration: a coloured mark with text, never a colour alone."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.web import stored_text, times

from ..models import Cluster, ClusterRefresh, Job


def mark(kind: str, text: str) -> SafeString:
    """Return text after a dot; kinds are those of the stylesheet."""
    return format_html(
        '<span class="gm-mark gm-mark-{}"><span>{}</span></span>', kind, text
    )


def with_note(text: str, note: str) -> SafeString:
    """Return text with a muted line below."""
    return format_html('{}<span class="gm-note">{}</span>', text, note)


def refresh_state(cluster: Cluster) -> SafeString:
    """Return whether the cluster answers, and since when."""
    state: ClusterRefresh | None = getattr(cluster, "refresh_state", None)
    if cluster.disabled:
        return mark("off", _("Disabled"))
    if state is None or (state.refreshed_at is None and state.failing_since is None):
        return mark("unknown", _("Not contacted yet"))
    if state.failing_since is None:
        return with_note(mark("ok", _("Up")), times.element(state.refreshed_at))
    since = times.element(state.failing_since)
    note = format_html(
        _("First noticed {}. {}"), since, stored_text.translate(state.last_error)
    )
    return with_note(mark("bad", _("Down")), note)


def rights(cluster: Cluster) -> SafeString:
    """Return the permissions of the RAPI user, as last tested."""
    match cluster.can_write:
        case True:
            return mark("ok", _("Read and write"))
        case False:
            return mark("half", _("Read only"))
        case _:
            return mark("unknown", _("Not tested"))


def verification(cluster: Cluster) -> SafeString:
    """Return how the certificate is verified; as an error if it is not."""
    match cluster.verification:
        case Cluster.Verify.OFF:
            return mark("bad", _("Not verified"))
        case Cluster.Verify.FINGERPRINT if not cluster.fingerprint:
            return mark("bad", _("Not confirmed"))
        case Cluster.Verify.FINGERPRINT:
            return mark("ok", _("Fingerprint"))
        case Cluster.Verify.CA_FILE:
            return mark("ok", _("CA file"))
        case _:
            return mark("ok", _("System CA"))


def job_status(job: Job) -> SafeString:
    if job.unfinished:
        return mark("busy", job.get_status_display())
    kinds = {Job.Status.SUCCESS.value: "ok", Job.Status.CANCELED.value: "off"}
    return mark(kinds.get(job.status, "bad"), job.get_status_display())
