"""The words of a rule, each with its place. One pass, linear in the length of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from yuanqi.domain.rules.errors import RuleError

LONGEST = 10_000  # characters of a rule

KEYWORDS = frozenset(
    [
        "AND",
        "OR",
        "NOT",
        "BETWEEN",
        "IN",
        "LIKE",
        "IS",
        "NULL",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "TRUE",
        "FALSE",
    ]
)

_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | (?P<name>[^\W\d]\w*)
    | '(?P<string>(?:[^']++|'')*+)'
    | "(?P<quoted>(?:[^"]++|"")++)"
    | (?P<comment>--|/\*)
    | (?P<symbol><>|<=|>=|[=<>+\-*/%(),])
    """,
    re.VERBOSE,
)
# what is typed in its place, by habit or by a Chinese keyboard
_MEANT = {
    "≥": ">=", "≤": "<=", "≠": "<>", "＝": "=", "＜": "<", "＞": ">", "＋": "+", "－": "-",
    "×": "*", "＊": "*", "÷": "/", "／": "/", "％": "%", "（": "(", "）": ")", "，": ",",
    "‘": "'", "’": "'", "“": "'", "”": "'", "!": "<>", "&": "AND", "|": "OR",
}  # fmt: skip


class Token(NamedTuple):
    """A word of the text. `kind` is the symbol or keyword itself, or what sort of word it is:
    number, string, name, quoted (a name in double quotes), end."""

    kind: str
    text: str
    start: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The words in order, an `end` last. RuleError for what is no word of the language."""
    if not isinstance(text, str):
        raise RuleError("a rule is a text", 0, "规则应为文本")
    if len(text) > LONGEST:
        raise RuleError(
            f"a rule has at most {LONGEST:,} characters, this one {len(text):,}",
            LONGEST,
            f"规则最多 {LONGEST} 个字符，现有 {len(text)} 个",
        )
    place, after_number = 0, False
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise _no_word(text, place)
        kind, word, end = found.lastgroup or "", found.group(), found.end()
        if kind == "comment":
            raise RuleError("a rule holds no comments", place, "规则中不能写注释")
        if kind in ("name", "number") and after_number:
            raise RuleError(
                f"{word[:20]!r} can't follow a number directly",
                place,
                f"数字后面不能直接写“{word[:20]}”",
            )
        after_number = kind == "number"
        if kind == "name" and word.isascii() and word.upper() in KEYWORDS:
            kind = word.upper()
        elif kind == "symbol":
            kind = word
        elif kind in ("string", "quoted"):
            mark = "'" if kind == "string" else '"'
            word = _sound(found.group(kind).replace(mark * 2, mark), place)
        if kind != "space":
            yield Token(kind, word, place, end)
        place = end
    yield Token("end", "", len(text), len(text))


def _sound(word: str, place: int) -> str:
    """What every engine can hold: no NUL, no half of a surrogate pair."""
    if "\0" in word or any("\ud800" <= letter <= "\udfff" for letter in word):
        raise RuleError("a character that no database holds", place, "含有数据库无法保存的字符")
    return word


def _no_word(text: str, place: int) -> RuleError:
    letter = text[place]
    if letter in "'\"":
        return RuleError("the quotation mark isn't closed", place, "引号没有成对")
    meant = _MEANT.get(letter)
    shown = letter if letter.isprintable() else f"U+{ord(letter):04X}"
    if meant is None:
        return RuleError(f"{shown!r} is no part of a rule", place, f"规则中不能使用“{shown}”")
    return RuleError(
        f"{shown!r} is no part of a rule; write {meant}",
        place,
        f"规则中不能使用“{shown}”，请写 {meant}",
    )
