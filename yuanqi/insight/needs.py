"""What only the leader, or the centre, can settle today: a few things, the gravest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from yuanqi.casework.models import Case, CaseState, Extension
from yuanqi.foundation.actors import Actor
from yuanqi.organisation.models import Department
from yuanqi.servicedesk.ledger import URGENT, lights, requests_listed
from yuanqi.servicedesk.models import Level
from yuanqi.servicedesk.rows import Row, rows_of, with_row_parts
from yuanqi.servicedesk.supervision_lists import month_of
from yuanqi.supervision.queries import register, second_return, standing, talks

MOST = 4  # what one person can settle in a day


class Kind(StrEnum):
    LATE = "late"
    ACCOUNT = "account"  # it has gone up to him: he must say what is being done
    EXTENSION = "extension"
    NAMING = "naming"  # returned twice: somebody must be named
    TALK = "talk"


@dataclass(frozen=True, slots=True)
class Need:
    """One thing: a request and what it waits for, or a department to be talked to."""

    kind: Kind
    row: Row | None = None
    extension: Extension | None = None
    department: Department | None = None
    late: int = 0


@dataclass(frozen=True, slots=True)
class _Found:
    kind: Kind
    case_id: int | None = None
    extension: Extension | None = None
    department: Department | None = None
    late: int = 0


def needs(actor: Actor, now: datetime) -> list[Need]:
    """The gravest things that wait for this actor, each request once."""
    listed = requests_listed(actor)
    found: list[_Found] = []
    seen: set[int] = set()
    for one in _in_order(listed, actor, now):
        if one.case_id is not None and one.case_id in seen:
            continue
        seen.add(one.case_id or 0)
        found.append(one)
        if len(found) == MOST:
            break
    cases = with_row_parts(listed.filter(pk__in=seen)).in_bulk()
    rows = {row.case.pk: row for row in rows_of(list(cases.values()), actor, now, names={})}
    return [
        Need(one.kind, rows.get(one.case_id or 0), one.extension, one.department, one.late)
        for one in found
    ]


def _in_order(listed: QuerySet[Case], actor: Actor, now: datetime) -> Iterator[_Found]:
    """Stopped production first; then what waits for his word; then the rest that is late."""
    late = list(_late(listed, now)[: 2 * MOST].values_list("pk", "level"))
    yield from (_Found(Kind.LATE, pk) for pk, level in late if level == Level.P1)
    own = register(actor).filter(standing, replied_at__isnull=True, officer__in=actor.officer_ids)
    for case_id in own.order_by("due_at").values_list("case_id", flat=True)[:MOST]:
        yield _Found(Kind.ACCOUNT, case_id)
    asked = Extension.objects.filter(
        case__in=listed, decided_at__isnull=True, reviewer__in=actor.officer_ids
    ).select_related("asked_by__department", "clock")
    for extension in asked.order_by("due_before")[:MOST]:
        yield _Found(Kind.EXTENSION, extension.case_id, extension=extension)
    unnamed = listed.filter(second_return, state=CaseState.SUBMITTED)
    for case_id in unnamed.order_by("due_at", "id").values_list("pk", flat=True)[:MOST]:
        yield _Found(Kind.NAMING, case_id)
    for unit, count in talks(actor, month_of(now), now)[:1]:
        yield _Found(Kind.TALK, department=unit, late=count)
    yield from (_Found(Kind.LATE, pk) for pk, _level in late)


def _late(listed: QuerySet[Case], now: datetime) -> QuerySet[Case]:
    """What is overdue: stopped and hindered production first, then what is overdue longest."""
    worst = (
        ExpressionWrapper(Q(level=level), BooleanField()).desc() for level in (Level.P1, Level.P2)
    )
    return listed.filter(lights(now)["red"]).order_by(*worst, *(key.ordering for key in URGENT))
