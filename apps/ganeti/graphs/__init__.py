"""Graphs of instances: collectd's images, and charts of Prometheus' values."""

from django.conf import settings


def has_images() -> bool:
    """Return whether a server with images is configured."""
    return bool(settings.COLLECTD_URL)


def has_charts() -> bool:
    """Return whether a Prometheus, and queries to ask it, are configured."""
    return bool(settings.PROMETHEUS_URL and settings.GRAPHS)


def are_configured() -> bool:
    return has_images() or has_charts()
