"""After the program's secret was changed: keep second factors under the new one at once."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from yuanqi.signin.models import SecondFactor
from yuanqi.signin.secrets_kept import decrypt, encrypt


class Command(BaseCommand):
    help = "Encrypt every second factor with today's YUANQI_SECRET_KEY; it needs the old one, too."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Nothing of anybody's changes but the key it is kept under: nothing is journaled."""
        renewed = unreadable = 0
        for factor in SecondFactor.objects.select_for_update().order_by("account_id"):
            secret = decrypt(factor.secret, of=factor.account_id)
            if secret is None:
                unreadable += 1
                continue
            factor.secret = encrypt(secret, of=factor.account_id)
            factor.save(update_fields=["secret"])
            renewed += 1
        self.stdout.write(f"{renewed} second factors are kept with today's key now.")
        if unreadable:
            self.stdout.write(
                f"{unreadable} can't be read with any key known here (YUANQI_SECRET_KEY_OLD): "
                "these people bind their app again once a security administrator has removed it."
            )
