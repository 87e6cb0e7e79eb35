"""A text held against the schema and all enterprises: what is wrong, who fits, who comes and goes.

Counted over the newest frame of facts in memory: a rule over a hundred thousand enterprises takes
milliseconds, so it may be asked for with every pause in typing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

import polars as pl
from django.utils.translation import gettext as _

from yuanqi.domain.rules import Field, Rule, RuleError, Schema, checking, tree
from yuanqi.domain.rules.fields import Type
from yuanqi.domain.rules.naming import name_of
from yuanqi.domain.rules.tokens import tokens
from yuanqi.foundation.actors import Actor
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprises_visible_to

from . import trying, wording, words
from .drafts import Case
from .kinds import Kind
from .trying import Tried

ENTERPRISE = "enterprise"
FIRST = 5  # names shown beside a count
_NEAR = 3
_NO_FACT = "there is no fact"
_AROUND = 48  # characters of the line before and after what is wrong


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a text, and where: the line cut around the place."""

    message: str
    position: int
    length: int
    line: int
    column: int
    before: str
    here: str
    after: str
    near: tuple[Field, ...] = ()

    @property
    def sentence(self) -> str:
        """The message with its full stop, unless it asks something."""
        stop = "" if self.message.endswith(("?", "\uff1f")) else _("。")
        return f"{self.message}{stop}"


@dataclass(frozen=True, slots=True)
class Nought:
    """A divisor that may be nought, and for how many enterprises it is."""

    words: str
    count: int | None  # None where nothing is counted


@dataclass(frozen=True, slots=True)
class Some:
    """How many, and the first of them."""

    count: int
    first: tuple[Enterprise, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """Who fits on a day, and who comes and goes against another text.

    `lost`: of those who leave, how many because it isn't known any more.
    """

    on: date
    total: int
    fits: int
    unknown: int
    enters: Some
    leaves: Some
    lost: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A text, checked. Without `rule` it isn't one, and `trouble` says why."""

    text: str
    trouble: Trouble | None = None
    rule: Rule | None = None
    lines: Sequence[wording.Line] = ()
    noughts: Sequence[Nought] = ()
    counted: Counted | None = None
    tried: Sequence[Tried] = ()

    @property
    def fields(self) -> tuple[Field, ...]:
        return self.rule.fields if self.rule else ()

    @property
    def failed(self) -> list[Tried]:
        return [one for one in self.tried if not one.passes]


def checked(
    kind: Kind, text: str, *, cases: Sequence[Case] = (), before: str | None, actor: Actor
) -> Checked:
    """Check a text, and count it against `before`; None counts everybody who fits as new."""
    schema = kind.schema()
    try:
        rule = Rule.parse(text, schema)
    except RuleError as error:
        return Checked(text, trouble=trouble_of(error, text, schema))
    frame = kind.frame() if kind.frame else None
    return Checked(
        text,
        rule=rule,
        lines=wording.in_words(rule, words.language()),
        noughts=list(_noughts(rule, frame[1] if frame else None)),
        counted=counted(rule, rule_of(before, schema), frame, actor) if frame else None,
        tried=trying.tried(rule, cases),
    )


def rule_of(text: str | None, schema: Schema) -> Rule | None:
    """The rule; None for no text, and for one that the facts of today don't carry any more."""
    try:
        return None if text is None else Rule.parse(text, schema)
    except RuleError:
        return None


def trouble_of(error: RuleError, text: str, schema: Schema) -> Trouble:
    """Where a text is wrong: the line, cut around the word that doesn't fit."""
    position = min(error.position, len(text))
    line, column = words.place_of(text, position)
    word = _word_at(text, position)
    begin = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    end = len(text) if end < 0 else end
    stop = min(position + len(word), end)
    before, after = text[begin:position], text[stop:end]
    return Trouble(
        message=words.message_of(error),
        position=position,
        length=max(stop - position, 0),
        line=line,
        column=column,
        before=before if len(before) <= _AROUND else f"…{before[-_AROUND:]}",
        here=text[position:stop],
        after=after if len(after) <= _AROUND else f"{after[:_AROUND]}…",
        near=_near(word, schema) if error.message.startswith(_NO_FACT) else (),
    )


def _word_at(text: str, position: int) -> str:
    """The word that begins at a place; the sign there if it is no word."""
    try:
        for token in tokens(text[position:]):
            return text[position : position + token.end] if token.kind != "end" else ""
    except RuleError:
        return text[position : position + 1]
    return ""


def _near(word: str, schema: Schema) -> tuple[Field, ...]:
    """Facts that may have been meant by a name that is none: by name and by label."""
    said = word.strip('"')
    names: dict[str, Field] = {}
    for field in schema:
        for name in (field.name, *field.label.values()):
            names.setdefault(name.lower(), field)
    asked = said.lower()
    found = [names[asked]] if asked in names else []
    found += [field for name, field in names.items() if asked in name or name in asked]
    found += [names[name] for name in get_close_matches(asked, names, n=_NEAR, cutoff=0.5)]
    return tuple({field.name: field for field in found}.values())[:_NEAR]


def _noughts(rule: Rule, frame: pl.DataFrame | None) -> Iterator[Nought]:
    """Divisors that aren't plain figures: where one is nought, the verdict is unknown."""
    seen = set()
    waiting = [rule.root]
    while waiting:
        node = waiting.pop()
        waiting.extend(reversed(list(tree.children(node))))
        if not isinstance(node, tree.Product):
            continue
        for sign, divisor in node.rest:
            said = name_of(divisor, words.language())
            if sign == "*" or said in seen or _is_sound(divisor):
                continue
            seen.add(said)
            yield Nought(said, None if frame is None else _times_nought(divisor, rule, frame))


def _is_sound(divisor: tree.Node) -> bool:
    return isinstance(divisor, tree.Literal) and divisor.value != 0


def _times_nought(divisor: tree.Node, rule: Rule, frame: pl.DataFrame) -> int:
    nought = tree.Literal(divisor.start, divisor.end, Type.NUMBER, None, 0.0)
    is_nought = Rule(rule.text, rule.schema, checking.compare("=", divisor, nought))
    return int(is_nought.match(frame).sum() or 0)


# who fits, who comes and goes ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts of two texts over one frame, as masks over its rows."""

    on: date
    frame: pl.DataFrame
    verdict: pl.Series
    fits: pl.Series
    enters: pl.Series
    leaves: pl.Series

    @property
    def unknown(self) -> pl.Series:
        return self.verdict.is_null()

    def ids(self, mask: pl.Series) -> pl.Series:
        """The enterprises of a mask, in order of their keys."""
        return self.frame.get_column(ENTERPRISE).filter(mask).sort()


def judged(rule: Rule, before: Rule | None, frame: tuple[date, pl.DataFrame]) -> Judged:
    """Both verdicts; where nothing held before, everybody who fits is new."""
    on, rows = frame
    verdict = rule.match(rows)
    fits = verdict.fill_null(value=False)
    if before is None:
        fitted = pl.repeat(value=False, n=rows.height, dtype=pl.Boolean, eager=True)
    else:
        fitted = before.match(rows).fill_null(value=False)
    return Judged(on, rows, verdict, fits, fits & ~fitted, fitted & ~fits)


def counted(
    rule: Rule, before: Rule | None, frame: tuple[date, pl.DataFrame], actor: Actor
) -> Counted:
    """How many fit, come and go, with the first names that the actor may see."""
    made = judged(rule, before, frame)
    enters, leaves = made.ids(made.enters), made.ids(made.leaves)
    first = {FIRST_ENTERS: enters.head(FIRST).to_list(), FIRST_LEAVES: leaves.head(FIRST).to_list()}
    wanted = [pk for ids in first.values() for pk in ids]
    firms = enterprises_visible_to(actor).in_bulk(wanted) if wanted else {}
    shown = {key: tuple(firms[pk] for pk in ids if pk in firms) for key, ids in first.items()}
    return Counted(
        on=made.on,
        total=made.frame.height,
        fits=int(made.fits.sum()),
        unknown=made.verdict.null_count(),
        enters=Some(len(enters), shown[FIRST_ENTERS]),
        leaves=Some(len(leaves), shown[FIRST_LEAVES]),
        lost=int((made.leaves & made.unknown).sum()),
    )


FIRST_ENTERS, FIRST_LEAVES = "enters", "leaves"
