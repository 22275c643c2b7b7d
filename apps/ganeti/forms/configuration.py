"""How the hypervisor of a machine is to run it: the fields that it knows."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.web import rate_limit
from apps.web.fields import LineField

from .. import remote_files
from ..domain import hypervisors
from ..domain.hypervisors import BOOT, CDROM, DISK, KERNEL, LOCAL_TIME, NIC, ROOT
from ..domain.instance import Instance
from ..services import configuration

LABELS: dict[str, Any] = {
    BOOT: _("Boot from"),
    CDROM: _("CD-ROM"),
    DISK: _("Disk type"),
    NIC: _("Network card"),
    LOCAL_TIME: _("Clock in local time"),
    ROOT: _("Root device"),
    KERNEL: _("Kernel arguments"),
}
HELP: dict[str, Any] = {
    DISK: _("How the machine sees its disks. Not every system has drivers for all."),
    NIC: _("Which card the machine sees. Not every system has drivers for all."),
    LOCAL_TIME: _("Windows wants it; other systems expect the clock in UTC."),
    ROOT: _("What the kernel takes its system from, as in /dev/xvda1."),
}
URL_HELP = _("The address of an image, http:// or https://. Empty: no CD-ROM.")
# What Ganeti's words mean; types that are names of hardware stay as they are.
VALUES: dict[str, Any] = {
    "disk": pgettext_lazy("boot", "Disk"),
    "cdrom": pgettext_lazy("boot", "CD-ROM"),
    "network": pgettext_lazy("boot", "Network"),
    "floppy": pgettext_lazy("boot", "Floppy disk"),
    "paravirtual": _("paravirtual (the fastest)"),
    "ioemu": _("ioemu (emulated)"),
}
LETTERS = {"a": VALUES["floppy"], "c": VALUES["disk"], "d": VALUES["cdrom"]}
LETTERS["n"] = VALUES["network"]
# Xen reads them from a file of its own syntax, where a quote would end them.
WRITTEN = {
    ROOT: re.compile(r"(/dev/[A-Za-z0-9/_.-]{1,100})?"),
    KERNEL: re.compile(r"[A-Za-z0-9 ._=,:/@%+-]{0,500}"),
}


class ConfigurationForm(forms.Form):
    def __init__(
        self, instance: Instance, data: Any = None, *, account: str = ""
    ) -> None:
        """``account`` is who asks, whose checks of CD-ROM addresses are limited."""
        self.instance, self._account = instance, account
        self.current = configuration.current(instance)
        super().__init__(data, initial=self.current)
        for name in self.current:
            field = self._field(name)
            if field is not None:
                self.fields[name] = field

    def _field(self, name: str) -> forms.Field | None:
        choices = hypervisors.CHOICES.get((self.instance.hypervisor, name))
        if choices:
            return self._choice(name, choices)
        if name == LOCAL_TIME:
            return _flag(name)
        if name == CDROM and not hypervisors.takes_urls(self.instance.hypervisor):
            return self._file()
        return _text(name)

    def _choice(self, name: str, choices: tuple[str, ...]) -> forms.ChoiceField:
        """Offer what can be chosen, and what is chosen although it cannot be."""
        now = str(self.current[name])
        values = choices if now in choices else (now, *choices)
        hvm = (self.instance.hypervisor, name) == (hypervisors.XEN_HVM, BOOT)
        return forms.ChoiceField(
            label=LABELS[name],
            help_text=HELP.get(name, ""),
            choices=[(each, _order(each) if hvm else _word(each)) for each in values],
            required=bool(now),
            widget=forms.Select(attrs={"class": "form-select"}),
        )

    def _file(self) -> forms.ChoiceField | None:
        """Offer to take out a CD-ROM that is a file on the node, if there is one."""
        now = self.current[CDROM]
        if not now:
            return None
        return forms.ChoiceField(
            label=LABELS[CDROM],
            choices=[(now, now), ("", _("none"))],
            required=False,
            widget=forms.Select(attrs={"class": "form-select"}),
        )

    def clean(self) -> dict[str, Any]:
        wanted: dict[str, Any] = super().clean() or {}
        for name, pattern in WRITTEN.items():
            if self._differs(name) and not pattern.fullmatch(wanted[name]):
                self.add_error(name, _("It holds characters that it may not."))
        if hypervisors.takes_urls(self.instance.hypervisor) and not self.errors:
            self._check_cdrom(wanted)
        return wanted

    def _differs(self, name: str) -> bool:
        given = self.cleaned_data.get(name)
        return given is not None and given != self.current.get(name)

    def _check_cdrom(self, wanted: dict[str, Any]) -> None:
        if wanted[BOOT] == "cdrom" and not wanted[CDROM]:
            self.add_error(CDROM, _("To boot from a CD-ROM, it needs one."))
        elif wanted[CDROM] and self._differs(CDROM):
            rate_limit.enforce("cdrom-check", account=self._account)
            try:
                remote_files.check(
                    wanted[CDROM],
                    allow_private=settings.CDROM_ALLOW_PRIVATE_ADDRESSES,
                    ports=settings.CDROM_PORTS,
                )
            except remote_files.Unsuitable as exc:
                self.add_error(CDROM, str(exc.reason))


def _text(name: str) -> LineField:
    url = name == CDROM
    attrs = {"class": "form-control", "spellcheck": "false", "autocapitalize": "none"}
    if url:
        attrs |= {"inputmode": "url", "placeholder": "https://"}
    return LineField(
        label=LABELS[name],
        help_text=URL_HELP if url else HELP.get(name, ""),
        max_length=remote_files.LONGEST_URL,
        required=False,
        strip=url,
        widget=forms.TextInput(attrs=attrs),
    )


def _flag(name: str) -> forms.BooleanField:
    return forms.BooleanField(
        label=LABELS[name],
        help_text=HELP.get(name, ""),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )


def _word(value: str) -> Any:
    return VALUES.get(value, value) or _("none")


def _order(letters: str) -> str:
    """Write Xen's letters as words, in their order."""
    return ", ".join(str(LETTERS.get(letter, letter)) for letter in letters)
