"""Contact persons as those who bear accounts, for the slice of accounts below."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from yuanqi.access.bearers import Bearer
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import Writer

from .models import ContactPerson


class Contacts:
    kind = "contact"

    def of(self, account_ids: Collection[int]) -> Mapping[int, Bearer]:
        found = ContactPerson.objects.select_related("enterprise").filter(account__in=account_ids)
        return {person.account_id: _bearer(person) for person in found}

    def matching(self, text: str) -> QuerySet[ContactPerson]:
        found = ContactPerson.objects.filter(account__isnull=False).filter(_with(text))
        return found.values("account")

    def waiting(self, text: str, most: int) -> Sequence[Bearer]:
        found = ContactPerson.objects.select_related("enterprise").filter(
            _with(text), account__isnull=True, is_active=True
        )
        return [_bearer(person) for person in found.order_by("id")[:most]]

    def find(self, pk: int) -> Bearer | None:
        found = ContactPerson.objects.select_related("enterprise").filter(pk=pk).first()
        return _bearer(found) if found else None

    def set_account(
        self, writer: Writer, pk: int, account: Account | None, *, actor: Actor, at: datetime
    ) -> None:
        # of two who bind the same person at once the second finds him taken
        free = ContactPerson.objects.filter(pk=pk, account__isnull=account is not None)
        if not free.update(account=account):
            raise Conflict(_("这位联系人的账号刚刚变了，请刷新再看。"))


def _with(text: str) -> Q:
    return (
        Q(name__icontains=text)
        | Q(enterprise__name__icontains=text)
        | Q(enterprise__short_name__icontains=text)
    )


def _bearer(person: ContactPerson) -> Bearer:
    return Bearer(
        kind=Contacts.kind,
        pk=person.pk,
        name=person.name,
        unit=person.enterprise.label,
        is_active=person.is_active,
        is_of_park=False,
        account_id=person.account_id,
        url=reverse("registry:people", args=[person.enterprise_id]),
    )
