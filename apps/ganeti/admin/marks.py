"""States as the administration shows them: a mark and a word, never a colour alone."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.web import stored_text, times

from ..models import Cluster, ClusterRefresh, Job


def mark(kind: str, word: str) -> SafeString:
    """Return a word behind a dot; kinds are those of the stylesheet."""
    return format_html(
        '<span class="gm-mark gm-mark-{}"><span>{}</span></span>', kind, word
    )


def with_note(first: str, second: str) -> SafeString:
    """Return two lines, the second one quieter."""
    return format_html('{}<span class="gm-note">{}</span>', first, second)


def refresh_state(cluster: Cluster) -> SafeString:
    """Say how asking the cluster goes."""
    state: ClusterRefresh | None = getattr(cluster, "refresh_state", None)
    if cluster.disabled:
        return mark("off", _("Disabled"))
    if state is None or (state.refreshed_at is None and state.failing_since is None):
        return mark("unknown", _("Not contacted yet"))
    if state.failing_since is None:
        return with_note(mark("ok", _("Up")), times.element(state.refreshed_at))
    since = times.element(state.failing_since)
    why = format_html(
        _("First noticed {}. {}"), since, stored_text.translate(state.last_error)
    )
    return with_note(mark("bad", _("Down")), why)


def rights(cluster: Cluster) -> SafeString:
    """Say what our user may do there, as last tested."""
    match cluster.can_write:
        case True:
            return mark("ok", _("Read and write"))
        case False:
            return mark("half", _("Read only"))
        case _:
            return mark("unknown", _("Not tested"))


def verification(cluster: Cluster) -> SafeString:
    """Say how its certificate is checked; that it is not, loudly."""
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
