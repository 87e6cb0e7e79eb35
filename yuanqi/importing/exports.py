"""Lists of the registers as workbooks, in the columns of the import: mended, they come in again.

Rows are read by one statement through a server-side cursor: one moment's list, however long.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import IO, Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.audit import reading
from yuanqi.foundation import journal, pages, sheets
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.sheets import Column
from yuanqi.organisation.lists import OfficerFilters
from yuanqi.organisation.queries import departments
from yuanqi.registry import figures
from yuanqi.registry.filters import Filters, ProjectFilters
from yuanqi.registry.indicators import MEASURES, month_of, months_before
from yuanqi.registry.models import ContactPerson, Indicator, Link

from .events import ListExported
from .models import ImportKind
from .registers import REGISTERS

_AT_A_TIME = 1000
# what of a list is personal, as the access log calls it
_PERSONAL = {"enterprises": "legal_person", "contacts": "phone", "officers": "phone"}


@dataclass(frozen=True, slots=True)
class _Listed:
    """A list about to be written; `size` is counted no further than what is too much."""

    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    size: pages.Count


@transaction.atomic
def export(
    target: IO[bytes],
    *,
    kind: str,
    query: Mapping[str, str],
    address: str,
    actor: Actor,
    at: datetime,
) -> int:
    """Write the list that the address `query` shows; returns how many rows.

    The reading of personal values is noted. Raises NotVisible; Conflict, with nothing written,
    where that were more than fifty thousand.
    """
    if not may_export(kind, actor):
        raise NotVisible(kind)
    today = timezone.localdate(at)
    if kind == "indicators":
        listed = _months(query, actor, today)
    else:
        listed = _rows(kind, _LISTED[kind](query, actor, today), today)
    sheets.refuse_too_many(listed.size)
    count = sheets.write(
        target,
        title=str(ImportKind(kind).label),
        columns=listed.columns,
        rows=listed.rows,
        tz=timezone.get_default_timezone(),
    )
    journal.record(
        ListExported(register=kind, query=_told(kind, query), rows=count),
        stream=f"account:{actor.account_id}",
        audience=Audience.AUDIT,
        actor=actor,
        at=at,
    )
    if kind in _PERSONAL:
        reading.note(
            actor=actor, at=at, subject=kind, what=_PERSONAL[kind], count=count, address=address
        )
    return count


def _told(kind: str, query: Mapping[str, str]) -> str:
    """What narrowed the list, for the journal: a person's name isn't written there."""
    said = {**query, "q": "…"} if kind == "officers" and query.get("q") else query
    return "&".join(f"{name}={value}" for name, value in said.items())


def may_export(kind: str, actor: Actor) -> bool:
    """Whether this list is the actor's to take along."""
    if kind in ("enterprises", "projects", "indicators"):
        return actor.side is Side.PARK and actor.officer_id is not None
    if kind in ("contacts", "links"):
        return actor.has(Role.CENTRE)
    return kind == "officers" and actor.has(Role.SYSTEM_ADMIN)


def _enterprises(query: Mapping[str, str], actor: Actor, _today: date) -> QuerySet[Any]:
    return Filters.read(query).applied(actor).select_related("area", "group")


def _contacts(query: Mapping[str, str], actor: Actor, _today: date) -> QuerySet[Any]:
    firms = Filters.read(query).applied(actor)
    return ContactPerson.objects.select_related("enterprise").filter(
        enterprise__in=firms.values("pk"), is_active=True
    )


def _links(query: Mapping[str, str], actor: Actor, _today: date) -> QuerySet[Any]:
    firms = Filters.read(query).applied(actor)
    return Link.objects.select_related("enterprise", "officer__department").filter(
        enterprise__in=firms.values("pk")
    )


def _projects(query: Mapping[str, str], actor: Actor, today: date) -> QuerySet[Any]:
    return ProjectFilters.read(query).applied(actor, today).select_related("enterprise", "area")


def _officers(query: Mapping[str, str], _actor: Actor, _today: date) -> QuerySet[Any]:
    return OfficerFilters.read(query, list(departments())).applied()


_LISTED: Mapping[str, Callable[[Mapping[str, str], Actor, date], QuerySet[Any]]] = {
    "enterprises": _enterprises,
    "contacts": _contacts,
    "links": _links,
    "projects": _projects,
    "officers": _officers,
}


def _rows(kind: str, listed: QuerySet[Any], today: date) -> _Listed:
    """A row of the register is a row of the sheet."""
    columns = REGISTERS[kind].columns_on(today)
    return _Listed(
        columns=[
            Column(str(one.label), one.width, _sort(listed.model, one.key)) for one in columns
        ],
        rows=(
            [_said(row, one.key) for one in columns]
            for row in listed.order_by("pk").iterator(chunk_size=_AT_A_TIME)
        ),
        size=sheets.size_of(listed),
    )


def _months(query: Mapping[str, str], actor: Actor, today: date) -> _Listed:
    """Of these enterprises the months that their pages show, each with the figures that count."""
    columns = REGISTERS["indicators"].columns_on(today)
    firms = Filters.read(query).applied(actor)
    oldest = months_before(month_of(today), figures.MONTHS - 1)
    listed = Indicator.objects.filter(enterprise__in=firms.values("pk"), month__gte=oldest)
    ordered = listed.select_related("enterprise").order_by("enterprise_id", "month", "pk")
    together = groupby(
        ordered.iterator(chunk_size=_AT_A_TIME), key=lambda row: (row.enterprise_id, row.month)
    )
    return _Listed(
        columns=[
            *(
                Column(str(one.label), one.width, "number" if one.key in MEASURES else "text")
                for one in columns
            ),
            Column(_("确认情况"), 10),
        ],
        rows=(_month_said([one.key for one in columns], list(rows)) for _key, rows in together),
        size=_how_many_months(listed),
    )


def _how_many_months(listed: QuerySet[Indicator]) -> pages.Count:
    """A row is a month of an enterprise, however many figures of however many sources it has."""
    months = listed.order_by().values("enterprise", "month").distinct()
    found = months[: sheets.MOST_ROWS + 1].count()
    return pages.Count(min(found, sheets.MOST_ROWS), is_more=found > sheets.MOST_ROWS)


def _month_said(keys: Sequence[str], rows: Sequence[Indicator]) -> Sequence[Any]:
    firm, said = rows[0].enterprise, figures.month_from(rows[0].month, rows)
    known = {"uscc": firm.uscc, "enterprise": firm.name, "month": said.code}
    values = (known[key] if key in known else said.value(key) for key in keys)
    return [*values, said.state_label]


def _said(row: Any, key: str) -> Any:
    """What a row says in a column of the import."""
    match key:
        case "enterprise":
            return row.enterprise.name
        case "uscc" if not hasattr(row, "uscc"):
            return row.enterprise.uscc
        case "officer":
            return row.officer.name
        case "department":
            return getattr(row, "officer", row).department.short_name
        case "until_on" if row.until_on is not None:
            return row.until_on - timedelta(days=1)
    value = getattr(row, key)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if value is not None and row._meta.get_field(key).choices:
        return str(getattr(row, f"get_{key}_display")())
    if value is None or isinstance(value, date | Decimal):
        return value
    return str(value)


def _sort(model: type[Model], key: str) -> Any:
    """Whether a column holds days, figures or texts."""
    fields = {field.name: field.get_internal_type() for field in model._meta.concrete_fields}
    return {"DateField": "on", "DecimalField": "number"}.get(fields.get(key, ""), "text")
