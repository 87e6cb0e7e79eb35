"""Lists of the registers as workbooks, in the columns of the import: mended, they come in again.

Rows are read by one statement through a server-side cursor: one moment's list, however long.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import IO, Any

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.audit import reading
from yuanqi.foundation import formats, journal, pages, sheets
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import Conflict, NotVisible
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.sheets import Column
from yuanqi.organisation.models import Officer
from yuanqi.registry.filters import Filters
from yuanqi.registry.models import ContactPerson, Link, Project
from yuanqi.registry.queries import projects_visible_to

from .events import ListExported
from .models import ImportKind
from .registers import REGISTERS

_AT_A_TIME = 1000
# what of a list is personal, as the access log calls it
_PERSONAL = {"enterprises": "legal_person", "contacts": "phone", "officers": "phone"}


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
    listed = _LISTED.get(kind, _nothing)(query, actor)
    if pages.count_of(listed, most=sheets.MOST_ROWS).is_more:
        raise Conflict(
            _("一次最多导出 %(most)s 行，这里还要多。请先缩小范围，再分几次导出。")
            % {"most": formats.integer(sheets.MOST_ROWS)}
        )
    columns = REGISTERS[kind].columns_on(timezone.localdate(at))
    count = sheets.write(
        target,
        title=str(ImportKind(kind).label),
        columns=[
            Column(str(one.label), one.width, _sort(listed.model, one.key)) for one in columns
        ],
        rows=(
            [_said(row, one.key) for one in columns]
            for row in listed.order_by("pk").iterator(chunk_size=_AT_A_TIME)
        ),
        tz=timezone.get_default_timezone(),
    )
    journal.record(
        ListExported(
            register=kind, query="&".join(f"{k}={v}" for k, v in query.items()), rows=count
        ),
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


def may_export(kind: str, actor: Actor) -> bool:
    """Whether this list is the actor's to take along."""
    if kind in ("enterprises", "projects"):
        return actor.side is Side.PARK and actor.officer_id is not None
    if kind in ("contacts", "links"):
        return actor.has(Role.CENTRE)
    return kind == "officers" and actor.has(Role.SYSTEM_ADMIN)


def _require(kind: str, actor: Actor) -> None:
    if not may_export(kind, actor):
        raise NotVisible(kind)


def _nothing(query: Mapping[str, str], actor: Actor) -> QuerySet[Any]:
    raise NotVisible


def _enterprises(query: Mapping[str, str], actor: Actor) -> QuerySet[Any]:
    _require("enterprises", actor)
    return Filters.read(query).applied(actor).select_related("area", "group")


def _contacts(query: Mapping[str, str], actor: Actor) -> QuerySet[Any]:
    _require("contacts", actor)
    firms = Filters.read(query).applied(actor)
    return ContactPerson.objects.select_related("enterprise").filter(
        enterprise__in=firms.values("pk"), is_active=True
    )


def _links(query: Mapping[str, str], actor: Actor) -> QuerySet[Any]:
    _require("links", actor)
    firms = Filters.read(query).applied(actor)
    return Link.objects.select_related("enterprise", "officer__department").filter(
        enterprise__in=firms.values("pk")
    )


def _projects(query: Mapping[str, str], actor: Actor) -> QuerySet[Any]:
    _require("projects", actor)
    listed: QuerySet[Project] = projects_visible_to(actor).select_related("enterprise", "area")
    for name in ("stage", "area"):
        value = query.get(name, "")
        if value.isascii() and value.isdecimal() and len(value) < 19:
            listed = listed.filter(**{name: int(value)})
    return listed


def _officers(query: Mapping[str, str], actor: Actor) -> QuerySet[Any]:
    _require("officers", actor)
    return Officer.objects.select_related("department").filter(is_active=True)


_LISTED: Mapping[str, Callable[[Mapping[str, str], Actor], QuerySet[Any]]] = {
    "enterprises": _enterprises,
    "contacts": _contacts,
    "links": _links,
    "projects": _projects,
    "officers": _officers,
}


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
