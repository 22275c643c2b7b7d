"""Addresses of applications."""

from django.urls import path

from .views import applying, keys, reading

app_name = "applications"

_one = "application/<int:pk>/"

urlpatterns = [
    path("application/apply", applying.apply, name="apply"),
    path("application/list", reading.application_list, name="list"),
    path(_one, reading.application_detail, name="detail"),
    path(f"{_one}withdraw", applying.withdraw, name="withdraw"),
    path(f"{_one}<str:cookie>/ssh_keys", keys.ssh_keys, name="ssh-keys"),
]
