"""Industries by GB/T 4754-2017 (国民经济行业分类): section, division, group, class.

A code is the section's letter with up to four digits: C (section), C39 (division), C392 (group),
C3922 (class). The digits alone say the section, and are taken too. The table is that of the
standard as it was issued in 2017: 20 sections, 97 divisions, 473 groups, 1,381 classes (a group of
one class has it under its own name, ending in 0); amendment No. 1 of 2019 is not worked in.
Sections and divisions have English names too. A deeper code that the table lacks, as an amendment
may bring, is accepted when its division stands.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from django.utils.translation import get_language

_CODE = re.compile(r"([A-T]?)([0-9]{2,4})|[A-T]")
_FIRST = {
    1: "A", 6: "B", 13: "C", 44: "D", 47: "E", 51: "F", 53: "G", 61: "H", 63: "I", 66: "J",
    70: "K", 71: "L", 73: "M", 76: "N", 80: "O", 83: "P", 84: "Q", 86: "R", 91: "S", 97: "T",
}  # fmt: skip
MOST = 30  # found at a time


@dataclass(frozen=True, slots=True)
class Industry:
    """One heading; `parent` is the code of the one above, empty for a section."""

    code: str
    name: str
    name_en: str = ""
    parent: str = ""

    @property
    def label(self) -> str:
        return self.name_en if self.name_en and get_language() == "en" else self.name

    @property
    def level(self) -> int:
        """1 section, 2 division, 3 group, 4 class."""
        return 1 if len(self.code) == 1 else len(self.code) - 1


def normal(text: str) -> str | None:
    """Return a code as it is kept ("C3922"), from "3922", "c3922" or "C3922"; None if none.

    A division must stand; below it any digits do.
    """
    code = text.strip().upper()
    if not (match := _CODE.fullmatch(code)):
        return None
    digits = match.group(2)
    if digits is None:
        return code
    section = section_of(digits)
    if section is None or match.group(1) not in ("", section):
        return None
    return section + digits


def section_of(digits: str) -> str | None:
    """Return the letter of the section in which a division stands; None if there is none."""
    number = int(digits[:2])
    if not 1 <= number <= 97:
        return None
    return next(letter for first, letter in reversed(_FIRST.items()) if number >= first)


@cache
def table() -> Mapping[str, Industry]:
    """Every heading that is shipped, by its code, in the order of the standard."""
    found: dict[str, Industry] = {}
    text = (resources.files(__package__) / "shipped" / "industry.csv").read_text("utf-8")
    for code, name, name_en in csv.reader(text.splitlines()):
        if code.isdigit():
            section = section_of(code) or ""
            parent = section if len(code) == 2 else section + code[:-1]
            found[section + code] = Industry(section + code, name, name_en, parent)
        else:
            found[code] = Industry(code, name, name_en)
    return found


def sections() -> list[Industry]:
    return [one for one in table().values() if one.level == 1]


def find(code: str) -> Industry | None:
    """Return the heading of a code; None if it is unknown."""
    return table().get(normal(code) or "")


def path(code: str) -> list[Industry]:
    """Return the headings from the section down to the code, as far as they are known."""
    full = normal(code) or ""
    steps = [full[:1], *(full[:length] for length in range(3, len(full) + 1))]
    return [table()[step] for step in steps if step in table()]


def name_of(code: str) -> str:
    """Return what the deepest known heading of a code is called; empty for an unknown code."""
    known = path(code)
    return known[-1].label if known else ""


def search(text: str, most: int = MOST) -> list[Industry]:
    """Return headings whose code begins with these words or whose name holds them all.

    A code first, then the shorter names: what somebody means is seldom the longer one.
    """
    words = text.casefold().split()
    if not words:
        return []
    begins = normal(text) or ""
    by_code = [one for one in table().values() if begins and one.code.startswith(begins)]
    by_name = [
        one
        for one in table().values()
        if all(word in one.name.casefold() or word in one.name_en.casefold() for word in words)
    ]
    by_name.sort(key=lambda one: (len(one.name), one.code))
    return list(dict.fromkeys([*by_code, *by_name]))[:most]
