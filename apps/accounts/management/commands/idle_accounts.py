"""Ask by email those who have not logged in for long."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.accounts.services import idle


class Command(BaseCommand):
    help = (
        "Writes to everybody who has not logged in for "
        "IDLE_ACCOUNT_NOTIFICATION_DAYS, each in their language. Who was asked is "
        "asked again only after as many days more, so that this can run every day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="Only name them; write to nobody."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        people = list(idle.to_notify())
        for user in people:
            if not options["dry_run"]:
                idle.notify(user)
            if options["dry_run"] or options["verbosity"] > 1:
                last = user.last_login.date() if user.last_login else "never"
                self.stdout.write(f"{user.username} <{user.email}>, last seen: {last}")
        if options["verbosity"]:
            verb = "would be asked" if options["dry_run"] else "were asked"
            self.stdout.write(f"{len(people)} {verb}.")
