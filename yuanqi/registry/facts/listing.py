"""Facts as pages list them: by group for one enterprise; what waits for staff's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import get_language

from ..models import Fact, FactSource
from ..models.facts import COLUMN_OF
from .details import Detail, details_of, source_label
from .fields import FactField
from .shipped_fields import GROUPS
from .values import shown


@dataclass(frozen=True, slots=True)
class Row:
    """One fact as a line of a page."""

    detail: Detail
    text: str
    may_state: bool

    @property
    def name(self) -> str:
        return self.detail.field.name


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that stand together: those that are known or may be stated, and how many aren't."""

    code: str
    label: str
    rows: tuple[Row, ...]
    unknown: tuple[str, ...]  # labels of what is neither


def groups_of(enterprise_id: int, on: date, source: str | None) -> list[Group]:
    """All facts of an enterprise; `source` is the side on which the reader may state some."""
    by_group: dict[str, list[Row]] = {code: [] for code in GROUPS}
    for detail in details_of(enterprise_id, on):
        field = detail.field
        group = field.group if field.group in by_group else "other"
        by_group[group].append(
            Row(
                detail, shown(field, detail.shown), source is not None and source in field.stated_by
            )
        )
    order = ("stated", "own", *(code for code in GROUPS if code not in ("stated", "own")))
    return [
        _group(code, by_group[code]) for code in order if by_group[code]
    ]  # fmt: skip


def _group(code: str, rows: Sequence[Row]) -> Group:
    kept = tuple(
        sorted(
            (row for row in rows if row.detail.fact or row.detail.is_known or row.may_state),
            key=lambda row: not row.detail.field.stated_by,  # what is said before what follows
        )
    )
    unknown = tuple(row.detail.field.label for row in rows if row not in kept)
    zh, en = GROUPS[code]
    return Group(code, en if get_language() == "en" else zh, kept, unknown)


# what waits --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list of waiting facts, as the address says it."""

    field: str = ""
    source: str = ""
    is_conflict: bool = False

    @classmethod
    def read(cls, query: QueryDict, fields: Any) -> Filters:
        field, source = query.get("field", ""), query.get("source", "")
        return cls(
            field if field in fields else "",
            source if source in FactSource.values else "",
            query.get("conflict") == "1",
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.field or self.source or self.is_conflict)


def waiting(filters: Filters) -> QuerySet[Fact]:
    """Facts that nobody has judged, with whether another source says something else."""
    rows = Fact.objects.filter(
        confirmed_at=None, returned_at=None, enterprise__merged_into=None
    ).annotate(is_disputed=Exists(_against()))
    if filters.field:
        rows = rows.filter(field=filters.field)
    if filters.source:
        rows = rows.filter(source=filters.source)
    return rows.filter(is_disputed=True) if filters.is_conflict else rows


def _against() -> QuerySet[Fact]:
    """What another source has said of the same, differently: still open, or confirmed and not of
    a later day."""
    same = {name: OuterRef(name) for name in ("enterprise", "field")}
    others = Fact.objects.filter(**same, project=None, returned_at=None)
    judged = Q(confirmed_at=None) | Q(as_of__lte=OuterRef("as_of"))
    differs = Q()
    for name in COLUMN_OF.values():
        differs |= Q(**{f"{name}__isnull": False}) & ~Q(**{name: OuterRef(name)})
    return others.filter(judged).exclude(pk=OuterRef("pk")).exclude(
        source=OuterRef("source"), confirmed_at=None
    ).filter(differs)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """One fact that waits, as a line."""

    fact: Fact
    label: str
    text: str
    source: str
    is_disputed: bool


def lines_of(rows: Sequence[Any], fields: Any) -> list[Waiting]:
    return [_line(row, fields.get(row.field)) for row in rows]


def _line(row: Any, field: FactField | None) -> Waiting:
    text = str(row.value) if field is None else shown(field, row.value)
    label = row.field if field is None else field.label
    return Waiting(row, label, text, source_label(row.source), row.is_disputed)
