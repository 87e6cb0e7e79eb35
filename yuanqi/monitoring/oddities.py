"""Figures that can hardly be (异常): asked back before they count.

Pure: the figures, what was there before, and the park's thresholds come in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any


class Rule(StrEnum):
    """Why a figure is asked back."""

    MORE = "more"  # many times the month before: 元 typed for 万元
    LESS = "less"  # a small part of it: 亿元 typed for 万元
    NO_STAFF = "no_staff"
    NO_POWER = "no_power"  # output, and not a kilowatt-hour
    NEGATIVE = "negative"


@dataclass(frozen=True, slots=True)
class Before:
    """What the figure is compared with: of the month before, or of the year before."""

    value: Decimal
    month: date


@dataclass(frozen=True, slots=True)
class Thresholds:
    """`times`: how many times the month before is odd; below `floor` no times are reckoned."""

    times: int
    floor: Decimal


@dataclass(frozen=True, slots=True)
class Oddity:
    """One figure that is asked back; `field` is its name in the form."""

    field: str
    rule: Rule
    value: Decimal
    before: Before | None = None
    reason: str = ""

    @property
    def times(self) -> int:
        """How many times the month before, or what part of it, rounded; nought if unknown."""
        if self.before is None or not self.before.value or not self.value:
            return 0
        more = self.rule is Rule.MORE
        ratio = self.value / self.before.value if more else self.before.value / self.value
        return int(ratio.to_integral_value())

    @property
    def may_be_wrong_unit(self) -> bool:
        """Whether it looks as if 元 stood for 万元, or the reverse: about ten thousand times."""
        return 2_000 <= self.times <= 50_000

    def plain(self) -> dict[str, Any]:
        """As it is kept and told: numbers as texts."""
        told: dict[str, Any] = {
            "field": self.field,
            "rule": self.rule.value,
            "value": format(self.value, "f"),
            "reason": self.reason,
        }
        if self.before is not None:
            told["before"] = format(self.before.value, "f")
            told["month"] = self.before.month.isoformat()
        return told

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> "Oddity":
        before = None
        if "before" in told:
            before = Before(Decimal(told["before"]), date.fromisoformat(told["month"]))
        return cls(
            told["field"], Rule(told["rule"]), Decimal(told["value"]), before, told["reason"]
        )


def found(
    figures: Mapping[str, Decimal],
    before: Mapping[str, Before],
    thresholds: Thresholds,
    *,
    asked: Sequence[str],
) -> list[Oddity]:
    """Return what is odd among the figures `asked`, one oddity a figure, in their order.

    `figures` holds all that is known of the month, by field: what was stated elsewhere too.
    """
    odd = []
    for field in asked:
        value = figures.get(field)
        if value is None:
            continue
        rule = _rule(field, value, figures, before.get(field), thresholds)
        if rule is not None:
            odd.append(Oddity(field, rule, value, before.get(field)))
    return odd


def _rule(
    field: str,
    value: Decimal,
    figures: Mapping[str, Decimal],
    before: Before | None,
    thresholds: Thresholds,
) -> Rule | None:
    if value < 0:
        return Rule.NEGATIVE
    if field == "staff" and value == 0:
        return Rule.NO_STAFF
    if field == "power" and value == 0 and figures.get("output", Decimal(0)) > 0:
        return Rule.NO_POWER
    if before is None or before.value < max(thresholds.floor, Decimal("0.01")):
        return None
    if value >= before.value * thresholds.times:
        return Rule.MORE
    if value * thresholds.times <= before.value:
        return Rule.LESS
    return None
