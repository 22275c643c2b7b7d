"""Rights concerning users and groups; the only place that decides them."""

from .person import Person


def may_decide_registrations(person: Person) -> bool:
    """Tell whether the person may approve and reject registrations."""
    return person.superuser


def is_superuser(person: Person) -> bool:
    """Tell whether the person has every right there is."""
    return person.superuser


def is_reviewer(person: Person) -> bool:
    """Tell whether the person may review applications."""
    return person.has("applications.change_instanceapplication")


def may_see_people(person: Person) -> bool:
    """Tell whether the person may look up users and groups."""
    return person.has("ganeti.view_instances")


def may_see_organizations(person: Person) -> bool:
    """Tell whether the person may open organizations, in the administration."""
    return person.superuser
