"""Contacts: whom at an enterprise the park may call."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, ClassVar, cast

from django.db.models import Model
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.bulk import Bulk
from yuanqi.registry import acts
from yuanqi.registry.models import ContactPerson, Enterprise

from .. import cells
from ..models import ImportKind
from ..rows import Column, Match, Row, RowReader
from . import base
from .base import Register


class ContactRegister(Register):
    kind = ImportKind.CONTACTS
    model = ContactPerson
    one_of: ClassVar[tuple[str, ...]] = ("uscc", "enterprise")

    def __init__(self, today: date) -> None:
        super().__init__(today)
        self._enterprises = base.Enterprises()
        self._seen: dict[tuple[int, str, str], int] = {}
        self._main: dict[int, int] = {}  # line of the main contact of an enterprise, in this file

    @classmethod
    def columns_on(cls, today: date) -> Sequence[Column]:
        return [
            *base.enterprise_columns(),
            Column("name", _("姓名"), cells.text(40), True, ("联系人", "联系人姓名", "name"),
                   "示例乙", "", 12),
            Column("phone", _("电话"), cells.phone, True,
                   ("手机", "手机号", "联系电话", "电话号码", "联系方式", "phone", "mobile"),
                   "13800000000", _("手机，或带区号的座机；列要设成文本格式"), 16),
            Column("title", _("职务"), cells.text(60), False, ("岗位", "职位", "title"),
                   _("行政主管"), "", 14),
            Column("is_main", _("主要联系人"), cells.yes_or_no, False,
                   ("是否主要联系人", "是否主要", "main"), _("否"),
                   _("是或否，每家一位；空着算否"), 12),
        ]  # fmt: skip

    def look(self, rows: Sequence[Row], reader: RowReader) -> None:
        self._enterprises.look(rows, reader)
        people: dict[int, list[ContactPerson]] = defaultdict(list)
        for one in ContactPerson.objects.filter(
            enterprise__in={row.subject.pk for row in rows if row.subject}, is_active=True
        ):
            people[one.enterprise_id].append(one)
        for row in rows:
            if row.subject is not None and "name" in row.values and "phone" in row.values:
                self._compare(row, reader, row.subject, people[row.subject.pk])

    def _compare(
        self, row: Row, reader: RowReader, enterprise: Enterprise, people: Sequence[ContactPerson]
    ) -> None:
        name, phone = row.values["name"], row.values["phone"]
        seen = self._seen.setdefault((enterprise.pk, name, phone), row.line)
        if seen != row.line:
            reader.blame(row, "name", "twice", line=seen, other=f"{enterprise.name} {name}")
            return
        known = next((one for one in people if one.phone.replace(" ", "") == phone), None)
        known = known or next((one for one in people if one.name == name), None)
        if row.values.get("is_main"):
            main = self._main.setdefault(enterprise.pk, row.line)
            if main != row.line:
                reader.blame(row, "is_main", "main-twice", line=main)
            standing = next((one for one in people if one.is_main), None)
            if standing is not None and standing is not known:
                reader.blame(row, "is_main", "main-taken", name=standing.name)
        if known is None or row.faults:
            return
        values = {
            key: value for key, value in row.values.items() if key not in ("uscc", "enterprise")
        }
        if known.phone.replace(" ", "") == phone:
            values.pop("phone")
        if known.is_main:
            # an import names a main contact, it takes none away
            values.pop("is_main", None)
        wanted, shown = base.difference(known, values, self.columns)
        label = f"{enterprise.name} {known.name} {known.phone}"
        row.match = Match("code", known, label, f"{enterprise.name} {name} {phone}", wanted, shown)

    def write(self, bulk: Bulk, row: Row, choice: str, *, actor: Actor, at: datetime) -> None:
        if row.match is None:
            values = {key: row.values[key] for key in row.values if key not in self.one_of}
            self.made(acts.contact(bulk, enterprise=row.subject, actor=actor, at=at, **values))
        elif base.is_update(row.match, choice) and row.match.values:
            known = cast(ContactPerson, row.match.row)
            before = base.before_of(known, row.match.values)
            acts.contact_change(bulk, known, actor=actor, at=at, **row.match.values)
            self.changed(known, before)

    def restore(
        self, bulk: Bulk, row: Model, before: dict[str, Any], *, actor: Actor, at: datetime
    ) -> None:
        values = base.fields_from(ContactPerson, before)
        acts.contact_change(bulk, cast(ContactPerson, row), actor=actor, at=at, **values)
