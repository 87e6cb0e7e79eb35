"""A sheet of targets: a row is an enterprise (or the zone), a measure and a year.

Its columns are those of the sheet that the page gives out, so what was given out comes in again.
Nothing is written here: a sheet is read and compared, and every bad row is told.
"""

import re
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path
from typing import IO, Any

from django.utils import dateformat, timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from yuanqi.foundation import sheets, tables_in
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Invalid
from yuanqi.registry.indicators import MEASURES
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprises_listed
from yuanqi.registry.seen import text_of

from .acts import Period, field_of, periods_of
from .models import Span, Target

MOST_ROWS = 1000
ZONE = "全园区"
_ZONES = frozenset({"全园区", "园区", "zone", "wholezone", "thewholezone"})
_HEADS = {
    "uscc": {"统一社会信用代码", "信用代码", "社会信用代码", "企业代码", "uscc"},
    "enterprise": {"企业名称", "企业", "企业全称", "单位名称", "enterprise", "company"},
    "measure": {"指标", "measure", "indicator"},
    "year": {"年份", "年度", "year"},
    "whole": {"全年", "全年目标", "年度目标", "wholeyear"},
}
_KEYS = ("uscc", "enterprise", "measure", "year")  # all other columns hold targets
_MONTH = re.compile(r"(\d{1,2})月(?:目标)?|m(\d{1,2})")
_LARGEST = Decimal(10) ** 12
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Fault:
    """What of a row can't be taken, in which column, and what stood there."""

    line: int
    head: str
    value: str
    says: str


@dataclass(frozen=True, slots=True)
class TargetRow:
    """The targets that a row sets; empty cells set nothing. `enterprise_id` None is the zone."""

    enterprise_id: int | None
    label: str
    code: str
    year: int
    values: Mapping[str, Decimal]  # by `field_of`

    @property
    def periods(self) -> dict[Period, Decimal | None]:
        known = {field_of(period): period for period in periods_of(self.year)}
        return {known[name]: value for name, value in self.values.items()}


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    measure: str | Promise
    period: str
    before: str
    after: str


@dataclass(slots=True)
class Read:
    """A sheet as it was read: sound rows, and everything that is wrong with the others."""

    rows: list[TargetRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def sheet_write(target: IO[bytes], *, year: int, actor: Actor) -> int:
    """Write the year's targets of the zone and of enterprises as a workbook; returns the rows.

    The zone has a row for each measure, so that the sheet can be filled in where nothing stands.
    """
    columns = [
        sheets.Column(_("统一社会信用代码"), 22), sheets.Column(_("企业名称"), 32),
        sheets.Column(_("指标"), 12), sheets.Column(_("年份"), 8, "number"),
        *(sheets.Column(period_label(period), 12, "number") for period in periods_of(year)),
    ]  # fmt: skip
    return sheets.write(
        target, title=_("目标"), columns=columns, rows=_lines(year, actor),
        tz=timezone.get_default_timezone(),
    )  # fmt: skip


def _lines(year: int, actor: Actor) -> Iterator[list[Any]]:
    periods = periods_of(year)
    zone: dict[tuple[str, Period], Decimal] = {}
    firms: dict[tuple[int, str], dict[Period, Decimal]] = defaultdict(dict)
    named: dict[int, Enterprise] = {}
    found = Target.objects.filter(starts_on__range=(date(year, 1, 1), date(year, 12, 1)))
    for row in found.select_related("enterprise").order_by("enterprise", "code"):
        period = (str(row.span), row.starts_on)
        if row.enterprise is None:
            zone[row.code, period] = row.value
        else:
            firms[row.enterprise.pk, row.code][period] = row.value
            named[row.enterprise.pk] = row.enterprise
    for code, measure in MEASURES.items():
        values = [zone.get((code, period)) for period in periods]
        yield ["", ZONE, str(measure.label), year, *values]
    listed = set(enterprises_listed(actor).filter(pk__in=named).values_list("pk", flat=True))
    for (pk, code), values_of in firms.items():
        if pk in listed:
            firm = named[pk]
            values = [values_of.get(period) for period in periods]
            yield [firm.uscc, firm.name, str(MEASURES[code].label), year, *values]


def period_label(period: Period) -> str:
    span, starts_on = period
    return _("全年") if span == Span.YEAR else dateformat.format(starts_on, _("n 月"))


def sheet_read(pieces: Iterable[bytes], *, years: Sequence[int], actor: Actor) -> Read:
    """Read a workbook or CSV. Raises Invalid for a file that is no sheet of targets."""
    with tempfile.TemporaryDirectory(prefix="targets-") as folder:
        source, laid = Path(folder) / "file", Path(folder) / "rows"
        with source.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        tables_in.unpack(source, laid)
        return _Reader(years, actor).read(tables_in.rows(laid))


class _Reader:
    """Reads one sheet: heads first, then rows, then the enterprises that they name."""

    def __init__(self, years: Sequence[int], actor: Actor) -> None:
        self.years = years
        self.actor = actor
        self.heads: dict[str, int] = {}
        self.typed_heads: list[str] = []
        self.told = Read()
        self.measures = _measures()

    def read(self, rows: Iterable[tuple[int, list[Any]]]) -> Read:
        found: list[tuple[int, list[Any]]] = []
        for line, cells in rows:
            if not self.heads:
                self._heads(cells)
            elif any(tables_in.as_typed(cell).strip() for cell in cells):
                found.append((line, cells))
                if len(found) > MOST_ROWS:
                    raise Invalid(_("一次最多 %(most)d 行，请分成几个文件。") % {"most": MOST_ROWS},
                                  "file")  # fmt: skip
        if not self.heads:
            raise Invalid(
                _("没有找到表头。要有“指标”“年份”，“企业名称”或“统一社会信用代码”，"
                  "“全年”或各月；请先下载模板。"), "file",
            )  # fmt: skip
        if not found:
            raise Invalid(_("表头下面没有数据。"), "file")
        firms = self._firms(cells for _line, cells in found)
        seen: dict[tuple[int | None, str, int], int] = {}
        for line, cells in found:
            self._row(line, cells, firms, seen)
        if not self.told.rows and not self.told.faults:
            raise Invalid(_("表里还没有填目标。"), "file")
        return self.told

    def _is_filled(self, cells: Sequence[Any]) -> bool:
        return any(
            tables_in.as_typed(cells[place]).strip()
            for key, place in self.heads.items()
            if key not in _KEYS and place < len(cells)
        )

    def _heads(self, cells: Sequence[Any]) -> None:
        places: dict[str, int] = {}
        for place, cell in enumerate(cells):
            said = _fold(tables_in.as_typed(cell))
            key = next((key for key, known in _HEADS.items() if said in known), "")
            month = _MONTH.fullmatch(said) or _english_month(said)
            if not key and month:
                number = int(next(filter(None, month.groups())))
                key = f"m{number}" if 1 <= number <= 12 else ""
            if key:
                places.setdefault(key, place)
        has_firm = "uscc" in places or "enterprise" in places
        has_value = any(key == "whole" or (key[0] == "m" and key[1:].isdigit()) for key in places)
        if has_firm and has_value and {"measure", "year"} <= places.keys():
            self.heads = places
            self.typed_heads = [tables_in.as_typed(cell).strip() for cell in cells]

    def _text(self, cells: Sequence[Any], key: str) -> str:
        place = self.heads.get(key)
        if place is None or place >= len(cells):
            return ""
        return unicodedata.normalize("NFKC", tables_in.as_typed(cells[place])).strip()

    def _firms(self, rows: Iterable[Sequence[Any]]) -> dict[str, list[Enterprise]]:
        """The enterprises that any row names, by code, name and short name: three queries."""
        codes, names = set(), set()
        for cells in rows:
            codes.add(self._text(cells, "uscc").upper())
            names |= _ways(self._text(cells, "enterprise"))
        found: dict[str, list[Enterprise]] = defaultdict(list)
        listed = enterprises_listed(self.actor)
        for column, wanted in (("uscc", codes), ("name", names), ("short_name", names)):
            for one in listed.filter(**{f"{column}__in": wanted - {""}}):
                key = getattr(one, column)
                if one not in found[key]:
                    found[key].append(one)
        return found

    def _row(
        self,
        line: int,
        cells: Sequence[Any],
        firms: Mapping[str, Sequence[Enterprise]],
        seen: dict[tuple[int | None, str, int], int],
    ) -> None:
        if not self._is_filled(cells):
            return  # given out to be filled in, and left empty
        before = len(self.told.faults)
        firm = self._firm(line, cells, firms)
        code = self.measures.get(_fold(self._text(cells, "measure")), "")
        if not code:
            self._blame(line, "measure", cells, _("没有这个指标。可以填：%(known)s") % {
                "known": _("、").join(str(one.label) for one in MEASURES.values())
            })  # fmt: skip
        said = self._text(cells, "year").removesuffix("年").strip()
        year = int(said) if said.isascii() and said.isdigit() and len(said) == 4 else 0
        if year not in self.years:
            self._blame(line, "year", cells, _("年份要在 %(first)d 到 %(last)d 之间。") % {
                "first": self.years[0], "last": self.years[-1],
            })  # fmt: skip
        values = self._values(line, cells, code, year)
        if len(self.told.faults) > before:
            return
        key = (firm.pk if firm else None, code, year)
        first = seen.setdefault(key, line)
        if first != line:
            says = _("和第 %(line)d 行重复：同一家企业、同一指标、同一年只能有一行。")
            self._blame(line, "", cells, says % {"line": first})
            return
        label = firm.label if firm else _("全园区")
        self.told.rows.append(TargetRow(key[0], label, code, year, values))

    def _firm(
        self, line: int, cells: Sequence[Any], firms: Mapping[str, Sequence[Enterprise]]
    ) -> Enterprise | None:
        code, name = self._text(cells, "uscc").upper(), self._text(cells, "enterprise")
        if not code and _fold(name) in _ZONES:
            return None
        if code:
            found = list(firms.get(code, ()))
        else:
            found = list(
                {one.pk: one for way in _ways(name) for one in firms.get(way, ())}.values()
            )
        if len(found) == 1:
            return found[0]
        if not code and not name:
            says = _("请填企业；全园区的目标填“全园区”。")
        elif found:
            says = _("叫这个名称的企业不止一家，请填统一社会信用代码。")
        else:
            says = _("名录里没有这家企业。")
        self._blame(line, "uscc" if code else "enterprise", cells, says)
        return None

    def _values(self, line: int, cells: Sequence[Any], code: str, year: int) -> dict[str, Decimal]:
        values: dict[str, Decimal] = {}
        for key, place in self.heads.items():
            if key in _KEYS:
                continue
            cell = cells[place] if place < len(cells) else None
            if not tables_in.as_typed(cell).strip():
                continue
            value = _number(cell)
            if value is None:
                self._blame(line, key, cells, _("请只填数字，例如 1280.5。"))
            elif value < 0:
                self._blame(line, key, cells, _("目标不会小于 0，请核对。"))
            elif value >= _LARGEST:
                self._blame(line, key, cells, _("这个数太大了，请核对单位。"))
            elif code and MEASURES[code].is_whole and value != int(value):
                self._blame(line, key, cells, _("请填整数。"))
            elif year:
                day = date(year, 1 if key == "whole" else int(key[1:]), 1)
                span = Span.YEAR if key == "whole" else Span.MONTH
                values[field_of((span, day))] = value
        return values

    def _blame(self, line: int, key: str, cells: Sequence[Any], says: str) -> None:
        place = self.heads.get(key)
        head = self.typed_heads[place] if place is not None else ""
        typed = tables_in.as_typed(cells[place]) if place is not None and place < len(cells) else ""
        self.told.faults.append(Fault(line, head, typed.strip()[:60], says))


def changes_of(rows: Sequence[TargetRow]) -> tuple[list[Change], list[dict[str, str]]]:
    """What these rows would change; and what stands now in the fields that each names."""
    standing: dict[tuple[int | None, str, str], Decimal] = {}
    years = {row.year for row in rows}
    firms = {row.enterprise_id for row in rows if row.enterprise_id is not None}
    wanted = Target.objects.filter(code__in={row.code for row in rows}, starts_on__year__in=years)
    for found in (wanted.filter(enterprise__in=firms), wanted.filter(enterprise=None)):
        for one in found:
            name = field_of((str(one.span), one.starts_on))
            standing[one.enterprise_id, one.code, name] = one.value
    changes: list[Change] = []
    seen: list[dict[str, str]] = []
    for row in rows:
        names = {field_of(period): period for period in periods_of(row.year)}
        now = {name: standing.get((row.enterprise_id, row.code, name)) for name in row.values}
        seen.append({name: text_of(value) for name, value in now.items()})
        changes += [
            Change(
                row.label, MEASURES[row.code].label,
                f"{row.year} {period_label(names[name])}", text_of(now[name]), text_of(value),
            )
            for name, value in row.values.items()
            if value != now[name]
        ]  # fmt: skip
    return changes, seen


def _number(cell: Any) -> Decimal | None:
    if isinstance(cell, bool | dict):
        return None
    if isinstance(cell, int | float):
        found = Decimal(f"{cell:.12g}")  # what a workbook computed carries noise at its end
    else:
        said = unicodedata.normalize("NFKC", str(cell)).replace(",", "")
        try:
            found = Decimal("".join(said.split()))
        except InvalidOperation:
            return None
    if not found.is_finite() or abs(found) >= _LARGEST * 10:
        return None if not found.is_finite() else _LARGEST
    return found.quantize(_CENT, ROUND_HALF_UP)


def _fold(text: str) -> str:
    """A head or a name without blanks, units in brackets, marks; in small letters."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub(r"[(（][^)）]*[)）]", "", plain).rstrip("*")
    return "".join(plain.split())


def _english_month(text: str) -> re.Match[str] | None:
    names = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
    place = names.index(text[:3]) + 1 if text[:3] in names and text.isascii() else 0
    return re.fullmatch(r"(\d+)", str(place)) if place else None


def _ways(name: str) -> set[str]:
    """A name with brackets of either width."""
    narrow = name.replace("（", "(").replace("）", ")")
    return {name, narrow, narrow.replace("(", "（").replace(")", "）")}


def _measures() -> dict[str, str]:
    """Every measure by its code and by its name in each language."""
    found = {code: code for code in MEASURES}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            found |= {_fold(str(one.label)): code for code, one in MEASURES.items()}
    return found
