"""App configuration of emails."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from apps.work import chores


class MailsConfig(AppConfig):
    name = "apps.mails"
    verbose_name = _("Emails")

    def ready(self) -> None:
        from . import delivery  # noqa: PLC0415 - needs the models

        chores.register("mail", delivery.deliver, every_s=delivery.LOOK_EVERY_S)
        chores.register("old mail", delivery.forget, every_s=chores.DAILY_S)
