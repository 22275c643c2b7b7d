"""Who can log in to the demo. Needs Django set up."""

from django.contrib.auth.models import Group, Permission, User

from contrib.simulator.seed import PEOPLE, TEAMS

PASSWORD = "demo"  # noqa: S105 - said to everybody who starts it
LOGINS = {
    "alice": "has machines of her own",
    "bob": "shares those of the group noc",
    "olga": "sees all machines",
    "root": "may do everything",
}


def create() -> None:
    """Make everybody whom tags name, and those who log in with a password."""
    for team in TEAMS:
        Group.objects.create(name=team)
    for name in dict.fromkeys((*PEOPLE, *LOGINS)):
        user = User(username=name, email=f"{name}@example.org", first_name=name.title())
        if name in LOGINS:
            user.set_password(PASSWORD)
        else:
            user.set_unusable_password()
        user.is_staff = user.is_superuser = name == "root"
        user.save()
    User.objects.get(username="bob").groups.add(Group.objects.get(name="noc"))
    User.objects.get(username="olga").user_permissions.add(
        Permission.objects.get(
            content_type__app_label="ganeti", codename="view_instances"
        )
    )
