"""What only the leader, or the centre, can settle today: a few things, the gravest first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from yuanqi.casework.models import Case, Extension
from yuanqi.casework.rulebook import version_ids
from yuanqi.foundation import prepared
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.prepared import Read, among
from yuanqi.organisation.models import Department
from yuanqi.servicedesk.models import MECHANISM, Level
from yuanqi.servicedesk.rows import Row, rows_of, with_row_parts
from yuanqi.servicedesk.supervision_lists import month_of
from yuanqi.supervision.models import Supervision
from yuanqi.supervision.queries import standing, talks

from .counting import Scope

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


def needs(actor: Actor, scope: Scope, now: datetime) -> list[Need]:
    """The gravest things that wait for this actor, each request once."""
    found: list[_Found] = []
    seen: set[int] = set()
    for one in _in_order(actor, scope, now):
        if one.case_id is not None and one.case_id in seen:
            continue
        seen.add(one.case_id or 0)
        found.append(one)
        if len(found) == MOST:
            break
    cases = _CASES.all(ids=sorted(seen)) if seen else []
    rows = {row.case.pk: row for row in rows_of(cases, actor, now, names={})}
    return [
        Need(one.kind, rows.get(one.case_id or 0), one.extension, one.department, one.late)
        for one in found
    ]


_CASES = Read(lambda: with_row_parts(Case.objects.filter(among("id", "ids"))))


def _in_order(actor: Actor, scope: Scope, now: datetime) -> Iterator[_Found]:
    """Stopped production first; then what waits for his word; then the rest that is late."""
    condition, values = scope.open_requests
    late = prepared.rows(_LATE.format(condition=condition), *values, now)
    yield from (_Found(Kind.LATE, pk) for pk, level in late if level == Level.P1)
    own = {
        "officers": sorted(actor.officer_ids),
        "versions": version_ids(MECHANISM),
        "hidden": scope.hidden,
    }
    for (case_id,) in _ACCOUNTS.all(**own):
        yield _Found(Kind.ACCOUNT, case_id)
    for extension in _EXTENSIONS.all(**own):
        yield _Found(Kind.EXTENSION, extension.case_id, extension=extension)
    for (case_id,) in prepared.rows(_UNNAMED.format(condition=condition), *values):
        yield _Found(Kind.NAMING, case_id)
    for unit, count in talks(actor, month_of(now), now)[:1]:
        yield _Found(Kind.TALK, department=unit, late=count)
    yield from (_Found(Kind.LATE, pk) for pk, _level in late)


# what is overdue: stopped and hindered production first, then what is overdue longest
_LATE = f"""
SELECT id, level FROM "case"
WHERE {{condition}} AND state <> 'answered' AND due_at < %s
ORDER BY level <> 'P1', level <> 'P2', due_at, id
LIMIT {2 * MOST}
"""  # noqa: S608 - the condition is ours
# what was returned twice and waits for the centre to name somebody
_UNNAMED = f"""
SELECT id FROM "case"
WHERE {{condition}} AND state = 'submitted' AND returns >= 2
ORDER BY due_at, id
LIMIT {MOST}
"""  # noqa: S608 - the condition is ours
_may_be_known = Q(among("case__mechanism_version_id", "versions")) & ~Q(among("case_id", "hidden"))
_ACCOUNTS = Read(
    lambda: (
        Supervision.objects.filter(
            standing, _may_be_known, among("officer_id", "officers"), replied_at__isnull=True
        )
        .order_by("due_at")
        .values_list("case_id")[:MOST]
    )
)
_EXTENSIONS = Read(
    lambda: (
        Extension.objects.filter(
            _may_be_known, among("reviewer_id", "officers"), decided_at__isnull=True
        )
        .select_related("asked_by__department", "clock")
        .order_by("due_before")[:MOST]
    )
)
