"""After the program's secret was changed: keep second factors under the new one at once."""

from typing import Any

from django.core.management.base import BaseCommand

from yuanqi.signin import operations


class Command(BaseCommand):
    help = "Encrypt every second factor with today's YUANQI_SECRET_KEY; it needs the old one, too."

    def handle(self, *args: Any, **options: Any) -> None:
        renewed, unreadable = operations.secrets_renew()
        self.stdout.write(f"{renewed} second factors are kept with today's key now.")
        if unreadable:
            self.stdout.write(
                f"{unreadable} can't be read with any key known here (YUANQI_SECRET_KEY_OLD): "
                "these people bind their app again once a security administrator has removed it."
            )
