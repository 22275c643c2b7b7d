"""Rows and columns of the table of applications."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from apps.ganeti.display.labels import gib
from apps.web.lists import Column, Head, heads_of

from ..models import InstanceApplication
from . import labels
from .list_query import ApplicationQuery

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
class ApplicationRow:
    """A row of the table of applications."""

    application: InstanceApplication
    status: str
    dot: str
    memory: str


def rows(applications: Iterable[InstanceApplication]) -> list[ApplicationRow]:
    return [
        ApplicationRow(
            application,
            labels.state(application),
            labels.dot(application),
            gib(application.memory_mib),
        )
        for application in applications
    ]


def heads(query: ApplicationQuery, *, staff: bool) -> tuple[Head, ...]:
    """Return the column heads, each with the link that sorts by it."""
    columns = [column for column in COLUMNS if staff or not column.staff]
    return heads_of((NAME, *columns), sorted_by=query.sorted_by, order=query.sort)
