"""Rows and columns of the table of applications."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from apps.ganeti.display.labels import gib
from apps.web.lists import Column, Head, heads_of

from ..models import InstanceApplication
from . import labels
from .list_query import Asked

NAME = Column("name", _("Host name"))
COLUMNS = (
    Column("status", _("Status")),
    Column("applicant", _("Applicant"), staff=True),
    Column("memory", _("Memory, GiB"), number=True),
    Column("vcpus", _("vCPUs"), number=True),
    Column("disk", _("Disk, GiB"), number=True),
    Column("cluster", _("Cluster")),
    Column("filed", _("Filed")),
)


@dataclass(frozen=True, slots=True)
class Row:
    """An application with what the table says of it."""

    application: InstanceApplication
    status: str
    dot: str
    memory: str


def rows(applications: Iterable[InstanceApplication]) -> list[Row]:
    return [
        Row(
            each,
            labels.state(each),
            labels.dot(each),
            gib(each.memory_mib),
        )
        for each in applications
    ]


def heads(asked: Asked, *, staff: bool) -> tuple[Head, ...]:
    """Return the heads, each with the address that sorts by it."""
    columns = [column for column in COLUMNS if staff or not column.staff]
    return heads_of((NAME, *columns), sorted_by=asked.sorted_by, order=asked.sort)
