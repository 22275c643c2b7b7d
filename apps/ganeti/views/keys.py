"""The SSH keys that a node fetches while it installs an instance."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ..services import owner_ssh_keys


@login_not_required
@require_safe
@never_cache
def owners_keys(_request: HttpRequest, token: str) -> HttpResponse:
    """Give the SSH keys of a machine's owners to whoever has the signed address."""
    text = owner_ssh_keys.fetch(token)
    if text is None:
        return HttpResponse(status=403, content_type="text/plain")
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
