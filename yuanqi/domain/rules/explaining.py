"""Why a verdict is what it is: each condition with what is, what is required, and the gap.

NOT is pushed down to the conditions first (three-valued logic allows it), so that a reader meets
only "all of these", "one of these" and plain conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from yuanqi.domain.rules import tree
from yuanqi.domain.rules.evaluation import ENTRY, Facts, Function, compare, function_of
from yuanqi.domain.rules.fields import Field, Type
from yuanqi.domain.rules.solving import LineOf, equal_at, line_of
from yuanqi.domain.rules.tree import Known, Node, Value
from yuanqi.domain.rules.wording import condition_sentence, demand_sentence, group_sentence


class Kind(StrEnum):
    """What stands at a place of the explanation."""

    EVERY = "every"
    SOME = "some"
    COMPARE = "compare"
    BETWEEN = "between"
    IN = "in"
    LIKE = "like"
    NULL = "null"
    TRUE = "true"  # a fact that is itself yes or no


@dataclass(frozen=True, slots=True)
class Change:
    """What closes a gap: one fact, all others as they are. `by` is negative where it must fall."""

    field: Field
    by: float
    to: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A condition, or a group of them, over one profile.

    `verdict` is the condition's, NOT included; None is unknown, and then `missing` names the
    facts that aren't there. `actual` stands left of `operator`, `required` right of it (a pair
    for BETWEEN, a tuple for IN). `gap` is set where the verdict is false: by how much the fact
    in `change` must rise, or fall if negative; where no fact solves it, by how much `actual`
    must (dates: in days). Nought where `actual` stands on a bound that must be passed.
    """

    kind: Kind
    text: str
    verdict: bool | None
    parts: tuple[Explanation, ...] = ()
    missing: tuple[str, ...] = ()
    subject: Node | None = None
    operator: str = ""
    actual: Value = None
    required: Value | tuple[Value, ...] = None
    gap: float | None = None
    change: Change | None = None
    reference: Node | None = None  # what `required` was worked out from

    def sentence(self, language: str = "zh") -> str:
        """One sentence in "zh" or "en"."""
        if self.kind in (Kind.EVERY, Kind.SOME):
            return group_sentence(self, language)
        return condition_sentence(self, language)

    def demand(self, language: str = "zh") -> str:
        """What a plain condition asks for, in "zh" or "en": the rule itself, said in words."""
        return demand_sentence(self, language)

    def lines(self, language: str = "zh", depth: int = 0) -> Iterator[tuple[int, str]]:
        """This and all below it, each sentence with its depth."""
        yield depth, self.sentence(language)
        for part in self.parts:
            yield from part.lines(language, depth + 1)

    def conditions(self) -> Iterator[Explanation]:
        """The plain conditions, in the order of the text."""
        if self.kind in (Kind.EVERY, Kind.SOME):
            for part in self.parts:
                yield from part.conditions()
        else:
            yield self


Explain = Callable[[Facts], Explanation]


class Explainer:
    """Explains one rule; what doesn't depend on the profile is made once."""

    def __init__(self, root: Node, text: str) -> None:
        self._text = text
        self.explain: Explain = self._made(root, wanted=True)

    def _made(self, node: Node, *, wanted: bool) -> Explain:
        match node:
            case tree.Not(of=of):
                return self._made(of, wanted=not wanted)
            case tree.Every(parts=parts) | tree.Some(parts=parts):
                kind = Kind.EVERY if isinstance(node, tree.Every) is wanted else Kind.SOME
                made = [self._made(part, wanted=wanted) for part in parts]
                return _group(kind, self._written(node, wanted), made)
            case tree.Case(branches=branches, otherwise=otherwise):
                return self._case(node, branches, otherwise, wanted)
            case tree.Compare(operator=sign, left=left, right=tree.Literal(value=bool() as value)):
                return self._made(left, wanted=wanted is (value is (sign == "=")))
        return self._condition(node, wanted)

    def _written(self, node: Node, wanted: bool) -> str:
        text = self._text[node.start : node.end]
        return text if wanted else f"NOT ({text})"

    def _case(
        self,
        node: Node,
        branches: Sequence[tuple[Node, Node]],
        otherwise: Node | None,
        wanted: bool,
    ) -> Explain:
        """The branch that applies stands for the whole."""
        made = [(function_of(when), self._made(value, wanted=wanted)) for when, value in branches]
        last = None if otherwise is None else self._made(otherwise, wanted=wanted)
        names = [field.name for when, _ in branches for field in tree.facts_in(when)]
        unknown = Explanation(Kind.TRUE, self._written(node, wanted), None, subject=node)
        readers = _readers(node)

        def explain(facts: Facts) -> Explanation:
            for when, branch in made:
                verdict = when(facts)
                if verdict is None:
                    absent = [name for name in names if readers[name](facts) is None]
                    return replace(unknown, missing=tuple(dict.fromkeys(absent)))
                if verdict:
                    return branch(facts)
            return unknown if last is None else last(facts)

        return explain

    def _condition(self, node: Node, wanted: bool) -> Explain:
        judge, text = function_of(node), self._written(node, wanted)
        readers = _readers(node)
        measure = _measured(node, wanted)

        def explain(facts: Facts) -> Explanation:
            verdict = judge(facts)
            if verdict is not None and not wanted:
                verdict = not verdict
            return measure(facts, text, verdict, _absent(readers, facts) if verdict is None else ())

        return explain


Measure = Callable[[Facts, str, bool | None, tuple[str, ...]], Explanation]


def _measured(node: Node, wanted: bool) -> Measure:
    match node:
        case tree.Compare(operator=sign, left=left, right=right):
            if isinstance(left, tree.Literal) and not isinstance(right, tree.Literal):
                left, right, sign = right, left, _MIRRORED[sign]
            return _comparison(node, left, sign if wanted else _OPPOSITE[sign], right)
        case tree.Between(of=of, low=low, high=high, negated=negated):
            return _between(of, low, high, "BETWEEN" if negated is not wanted else "NOT BETWEEN")
        case tree.In(of=of, values=values, negated=negated):
            return _plain(Kind.IN, of, "IN" if negated is not wanted else "NOT IN", values)
        case tree.Like(of=of, pattern=pattern, negated=negated):
            return _plain(Kind.LIKE, of, "LIKE" if negated is not wanted else "NOT LIKE", pattern)
        case tree.IsNull(of=of, negated=negated):
            return _plain(
                Kind.NULL, of, "IS NULL" if negated is not wanted else "IS NOT NULL", None
            )
    return _plain(Kind.TRUE, node, "=", wanted)


def _plain(
    kind: Kind, subject: Node, operator: str, required: Known | tuple[Known, ...] | None
) -> Measure:
    value = function_of(subject)

    def measure(
        facts: Facts, text: str, verdict: bool | None, missing: tuple[str, ...]
    ) -> Explanation:
        return Explanation(
            kind, text, verdict, (), missing, subject, operator, value(facts), required
        )

    return measure


def _comparison(node: Node, left: Node, operator: str, right: Node) -> Measure:
    of_left, of_right = function_of(left), function_of(right)
    solver = _Solver(left, right) if left.type is Type.NUMBER and operator != "<>" else None

    def measure(
        facts: Facts, text: str, verdict: bool | None, missing: tuple[str, ...]
    ) -> Explanation:
        actual, required = of_left(facts), of_right(facts)
        gap = change = None
        if verdict is False and operator != "<>":
            gap = _distance(actual, required)
            change = None if solver is None or not gap else solver.change(facts, operator)
        return Explanation(
            Kind.COMPARE,
            text,
            verdict,
            (),
            missing,
            left,
            operator,
            actual,
            required,
            gap if change is None else change.by,
            change,
            right,
        )

    return measure


def _between(of: Node, low: Node, high: Node, operator: str) -> Measure:
    value, least, most = function_of(of), function_of(low), function_of(high)
    sides = (("<", low), (">", high))
    solvers = {sign: _Solver(of, bound) for sign, bound in sides if of.type is Type.NUMBER}

    def measure(
        facts: Facts, text: str, verdict: bool | None, missing: tuple[str, ...]
    ) -> Explanation:
        actual, lowest, highest = value(facts), least(facts), most(facts)
        gap = change = None
        if verdict is False and operator == "BETWEEN":
            beyond = "<" if compare("<", actual, lowest) else ">"
            gap = _distance(actual, lowest if beyond == "<" else highest)
            if beyond in solvers:
                change = solvers[beyond].change(facts, ">=" if beyond == "<" else "<=")
        return Explanation(
            Kind.BETWEEN,
            text,
            verdict,
            (),
            missing,
            of,
            operator,
            actual,
            (lowest, highest),
            gap if change is None else change.by,
            change,
        )

    return measure


def _group(kind: Kind, text: str, parts: Sequence[Explain]) -> Explain:
    decisive = kind is Kind.SOME  # the verdict of one part that settles the whole

    def explain(facts: Facts) -> Explanation:
        made = tuple([part(facts) for part in parts])
        verdicts = [part.verdict for part in made]
        verdict: bool | None = not decisive
        if decisive in verdicts:
            verdict = decisive
        elif None in verdicts:
            verdict = None
        missing = tuple(dict.fromkeys([name for part in made for name in part.missing]))
        return Explanation(kind, text, verdict, made, missing)

    return explain


class _Solver:
    """Finds the fact that would make two sides equal: the first that an enterprise can change,
    the left side's before the right's."""

    def __init__(self, left: Node, right: Node) -> None:
        self._sides = left, right
        fields = {
            field.name: field
            for side in self._sides
            for field in tree.facts_in(side)
            if field.type == Type.NUMBER and not field.is_fixed
        }
        self._fields = list(fields.values())
        self._made: dict[str, tuple[LineOf, LineOf]] = {}
        self._values = function_of(left), function_of(right)

    def change(self, facts: Facts, operator: str) -> Change | None:
        for field in self._fields:
            found = self._of(field, facts, operator)
            if found is not None:
                return found
        return None

    def _of(self, field: Field, facts: Facts, operator: str) -> Change | None:
        lines = self._made.get(field.name)
        if lines is None:
            left, right = self._sides
            lines = self._made[field.name] = line_of(left, field.name), line_of(right, field.name)
        one, other = lines[0](facts), lines[1](facts)
        now = ENTRY[Type.NUMBER](facts.get(field.name))
        if one is None or other is None or not isinstance(now, float):
            return None
        exact = equal_at(one, other)
        if exact is None or not abs(exact) < 1e300 or (exact < 0 <= now):
            return None
        # the last bits of a quotient may fall on the wrong side
        step = 1e-12 * max(abs(exact), abs(now)) * (1 if exact > now else -1)
        for to in (_tidy(exact), exact, exact + step):
            if self._holds(operator, {**facts, field.name: to}):
                return Change(field, _tidy(to - now), to)
        return None

    def _holds(self, operator: str, facts: Facts) -> bool | None:
        """On the bound or beyond it: one that must be passed is named all the same."""
        of_left, of_right = self._values
        return compare(_INCLUSIVE.get(operator, operator), of_left(facts), of_right(facts))


_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_INCLUSIVE = {"<": "<=", ">": ">="}


def _tidy(value: float) -> float:
    """Without the last digits, which calculating leaves behind: 36, not 36.00000000000003."""
    return float(f"{value:.12g}")


def _distance(actual: Value, required: Value) -> float | None:
    if isinstance(actual, float) and isinstance(required, float):
        return _tidy(required - actual)
    if isinstance(actual, date) and isinstance(required, date):
        return float((required - actual).days)
    return None


def _readers(node: Node) -> Mapping[str, Function]:
    return {field.name: function_of(_fact(field)) for field in tree.facts_in(node)}


def _fact(field: Field) -> Node:
    return tree.Fact(0, 0, Type(field.type), field.unit, field)


def _absent(readers: Mapping[str, Function], facts: Facts) -> tuple[str, ...]:
    return tuple([name for name, read in readers.items() if read(facts) is None])
