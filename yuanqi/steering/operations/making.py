"""Making a month's lists, and bringing entries in line when facts, rules or rulings change.

Whoever writes lists locks the stream "lists" first and enterprises after it.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import polars as pl
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.conditions.queries import Standing, in_force
from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.errors import NotAllowed
from yuanqi.foundation.journal import Audience
from yuanqi.parameters import parameters
from yuanqi.registry import facts

from .. import ranks
from ..columns import judge_all
from ..events import ListMade, StandingChanged
from ..judging import ENTERPRISE, Cause, Moves, in_the_park, judge
from ..lists import CODES, KIND
from ..models import Entry, Sheet
from ..parameters_defined import MAKE_DAY
from ..queries import may_plan, newest_month, sheets_of

LISTS = "lists"  # the stream that all who write lists lock first
ASKED, RULE, MONTH, FACTS, LAPSED = "asked", "rule", "month", "facts", "lapsed"


@transaction.atomic
def lists_make(
    *,
    month: date,
    actor: Actor,
    at: datetime,
    codes: Sequence[str] = CODES,
    cause: str = MONTH,
    on: date | None = None,
    is_told: bool = True,
) -> list[Sheet]:
    """Make a month's lists from what is known today, or on a day; return those that were made.

    Once made, a month is left as it is unless somebody asks for it afresh or a rule has changed
    (`cause`): the job may come twice, or from two workers. One pass over all facts; everybody
    who comes or goes is told by one event of his own, unless past months are loaded (`is_told`).
    Raises NotAllowed.
    """
    if actor.side is not Side.SYSTEM and not may_plan(actor):
        raise NotAllowed(_("清单由服务中心重算。"))
    journal.lock(LISTS)
    there = sheets_of(month)
    wanted = [code for code in codes if cause != MONTH or code not in there]
    on = on or timezone.localdate(at)
    standings = {code: one for code, one in in_force(KIND, on).items() if code in wanted}
    if not standings:
        return []
    wide = ranks.ranked(facts.wide(on))
    ranks.keep(wide)
    frame = in_the_park(wide)
    bulk, moves, made = Bulk(), Moves(), []
    for code, standing in standings.items():
        sheet = _sheet(there.get(code), standing, month, on, at)
        told: dict[str, Any] = {
            "sheet": sheet, "standing": standing, "cause": Cause(cause), "moves": moves, "at": at,
        }  # fmt: skip
        if code in there:
            sheet.unknown = judge(bulk, frame=frame, enterprises=None, on=on, **told)
        else:
            sheet.unknown, ruled = judge_all(frame=frame, **told)
            theirs = frame.filter(pl.col(ENTERPRISE).is_in(ruled))
            judge(bulk, frame=theirs, enterprises=ruled, on=on, **told)
        made.append(sheet)
    if is_told:
        _tell(bulk, moves, month, Cause(cause), actor, at)
    bulk.flush()
    _count(made)
    for sheet in made if is_told else ():
        _tell_list(sheet, cause, actor, at)
    return made


@transaction.atomic
def entries_follow(
    *, enterprises: Collection[int], cause: Cause, actor: Actor, at: datetime
) -> int:
    """Judge these enterprises afresh for the running month; return how many came or went.

    What has changed says why. Twice changes nothing.
    """
    month = newest_month()
    if month is None or not enterprises:
        return 0
    journal.lock(LISTS)
    on = timezone.localdate(at)
    there = sheets_of(month)
    standings = in_force(KIND, on)
    frame = in_the_park(facts.wide(on, enterprises))
    bulk, moves = Bulk(), Moves()
    for code, sheet in there.items():
        standing = standings.get(code)
        # a rule that has just begun to hold is for the job that makes the whole list afresh
        if standing is None or standing.version.pk != sheet.version_id:
            continue
        judge(
            bulk, sheet=sheet, standing=standing, frame=frame, enterprises=enterprises,
            cause=cause, moves=moves, on=on, at=at,
        )  # fmt: skip
    _tell(bulk, moves, month, cause, actor, at)
    bulk.flush()
    if moves.enterprises:
        _count(list(there.values()))
    return len(moves.enterprises)


def keep_up(*, actor: Actor, at: datetime) -> None:
    """The night's work: the month's lists on their day, rules that hold since today, rulings
    whose last day has passed. Late or twice does no harm."""
    today = timezone.localdate(at)
    month = newest_month()
    if today.day >= parameters.value(MAKE_DAY):
        lists_make(month=today.replace(day=1), actor=actor, at=at)
        month = newest_month()
    if month is None:
        return
    standings = in_force(KIND, today)
    stale = [
        code
        for code, sheet in sheets_of(month).items()
        if code in standings and standings[code].version.pk != sheet.version_id
    ]
    if stale:
        lists_make(month=month, actor=actor, at=at, codes=stale, cause=RULE)
    lapsed = set(
        Entry.objects.filter(sheet__month=month, until__lt=today).values_list(
            "enterprise", flat=True
        )
    )
    entries_follow(enterprises=lapsed, cause=Cause(LAPSED), actor=actor, at=at)


def _sheet(sheet: Sheet | None, standing: Standing, month: date, on: date, at: datetime) -> Sheet:
    if sheet is None:
        return Sheet.objects.create(
            condition=standing.condition, month=month, version=standing.version,
            made_on=on, made_at=at,
        )  # fmt: skip
    sheet.version, sheet.made_on, sheet.made_at = standing.version, on, at
    return sheet


def _count(sheets: Sequence[Sheet]) -> None:
    """Count each list's entries: those on it, come and gone."""
    counts = {
        sheet: counted
        for sheet, *counted in Entry.objects.filter(sheet__in=sheets)
        .order_by()
        .values_list("sheet")
        .annotate(
            on=Count("pk", filter=Q(is_on=True)),
            came=Count("pk", filter=Q(move="entered")),
            gone=Count("pk", filter=Q(move="left")),
        )
    }
    for sheet in sheets:
        sheet.listed, sheet.entered, sheet.left = counts.get(sheet.pk, (0, 0, 0))
        sheet.save()


def recount(sheet: Sheet) -> None:
    """Count a list again after a ruling."""
    _count([sheet])


def _tell(bulk: Bulk, moves: Moves, month: date, cause: Cause, actor: Actor, at: datetime) -> None:
    for enterprise_id in moves.enterprises:
        bulk.record(
            StandingChanged(
                enterprise_id=enterprise_id,
                month=month,
                entered=sorted(moves.entered.get(enterprise_id, ())),
                left=sorted(moves.left.get(enterprise_id, ())),
                cause=cause.code,
                facts=[one["field"] for one in cause.told.get(enterprise_id, ())],
            ),
            stream=f"enterprise:{enterprise_id}",
            audience=Audience.ENTERPRISE,
            actor=actor,
            at=at,
            enterprise_id=enterprise_id,
        )


def _tell_list(sheet: Sheet, cause: str, actor: Actor, at: datetime) -> None:
    journal.record(
        ListMade(
            code=sheet.condition.code, month=sheet.month, number=sheet.version.number,
            made_on=sheet.made_on, listed=sheet.listed, entered=sheet.entered, left=sheet.left,
            unknown=sheet.unknown, cause=cause,
        ),
        stream=LISTS, audience=Audience.STAFF, actor=actor, at=at,
    )  # fmt: skip


def versions_in_force(on: date) -> dict[str, int]:
    """The key of each list's version that holds on a day."""
    return {code: one.version.pk for code, one in in_force(KIND, on).items()}
