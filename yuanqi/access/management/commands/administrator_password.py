"""The last way back in, for whoever owns the machine: a new password for an administrator."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from yuanqi.access import acts, rules
from yuanqi.access.events import PasswordReset
from yuanqi.access.operations.accounts import give_password
from yuanqi.foundation import journal
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import DIRECT


class Command(BaseCommand):
    help = "Give an administrator whom no second person can help a one-time password; journaled."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        account = Account.objects.filter(username=options["username"], is_active=True).first()
        if account is None or not rules.administrators_among(acts.holds(account.pk)):
            raise CommandError("no open administrator's account has this username")
        at = timezone.now()
        journal.lock(f"account:{account.pk}")
        password = give_password(account, actor=SYSTEM, at=at)
        event = PasswordReset(account_id=account.pk, proposal_id=None)
        acts.told(DIRECT, event, account.pk, actor=SYSTEM, at=at)
        self.stdout.write(f"{account.username} {password}")
