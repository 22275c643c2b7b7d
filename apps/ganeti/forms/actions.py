"""Forms with the options of an action."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django import forms
from django.utils.module_loading import import_string

from apps.web.bootstrap import BootstrapForm
from apps.web.stored_text import Text

from ..domain.instance import Instance
from ..jobs.kinds import KINDS
from ..models import Job
from ..reads.inventory import Inventory
from ..state.snapshots import Contents


class ActionForm(BootstrapForm):
    """The options of one kind of action; `options` are its service's keyword arguments.

    ``limits`` is all that the fields depend on beside the kind: hashable, so that the
    rendered form can be cached by it. Rendered by ``ganeti/_option.html``, which
    supports check boxes, selects, `DescribedRadios` and text inputs.
    """

    def __init__(
        self, kind: Job.Kind, limits: Any, data: Mapping[str, str] | None = None
    ) -> None:
        # Several forms are on one page, and may have fields of the same name.
        super().__init__(data, auto_id=f"id_{kind.value}_%s")
        self.job_kind = kind
        self.apply_limits(limits)

    @classmethod
    def limits_for(cls, _instance: Instance, _contents: Contents | None) -> Hashable:
        """Return what limits the options for an instance."""
        return None

    def apply_limits(self, limits: Any) -> None:
        """Adapt the fields to what `limits_for` returned."""

    @property
    def failed(self) -> Text:
        """The heading of a form with errors."""
        return KINDS[self.job_kind].failed

    def options(self) -> dict[str, Any]:
        return self.cleaned_data


@dataclass(frozen=True, slots=True)
class EmptyForm:
    """An unbound form; forms that render alike are equal."""

    kind: Job.Kind
    limits: Hashable

    def __iter__(self) -> Iterator[forms.BoundField]:
        form = _form_class(self.kind)
        return iter(form(self.kind, self.limits) if form else ())


def form_for(
    kind: Job.Kind, instance: Instance, inventory: Inventory, data: Mapping[str, str]
) -> ActionForm | None:
    """Return the bound form of a kind of job, or None if it has no options."""
    if not (form := _form_class(kind)):
        return None
    return form(kind, form.limits_for(instance, _contents(instance, inventory)), data)


def empty_form_for(
    kind: Job.Kind, instance: Instance, inventory: Inventory
) -> EmptyForm | None:
    """Return the unbound form of a kind of job, or None if it has no options."""
    if not (form := _form_class(kind)):
        return None
    return EmptyForm(kind, form.limits_for(instance, _contents(instance, inventory)))


@cache
def _form_class(kind: Job.Kind) -> type[ActionForm] | None:
    if not (name := KINDS[kind].form):
        return None
    form: type[ActionForm] = import_string(f"apps.ganeti.forms.{name}")
    return form


def _contents(instance: Instance, inventory: Inventory) -> Contents | None:
    snapshot = inventory.snapshot(instance.cluster)
    return snapshot.contents if snapshot else None


class DescribedRadios(forms.RadioSelect):
    """Radio buttons with a sentence below each."""

    def __init__(self, descriptions: Mapping[str, Text]) -> None:
        super().__init__()
        self.descriptions = descriptions

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, *args, **kwargs)
        return {**option, "description": self.descriptions.get(str(value), "")}


class SelectWithReasons(forms.Select):
    """A select with disabled options, each with the reason in its label."""

    def __init__(self) -> None:
        super().__init__()
        self.reasons: Mapping[str, Text] = {}

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> Any:
        option = super().create_option(name, value, *args, **kwargs)
        if reason := self.reasons.get(str(value)):
            option["label"] = f"{option['label']} ({reason})"
            option["attrs"]["disabled"] = True
        return option
