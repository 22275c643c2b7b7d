"""Rights on notifications; checked nowhere else."""

from apps.accounts.person import Person
from apps.ganeti.access import sees_all


def may_send(person: Person) -> bool:
    """Tell whether the person may write and send notifications.

    Recipients are found by machines and users, so the person must see all of them.
    """
    return person.has("notifications.send_notifications") and sees_all(person)


def may_see_archive(person: Person) -> bool:
    """Tell whether the person may see what was sent, with its recipients."""
    return person.has("notifications.view_notifications") or may_send(person)
