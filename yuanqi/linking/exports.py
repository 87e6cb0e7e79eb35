"""A round's pairs and the coverage as workbooks, as they are narrowed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal, sheets
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.sheets import Column
from yuanqi.registry.models import Enterprise, Link

from .coverage import rows_of
from .events import LinksExported
from .models import Round, RoundLink
from .scoping import list_labels, scope_label

AT_A_TIME = 500
_DAY = timedelta(days=1)


@transaction.atomic
def round_export(
    target: IO[bytes],
    *,
    round_: Round,
    listed: QuerySet[RoundLink],
    query: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Write a round's pairs; returns how many.

    Raises Conflict, with nothing written, where that were more than a workbook takes.
    """
    sheets.refuse_too_many(sheets.size_of(listed))
    columns = [
        Column(_("统一社会信用代码"), 20), Column(_("企业"), 28), Column(_("范围"), 24),
        Column(_("挂钩干部"), 12), Column(_("部门"), 16), Column(_("协助挂钩"), 12),
        Column(_("原挂钩干部"), 12), Column(_("开始日"), 12, "on"),
    ]  # fmt: skip
    rows = listed.select_related(
        "enterprise", "lead__department", "second", "lead_before"
    ).order_by("enterprise_id")
    return _written(
        target, round_.name, columns,
        _pairs(rows.iterator(chunk_size=AT_A_TIME), round_), query, actor, at,
    )  # fmt: skip


def _pairs(rows: Iterable[RoundLink], round_: Round) -> Iterable[list[Any]]:
    lists = list_labels()
    for row in rows:
        yield [
            row.enterprise.uscc, row.enterprise.name,
            _("、").join(scope_label(code, lists) for code in row.scopes),
            row.lead.name if row.lead else None,
            row.lead.department.label if row.lead else None,
            row.second.name if row.second else None,
            row.lead_before.name if row.lead_before else None,
            round_.from_on,
        ]  # fmt: skip


@transaction.atomic
def coverage_export(
    target: IO[bytes],
    *,
    listed: QuerySet[Enterprise],
    day: date,
    query: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Write who serves these enterprises on a day, a row a link; returns how many rows.

    In the words of the import of links, so that what is mended there comes in again; an enterprise
    without an officer has a row to be filled in. Raises Conflict, with nothing written, where that
    were more than a workbook takes.
    """
    sheets.refuse_too_many(sheets.size_of(listed))
    columns = [
        Column(_("统一社会信用代码"), 22), Column(_("企业名称"), 30), Column(_("挂钩干部"), 12),
        Column(_("部门"), 20), Column(_("角色"), 12), Column(_("开始日"), 12, "on"),
        Column(_("最后一天"), 12, "on"), Column(_("行业"), 18), Column(_("片区"), 14),
    ]  # fmt: skip
    return _written(target, _("挂钩名单"), columns, _links(listed, day), query, actor, at)


def _links(listed: QuerySet[Enterprise], day: date) -> Iterator[list[Any]]:
    last = 0
    while True:
        firms = list(listed.filter(pk__gt=last).order_by("pk")[:AT_A_TIME])
        for firm, lead, second in rows_of(firms, day):
            links = [one for one in (lead, second) if one is not None]
            for link in links or [None]:
                yield [firm.uscc, firm.name, *_served(link), firm.industry,
                       firm.area.label if firm.area else None]  # fmt: skip
        if len(firms) < AT_A_TIME:
            return
        last = firms[-1].pk


def _served(link: Link | None) -> list[Any]:
    if link is None:
        return [None] * 5
    return [
        link.officer.name, link.officer.department.short_name, link.get_role_display(),
        link.from_on, link.until_on - _DAY if link.until_on else None,
    ]  # fmt: skip


def _written(
    target: IO[bytes],
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    query: str,
    actor: Actor,
    at: datetime,
) -> int:
    count = sheets.write(
        target, title=title, columns=columns, rows=rows, tz=timezone.get_default_timezone()
    )
    journal.record(
        LinksExported(query=query, rows=count), stream=f"account:{actor.account_id}",
        audience=Audience.AUDIT, actor=actor, at=at,
    )  # fmt: skip
    return count
