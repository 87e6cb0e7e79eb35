"""The thresholds that ship: three rules, each with the 16 industries of the method.

The bounds are those of 中小企业划型标准规定（工信部联企业〔2011〕300号）, which the statistical
method of 2017 shares; its grouping of industries, by GB/T 4754-2017, is used here. Both are the
defaults of a rule: the park publishes another version where it reads the method otherwise, or
when there is a new one.
An enterprise has a class if it reaches all bounds of its industry in it, else it is looked at a
class lower; what reaches none is micro (说明二).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from yuanqi.conditions import shipping
from yuanqi.conditions.kinds import Kind
from yuanqi.foundation.actors import Actor, Role

from .models import SizeClass

CODE = "size-class"
SOURCE = "统计上大中小微型企业划分办法（2017）附表"
# the order in which the rules are asked; what fits none of them is micro
CLASSES = (SizeClass.LARGE.value, SizeClass.MEDIUM.value, SizeClass.SMALL.value)
NAMES: Mapping[str, Mapping[str, str]] = {
    "large": {"zh": "大型企业", "en": "Large enterprises"},
    "medium": {"zh": "中型企业", "en": "Medium enterprises"},
    "small": {"zh": "小型企业", "en": "Small enterprises"},
}


def _may_draft(actor: Actor) -> bool:
    return actor.has(Role.CENTRE)


def _may_confirm(actor: Actor) -> bool:
    return actor.has(Role.LEADER)


SIZE_CLASS = Kind(
    code=CODE,
    name=_("企业规模"),
    purpose=_("大型、中型、小型依次判断，都够不上的为微型"),
    may_draft=_may_draft,
    may_confirm=_may_confirm,
    drafters=_("服务中心"),
    confirmers=_("分管领导"),
)


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a class asks for: persons, 万元 of revenue, 万元 of assets; None asks nothing."""

    staff: int | None = None
    revenue: int | None = None
    assets: int | None = None

    @property
    def text(self) -> str:
        asked = (
            ("employees_known", self.staff),
            ("revenue_known", self.revenue),
            ("total_assets", self.assets),
        )
        return " AND ".join(f"{name} >= {least}" for name, least in asked if least is not None)


@dataclass(frozen=True, slots=True)
class Industry:
    """One of the method's 16: which codes of GB/T 4754-2017 it covers, and its bounds."""

    name: str
    covers: str
    large: Bounds
    medium: Bounds
    small: Bounds


def _staff_and_revenue(*bounds: tuple[int, int]) -> tuple[Bounds, Bounds, Bounds]:
    large, medium, small = (Bounds(staff, revenue) for staff, revenue in bounds)
    return large, medium, small


def _revenue_and_assets(*bounds: tuple[int, int]) -> tuple[Bounds, Bounds, Bounds]:
    large, medium, small = (Bounds(None, revenue, assets) for revenue, assets in bounds)
    return large, medium, small


# what a code doesn't say as deep as its industry needs is unknown only within its own section
INDUSTRIES = (
    Industry("农、林、牧、渔业", "industry_section = 'A'",
             Bounds(revenue=20000), Bounds(revenue=500), Bounds(revenue=50)),
    Industry("工业", "industry_section IN ('B', 'C', 'D')",
             *_staff_and_revenue((1000, 40000), (300, 2000), (20, 300))),
    Industry("建筑业", "industry_section = 'E'",
             *_revenue_and_assets((80000, 80000), (6000, 5000), (300, 300))),
    Industry("批发业", "industry_section = 'F' AND industry_division = '51'",
             *_staff_and_revenue((200, 40000), (20, 5000), (5, 1000))),
    Industry("零售业", "industry_section = 'F' AND industry_division = '52'",
             *_staff_and_revenue((300, 20000), (50, 500), (10, 100))),
    Industry("交通运输业",  # without railways; loading and unloading (591) belongs here
             "industry_section = 'G' AND (industry_division IN ('54', '55', '56', '57', '58')"
             " OR industry_division = '59' AND industry_group = '591')",
             *_staff_and_revenue((1000, 30000), (300, 3000), (20, 200))),
    Industry("仓储业",
             "industry_section = 'G' AND industry_division = '59' AND industry_group <> '591'",
             *_staff_and_revenue((200, 30000), (100, 1000), (20, 100))),
    Industry("邮政业", "industry_section = 'G' AND industry_division = '60'",
             *_staff_and_revenue((1000, 30000), (300, 2000), (20, 100))),
    Industry("住宿业", "industry_section = 'H' AND industry_division = '61'",
             *_staff_and_revenue((300, 10000), (100, 2000), (10, 100))),
    Industry("餐饮业", "industry_section = 'H' AND industry_division = '62'",
             *_staff_and_revenue((300, 10000), (100, 2000), (10, 100))),
    Industry("信息传输业", "industry_section = 'I' AND industry_division IN ('63', '64')",
             *_staff_and_revenue((2000, 100000), (100, 1000), (10, 100))),
    Industry("软件和信息技术服务业", "industry_section = 'I' AND industry_division = '65'",
             *_staff_and_revenue((300, 10000), (100, 1000), (10, 50))),
    Industry("房地产开发经营", "industry_section = 'K' AND industry_group = '701'",
             *_revenue_and_assets((200000, 10000), (1000, 5000), (100, 2000))),
    Industry("物业管理", "industry_section = 'K' AND industry_group = '702'",
             *_staff_and_revenue((1000, 5000), (300, 1000), (100, 500))),
    Industry("租赁和商务服务业", "industry_section = 'L'",
             Bounds(300, assets=120000), Bounds(100, assets=8000), Bounds(10, assets=100)),
    Industry("其他未列明行业",  # not railways, finance, education, health, public bodies
             "industry_section IN ('M', 'N', 'O', 'R')"
             " OR industry_section = 'Q' AND industry_division = '85'"
             " OR industry_section = 'K' AND industry_group IN ('703', '709')",
             Bounds(300), Bounds(100), Bounds(10)),
)  # fmt: skip


def text_of(size: str) -> str:
    """The rule of a class: a line an industry."""
    lines = [f"  WHEN {one.covers} THEN {getattr(one, size).text}" for one in INDUSTRIES]
    return "\n".join(["CASE", *lines, "END"])


def ship() -> None:
    """Let them come with the program (from `apps.py`)."""
    for size in CLASSES:
        shipping.ship(CODE, size, NAMES[size], text_of(size), SOURCE)
