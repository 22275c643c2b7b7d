"""Addresses of applications."""

from django.urls import path

from .views import applying, creating, keys, reading, reviewing

app_name = "applications"

_one = "application/<int:pk>/"

asking = [
    path("application/apply", applying.apply, name="apply"),
    path("application/list", reading.application_list, name="list"),
    path(_one, reading.application_detail, name="detail"),
    path(f"{_one}withdraw", applying.withdraw, name="withdraw"),
    path(f"{_one}<str:cookie>/ssh_keys", keys.ssh_keys, name="ssh-keys"),
]

deciding = [
    path(f"{_one}review/", reviewing.review, name="review"),
    path("application/panel/", reviewing.review_panel, name="panel"),
    path("application/trial/<str:key>/", reviewing.review_trial, name="trial"),
    path("application/create", creating.create, name="create"),
]

urlpatterns = [*asking, *deciding]
