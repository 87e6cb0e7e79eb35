"""Notes of visits as a workbook, as the list is narrowed."""

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

from .events import VisitsExported
from .models import Topic, Visit
from .queries import born_of

AT_A_TIME = 500


@transaction.atomic
def visits_export(
    target: IO[bytes], *, listed: QuerySet[Visit], query: str, actor: Actor, at: datetime
) -> int:
    """Write these visits; returns how many.

    Raises Conflict, with nothing written, where that were more than a workbook takes.
    """
    sheets.refuse_too_many(sheets.size_of(listed))
    columns = [
        Column(_("统一社会信用代码"), 20), Column(_("企业"), 24), Column(_("走访时间"), 16, "at"),
        Column(_("部门"), 14), Column(_("干部"), 10), Column(_("方式"), 10), Column(_("订单"), 8),
        Column(_("生产"), 8), Column(_("用工"), 8), Column(_("投资"), 8),
        Column(_("在岗人数"), 10, "number"), Column(_("产能利用率（%）"), 12, "number"),
        Column(_("谈了什么"), 60), Column(_("讲了哪些政策"), 24), Column(_("安全提醒"), 10),
        Column(_("诉求"), 8, "number"), Column(_("承诺事项"), 8, "number"),
        Column(_("建议"), 8, "number"), Column(_("合并的部门"), 10, "number"),
        Column(_("企业确认"), 10),
    ]  # fmt: skip
    rows = listed.order_by("-happened_at", "-id").iterator(chunk_size=AT_A_TIME)
    count = sheets.write(
        target, title=_("走访记录"), columns=columns, rows=_rows(rows),
        tz=timezone.get_default_timezone(),
    )  # fmt: skip
    journal.record(
        VisitsExported(query=query, rows=count), stream=f"account:{actor.account_id}",
        audience=Audience.AUDIT, actor=actor, at=at,
    )  # fmt: skip
    return count


def _rows(visits: Iterator[Visit]) -> Iterator[list[Any]]:
    while some := list(islice(visits, AT_A_TIME)):
        born = born_of(some)
        for one in some:
            of = born[one.pk]
            yield [
                one.enterprise.uscc, one.enterprise.name, one.happened_at,
                one.officer.department.short_name, one.officer.name, one.get_mode_display(),
                one.orders, one.production, one.staff, one.investment, one.staff_count,
                one.capacity_use, one.talk,
                _("、").join(str(Topic(code).label) for code in one.policies),
                _("是") if one.is_safety_reminded else "", of.requests, of.promises, of.advice,
                of.merged, _answer(one),
            ]  # fmt: skip


def _answer(one: Visit) -> str:
    if one.is_right is None:
        return ""
    return _("属实") if one.is_right else _("有出入")
