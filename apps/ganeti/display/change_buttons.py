"""Buttons of an instance's page that change it, with the present settings."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property

from apps.web.fragments import Varying
from apps.web.stored_text import Text

from ..access import Answer, Verdict
from ..domain.instance import Instance
from ..models import Job
from ..reads.inventory import Inventory
from ..services import availability
from . import configuration

Kind = Job.Kind


@dataclass(frozen=True, slots=True)
class Switch:
    """A button that turns something on or off."""

    address: str
    wanted: str
    verdict: Verdict

    @property
    def values(self) -> dict[str, Any]:
        """Return what its fragment is made of."""
        return {
            "wanted": self.wanted,
            "allowed": self.verdict.allowed,
            "reason": self.verdict.reason,
            "address": Varying(self.address),
        }


@dataclass(frozen=True)
class ChangeButtons:
    """What the person may change of a machine now."""

    instance: Instance
    visible: Inventory = field(repr=False)
    busy: Job | None

    def _offer(self, kind: Job.Kind) -> Verdict:
        return availability.verdict_for(kind, self.instance, self.visible, self.busy)

    def _address(self, page: str) -> str:
        args = (self.instance.cluster, self.instance.name)
        return reverse(f"ganeti:instance-{page}", args=args)

    @cached_property
    def configuring(self) -> Verdict:
        return self._offer(Kind.CONFIGURE)

    @cached_property
    def whitelist(self) -> Verdict:
        return self._offer(Kind.WHITELIST)

    @cached_property
    def owners(self) -> Verdict:
        return self._offer(Kind.OWNERS)

    @cached_property
    def configure_address(self) -> str:
        return self._address("configure")

    @cached_property
    def whitelist_address(self) -> str:
        return self._address("whitelist")

    @cached_property
    def owners_address(self) -> str:
        return self._address("owners")

    @cached_property
    def isolation(self) -> Switch | None:
        on = self.instance.tags.isolated
        return self._switch("isolate", Kind.REJOIN if on else Kind.ISOLATE, on)

    @cached_property
    def lock(self) -> Switch | None:
        on = self.instance.tags.locked
        return self._switch("lock", Kind.UNLOCK if on else Kind.LOCK, on)

    def _switch(self, page: str, kind: Job.Kind, on: bool) -> Switch | None:
        """Return the button; None for those who will never have it."""
        verdict = self._offer(kind)
        if verdict.answer in {Answer.FORBIDDEN, Answer.INVISIBLE}:
            return None
        return Switch(self._address(page), "off" if on else "on", verdict)

    @cached_property
    def settings(self) -> tuple[tuple[Text, str], ...]:
        """Return the configuration in words; nothing if there is none to choose."""
        return tuple(configuration.shown(self.instance))

    @property
    def configuration_values(self) -> dict[str, Any]:
        """Return what the fragment of the configuration is made of."""
        return {
            "settings": self.settings,
            "allowed": self.configuring.allowed,
            "address": Varying(self.configure_address),
        }

    @property
    def access_values(self) -> dict[str, Any]:
        """Return what the fragment of isolation and lock is made of."""
        tags = self.instance.tags
        return {
            "isolated": tags.isolated,
            "whitelist": Varying(tags.whitelist),
            "locked": tags.locked,
            "lockable": self.lockable,
            "why_not": self.why_not_at_all,
        }

    @property
    def lockable(self) -> bool:
        return self.lock is not None

    @property
    def why_not_at_all(self) -> Text:
        """Why an owner's changes are off, for those who have no others."""
        return "" if self.lock or self.isolation else self.why_not

    @property
    def why_not(self) -> Text:
        """Why an owner's changes are off, if they are; nothing for who only looks."""
        return self.configuring.reason
