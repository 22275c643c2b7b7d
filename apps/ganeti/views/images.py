"""Operating system images: the list for programs, and their sources for staff."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from apps.accounts.person import person_of
from apps.web.requests import UserRequest

from .. import access, images
from ..domain.osimage import OsImage
from ..images import NOTHING, SourceImages, fetching
from ..models import WatcherBeat


@require_safe
def operating_systems(request: UserRequest) -> JsonResponse:
    """List the images; staff are told how their sources are, too."""
    catalogue = images.load_catalogue()
    nothing = {"id": "", "description": str(NOTHING), "provider": ""}
    answer: dict[str, Any] = {
        "operating_systems": [nothing, *map(_image, catalogue.images.values())]
    }
    if access.may_see_image_sources(person_of(request)):
        answer["sources"] = [
            _source(source_images) for source_images in catalogue.sources
        ]
    return JsonResponse(answer)


def _image(image: OsImage) -> dict[str, Any]:
    """Leave the OS parameters out: there may be passwords among them."""
    return {
        "id": image.id,
        "description": image.description,
        "provider": image.provider,
        "ssh_key_param": image.ssh_key_param,
        "ssh_key_users": image.ssh_key_users,
    }


def _source(source_images: SourceImages) -> dict[str, Any]:
    return {
        "setting": source_images.source.kind,
        "url": source_images.source.shown_url,
        "images": [image.id for image in source_images.images],
        "fetched_at": source_images.fetched_at,
        "failing_since": source_images.failing_since,
        "error": source_images.error,
        "problems": [
            *(
                {"name": name, "reason": reason}
                for name, reason in source_images.problems
            ),
            *(
                {"name": duplicate.id, "reason": "Another source has it already."}
                for duplicate in source_images.duplicates
            ),
        ],
    }


@require_safe
def image_list(request: UserRequest) -> HttpResponse:
    """Show the images by source, and what is wrong with a source."""
    _for_staff(request)
    catalogue = images.load_catalogue()
    remote = [
        source_images for source_images in catalogue.sources if source_images.remote
    ]
    context = {
        "catalogue": catalogue,
        "remote": remote,
        "watched": WatcherBeat.is_alive(),
        "awaited": any(source_images.due for source_images in remote),
    }
    part = request.htmx and not request.htmx.boosted
    page = "_image_sources" if part else "image_list"
    return render(request, f"ganeti/{page}.html", context)


@require_POST
def images_fetch(request: UserRequest) -> HttpResponse:
    """Have all sources fetched by the watcher, now."""
    _for_staff(request)
    fetching.schedule_all()
    if WatcherBeat.is_alive():
        messages.info(request, _("Fetching all sources."))
    return redirect("ganeti:image-list")


def _for_staff(request: UserRequest) -> None:
    if not access.may_see_image_sources(person_of(request)):
        raise Http404
