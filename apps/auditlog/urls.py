"""Addresses of the audit log."""

from django.urls import path

from . import views

app_name = "auditlog"
urlpatterns = [path("history/", views.history, name="history")]
