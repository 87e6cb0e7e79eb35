"""What visits say of enterprises, as facts: the officer's word, with the day of the visit."""

from yuanqi.registry.facts import FactField, define
from yuanqi.registry.facts.fields import DEPARTMENT

# a column of the note, and the fact that it states
TRENDS = {
    "production": "production_trend",
    "orders": "orders_trend",
    "staff": "staff_trend",
    "investment": "investment_trend",
}
CAPACITY = "capacity_use"
STAFF = "staff"  # a monthly indicator
_ZH = "挂钩干部走访时了解到的，和上月比：多了、持平或少了。"
_EN = "As told on a visit, against the month before: 多了 more, 持平 the same, 少了 less."


def describe() -> None:
    """Define the facts (from `apps.py`)."""
    for name, zh, en in (
        ("production_trend", "走访了解：生产", "Production, as told on a visit"),
        ("orders_trend", "走访了解：订单", "Orders, as told on a visit"),
        ("staff_trend", "走访了解：用工", "Staff, as told on a visit"),
        ("investment_trend", "走访了解：投资", "Investment, as told on a visit"),
    ):
        define(
            FactField(
                name, "string", zh, en, group="stated", stated_by=DEPARTMENT, valid_days=60,
                meaning_zh=_ZH, meaning_en=_EN,
            )
        )  # fmt: skip
