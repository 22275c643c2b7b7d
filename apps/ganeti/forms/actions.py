"""Forms with the options of an action, behind its button."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.module_loading import import_string

from apps.web.bootstrap import BootstrapForm
from apps.web.stored_text import Text

from ..domain.instance import Instance
from ..jobs.kinds import KINDS
from ..models import Job
from ..reads.inventory import Inventory


class ActionForm(BootstrapForm):
    """The options of one kind of action; `options` go to its service as keywords.

    Drawn by ``ganeti/_action_option.html``, which knows check boxes, selects,
    `DescribedRadios` and fields to type in.
    """

    def __init__(
        self,
        kind: Job.Kind,
        instance: Instance,
        inventory: Inventory,
        data: Mapping[str, str] | None = None,
    ) -> None:
        # Several forms are on one page, and may have fields of the same name.
        super().__init__(data, auto_id=f"id_{kind.value}_%s")
        self.job_kind, self.instance = kind, instance
        snapshot = inventory.snapshot(instance.cluster)
        self.contents = snapshot.contents if snapshot else None
        self.prepare()

    def prepare(self) -> None:
        """Fit the fields to the instance."""

    @property
    def failed(self) -> Text:
        """What is said above a form that has to be mended."""
        return KINDS[self.job_kind].failed

    def options(self) -> dict[str, Any]:
        return self.cleaned_data


def form_for(
    kind: Job.Kind,
    instance: Instance,
    inventory: Inventory,
    data: Mapping[str, str] | None = None,
) -> ActionForm | None:
    """Return the form of a kind of job; None if it has no options."""
    if not (name := KINDS[kind].form):
        return None
    form: type[ActionForm] = import_string(f"apps.ganeti.forms.{name}")
    return form(kind, instance, inventory, data)


class DescribedRadios(forms.RadioSelect):
    """Radio buttons with a sentence below each."""

    def __init__(self, descriptions: Mapping[str, Text]) -> None:
        super().__init__()
        self.descriptions = descriptions

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "description": self.descriptions.get(str(value), "")}


class SelectWithReasons(forms.Select):
    """A select whose options may be off, each with the reason in its label."""

    def __init__(self) -> None:
        super().__init__()
        self.reasons: Mapping[str, Text] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, *args, **kwargs)
        if reason := self.reasons.get(str(value)):
            option["label"] = f"{option['label']} ({reason})"
            option["attrs"]["disabled"] = True
        return option
