"""Addresses of clusters and instances."""

from django.urls import URLPattern

app_name = "ganeti"
urlpatterns: list[URLPattern] = []
