"""The board of a month as a workbook: every measure of each enterprise, as the list is narrowed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import IO, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal, sheets
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.sheets import Column
from yuanqi.registry.queries import services_of

from .board import ORDER, measures_of
from .events import BoardExported
from .filters import Filters
from .known import figures_of
from .models import Filing, Round
from .oddities import Oddity

AT_A_TIME = 500


@transaction.atomic
def board_export(
    target: IO[bytes], *, round_: Round, filters: Filters, actor: Actor, at: datetime
) -> int:
    """Write the board that these filters show; returns how many enterprises.

    Raises Conflict, with nothing written, where that were more than a workbook takes.
    """
    today = timezone.localdate(at)
    listed = filters.queued(filters.narrowed(round_, actor), round_, today)
    sheets.refuse_too_many(sheets.size_of(listed))
    measures = measures_of(round_)
    columns = [
        Column(_("统一社会信用代码"), 20),
        Column(_("企业"), 28),
        Column(_("行业"), 16),
        Column(_("挂钩干部"), 12),
        Column(_("状态"), 10),
        Column(_("填报时间"), 17, "at"),
        *(Column(f"{one.label}（{one.unit}）", 16, "number") for one in measures),
        Column(_("企业的说明"), 40),
    ]
    rows = listed.order_by(*(key.ordering for key in ORDER)).iterator(chunk_size=AT_A_TIME)
    count = sheets.write(
        target,
        title=_("%(month)s指标填报") % {"month": round_.label},
        columns=columns,
        rows=_rows(rows, round_, [one.code for one in measures], at),
        tz=timezone.get_default_timezone(),
    )
    journal.record(
        BoardExported(query=filters.query, rows=count),
        stream=f"account:{actor.account_id}",
        audience=Audience.AUDIT,
        actor=actor,
        at=at,
    )
    return count


def _rows(
    filings: Iterator[Filing], round_: Round, codes: Sequence[str], at: datetime
) -> Iterator[list[Any]]:
    today = timezone.localdate(at)
    while some := list(islice(filings, AT_A_TIME)):
        firms = [filing.enterprise for filing in some]
        services = services_of(firms, today)
        figures = figures_of([firm.pk for firm in firms], [round_.month], codes)
        for filing in some:
            firm = filing.enterprise
            service = services.get(firm.pk)
            values = [figures.get((firm.pk, round_.month, code)) for code in codes]
            said = _("；").join(Oddity.read(one).reason for one in filing.oddities)
            yield [
                firm.uscc, firm.name, firm.industry, service.officer.name if service else None,
                filing.get_state_display(), filing.sent_at,
                *(row.value if row else None for row in values), said,
            ]  # fmt: skip
