"""The people of the park's departments; by the system administrator, without accounts."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from django.db.models import Model
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.journal import Audience, Personal
from yuanqi.organisation import acts
from yuanqi.organisation.events import OfficerChanged
from yuanqi.organisation.models import Department, Officer, Rank

from .. import cells
from ..cells import Bad
from ..models import ImportKind
from ..rows import Column, Match, Row, RowReader
from . import base
from .base import Register


def departments() -> Mapping[str, Department]:
    """The departments by anything they may be called."""
    return {
        cells.fold(name): one
        for one in Department.objects.order_by("-position", "-id")
        for name in (one.name_en, one.code, one.short_name, one.name)
        if name
    }


def department_reader() -> Any:
    known: Mapping[str, Department] | None = None

    def read(cell: Any) -> Department:
        nonlocal known
        if known is None:
            known = departments()
        found = known.get(cells.fold(cells.text_of(cell)))
        if found is None:
            names = dict.fromkeys(one.short_name for one in known.values())
            raise Bad("unknown-department", options="、".join(names))
        return found

    return read


class OfficerRegister(Register):
    kind = ImportKind.OFFICERS
    role = Role.SYSTEM_ADMIN
    model = Officer

    def __init__(self, today: date) -> None:
        super().__init__(today)
        self._seen: dict[tuple[int, str, str], int] = {}

    @classmethod
    def columns_on(cls, today: date) -> Sequence[Column]:
        return [
            Column("department", _("部门"), department_reader(), True,
                   ("所在部门", "单位", "科室", "department"), _("企业服务中心"),
                   _("部门的全称或简称，要先建好"), 20),
            Column("name", _("姓名"), cells.text(40), True, ("干部", "人员", "name"), "示例丙",
                   "", 12),
            Column("title", _("职务"), cells.text(60), True, ("岗位", "职位", "title"),
                   _("科员"), "", 16),
            Column("rank", _("职级"), cells.choice(dict(Rank.choices)), False, ("级别", "rank"),
                   str(Rank.CLERK.label), "、".join(str(label) for label in Rank.labels), 12),
            Column("phone", _("电话"), cells.phone, False,
                   ("手机", "办公电话", "联系电话", "phone"), "8601 0000", "", 16),
        ]  # fmt: skip

    @classmethod
    def stream_of(cls, row: Any) -> str:
        return f"officer:{row.pk}"

    @classmethod
    def enterprise_of(cls, row: Any) -> int | None:
        return None

    def look(self, rows: Sequence[Row], reader: RowReader) -> None:
        sound = [row for row in rows if "name" in row.values and "department" in row.values]
        standing: dict[tuple[int, str], list[Officer]] = defaultdict(list)
        for one in Officer.objects.filter(
            name__in={row.values["name"] for row in sound}, is_active=True
        ):
            standing[one.department_id, one.name].append(one)
        for row in sound:
            department, name = row.values["department"], row.values["name"]
            who = (department.pk, name, row.values.get("phone", ""))
            seen = self._seen.setdefault(who, row.line)
            if seen != row.line:
                other = f"{department.short_name} {name}"
                reader.blame(row, "name", "twice", line=seen, other=other)
                continue
            if row.faults or not (found := standing.get((department.pk, name))):
                continue
            known = found[0]
            said = {key: value for key, value in row.values.items() if key != "department"}
            if "phone" in said and said["phone"] == known.phone.replace(" ", ""):
                said.pop("phone")
            wanted, shown = base.difference(known, said, self.columns)
            title = f"{department.short_name} {name}"
            row.match = Match("code", known, title, title, wanted, shown)

    def write(self, bulk: Bulk, row: Row, choice: str, *, actor: Actor, at: datetime) -> None:
        if row.match is None:
            self.made(acts.officer(bulk, account=None, actor=actor, at=at, **row.values))
        elif base.is_update(row.match, choice) and row.match.values:
            before = base.before_of(row.match.row, row.match.values)
            _change(bulk, cast(Officer, row.match.row), row.match.values, actor, at)
            self.changed(row.match.row, before)

    def restore(
        self, bulk: Bulk, row: Model, before: dict[str, Any], *, actor: Actor, at: datetime
    ) -> None:
        _change(bulk, cast(Officer, row), base.fields_from(Officer, before), actor, at)


def _change(bulk: Bulk, row: Officer, values: dict[str, Any], actor: Actor, at: datetime) -> None:
    bulk.update(row, **values)
    bulk.record(
        OfficerChanged(
            officer_id=row.pk, fields=sorted(values), name=Personal(row.name), rank=row.rank
        ),
        stream=f"officer:{row.pk}",
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
