"""Labels of an instance's hypervisor parameters and their values."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from apps.web.stored_text import Text

from ..domain import hypervisors
from ..domain.instance import Instance
from ..services import configuration

LABELS: dict[str, Any] = {
    name: gettext_lazy(text) for name, text in configuration.NAMES.items()
}
# What Ganeti's words mean; types that are names of hardware stay as they are.
VALUES: dict[str, Any] = {
    "disk": pgettext_lazy("boot", "Disk"),
    "cdrom": pgettext_lazy("boot", "CD-ROM"),
    "network": pgettext_lazy("boot", "Network"),
    "floppy": pgettext_lazy("boot", "Floppy disk"),
    "paravirtual": gettext_lazy("paravirtual (the fastest)"),
    "ioemu": gettext_lazy("ioemu (emulated)"),
}
_LETTERS = {"a": VALUES["floppy"], "c": VALUES["disk"], "d": VALUES["cdrom"]}
_LETTERS["n"] = VALUES["network"]


def choices(instance: Instance, name: str, current: str) -> list[tuple[str, Any]]:
    """Return what can be chosen, and what is chosen although it cannot be."""
    values = hypervisors.CHOICES.get((instance.hypervisor, name), ())
    if values and current not in values:
        values = (current, *values)
    return [(value, _label(instance, name, value)) for value in values]


def offered(instance: Instance) -> dict[str, Any]:
    """Return what the owner may choose, as it is now.

    Not a CD-ROM where the hypervisor takes none by its address, unless there is one
    that can be taken out.
    """
    parameters = configuration.current(instance)
    if not hypervisors.takes_urls(instance.hypervisor):
        return {
            name: value
            for name, value in parameters.items()
            if name != hypervisors.CDROM or value
        }
    return parameters


def shown(instance: Instance) -> Sequence[tuple[Text, str]]:
    """Return the configuration in words; nothing if there is none to choose."""
    return [
        (LABELS[name], _shown(instance, name, value))
        for name, value in offered(instance).items()
    ]


def _shown(instance: Instance, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    labels = dict(choices(instance, name, str(value)))
    return str(labels.get(value, value) or _("none"))


def _label(instance: Instance, name: str, value: str) -> Any:
    if (instance.hypervisor, name) == (hypervisors.XEN_HVM, hypervisors.BOOT):
        return _order(value)
    return VALUES.get(value, value) or _("none")


def _order(letters: str) -> str:
    """Write Xen's letters as words, in their order."""
    return ", ".join(str(_LETTERS.get(letter, letter)) for letter in letters)
