"""Links: which officer serves which enterprise, from a day on. No two in one role on one day."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, cast

from django.db.models import Model
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.bulk import Bulk
from yuanqi.organisation.models import Officer
from yuanqi.registry import acts
from yuanqi.registry.models import Enterprise, Link, LinkRole

from .. import cells
from ..models import ImportKind
from ..rows import Column, Match, Row, RowReader
from . import base
from .base import Register
from .officers import department_reader

_DAY = timedelta(days=1)


class LinkRegister(Register):
    kind = ImportKind.LINKS
    model = Link
    one_of: ClassVar[tuple[str, ...]] = ("uscc", "enterprise")

    def __init__(self, today: date) -> None:
        super().__init__(today)
        self._enterprises = base.Enterprises()
        self._seen: dict[tuple[int, int], list[tuple[int, date, date]]] = defaultdict(list)
        self._serving: dict[tuple[int, int, int], list[tuple[date, date]]] = defaultdict(list)

    @classmethod
    def columns_on(cls, today: date) -> Sequence[Column]:
        return [
            *base.enterprise_columns(),
            Column("officer", _("挂钩干部"), cells.text(40), True,
                   ("干部", "干部姓名", "姓名", "挂钩领导", "officer"), "示例丙",
                   _("干部要先登记"), 12),
            Column("department", _("部门"), department_reader(), False,
                   ("干部部门", "单位", "department"), "", _("有同名干部时要填"), 20),
            Column("role", _("角色"), cells.choice(dict(LinkRole.choices), {
                       "主": LinkRole.LEAD, "挂钩": LinkRole.LEAD, "协助": LinkRole.SECOND}), False,
                   ("挂钩角色", "role"), str(LinkRole.LEAD.label), _("空着算挂钩干部"), 12),
            Column("from_on", _("开始日"), cells.day(), True,
                   ("开始日期", "挂钩日期", "起始日期", "from"), "2026-01-01", "", 12),
            Column("until_on", _("最后一天"), cells.day(), False,
                   ("结束日期", "截止日期", "until"), "", _("还在挂钩就空着"), 12),
        ]  # fmt: skip

    @classmethod
    def name_of(cls, row: Any) -> str:
        return f"{row.enterprise} {row.officer} {row.from_on:%Y-%m-%d}"

    def look(self, rows: Sequence[Row], reader: RowReader) -> None:
        self._enterprises.look(rows, reader)
        officers: dict[str, list[Officer]] = defaultdict(list)
        for one in Officer.objects.filter(
            name__in={row.values["officer"] for row in rows if "officer" in row.values}
        ):
            officers[one.name].append(one)
        standing: dict[tuple[int, int], list[Link]] = defaultdict(list)
        for link in Link.objects.select_related("officer").filter(
            enterprise__in={row.subject.pk for row in rows if row.subject}
        ):
            standing[link.enterprise_id, link.role].append(link)
        for row in rows:
            officer = self._officer(row, reader, officers)
            if row.subject is not None and officer is not None and "from_on" in row.values:
                self._compare(row, reader, row.subject, officer, standing)

    def _officer(
        self, row: Row, reader: RowReader, officers: Mapping[str, Sequence[Officer]]
    ) -> Officer | None:
        """The officer who is meant; one who has left served in the past, and serves nobody now."""
        values = row.values
        if "officer" not in values:
            return None
        found = list(officers.get(values["officer"], ()))
        if "department" in values:
            found = [one for one in found if one.department_id == values["department"].pk]
        if found and not ("until_on" in values and values["until_on"] < self.today):
            found = [one for one in found if one.is_active]
            if not found:
                reader.blame(row, "officer", "left-officer")
                return None
        if len(found) != 1:
            reader.blame(row, "officer", "several-officers" if found else "unknown-officer")
            return None
        return found[0]

    def _compare(
        self,
        row: Row,
        reader: RowReader,
        enterprise: Enterprise,
        officer: Officer,
        standing: Mapping[tuple[int, int], Sequence[Link]],
    ) -> None:
        values = row.values
        role = int(values.get("role", LinkRole.LEAD))
        start = values["from_on"]
        end = values["until_on"] + _DAY if "until_on" in values else date.max
        if end <= start:
            reader.blame(row, "until_on", "end-before-start")
            return
        for line, other_start, other_end in self._seen[enterprise.pk, role]:
            if start < other_end and other_start < end:
                reader.blame(row, "from_on", "overlap-line", line=line)
                return
        if self._serves_otherwise(enterprise, officer, role, start, end, standing):
            reader.blame(row, "officer", "officer-twice")
            return
        self._seen[enterprise.pk, role].append((row.line, start, end))
        self._serving[enterprise.pk, role, officer.pk].append((start, end))
        row.subject = (enterprise, officer, role, None if end == date.max else end)
        for link in standing.get((enterprise.pk, role), ()):
            if link.officer_id == officer.pk and link.from_on == start:
                row.match = self._match(link, enterprise, officer, None if end == date.max else end)
            elif start < (link.until_on or date.max) and link.from_on < end:
                who = {"officer": link.officer.name, "from": f"{link.from_on:%Y-%m-%d}"}
                reader.blame(row, "from_on", "overlap", **who)
                return

    def _serves_otherwise(
        self,
        enterprise: Enterprise,
        officer: Officer,
        role: int,
        start: date,
        end: date,
        standing: Mapping[tuple[int, int], Sequence[Link]],
    ) -> bool:
        """Whether he serves the enterprise in the other role at the same time."""
        other = LinkRole.SECOND if role == LinkRole.LEAD else LinkRole.LEAD
        spans = list(self._serving[enterprise.pk, other, officer.pk])
        spans += [
            (link.from_on, link.until_on or date.max)
            for link in standing.get((enterprise.pk, other), ())
            if link.officer_id == officer.pk
        ]
        return any(start < until and since < end for since, until in spans)

    def _match(
        self, link: Link, enterprise: Enterprise, officer: Officer, until_on: date | None
    ) -> Match:
        title = f"{enterprise.name} {officer.name} {link.from_on:%Y-%m-%d}"
        if until_on is None or until_on == link.until_on:
            # a file that says no end takes none away
            return Match("code", link, title, title, {}, [])
        shown = [_("最后一天"), *_last_days(link.until_on, until_on)]
        return Match("code", link, title, title, {"until_on": until_on}, [shown])

    def write(self, bulk: Bulk, row: Row, choice: str, *, actor: Actor, at: datetime) -> None:
        told: dict[str, Any] = {"actor": actor, "at": at}
        if row.match is None:
            enterprise, officer, role, until_on = row.subject
            self.made(
                acts.link(
                    bulk, enterprise=enterprise, officer=officer, role=role,
                    from_on=row.values["from_on"], until_on=until_on, **told,
                )
            )  # fmt: skip
        elif base.is_update(row.match, choice) and row.match.values:
            link = cast(Link, row.match.row)
            before = base.before_of(link, row.match.values)
            acts.link_change(bulk, link, **told, **row.match.values)
            self.changed(link, before)

    def restore(
        self, bulk: Bulk, row: Model, before: dict[str, Any], *, actor: Actor, at: datetime
    ) -> None:
        values = base.fields_from(Link, before)
        acts.link_change(bulk, cast(Link, row), actor=actor, at=at, **values)


def _last_days(*ends: date | None) -> Iterator[str]:
    for end in ends:
        yield f"{end - _DAY:%Y-%m-%d}" if end else ""
