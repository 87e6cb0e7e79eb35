"""What each register knows of its import: its columns, what stands there, how it is written.

A register is made afresh for each run: it keeps what it has looked up and seen so far.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.db.models import Model
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.bulk import Bulk
from yuanqi.registry.models import Area, Enterprise

from .. import cells
from ..cells import Bad
from ..models import Choice, ImportKind
from ..rows import Column, Match, Row, RowReader


@dataclass(frozen=True, slots=True)
class Touched:
    """A row that an import made (`before` is None) or changed; `before` as JSON holds it."""

    row: Model
    before: dict[str, Any] | None = None


class Register:
    """One of the registers that files are brought into."""

    kind: ClassVar[ImportKind]
    role: ClassVar[Role] = Role.CENTRE  # who may
    model: ClassVar[type[Model]]
    # rows that the acts write along, with the field that names the row; undone with it
    along: ClassVar[Mapping[type[Model], str]] = {}
    one_of: ClassVar[tuple[str, ...]] = ()  # of these columns one must be there

    def __init__(self, today: date) -> None:
        self.today = today
        self.columns: Sequence[Column] = self.columns_on(today)
        self.touched: list[Touched] = []  # since they were kept last
        self.made_ids: list[int] = []

    @classmethod
    def columns_on(cls, today: date) -> Sequence[Column]:
        """The columns, with readers that know today."""
        raise NotImplementedError

    def look(self, rows: Sequence[Row], reader: RowReader) -> None:
        """Compare rows with the register and with those before: add faults, matches, subjects."""
        raise NotImplementedError

    def write(self, bulk: Bulk, row: Row, choice: str, *, actor: Actor, at: datetime) -> None:
        """Write a sound row: new, or into what it matches, as `choice` says."""
        raise NotImplementedError

    def restore(
        self, bulk: Bulk, row: Model, before: dict[str, Any], *, actor: Actor, at: datetime
    ) -> None:
        """Set a row's fields to what they were before an import changed them."""
        raise NotImplementedError

    @classmethod
    def stream_of(cls, row: Any) -> str:
        """On which stream it is told that a row was taken out again."""
        return f"enterprise:{row.enterprise_id}"

    @classmethod
    def enterprise_of(cls, row: Any) -> int | None:
        return row.enterprise_id

    @classmethod
    def name_of(cls, row: Any) -> str:
        return str(row)

    def made(self, row: Model) -> None:
        self.touched.append(Touched(row))
        if isinstance(row, self.model):
            self.made_ids.append(row.pk)

    def changed(self, row: Model, before: dict[str, Any]) -> None:
        self.touched.append(Touched(row, before))


def plain(value: Any) -> Any:
    """Return a field's value as JSON holds it; `fields_from` reads it back."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def before_of(row: Model, values: Iterable[str]) -> dict[str, Any]:
    """What these fields of a row hold now."""
    return {name: plain(getattr(row, row._meta.get_field(name).attname)) for name in values}


def fields_from(model: type[Model], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `before_of` kept as values to be set."""
    found: dict[str, Any] = {}
    for name, value in before.items():
        field = model._meta.get_field(name)
        if field.is_relation:
            related = field.related_model
            found[name] = None if value is None else related._base_manager.get(pk=value)
        else:
            found[name] = None if value is None else field.to_python(value)
    return found


def difference(
    row: Model, values: Mapping[str, Any], columns: Sequence[Column]
) -> tuple[dict[str, Any], list[list[str]]]:
    """What of these values a row doesn't say yet: to be written, and to be shown."""
    labels = {column.key: str(column.label) for column in columns}
    wanted: dict[str, Any] = {}
    shown: list[list[str]] = []
    for name, value in values.items():
        field = row._meta.get_field(name)
        old = getattr(row, field.attname)
        new = value.pk if isinstance(value, Model) else value
        if old == new:
            continue
        wanted[name] = value
        shown.append([labels.get(name, name), said(row, name, getattr(row, name)),
                      said(row, name, value)])  # fmt: skip
    return wanted, shown


def said(row: Model, name: str, value: Any) -> str:
    """How a value is shown to somebody."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    field = row._meta.get_field(name)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


# what several registers look up ------------------------------------------------------------------


def enterprise_columns() -> list[Column]:
    """Which enterprise a row is about: by its code, or by its full or short name."""
    return [
        Column(
            "uscc", _("统一社会信用代码"), cells.code,
            also=("信用代码", "社会信用代码", "企业代码", "uscc", "unified social credit code"),
            example="91320594MA1YQ0001X", help=_("18 位；和企业名称至少填一项，都填时以代码为准"),
            width=22,
        ),
        Column(
            "enterprise", _("企业名称"), cells.text(160),
            also=("企业", "企业全称", "单位名称", "公司名称", "enterprise", "company"),
            example="云泽示例精密制造有限公司", help=_("全称或简称，和名录里的一样"), width=30,
        ),
    ]  # fmt: skip


class Enterprises:
    """Finds the enterprises that rows are about: a query or two for some thousands of rows."""

    def look(self, rows: Sequence[Row], reader: RowReader) -> None:
        codes = {row.values["uscc"] for row in rows if "uscc" in row.values}
        names = {
            way for row in rows if "uscc" not in row.values and "enterprise" in row.values
            for way in _ways(row.values["enterprise"])
        }  # fmt: skip
        by_code = {
            one.uscc: one
            for one in Enterprise.objects.select_related("merged_into").filter(uscc__in=codes)
        }
        by_name: dict[str, list[Enterprise]] = {}
        for field in ("name", "short_name") if names else ():
            for one in Enterprise.objects.filter(
                **{f"{field}__in": names}, merged_into__isnull=True
            ):
                found = by_name.setdefault(getattr(one, field), [])
                if one not in found:
                    found.append(one)
        for row in rows:
            self._find(row, reader, by_code, by_name)

    @staticmethod
    def _find(
        row: Row,
        reader: RowReader,
        by_code: Mapping[str, Enterprise],
        by_name: Mapping[str, list[Enterprise]],
    ) -> None:
        if "uscc" in row.values:
            found = by_code.get(row.values["uscc"])
            if found is None:
                reader.blame(row, "uscc", "unknown-enterprise")
            elif found.merged_into is not None:
                into = found.merged_into
                reader.blame(row, "uscc", "merged-enterprise", name=into.name, code=into.uscc)
            else:
                row.subject = found
        elif "enterprise" in row.values:
            several = list(
                {
                    one.pk: one
                    for way in _ways(row.values["enterprise"])
                    for one in by_name.get(way, ())
                }.values()
            )
            if len(several) == 1:
                row.subject = several[0]
            else:
                reason = "several-enterprises" if several else "unknown-enterprise"
                reader.blame(row, "enterprise", reason)
        elif not any(fault.column in _own(reader) for fault in row.faults):
            reader.blame(row, "uscc" if "uscc" in reader.place_of else "enterprise", "missing")


def _own(reader: RowReader) -> set[int]:
    return {reader.place_of[key] for key in ("uscc", "enterprise") if key in reader.place_of}


def _ways(name: str) -> set[str]:
    """A name with brackets of either width."""
    wide = name.replace("(", "（").replace(")", "）")
    return {name, wide, wide.replace("（", "(").replace("）", ")")}


def areas() -> dict[str, Area]:
    """The zone's areas by anything they may be called."""
    return {
        cells.fold(name): area
        for area in Area.objects.all()
        for name in (area.code, area.name, area.name_en)
        if name
    }


def area_reader() -> Any:
    known: dict[str, Area] | None = None

    def read(cell: Any) -> Area:
        nonlocal known
        if known is None:
            known = areas()
        found = known.get(cells.fold(cells.text_of(cell)))
        if found is None:
            names = dict.fromkeys(area.name for area in known.values())
            raise Bad("unknown-area", options="、".join(names) or "—")
        return found

    return read


def is_update(match: Match | None, choice: str) -> bool:
    return match is not None and choice == Choice.UPDATE
