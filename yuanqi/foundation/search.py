"""Finding things by words, half words, codes and pinyin initials, in Chinese and Latin.

Chinese has no spaces, and no dictionary cuts a text and a question alike. So a text is kept as
the pairs of neighbouring characters in it, and what is asked is cut into words, each of them the
pairs that it consists of: whatever stands in a text is found again by any part of two characters
or more. A single character, and the last Latin word while it is half typed, match what begins
with them. Names are found by the initials of their pinyin too, from any character on.

The vectors are PostgreSQL's `tsvector`; what makes them and asks them is all here, so that both
sides always agree. Nothing typed is ever an error: what has no letters asks for nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import rjieba
from django.contrib.postgres.search import SearchQueryField
from django.db.models import BooleanField, F, Func, Value
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from pypinyin import Style, lazy_pinyin, pinyin

LONGEST_QUERY = 100  # characters
_LONGEST_WORD = 40  # of a Latin word or a code: what is longer is kept by its beginning
_SHORTEST_CODE_END = 4
_MOST_READINGS = 4
_LARGEST_VECTOR = 900_000  # bytes; PostgreSQL refuses a `tsvector` of a megabyte
_INITIALS = "~"  # before pinyin initials, so that they are no Latin words
_MARK = "@"

_HAN = "〇々\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_RUNS = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>(?:(?![{_HAN}])[^\W_])+)")
# said around what is looked for; left out when something else is left
_FILLING = frozenset({
    "的", "了", "吗", "呢", "和", "与", "及", "是", "在", "把", "被", "要", "请", "就", "也", "都",
    "很", "有", "我", "您", "你", "我们", "你们", "请问", "怎么", "怎样", "如何", "什么", "哪些",
    "哪里", "多少", "可以", "能否", "需要", "一下", "怎么办", "a", "an", "the", "of", "to", "for",
    "in", "on", "and", "or", "is", "are", "how", "what",
})  # fmt: skip


# --- what is kept of a text --------------------------------------------------------------------


def fold(text: str) -> str:
    """Return the text as it is compared: full-width as half-width, capitals as small letters."""
    return unicodedata.normalize("NFKC", text.replace("\0", " ")).casefold()


def lexemes(*texts: str) -> set[str]:
    """Return what a text is found by: pairs of Chinese characters, words, numbers."""
    found: set[str] = set()
    for text in texts:
        for run in _RUNS.finditer(fold(text)):
            if han := run["han"]:
                found.update(_pairs(han))
                found.add(han[-1])  # a character by itself is found by what begins with it
            else:
                found.add(run["word"][:_LONGEST_WORD])
    return found


def name_lexemes(*names: str) -> set[str]:
    """Return what a name is found by: as a text, and by the pinyin initials of any part of it.

    A character with a second reading gives the initial of that too, one character at a time and
    four ways at most: 长安 is found as ca and as za, rarer readings are not thought of.
    """
    found = lexemes(*names)
    for name in names:
        han = "".join(run["han"] for run in _RUNS.finditer(fold(name)) if run["han"])
        for letters in _readings(han):
            found.update(_INITIALS + letters[start:] for start in range(len(letters) - 1))
    return found


def code_lexemes(code: str) -> set[str]:
    """Return what a code is found by: any part of it of four characters or more, or a whole group.

    A request's number 2611-0168 is found by 0168, by 168 and by 26110168 too.
    """
    groups = [run["word"] for run in _RUNS.finditer(fold(code)) if run["word"]]
    whole = "".join(groups)
    ends = range(max(1, len(whole) - _SHORTEST_CODE_END + 1))
    plain = {group.lstrip("0") for group in groups}
    return ({whole[start:] for start in ends} | set(groups) | plain) - {""}


def vector(found: Iterable[str]) -> str:
    """Return the lexemes as PostgreSQL reads a `tsvector`, the same for the same lexemes.

    Of more than it holds (a case with hundreds of long messages) the last are left out.
    """
    said: list[str] = []
    room = _LARGEST_VECTOR
    for lexeme in sorted(found):
        room -= len(lexeme.encode())
        if room < 0:
            break
        said.append(_quoted(lexeme))
    return " ".join(said)


def _pairs(han: str) -> Iterator[str]:
    return (han[start : start + 2] for start in range(len(han) - 1))


def _quoted(lexeme: str) -> str:
    plain = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{plain}'"


@lru_cache(maxsize=4096)
def _readings(han: str) -> tuple[str, ...]:
    """The initials of a name: as one would read it, then with one character read otherwise."""
    if not han:
        return ()
    usual = "".join(part[0] for part in lazy_pinyin(han, errors=lambda rest: list("#" * len(rest))))
    ways = [usual]
    for place, character in enumerate(han):
        for initial in dict.fromkeys(pinyin(character, Style.FIRST_LETTER, heteronym=True)[0][:2]):
            if initial != usual[place] and initial.isascii():
                ways.append(usual[:place] + initial + usual[place + 1 :])
    return tuple(ways[:_MOST_READINGS])


# --- what is asked -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody looks for: his words, and the parts that must all be met.

    An index had best be asked for each part by a condition of its own: it then leaps from one
    part's next place to the other's. Within one `tsquery` it looks at every place of the rarest.
    """

    words: tuple[str, ...]  # folded, each to be marked where it stands
    parts: tuple[str, ...]  # each as PostgreSQL reads a `tsquery`, fit to be joined to others

    @classmethod
    def of(cls, text: str) -> "Query | None":
        """Read what was typed; None if it asks for nothing."""
        words = list(_words(fold(text[:LONGEST_QUERY])))
        told = [word for word in words if word not in _FILLING] or words
        if not told:
            return None
        told = list(dict.fromkeys(told))
        parts = [part for word in told for part in _asked(word, is_last=word == words[-1])]
        return cls(tuple(told), tuple(dict.fromkeys(parts)))

    @classmethod
    def any_of(cls, words: Iterable[str]) -> "Query | None":
        """Ask for texts that have at least one of these words in it."""
        told = tuple(dict.fromkeys(words))
        if not told:
            return None
        each = (" & ".join(_asked(word, is_last=False)) for word in told)
        return cls(told, (_either(f"({one})" for one in each),))

    @property
    def tsquery(self) -> str:
        """All of it, as PostgreSQL reads a `tsquery`."""
        return " & ".join(self.parts)

    def among(self, marks: Iterable[str]) -> "Query":
        """Ask only of what bears one of these marks (`mark`)."""
        return Query(self.words, (*self.parts, marked_as(*marks)))


def mark(name: str) -> str:
    """A lexeme that no text has and nobody can ask for: by which a vector is sorted."""
    return f"{_MARK}{name}"


def marked_as(*marks: str) -> str:
    """The part of a question that asks for one of these marks."""
    return _either(map(_quoted, marks))


def words_of(text: str) -> list[str]:
    """Return the words of a text in their order, without those that only fill it."""
    return [word for word in _words(fold(text)) if word not in _FILLING]


def _words(folded: str) -> Iterator[str]:
    for run in _RUNS.finditer(folded):
        if han := run["han"]:
            yield from rjieba.cut(han)
        else:
            yield run["word"][:_LONGEST_WORD]


def _asked(word: str, *, is_last: bool) -> list[str]:
    """The parts of a question that a word asks for."""
    if re.match(f"[{_HAN}]", word):
        if len(word) == 1:
            return [f"{_quoted(word)}:*"]
        return [_quoted(pair) for pair in dict.fromkeys(_pairs(word))]
    is_code = len(word) >= _SHORTEST_CODE_END and any(sign.isdigit() for sign in word)
    said = _quoted(word) + (":*" if is_last or is_code else "")
    if len(word) >= 2 and word.isascii() and word.isalpha():
        return [_either([said, f"{_quoted(_INITIALS + word)}:*"])]
    return [said]


def _either(parts: Iterable[str]) -> str:
    return f"({' | '.join(parts)})"


class Matches(Func):
    """`column @@ query`, as a condition of a query set."""

    output_field = BooleanField()
    conditional = True
    template = "(%(expressions)s)"
    arg_joiner = " @@ "

    def __init__(self, column: str, query: Query) -> None:
        super().__init__(F(column), Value(query.tsquery, output_field=SearchQueryField()))

    def as_sql(self, compiler, connection, **context):
        column, asked = self.source_expressions
        left, left_params = compiler.compile(column)
        right, right_params = compiler.compile(asked)
        return f"({left} @@ {right}::tsquery)", [*left_params, *right_params]


# --- what is shown -----------------------------------------------------------------------------

_BEFORE = 24  # characters shown before the first mark


def highlight(text: str, query: Query | None, width: int = 120) -> SafeString | None:
    """Return the part of a text where the words stand, escaped, each word in `<mark>`.

    At most `width` characters of the text; "…" where it was cut. None if none of the words is
    there.
    """
    spans = _spans(text, query.words) if query else []
    if not spans:
        return None
    start, end = _window(text, spans, width)
    pieces, at = ["…" if start else ""], start
    for first, last in spans:
        first, last = max(first, start), min(last, end)
        if first < last:
            pieces += [escape(text[at:first]), "<mark>", escape(text[first:last]), "</mark>"]
            at = last
    pieces += [escape(text[at:end]), "…" if end < len(text) else ""]
    return mark_safe(" ".join("".join(pieces).split()))  # noqa: S308 - each piece is escaped


def marked(text: str, query: Query | None) -> SafeString:
    """Return a whole line escaped, with the words marked that stand in it."""
    return highlight(text, query, width=len(text)) or escape(text)


def _window(text: str, spans: list[tuple[int, int]], width: int) -> tuple[int, int]:
    """Begin a little before that mark from which on most of the marks fit in."""
    if len(text) <= width:
        return 0, len(text)
    room = max(width - _BEFORE, 1)
    best = max(
        spans, key=lambda one: (sum(one[0] <= a < one[0] + room for a, _b in spans), -one[0])
    )
    start = max(0, min(best[0] - _BEFORE, len(text) - width))
    return start, start + width


def _spans(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Where the words stand in the text, touching ones joined, in order."""
    plain = fold(text)
    there = [word for word in words if word in plain]
    if not there:
        return []
    folded, origin = _traced(text)
    found: list[tuple[int, int]] = []
    for word in there:
        is_han = re.match(f"[{_HAN}]", word)
        start = folded.find(word)
        while start >= 0:
            begins = is_han or start == 0 or not _is_latin(folded[start - 1])
            # a code is found from any character on, a word from its beginning
            if begins or any(sign.isdigit() for sign in word):
                found.append((origin[start], origin[start + len(word) - 1] + 1))
            start = folded.find(word, start + 1)
    joined: list[tuple[int, int]] = []
    for first, last in sorted(found):
        if joined and first <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return joined


@lru_cache(maxsize=16_384)
def _folded(sign: str) -> str:
    return fold(sign)


def _is_latin(sign: str) -> bool:
    return sign.isalnum() and not re.match(f"[{_HAN}]", sign)


def _traced(text: str) -> tuple[str, list[int]]:
    """Fold a text character by character, keeping where each came from."""
    folded: list[str] = []
    origin: list[int] = []
    for place, sign in enumerate(text):
        for part in _folded(sign):
            folded.append(part)
            origin.append(place)
    return "".join(folded), origin
