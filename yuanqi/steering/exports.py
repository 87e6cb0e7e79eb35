"""A list as a workbook, as it is narrowed."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal, sheets
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.sheets import Column
from yuanqi.registry.queries import services_of

from .events import ListExported
from .models import Entry, Ruling, Sheet
from .wording import deciding, rule_of

AT_A_TIME = 500


@transaction.atomic
def list_export(
    target: IO[bytes],
    *,
    sheet: Sheet,
    listed: QuerySet[Entry],
    query: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Write the entries of a list; returns how many.

    Raises Conflict, with nothing written, where that were more than a workbook takes.
    """
    sheets.refuse_too_many(sheets.size_of(listed))
    columns = [
        Column(_("统一社会信用代码"), 20), Column(_("企业"), 28), Column(_("行业"), 16),
        Column(_("挂钩干部"), 12), Column(_("变化"), 10), Column(_("确认"), 10),
        Column(_("依据"), 60), Column(_("理由"), 30), Column(_("到"), 12, "on"),
    ]  # fmt: skip
    rows = listed.order_by("enterprise_id").iterator(chunk_size=AT_A_TIME)
    count = sheets.write(
        target, title=f"{sheet.condition.label} {sheet.code}", columns=columns,
        rows=_rows(rows, at), tz=timezone.get_default_timezone(),
    )  # fmt: skip
    journal.record(
        ListExported(query=query, rows=count), stream=f"account:{actor.account_id}",
        audience=Audience.AUDIT, actor=actor, at=at,
    )  # fmt: skip
    return count


def _rows(entries: Iterator[Entry], at: datetime) -> Iterator[list[Any]]:
    rule = None
    while some := list(islice(entries, AT_A_TIME)):
        services = services_of([one.enterprise for one in some], timezone.localdate(at))
        rule = rule or rule_of(some[0])
        for one in some:
            service = services.get(one.enterprise_id)
            yield [
                one.enterprise.uscc, one.enterprise.name, one.enterprise.industry,
                service.officer.name if service else None, one.get_move_display(),
                str(Ruling(one.ruling).label), _("；").join(deciding(one, rule)),
                one.reason, one.until,
            ]  # fmt: skip
