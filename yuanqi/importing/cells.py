"""What a cell says: text, codes, days, figures, choices. Each reader refuses with `Bad`.

A cell comes as `foundation.tables_in` lays it out. What can be understood only one way is taken;
what could be meant two ways (03/04/2026) is refused and said.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import override

from yuanqi.domain import uscc

Reader = Callable[[Any], Any]

_MANY_DIGITS = 1e11  # Excel shows and keeps 15 digits, and writes more than 11 as 1.2E+17
_INVISIBLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_UNSEEN = str.maketrans(dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad")))
_DAY = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
)
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_DAY_LAST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_SHORT_YEAR = re.compile(r"\d{2}[-/.]\d{1,2}[-/.]\d{1,2}")
_MONTH = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*月?(?:\s*[-/.]?\s*0?1\s*日?)?")
_COMPACT_MONTH = re.compile(r"(\d{4})(\d{2})")
_PHONE = re.compile(r"\+?[0-9][0-9 ()\-]{5,22}[0-9](?:\s*(?:转|ext\.?|x|-)\s*[0-9]{1,6})?", re.I)
_YES = frozenset({"是", "有", "y", "yes", "true", "1", "√", "对"})
_NO = frozenset({"否", "无", "没有", "n", "no", "false", "0", "×", "不是"})


class Bad(Exception):
    """The cell can't be taken; `reason` has its words in `wording`."""

    def __init__(self, reason: str, **details: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details = details


def is_blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def plain(cell: Any) -> Any:
    """Return the cell without its blanks. Raises Bad for what holds nothing usable."""
    if isinstance(cell, str):
        if cell.isprintable():
            return cell.strip()
        if _INVISIBLE.search(cell) or _lone_half(cell):
            raise Bad("invisible")
        return cell.translate(_UNSEEN).replace("\u00a0", " ").strip()
    if isinstance(cell, dict):
        if "m" in cell:
            raise Bad("merged", line=cell["m"])
        if "e" in cell:
            if cell["e"] == "=":
                raise Bad("formula-empty")
            raise Bad("formula", error=cell["e"])
    return cell


def _lone_half(text: str) -> bool:
    """Whether half of a character stands alone, as damaged files have it."""
    return any("\ud800" <= letter <= "\udfff" for letter in text)


def text_of(cell: Any) -> str:
    """Return what somebody meant by a cell of any kind as text."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, dict):
        return str(next(iter(cell.values())))
    return str(cell)


def fold(text: str) -> str:
    """Return the text as it is compared: half-width, small letters, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def text(most: int) -> Reader:
    def read(cell: Any) -> str:
        found = cell if type(cell) is str else text_of(cell)
        if len(found) > most:
            raise Bad("too-long", most=most, length=len(found))
        return found

    return read


def code(cell: Any) -> str:
    """A unified social credit code, both check digits right. Raises Bad."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if abs(cell) >= _MANY_DIGITS:
            raise Bad("uscc-number")
        raise Bad("uscc-form")
    found = text_of(cell)
    if not found.isascii():
        found = unicodedata.normalize("NFKC", found)
    if re.fullmatch(r"\d(\.\d+)?E\+\d+", found, re.I):
        raise Bad("uscc-number")
    try:
        return uscc.check(found)
    except uscc.UsccError as error:
        raise Bad(f"uscc-{error.part}") from None


def day(latest: date | None = None) -> Reader:
    """A day; with `latest`, none after it."""

    def read(cell: Any) -> date:
        found = _day(cell)
        if latest is not None and found > latest:
            raise Bad("date-future")
        return found

    return read


def _day(cell: Any) -> date:
    if isinstance(cell, dict):
        if "d" not in cell:
            raise Bad("date-form")
        return date.fromisoformat(cell["d"])
    if isinstance(cell, bool):
        raise Bad("date-form")
    if isinstance(cell, int | float):
        found = str(int(cell)) if float(cell).is_integer() else ""
        if not _COMPACT_DAY.fullmatch(found):
            raise Bad("date-number")
    else:
        found = cell if cell.isascii() else unicodedata.normalize("NFKC", cell)
    if parts := _DAY.fullmatch(found) or _COMPACT_DAY.fullmatch(found):
        return _made(int(parts[1]), int(parts[2]), int(parts[3]))
    if parts := _DAY_LAST.fullmatch(found):
        first, second, year = (int(part) for part in parts.groups())
        if first == second or second > 12:
            return _made(year, first, second)
        if first > 12:
            return _made(year, second, first)
        raise Bad("date-ambiguous")
    if _SHORT_YEAR.fullmatch(found):
        raise Bad("date-ambiguous")
    raise Bad("date-form")


def _made(year: int, month: int, number: int) -> date:
    try:
        found = date(year, month, number)
    except ValueError:
        raise Bad("date-form") from None
    if not 1900 <= found.year <= 2200:
        raise Bad("date-form")
    return found


def month(latest: date | None = None) -> Reader:
    """A month, as its first day; with `latest`, none after that day's."""

    def read(cell: Any) -> date:
        found = _month(cell)
        if latest is not None and found > latest:
            raise Bad("month-future")
        return found

    return read


def _month(cell: Any) -> date:
    try:
        if isinstance(cell, dict) and "d" in cell:
            return date.fromisoformat(cell["d"]).replace(day=1)
        found = unicodedata.normalize("NFKC", text_of(cell))
        parts = _MONTH.fullmatch(found) or _COMPACT_MONTH.fullmatch(found)
        if parts is None:
            return _day(cell).replace(day=1)
        return _made(int(parts[1]), int(parts[2]), 1)
    except Bad:
        raise Bad("month-form") from None


def number(most: int, decimals: int, *, may_be_negative: bool = False) -> Reader:
    """A figure below ten to the power of `most`, rounded to so many decimals; a whole one for 0."""
    least = Decimal(1).scaleb(-decimals)

    def read(cell: Any) -> Decimal:
        if isinstance(cell, bool | dict):
            raise Bad("number-form")
        if isinstance(cell, float | int):
            # what Excel computed carries noise in its last digits
            found = Decimal(f"{cell:.12g}")
        else:
            said = unicodedata.normalize("NFKC", cell).replace(",", "").replace(" ", "")
            try:
                found = Decimal(said)
            except InvalidOperation:
                raise Bad("number-form") from None
            if not found.is_finite():
                raise Bad("number-form")
        if found < 0 and not may_be_negative:
            raise Bad("number-negative")
        if abs(found) >= Decimal(10) ** most:
            raise Bad("number-large")
        kept = found.quantize(least, ROUND_HALF_UP)
        if not decimals and kept != found:
            raise Bad("number-whole")
        return kept

    return read


def yes_or_no(cell: Any) -> bool:
    if cell == "是":
        return True
    found = fold(text_of(cell))
    if found in _YES:
        return True
    if found in _NO:
        return False
    raise Bad("choice", options="是、否")


def choice(options: Mapping[Any, str | Promise], more: Mapping[str, Any] | None = None) -> Reader:
    """One of these values, by its label or its own name; `more` are other words for them."""
    known = {fold(str(value)): value for value in options}
    for language, _name in settings.LANGUAGES:
        with override(language):
            known |= {fold(str(label)): value for value, label in options.items()}
    known |= {fold(word): value for word, value in (more or {}).items()}
    said = "、".join(str(label) for label in options.values())

    def read(cell: Any) -> Any:
        if type(cell) is str and cell in known:
            return known[cell]
        try:
            return known[fold(text_of(cell))]
        except KeyError:
            raise Bad("choice", options=said) from None

    return read


def phone(cell: Any) -> str:
    if isinstance(cell, bool | dict):
        raise Bad("phone-form")
    if isinstance(cell, float | int):
        found = text_of(float(cell))
    else:
        found = unicodedata.normalize("NFKC", cell).replace("—", "-").replace("–", "-")
    if re.fullmatch(r"\d(\.\d+)?E\+\d+", found, re.I):
        raise Bad("phone-number")
    if len(found) > 30 or not _PHONE.fullmatch(found):
        raise Bad("phone-form")
    # blanks between groups are a matter of showing
    return found.replace(" ", "") if found.replace(" ", "").isdigit() else found


def website(cell: Any) -> str:
    found = text_of(cell)
    if "://" not in found:
        found = f"https://{found}"
    if len(found) > 200 or not re.fullmatch(r"https?://[^\s/.]+(\.[^\s/.]+)+(/\S*)?", found):
        raise Bad("url-form")
    return found


def next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
