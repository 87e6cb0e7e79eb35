"""Size classes worked out afresh: idempotent, for some enterprises or for all."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from yuanqi.conditions.queries import Standing
from yuanqi.foundation import journal
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.spells import GoesOn, always
from yuanqi.registry import facts
from yuanqi.registry.models import Enterprise

from . import queries
from .events import SizeClassChanged
from .models import EnterpriseSize

AT_ONCE = 5000  # enterprises in one transaction


@dataclass(frozen=True, slots=True)
class _Found:
    enterprise_id: int
    size: str
    figures: dict[str, Any]


@transaction.atomic
def sizes_recompute(*, enterprises: Collection[int], at: datetime) -> int:
    """Work out the class of these enterprises by the rules of the day; returns how many changed.

    One at a time does it, and reads the facts only then: of two at once the later one sees all
    that the earlier saw. An enterprise whose class changes has an event.
    """
    _alone()
    today = timezone.localdate(at)
    rules = queries.rules_on(today)
    if not rules or not enterprises:
        return 0
    found = list(_judged(rules, today, enterprises))
    before = EnterpriseSize.objects.in_bulk([one.enterprise_id for one in found])
    told = [one for one in found if one.size != _size_in(before, one)]
    journal.lock(*(_stream(one) for one in told))
    versions = {code: one.version.number for code, one in rules.items()}
    writer = Bulk()
    for one in told:
        writer.record(
            SizeClassChanged(
                enterprise_id=one.enterprise_id,
                size_before=_size_in(before, one),
                size_after=one.size,
                figures=_numbers(one.figures),
                versions=versions,
            ),
            stream=_stream(one),
            audience=Audience.ENTERPRISE,
            actor=SYSTEM,
            at=at,
            enterprise_id=one.enterprise_id,
        )
    writer.flush()
    _keep(found, before, today, at)
    return len(told)


def all_recompute(*, at: datetime, after: int = 0, goes_on: GoesOn = always) -> int | None:
    """Work out all enterprises beyond a key, some thousand a transaction, while it `goes_on`.

    Returns the last key that was reached if some are left, else None.
    """
    while True:
        rows = Enterprise.objects.filter(pk__gt=after, merged_into=None).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:AT_ONCE])
        if not ids:
            return None
        if not goes_on():
            return after
        sizes_recompute(enterprises=ids, at=at)
        after = ids[-1]


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('sizing', 0))")


def _judged(
    rules: Mapping[str, Standing], today: date, enterprises: Collection[int]
) -> Iterable[_Found]:
    names = queries.names_in(rules)
    frame = facts.wide(today, enterprises)
    sizes = queries.sizes({code: one.rule for code, one in rules.items()}, frame)
    rows = frame.select(queries.ENTERPRISE, *names).with_columns(sizes.alias(queries.SIZE))
    for row in rows.iter_rows(named=True):
        known = {name: queries.kept(row[name]) for name in names if row[name] is not None}
        yield _Found(row[queries.ENTERPRISE], row[queries.SIZE] or "", known)


def _keep(
    found: Iterable[_Found], before: Mapping[int, EnterpriseSize], today: date, at: datetime
) -> None:
    """Write the rows that say something else than before."""
    rows = []
    for one in found:
        old = before.get(one.enterprise_id)
        if old is not None and (old.size, old.figures) == (one.size, one.figures):
            continue
        since = today if one.size else None
        if old is not None and old.size == one.size:
            since = old.since_on
        rows.append(
            EnterpriseSize(
                enterprise_id=one.enterprise_id,
                size=one.size,
                figures=one.figures,
                since_on=since,
                decided_at=at,
            )
        )
    EnterpriseSize.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["enterprise"],
        update_fields=["size", "figures", "since_on", "decided_at"],
    )


def _numbers(figures: Mapping[str, Any]) -> dict[str, Decimal]:
    return {
        name: Decimal(repr(value)) for name, value in figures.items() if isinstance(value, float)
    }


def _size_in(before: Mapping[int, EnterpriseSize], one: _Found) -> str:
    row = before.get(one.enterprise_id)
    return row.size if row is not None else ""


def _stream(one: _Found) -> str:
    return f"enterprise:{one.enterprise_id}"
