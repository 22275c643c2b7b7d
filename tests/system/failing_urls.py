"""The URLs of the site and one that fails, for tests of error tracking."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
@login_not_required
def fail(request: HttpRequest, key: str) -> HttpResponse:
    if password := request.GET["password"]:
        raise ValueError(f"no access for dean@uni.example by {request.path}")
    return HttpResponse(key + password)


urlpatterns = [path("fail/<str:key>/", fail), path("", include("ganetimgr.urls"))]
handler500 = "ganetimgr.errors.server_error"
