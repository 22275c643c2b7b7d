"""The app of mails on their way."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailsConfig(AppConfig):
    name = "apps.mails"
    verbose_name = _("Mails")
