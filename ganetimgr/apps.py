"""The project itself, as far as Django needs to know it."""

from django.apps import AppConfig


class GanetimgrConfig(AppConfig):
    name = "ganetimgr"
