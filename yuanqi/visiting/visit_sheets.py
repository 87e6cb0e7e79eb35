"""A sheet of visits that were done: a row is an enterprise, an officer and a day.

The workbook that the list of visits gives out comes in again: its columns are known. Nothing is
written here: a sheet is read and compared, and every bad row is told.
"""

import re
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation import sheets, tables_in
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Invalid
from yuanqi.organisation.models import Officer
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprises_listed

from .models import LONGEST_TALK, Mode
from .queries import done_by

MOST_ROWS = 500
EARLIEST = date(2000, 1, 1)
_LONGEST_PURPOSE = 200
_HEADS = {
    "uscc": {"统一社会信用代码", "信用代码", "企业代码", "uscc", "unifiedsocialcreditcode"},
    "enterprise": {"企业", "企业名称", "企业全称", "单位名称", "enterprise", "company"},
    "department": {"部门", "单位", "department", "unit"},
    "officer": {"干部", "走访干部", "挂钩干部", "姓名", "officer"},
    "day": {"走访日期", "走访时间", "日期", "时间", "date", "visitedon", "timeofvisit"},
    "mode": {"方式", "走访方式", "mode", "how"},
    "purpose": {"事由", "走访事由", "目的", "purpose"},
    "talk": {"谈了什么", "走访内容", "内容", "备注", "notes"},
}
_LABELS = {
    "uscc": gettext_lazy("统一社会信用代码"), "enterprise": gettext_lazy("企业"),
    "department": gettext_lazy("部门"), "officer": gettext_lazy("干部"),
    "day": gettext_lazy("走访日期"), "mode": gettext_lazy("方式"),
    "purpose": gettext_lazy("事由"), "talk": gettext_lazy("谈了什么"),
}  # fmt: skip
_WIDTHS = (22, 30, 16, 12, 14, 12, 30, 60)
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?(?:[T ].*)?")


@dataclass(frozen=True, slots=True)
class Fault:
    """What of a row can't be taken, in which column, and what stood there."""

    line: int
    head: str
    value: str
    says: str


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A visit as a row tells it. `is_there`: the officer's visit of that day is known already."""

    line: int
    enterprise_id: int
    officer_id: int
    on: date
    mode: str
    purpose: str
    talk: str
    enterprise: str = ""
    officer: str = ""
    is_there: bool = False


@dataclass(slots=True)
class Read:
    """A sheet as it was read: sound rows, and everything that is wrong with the others."""

    rows: list[VisitRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def template_write(target: IO[bytes]) -> int:
    """Write an empty sheet with its heads."""
    columns = [
        sheets.Column(str(label), width, "on" if key == "day" else "text")
        for (key, label), width in zip(_LABELS.items(), _WIDTHS, strict=True)
    ]
    return sheets.write(
        target, title=_("走访"), columns=columns, rows=[], tz=timezone.get_default_timezone()
    )


def sheet_read(pieces: Iterable[bytes], *, actor: Actor, today: date) -> Read:
    """Read a workbook or CSV. Raises Invalid for a file that is no sheet of visits."""
    with tempfile.TemporaryDirectory(prefix="visits-") as folder:
        source, laid = Path(folder) / "file", Path(folder) / "rows"
        with source.open("wb") as file:
            for piece in pieces:
                file.write(piece)
        tables_in.unpack(source, laid)
        return _Reader(actor, today).read(tables_in.rows(laid))


class _Reader:
    """Reads one sheet: heads first, then rows, then whom and what they name."""

    def __init__(self, actor: Actor, today: date) -> None:
        self.actor = actor
        self.today = today
        self.heads: dict[str, int] = {}
        self.typed_heads: list[str] = []
        self.told = Read()
        self.known_heads, self.modes = _spoken()

    def read(self, rows: Iterable[tuple[int, list[Any]]]) -> Read:
        found: list[tuple[int, list[Any]]] = []
        for line, cells in rows:
            if not self.heads:
                self._heads(cells)
            elif any(tables_in.as_typed(cell).strip() for cell in cells):
                found.append((line, cells))
                if len(found) > MOST_ROWS:
                    says = _("一次最多 %(most)d 行，请分成几个文件。")
                    raise Invalid(says % {"most": MOST_ROWS}, "file")
        if not self.heads:
            raise Invalid(_("没有找到表头。请先下载模板，照它的表头填。"), "file")
        if not found:
            raise Invalid(_("表头下面没有数据。"), "file")
        firms, officers = self._firms(found), self._officers(found)
        seen: dict[tuple[int, int, date], int] = {}
        for line, cells in found:
            self._row(line, cells, firms, officers, seen)
        self._compare()
        return self.told

    def _heads(self, cells: Sequence[Any]) -> None:
        places: dict[str, int] = {}
        for place, cell in enumerate(cells):
            said = _fold(tables_in.as_typed(cell))
            key = self.known_heads.get(said, "")
            if key:
                places.setdefault(key, place)
        if {"officer", "day"} <= places.keys() and places.keys() & {"uscc", "enterprise"}:
            self.heads = places
            self.typed_heads = [tables_in.as_typed(cell).strip() for cell in cells]

    def _text(self, cells: Sequence[Any], key: str) -> str:
        place = self.heads.get(key)
        if place is None or place >= len(cells):
            return ""
        return unicodedata.normalize("NFKC", tables_in.as_typed(cells[place])).strip()

    def _firms(self, rows: Sequence[tuple[int, Sequence[Any]]]) -> dict[str, list[Enterprise]]:
        """The enterprises that any row names, by code, name and short name: three queries."""
        codes, names = set(), set()
        for _line, cells in rows:
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

    def _officers(self, rows: Sequence[tuple[int, Sequence[Any]]]) -> dict[str, list[Officer]]:
        """By name; who has left made visits while he was there."""
        names = {self._text(cells, "officer") for _line, cells in rows} - {""}
        found: dict[str, list[Officer]] = defaultdict(list)
        for one in Officer.objects.filter(name__in=names).select_related("department"):
            found[one.name].append(one)
        return found

    def _row(
        self,
        line: int,
        cells: Sequence[Any],
        firms: Mapping[str, Sequence[Enterprise]],
        officers: Mapping[str, Sequence[Officer]],
        seen: dict[tuple[int, int, date], int],
    ) -> None:
        before = len(self.told.faults)
        firm = self._firm(line, cells, firms)
        officer = self._officer(line, cells, officers)
        on = self._day(line, cells)
        said = self._text(cells, "mode")
        mode = self.modes.get(_fold(said), "") if said else Mode.ONSITE.value
        if not mode:
            self._blame(line, "mode", cells, _("请填：%(known)s。") % {
                "known": _("、").join(str(one.label) for one in Mode)
            })  # fmt: skip
        purpose, talk = self._text(cells, "purpose"), self._text(cells, "talk")
        for key, text, most in (
            ("purpose", purpose, _LONGEST_PURPOSE), ("talk", talk, LONGEST_TALK),
        ):  # fmt: skip
            if len(text) > most:
                self._blame(line, key, cells, _("最多 %(most)d 字。") % {"most": most})
        if len(self.told.faults) > before:
            return
        assert firm is not None and officer is not None and on is not None, "else it is blamed"
        first = seen.setdefault((firm.pk, officer.pk, on), line)
        if first != line:
            says = _("和第 %(line)d 行重复：同一干部同一天走访同一家企业只记一次。")
            self._blame(line, "", cells, says % {"line": first})
            return
        self.told.rows.append(
            VisitRow(line, firm.pk, officer.pk, on, mode, purpose, talk, firm.label, officer.name)
        )

    def _firm(
        self, line: int, cells: Sequence[Any], firms: Mapping[str, Sequence[Enterprise]]
    ) -> Enterprise | None:
        code, name = self._text(cells, "uscc").upper(), self._text(cells, "enterprise")
        if code:
            found = list(firms.get(code, ()))
        else:
            ways = {one.pk: one for way in _ways(name) for one in firms.get(way, ())}
            found = list(ways.values())
        if len(found) == 1:
            return found[0]
        if not code and not name:
            says = _("请填企业名称或统一社会信用代码。")
        elif found:
            says = _("叫这个名称的企业不止一家，请填统一社会信用代码。")
        else:
            says = _("名录里没有这家企业。")
        self._blame(line, "uscc" if code else "enterprise", cells, says)
        return None

    def _officer(
        self, line: int, cells: Sequence[Any], officers: Mapping[str, Sequence[Officer]]
    ) -> Officer | None:
        name, unit = self._text(cells, "officer"), self._text(cells, "department")
        found = list(officers.get(name, ()))
        if unit and len(found) > 1:
            found = [
                one for one in found if unit in (one.department.name, one.department.short_name)
            ]
        if len(found) > 1:
            found = [one for one in found if one.is_active] or found
        if len(found) == 1:
            return found[0]
        if not name:
            says = _("请填干部姓名。")
        elif found:
            says = _("叫这个姓名的干部不止一位，请填部门。")
        else:
            says = _("没有这位干部，请核对姓名和部门。")
        self._blame(line, "officer", cells, says)
        return None

    def _day(self, line: int, cells: Sequence[Any]) -> date | None:
        parts = _DAY.fullmatch(self._text(cells, "day"))
        try:
            found = date(*(int(part) for part in parts.groups())) if parts else None
        except ValueError:
            found = None
        if found is None:
            self._blame(line, "day", cells, _("请填日期，例如 2025-11-05。"))
        elif found > self.today:
            self._blame(line, "day", cells, _("日期在以后；以后的走访请约定，不用导入。"))
        elif found < EARLIEST:
            self._blame(line, "day", cells, _("日期太早，请核对年份。"))
        else:
            return found
        return None

    def _compare(self) -> None:
        """Which of them are known already: one query for all."""
        rows = self.told.rows
        known = done_by(rows)
        self.told.rows = [
            VisitRow(
                row.line, row.enterprise_id, row.officer_id, row.on, row.mode, row.purpose,
                row.talk, row.enterprise, row.officer,
                (row.enterprise_id, row.officer_id, row.on) in known,
            )
            for row in rows
        ]  # fmt: skip

    def _blame(self, line: int, key: str, cells: Sequence[Any], says: str) -> None:
        place = self.heads.get(key)
        head = self.typed_heads[place] if place is not None else ""
        typed = tables_in.as_typed(cells[place]) if place is not None and place < len(cells) else ""
        self.told.faults.append(Fault(line, head, typed.strip()[:60], says))


def _spoken() -> tuple[dict[str, str], dict[str, str]]:
    """Every head and every mode by what it is called, in each language."""
    heads = {_fold(name): key for key, names in _HEADS.items() for name in names}
    modes = {mode.value: mode.value for mode in Mode} | {"面谈": Mode.OFFICE.value}
    for language in ("zh-hans", "en"):
        with translation.override(language):
            heads |= {_fold(str(label)): key for key, label in _LABELS.items()}
            modes |= {_fold(str(mode.label)): mode.value for mode in Mode}
    return heads, modes


def _fold(text: str) -> str:
    """A head without blanks, words in brackets, marks; in small letters."""
    plain = unicodedata.normalize("NFKC", text).lower()
    plain = re.sub(r"[(（][^)）]*[)）]", "", plain).rstrip("*")
    return "".join(plain.split())


def _ways(name: str) -> set[str]:
    """A name with brackets of either width."""
    narrow = name.replace("（", "(").replace("）", ")")
    return {name, narrow, narrow.replace("(", "（").replace(")", "）")}
