"""A list as a workbook: what the page shows, in its order, all of it.

Rows are read by one statement through a server-side cursor, so what is written is one moment's
list, however long it takes; what a row says is read for five hundred at a time.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework.models import Case
from yuanqi.foundation import formats, journal, sheets
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.pages import Key
from yuanqi.foundation.sheets import Column
from yuanqi.supervision.queries import idle_before

from .ledger import OWN, Filters, Queue, asked_for, order_of, own_asked_for, with_row_parts
from .ledger_events import ListExported
from .ledger_filters import EVERY
from .plain import plain_words
from .rows import Row, rows_of

AT_A_TIME = 500


@transaction.atomic
def ledger_export(
    target: IO[bytes],
    *,
    filters: Filters,
    queues: Iterable[Queue],
    names: Mapping[str, str],
    actor: Actor,
    at: datetime,
) -> int:
    """Write the ledger that these filters show into a workbook; returns how many requests.

    Raises Conflict, with nothing written, where that were more than fifty thousand.
    """
    listed = asked_for(filters, queues, actor, at)
    sheets.refuse_too_many(sheets.size_of(listed))
    lain_before = idle_before(at)

    def said(cases: Sequence[Case]) -> list[Row]:
        return rows_of(cases, actor, at, names=names, lain_before=lain_before)

    shown = _shown(filters)
    rows = _read(with_row_parts(listed), order_of(filters), said)
    count = sheets.write(
        target,
        title=_("诉求台账"),
        columns=[column for column, _cell in shown],
        rows=([cell(row) for _column, cell in shown] for row in rows),
        tz=timezone.get_default_timezone(),
    )
    _record(filters.query, count, actor, at)
    return count


@transaction.atomic
def own_export(target: IO[bytes], *, text: str, actor: Actor, at: datetime) -> int:
    """Write an enterprise's own requests into a workbook; returns how many.

    Raises Conflict, with nothing written, where that were more than fifty thousand.
    """
    listed = own_asked_for(text, actor)
    sheets.refuse_too_many(sheets.size_of(listed))

    def said(cases: Sequence[Case]) -> list[Any]:
        return [plain_words(row, at) for row in rows_of(cases, actor, at, names={})]

    columns = [
        Column(_("编号"), 12),
        Column(_("诉求"), 48),
        Column(_("提出"), 17, "at"),
        Column(_("提出人"), 12),
        Column(_("进展"), 40),
        Column(_("答复期限"), 17, "at"),
        Column(_("办结"), 17, "at"),
    ]
    count = sheets.write(
        target,
        title=_("我的诉求"),
        columns=columns,
        rows=(
            (
                item.case.number,
                item.case.title,
                item.case.opened_at,
                item.case.request.contact.name,
                f"{item.says}{item.asks}",
                item.until,
                item.case.closed_at,
            )
            for item in _read(listed, OWN, said)
        ),
        tz=timezone.get_default_timezone(),
    )
    _record(f"q={text}" if text else "", count, actor, at)
    return count


def _read(listed: QuerySet[Case], order: Sequence[Key], said: Any) -> Iterator[Any]:
    cases = listed.order_by(*(key.ordering for key in order)).iterator(chunk_size=AT_A_TIME)
    while some := list(islice(cases, AT_A_TIME)):
        yield from said(some)
        for case in some:
            # a case and its request name each other: else they would wait for the collector, all
            # of them for as long as the export takes
            case._state.fields_cache.clear()


def _record(query: str, rows: int, actor: Actor, at: datetime) -> None:
    journal.record(
        ListExported(query=query, rows=rows),
        stream=f"account:{actor.account_id}",
        audience=Audience.AUDIT,
        actor=actor,
        at=at,
    )


# --- what the ledger's columns say ---------------------------------------------------------------


def _shown(filters: Filters) -> list[tuple[Column, Any]]:
    """The columns of the page, each with what it says of a row."""
    common = [
        (Column(_("灯"), 8), _light),
        (Column(_("编号"), 12), lambda row: row.case.number),
        (Column(_("企业"), 20), lambda row: row.case.enterprise.label),
        (Column(_("诉求"), 48), lambda row: row.case.title),
        (Column(_("标记"), 20), lambda row: _("，").join(tag.text for tag in row.tags)),
        (Column(_("类别"), 14), lambda row: row.category),
        (Column(_("主办"), 16), _lead),
    ]
    if filters.queue == "closed":
        return [
            *common,
            (Column(_("评价"), 12), lambda row: row.review or _("没评价")),
            (Column(_("答复"), 8), _punctuality),
            (Column(_("办结"), 17, "at"), lambda row: row.case.closed_at),
        ]
    whose = [
        *common,
        (Column(_("轮到谁"), 24), _move),
        (Column(_("剩余时间"), 16), _left),
        (Column(_("到期"), 17, "at"), _due),
    ]
    if filters.queue == EVERY:
        whose.append((Column(_("办结"), 17, "at"), lambda row: row.case.closed_at))
    return whose


def _light(row: Row) -> str:
    if row.light:
        return str(formats.light_parts(row.light)[1])
    return _("待评价") if row.case.is_open else _("办结")


def _lead(row: Row) -> str:
    if row.case.lead:
        return str(row.case.lead.label)
    proposed = row.case.request.proposed_lead
    return _("建议 %(unit)s") % {"unit": proposed.label} if proposed else _("还没定")


def _punctuality(row: Row) -> str:
    if row.was_on_time is None:
        return formats.UNKNOWN
    return _("按时") if row.was_on_time else _("超时")


def _move(row: Row) -> str:
    return _("；").join(part for part in (row.move, row.own_task) if part)


def _left(row: Row) -> str:
    if row.left is None:
        return formats.UNKNOWN
    return formats.left(row.left, day=row.day, paused=row.is_paused)


def _due(row: Row) -> datetime | str | None:
    if row.is_paused:
        return _("补齐后续计") if row.awaits_enterprise else _("等到后续计")
    return row.case.due_at if row.case.is_open else None
