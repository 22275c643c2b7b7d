"""Who may see and decide what about people; the only place that answers it."""

from .person import Person


def may_decide_registrations(person: Person) -> bool:
    """Tell whether the person approves and refuses registrations."""
    return person.superuser


def is_superuser(person: Person) -> bool:
    """Tell whether the person has every right there is."""
    return person.superuser


def is_reviewer(person: Person) -> bool:
    """Tell whether the person decides about applications, as their page says."""
    return person.has("applications.change_instanceapplication")


def may_see_people(person: Person) -> bool:
    """Tell whether the person may look up users and groups."""
    return person.has("ganeti.view_instances")
