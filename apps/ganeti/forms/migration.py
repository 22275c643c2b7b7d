"""Forms for migration and failover."""

from dataclasses import dataclass
from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.web.stored_text import Text

from ..domain.instance import Instance
from ..domain.node import Node
from ..state.snapshots import Contents
from .actions import ActionForm, SelectWithReasons


@dataclass(frozen=True, slots=True)
class TargetNodes:
    """Nodes as (name, why unavailable), and whether the instance has a mirror."""

    nodes: tuple[tuple[str, str], ...]
    mirrored: bool


class TargetNodeForm(ActionForm):
    """A node of the instance's group; those that can't take it are disabled."""

    target_node = forms.ChoiceField(
        label=gettext_lazy("Target node"), required=False, widget=SelectWithReasons()
    )

    @classmethod
    def limits_for(cls, instance: Instance, contents: Contents | None) -> TargetNodes:
        nodes = contents.nodes.values() if contents else ()
        return TargetNodes(
            nodes=tuple(
                (node.name, str(_unavailable_reason(instance, node)))
                for node in sorted(nodes, key=lambda node: node.name)
                if node.group == instance.group
            ),
            mirrored=bool(instance.secondary_nodes),
        )

    def apply_limits(self, limits: TargetNodes) -> None:
        self.targets, self.reasons = limits, dict(limits.nodes)
        default_label = (
            _("Its secondary node") if limits.mirrored else _("Let Ganeti choose")
        )
        field = cast(forms.ChoiceField, self.fields["target_node"])
        field.choices = [("", default_label), *((name, name) for name in self.reasons)]
        cast(SelectWithReasons, field.widget).reasons = self.reasons

    def clean_target_node(self) -> str:
        """Return the node to pass to Ganeti: none if the instance has a mirror."""
        name = str(self.cleaned_data["target_node"])
        if reason := self.reasons.get(name):
            message = _("%(node)s can't take it: %(reason)s.")
            raise ValidationError(message % {"node": name, "reason": reason})
        return "" if self.targets.mirrored else name


def _unavailable_reason(instance: Instance, node: Node) -> Text:
    """Return why an instance can't move to a node, or ""."""
    if node.name == instance.primary_node:
        return _("current node")
    if node.offline:
        return _("offline")
    if node.drained:
        return _("drained")
    if not node.vm_capable:
        return _("not VM-capable")
    mirrors = instance.secondary_nodes
    return _("doesn't mirror its disks") if mirrors and node.name not in mirrors else ""


class MigrateForm(TargetNodeForm):
    live = forms.BooleanField(
        label=gettext_lazy("Live"),
        help_text=gettext_lazy(
            "Keeps the machine running during the migration. Otherwise it is paused."
        ),
        initial=True,
        required=False,
    )
    allow_failover = forms.BooleanField(
        label=gettext_lazy("Fail over if it can't be migrated"),
        help_text=gettext_lazy(
            "The machine is then stopped and started on the other node."
        ),
        required=False,
    )


class FailoverForm(TargetNodeForm):
    ignore_consistency = forms.BooleanField(
        label=gettext_lazy("Ignore disk consistency"),
        help_text=gettext_lazy(
            "Use this if the node is lost. Data that wasn't mirrored yet is lost too."
        ),
        required=False,
    )
