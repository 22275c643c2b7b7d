"""Form of the hypervisor parameters of an instance."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.net import probe
from apps.web import rate_limit
from apps.web.bootstrap import BootstrapForm
from apps.web.fields import VERBATIM, LineField

from ..display.configuration import LABELS, choices, offered
from ..domain import hypervisors
from ..domain.hypervisors import BOOT, CDROM, DISK, KERNEL, LOCAL_TIME, NIC, ROOT
from ..domain.instance import Instance
from ..services import configuration

HELP: dict[str, Any] = {
    DISK: _(
        "Disk type emulated for the machine. Not every operating system has "
        "drivers for all types."
    ),
    NIC: _(
        "Network card emulated for the machine. Not every operating system "
        "has drivers for all types."
    ),
    LOCAL_TIME: _("Required for Windows. Other systems expect the clock to be in UTC."),
    ROOT: _("Device with the root file system, such as /dev/xvda1."),
}
URL_HELP = _("URL of an image, http:// or https://. Leave empty for no CD-ROM.")
# Xen reads them from a file with its own syntax, where a quote would end them.
ALLOWED = {
    ROOT: re.compile(r"(/dev/[A-Za-z0-9/_.-]{1,100})?"),
    KERNEL: re.compile(r"[A-Za-z0-9 ._=,:/@%+-]{0,500}"),
}


class ConfigurationForm(BootstrapForm):
    def __init__(
        self, instance: Instance, data: Any = None, *, account: str = ""
    ) -> None:
        """Rate-limit checks of CD-ROM addresses by ``account``."""
        self.instance, self._account = instance, account
        self.current = configuration.current(instance)
        super().__init__(data, initial=self.current)
        for name in offered(instance):
            self.fields[name] = self._field(name)

    def _field(self, name: str) -> forms.Field:
        value = str(self.current[name])
        if options := choices(self.instance, name, value):
            return _choice(name, options, required=bool(value))
        if name == LOCAL_TIME:
            return _flag(name)
        if name == CDROM and not hypervisors.takes_urls(self.instance.hypervisor):
            # A file on the node: it can only be removed.
            return _choice(name, [(value, value), ("", _("none"))], required=False)
        return _text(name)

    def clean(self) -> dict[str, Any]:
        cleaned_data: dict[str, Any] = super().clean() or {}
        for name, pattern in ALLOWED.items():
            if self._differs(name) and not pattern.fullmatch(cleaned_data[name]):
                self.add_error(name, _("This contains characters that aren't allowed."))
        if hypervisors.takes_urls(self.instance.hypervisor) and not self.errors:
            self._check_cdrom(cleaned_data)
        return cleaned_data

    def _differs(self, name: str) -> bool:
        value = self.cleaned_data.get(name)
        return value is not None and value != self.current.get(name)

    def _check_cdrom(self, cleaned_data: dict[str, Any]) -> None:
        if cleaned_data[BOOT] == "cdrom" and not cleaned_data[CDROM]:
            self.add_error(CDROM, _("To boot from CD-ROM, enter the URL of an image."))
        elif cleaned_data[CDROM] and self._differs(CDROM):
            rate_limit.enforce("cdrom-check", account=self._account)
            try:
                probe.check(
                    cleaned_data[CDROM],
                    allow_private=settings.CDROM_ALLOW_PRIVATE_ADDRESSES,
                    ports=settings.CDROM_PORTS,
                )
            except probe.UnsuitableUrlError as exc:
                self.add_error(CDROM, str(exc.reason))


def _choice(
    name: str, options: list[tuple[str, Any]], *, required: bool
) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=LABELS[name],
        help_text=HELP.get(name, ""),
        choices=options,
        required=required,
    )


def _text(name: str) -> LineField:
    url = name == CDROM
    attrs = {"inputmode": "url", "placeholder": "https://"} if url else {}
    return LineField(
        label=LABELS[name],
        help_text=URL_HELP if url else HELP.get(name, ""),
        max_length=probe.MAX_URL_LENGTH,
        required=False,
        strip=url,
        widget=forms.TextInput(attrs={**VERBATIM, **attrs}),
    )


def _flag(name: str) -> forms.BooleanField:
    return forms.BooleanField(
        label=LABELS[name],
        help_text=HELP.get(name, ""),
        required=False,
    )
