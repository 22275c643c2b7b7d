"""URLs of applications."""

from django.urls import path

from .views import applying, creating, keys, reading, reviewing

app_name = "applications"

_application = "application/<int:pk>/"

applicant_urls = [
    path("application/apply", applying.apply, name="apply"),
    path("application/list", reading.application_list, name="list"),
    path(_application, reading.application_detail, name="detail"),
    path(f"{_application}withdraw", applying.withdraw, name="withdraw"),
    path(f"{_application}<str:cookie>/ssh_keys", keys.ssh_keys, name="ssh-keys"),
]

reviewer_urls = [
    path(f"{_application}review/", reviewing.review, name="review"),
    path("application/panel/", reviewing.review_panel, name="panel"),
    path("application/trial/<str:key>/", reviewing.review_trial, name="trial"),
    path("application/create", creating.create, name="create"),
]

urlpatterns = [*applicant_urls, *reviewer_urls]
