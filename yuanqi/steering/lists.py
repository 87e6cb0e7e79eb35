"""The four lists: their rules as shipped, who writes them, who confirms them.

Names are the zone's. The thresholds are this program's defaults, not law; a park changes them in
the editor. A list is made each month; an enterprise may be on several, and one on the list of
declines is visited within three working days.
"""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from yuanqi.conditions import kinds, shipping
from yuanqi.conditions.kinds import Kind
from yuanqi.foundation.actors import Actor, Role

KIND = "list"
KEY_CORE, FAST_GROWING, NEW_GROWTH, DECLINE = (
    "key-core", "fast-growing", "new-growth-point", "marked-decline",
)  # fmt: skip
CODES = (KEY_CORE, FAST_GROWING, NEW_GROWTH, DECLINE)
_SOURCE = "园区默认，可改"


def _may_draft(actor: Actor) -> bool:
    return actor.has(Role.CENTRE)


def _may_confirm(actor: Actor) -> bool:
    return actor.has(Role.CENTRE, Role.LEADER)


def define() -> None:
    """Define the kind and ship the four (from `apps.py`)."""
    kinds.define(
        Kind(
            code=KIND,
            name=_("四张清单"),
            purpose=_("每月重算，发布后马上重算"),
            may_draft=_may_draft,
            may_confirm=_may_confirm,
            drafters=_("服务中心"),
            confirmers=_("服务中心的另一人或分管领导"),
            address=address,
        )
    )
    for code, zh, en, text in (
        # the top tenth by output or tax, a chain leader, or 500 million yuan under way
        (
            KEY_CORE, "重点核心", "Key core",
            "output_ahead < 0.1 OR tax_ahead < 0.1 OR is_chain_leader\n"
            "OR largest_investment_in_progress >= 50000",
        ),
        # output of 20 million yuan, and a fifth more than a year before in two quarters running
        (
            FAST_GROWING, "快速成长", "Fast growing",
            "output_year >= 2000\n"
            "AND output_quarter_yoy >= 0.2 AND output_quarter_before_yoy >= 0.2",
        ),
        # above scale or in operation for a year at most, or a tenth of sales from new products
        (
            NEW_GROWTH, "新增长点", "New growth points",
            "months_above_scale <= 12 OR months_since_production <= 12\n"
            "OR new_product_share > 0.1",
        ),
        # output 15 % down in two months running, or staff or power use 20 %
        (
            DECLINE, "显著下滑", "Marked decline",
            "output_month_yoy <= -0.15 AND output_month_before_yoy <= -0.15\n"
            "OR staff_yoy <= -0.2 OR power_month_yoy <= -0.2",
        ),
    ):  # fmt: skip
        shipping.ship(KIND, code, {"zh": zh, "en": en}, text, _SOURCE)


def address(code: str) -> str:
    return reverse("steering:list", args=[code])
