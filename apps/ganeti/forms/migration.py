"""To which node an instance moves, and how."""

from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.web.stored_text import Text

from ..domain.node import Node
from .actions import ActionForm, SelectWithReasons


class TargetNodeForm(ActionForm):
    """A node of the instance's group; those that can't take it are off."""

    target_node = forms.ChoiceField(
        label=gettext_lazy("Target node"), required=False, widget=SelectWithReasons()
    )

    def prepare(self) -> None:
        nodes = sorted(self._nodes_of_group(), key=lambda node: node.name)
        reasons = {node.name: self._why_not(node) for node in nodes}
        field = cast(forms.ChoiceField, self.fields["target_node"])
        field.choices = [
            ("", self._without_choice()),
            *((node.name, node.name) for node in nodes),
        ]
        cast(SelectWithReasons, field.widget).reasons = reasons
        self.reasons = reasons

    def _without_choice(self) -> str:
        if self.instance.secondary_nodes:
            return _("Its secondary node")
        return _("Let Ganeti choose")

    def _nodes_of_group(self) -> list[Node]:
        nodes = self.contents.nodes.values() if self.contents else ()
        return [node for node in nodes if node.group == self.instance.group]

    def _why_not(self, node: Node) -> Text:
        """Return why the instance can't go to a node; empty if it can."""
        if node.name == self.instance.primary_node:
            return _("current node")
        if node.offline:
            return _("offline")
        if node.drained:
            return _("drained")
        if not node.vm_capable:
            return _("not VM-capable")
        mirrors = self.instance.secondary_nodes
        if mirrors and node.name not in mirrors:
            return _("doesn't mirror its disks")
        return ""

    def clean_target_node(self) -> str:
        """Return the node to name to Ganeti, which wants none where there is one."""
        name = str(self.cleaned_data["target_node"])
        if reason := self.reasons.get(name):
            message = _("%(node)s can't take it: %(reason)s.")
            raise ValidationError(message % {"node": name, "reason": reason})
        return "" if self.instance.secondary_nodes else name


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
