"""URLs of all apps."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("apps.ganeti.urls")),
    path("", include("apps.accounts.urls")),
    path("", include("apps.auditlog.urls")),
    path("", include("apps.pages.urls")),
    path("", include("apps.web.urls")),
    path("", include("apps.applications.urls")),
    path("", include("apps.notifications.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "apps.web.responses.bad_request"
handler500 = "ganetimgr.errors.server_error"
