"""A round's pairs and the coverage as workbooks, as they are narrowed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal, sheets
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.sheets import Column

from .events import LinksExported
from .models import Round, RoundLink
from .scoping import list_labels, scope_label

AT_A_TIME = 500


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
    title: str,
    rows: Sequence[Sequence[Any]],
    query: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Write who serves whom as the coverage board lists it; returns how many rows."""
    columns = [
        Column(_("统一社会信用代码"), 20), Column(_("企业"), 28), Column(_("行业"), 18),
        Column(_("片区"), 14), Column(_("挂钩干部"), 12), Column(_("部门"), 16),
        Column(_("协助挂钩"), 12), Column(_("开始日"), 12, "on"),
    ]  # fmt: skip
    return _written(target, title, columns, rows, query, actor, at)


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
