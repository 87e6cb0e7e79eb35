"""Officers as those who bear accounts, for the slice of accounts below."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from yuanqi.access.bearers import Bearer
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import Writer

from .models import Officer


class Officers:
    kind = "officer"

    def of(self, account_ids: Collection[int]) -> Mapping[int, Bearer]:
        found = Officer.objects.select_related("department").filter(account__in=account_ids)
        return {officer.account_id: _bearer(officer) for officer in found}

    def matching(self, text: str) -> QuerySet[Officer]:
        found = Officer.objects.filter(account__isnull=False).filter(_with(text))
        return found.values("account")

    def waiting(self, text: str, most: int) -> Sequence[Bearer]:
        found = Officer.objects.select_related("department").filter(
            _with(text), account__isnull=True, is_active=True
        )
        return [_bearer(officer) for officer in found.order_by("department__position", "id")[:most]]

    def find(self, pk: int) -> Bearer | None:
        found = Officer.objects.select_related("department").filter(pk=pk).first()
        return _bearer(found) if found else None

    def set_account(
        self, writer: Writer, pk: int, account: Account | None, *, actor: Actor, at: datetime
    ) -> None:
        # of two who bind the same person at once the second finds him taken
        free = Officer.objects.filter(pk=pk, account__isnull=account is not None)
        if not free.update(account=account):
            raise Conflict(_("这位同事的账号刚刚变了，请刷新再看。"))


def _with(text: str) -> Q:
    return (
        Q(name__icontains=text)
        | Q(department__name__icontains=text)
        | Q(department__short_name__icontains=text)
    )


def _bearer(officer: Officer) -> Bearer:
    return Bearer(
        kind=Officers.kind,
        pk=officer.pk,
        name=officer.name,
        unit=officer.department.label,
        is_active=officer.is_active,
        is_of_park=True,
        account_id=officer.account_id,
    )
