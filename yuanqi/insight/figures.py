"""The daily figures: kept by the subscriber "figures", rebuilt and checked by `yuanqi figures`.

A request's share of the figures follows from its `RequestFact`. When something happens to it, the
fact is read afresh, what the old one gave is taken away, and what the new one gives is added; so
an event handled twice changes nothing, and a reopened request no longer counts as closed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db import connection, connections, transaction

from yuanqi.casework.models import Case
from yuanqi.foundation.models import JournalEvent

from .facts import COUNTED, Cell, Shares, facts_of, shares
from .models import DailyFigure, RequestFact

_BATCH = 2000
_LOCK = "figures"
_FACT = [column for column in RequestFact._meta.fields if not column.primary_key]


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    touched = {event.payload["case_id"] for event in events if event.stream.startswith("case:")}
    if touched:
        _lock()
        _take_in(sorted(touched))


@transaction.atomic
def rebuild() -> int:
    """Count everything afresh from the requests' rows; returns how many there are.

    Readers see the old figures until it is done; the subscriber waits.
    """
    _lock()
    DailyFigure.objects.all().delete()
    RequestFact.objects.all().delete()
    count = 0
    total: Shares = Shares()
    for found in _every_fact():
        RequestFact.objects.bulk_create(found)
        total.update(shares(found))
        count += len(found)
    add(total)
    return count


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the kept figures differ from those counted afresh."""

    requests: int
    facts: list[int] = field(default_factory=list)  # cases
    cells: list[tuple[Cell, str]] = field(default_factory=list)

    @property
    def is_none(self) -> bool:
        return not self.facts and not self.cells


@transaction.atomic
def check() -> Difference:
    """Compare what is kept with what the requests' rows say; changes nothing."""
    _lock()
    wrong: list[int] = []
    total: Shares = Shares()
    count = 0
    for found in _every_fact():
        kept = RequestFact.objects.in_bulk([fact.pk for fact in found])
        wrong += [fact.pk for fact in found if not _same(fact, kept.get(fact.pk))]
        total.update(shares(found))
        count += len(found)
    standing: Shares = Shares()
    for row in DailyFigure.objects.all():
        cell = Cell(row.day, row.department_id, row.category)
        standing.update({(cell, name): getattr(row, name) for name in COUNTED})
    cells = {key for key in total | standing if total[key] != standing[key]}
    return Difference(count, wrong, sorted(cells, key=str))


def _every_fact() -> Iterator[list[RequestFact]]:
    last = 0
    while True:
        ids = list(
            Case.objects.filter(pk__gt=last, request__isnull=False)
            .order_by("pk")
            .values_list("pk", flat=True)[:_BATCH]
        )
        if not ids:
            return
        yield facts_of(ids)
        last = ids[-1]


def _same(one: RequestFact, other: RequestFact | None) -> bool:
    return other is not None and all(
        getattr(one, column.attname) == getattr(other, column.attname) for column in _FACT
    )


def _lock() -> None:
    """One writer of figures at a time: the subscriber, a rebuild, a check."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_LOCK])


def _take_in(case_ids: list[int]) -> None:
    kept = RequestFact.objects.in_bulk(case_ids)
    changed = [fact for fact in facts_of(case_ids) if not _same(fact, kept.get(fact.pk))]
    if not changed:
        return
    moved = shares(changed)
    moved.subtract(shares(kept[fact.pk] for fact in changed if fact.pk in kept))
    RequestFact.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=[column.name for column in _FACT],
    )
    add(moved)


def add(moved: Shares, *, using: str = "default") -> None:
    """Add these shares, which may be negative, to the days' figures; in order of cell."""
    cells: dict[Cell, dict[str, int]] = {}
    for (cell, name), number in moved.items():
        if number:
            cells.setdefault(cell, dict.fromkeys(COUNTED, 0))[name] = number
    rows = [
        (cell.day, cell.department, cell.category, *numbers.values())
        for cell, numbers in sorted(cells.items(), key=lambda item: str(item[0]))
    ]
    with connections[using].cursor() as cursor:
        cursor.executemany(_ADD, rows)


_ADD = f"""
INSERT INTO daily_figure (day, department_id, category, {", ".join(COUNTED)})
VALUES (%s, %s, %s, {", ".join(["%s"] * len(COUNTED))})
ON CONFLICT (day, department_id, category) DO UPDATE SET
{", ".join(f"{name} = daily_figure.{name} + EXCLUDED.{name}" for name in COUNTED)}
"""  # noqa: S608 - the names are ours
