"""Short ways to what an actor may see, where the long one reads too much: each shows the same."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from yuanqi.foundation import prepared
from yuanqi.foundation.actors import Actor, Side

from .models import Case, CaseAccess, Task, TaskKind, TaskState
from .queries import cases_visible_to, names_to_be_barred, not_barred


class _Probe(Exists):
    """Asked of each case as it comes: never turned into a join of all that somebody may see."""

    template = "EXISTS(%(subquery)s OFFSET 0)"


_WIDE = 100_000  # cases that somebody may see: a list in order finds some of these soon
_HOW_MANY = """
SELECT count(*) FROM (SELECT FROM case_access WHERE grantee = ANY(%s) LIMIT %s) AS few
"""


def cases_in_order(actor: Actor) -> QuerySet[Case]:
    """The same as `cases_visible_to`, for lists that read the newest of very many.

    Who sees few has them looked up; who sees many would have hundreds of thousands joined before
    the first one is shown.
    """
    if actor.side is not Side.PARK or actor.sees_every_case or not actor.grantees:
        return cases_visible_to(actor)
    found = prepared.row(_HOW_MANY, list(actor.grantees), _WIDE)
    if found is None or found[0] < _WIDE:
        return cases_visible_to(actor)
    let_in = CaseAccess.objects.filter(grantee__in=actor.grantees, case=OuterRef("pk"))
    return not_barred(Case.objects.filter(_Probe(let_in)), actor)


_MANY_NAMES = 200  # under which somebody may come in: past that each is a look at the index
# each name's newest (or oldest), of which the newest of all are taken; `%s` in the bounds is the
# row that the page before ended with. OFFSET keeps both conditions from becoming joins, which would
# be made of all rows before the first is taken
_IN_ORDER = """
SELECT case_id FROM (
    SELECT DISTINCT seen.opened_at, seen.case_id
    FROM unnest(%s::text[]) AS name CROSS JOIN LATERAL (
        SELECT access.opened_at, access.case_id
        FROM case_access AS access
        WHERE access.grantee = name
            AND EXISTS (
                SELECT FROM "case"
                WHERE id = access.case_id AND mechanism_version_id = ANY(%s) OFFSET 0
            )
            AND (access.opened_at, access.case_id) {beyond} (%s::timestamptz, %s)
            AND NOT EXISTS (
                SELECT FROM case_bar
                WHERE case_id = access.case_id AND grantee = ANY(%s) OFFSET 0
            )
        ORDER BY access.opened_at {way}, access.case_id {way} LIMIT %s
    ) AS seen
) AS found ORDER BY opened_at {way}, case_id {way} LIMIT %s
"""
_NEWEST = _IN_ORDER.format(beyond="<", way="DESC")
_OLDEST = _IN_ORDER.format(beyond=">", way="ASC")
_COUNTED = f"SELECT count(*) FROM ({_NEWEST}) AS seen"  # noqa: S608  no value is written into it
_LAST, _FIRST = ("infinity", 2**62), ("-infinity", 0)


def is_seen_in_order(actor: Actor) -> bool:
    """Whether `seen_in_order` may be asked: who sees all has an index, who has many names none."""
    return (
        actor.side is Side.PARK
        and not actor.sees_every_case
        and 0 < len(actor.grantees) <= _MANY_NAMES
    )


def seen_in_order(
    actor: Actor,
    versions: Sequence[int],
    limit: int,
    *,
    after: tuple[datetime, int] | None = None,
    is_rising: bool = False,
) -> list[int]:
    """The newest (oldest) cases of these mechanisms that the actor may see, after this one.

    The same as `cases_visible_to` by `opened_at` and key, however many others' cases lie between.
    """
    at, pk = after or (_FIRST if is_rising else _LAST)
    found = prepared.rows(
        _OLDEST if is_rising else _NEWEST, *_asked(actor, versions, at, pk, limit)
    )
    return [case_id for (case_id,) in found]


def count_seen(actor: Actor, versions: Sequence[int], most: int) -> int:
    """How many these are, counted up to `most`."""
    names, *asked = _asked(actor, versions, *_LAST, most)
    own = f"d{actor.department_id}"
    # whose department alone has so many needn't have every name's newest put together
    for some in ([own], names) if own in names and len(names) > 1 else (names,):
        found = prepared.row(_COUNTED, some, *asked)
        count = found[0] if found else 0
        if count >= most:
            break
    return count


def _asked(
    actor: Actor, versions: Sequence[int], at: datetime | str, pk: int, limit: int
) -> tuple[list[str], list[int], datetime | str, int, list[str], int, int]:
    bars = list(names_to_be_barred(actor))
    return sorted(actor.grantees), list(versions), at, pk, bars, limit, limit


# OFFSET as above: a department's hundreds of thousands would be read to find a few among them.
# `|| ''` for each case's few names to be read and compared, not each of ours to be looked up
_LET_IN = """
SELECT pk FROM unnest(%s::bigint[]) AS pk
WHERE EXISTS (SELECT FROM case_access WHERE case_id = pk AND grantee || '' = ANY(%s) OFFSET 0)
    AND NOT EXISTS (SELECT FROM case_bar WHERE case_id = pk AND grantee = ANY(%s) OFFSET 0)
"""


def seen_among(ids: Sequence[int], actor: Actor) -> list[int]:
    """Which of these cases the actor may see: the same as `cases_visible_to`, asked key by key."""
    names, bars = list(actor.grantees), list(names_to_be_barred(actor))
    return [pk for (pk,) in prepared.rows(_LET_IN, list(ids), names, bars)] if ids else []


def cases_led_by(actor: Actor) -> QuerySet[Case]:
    """What the actor's own department leads, of what he may see.

    The lead's task has let the department in (`CaseFile.add_task`), so its access rows, of a
    large department hundreds of thousands, needn't be asked one by one.
    """
    return _of_department(actor, Q(lead=actor.department_id))


def cases_worked_by(actor: Actor) -> QuerySet[Case]:
    """What the actor's own department leads or has helped with, likewise."""
    helped = Task.objects.filter(
        department=actor.department_id, state=TaskState.DONE, kind=TaskKind.CO_HANDLE
    )
    return _of_department(actor, Q(lead=actor.department_id) | Q(pk__in=helped.values("case")))


def _of_department(actor: Actor, condition: Q) -> QuerySet[Case]:
    if actor.side is not Side.PARK or actor.department_id is None:
        return Case.objects.none()
    return not_barred(Case.objects.filter(condition), actor)
