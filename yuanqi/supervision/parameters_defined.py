"""What a park may set of the quality baskets; what the mechanism defines isn't among it."""

from django.utils.translation import gettext_lazy as _

from yuanqi.parameters import parameters
from yuanqi.parameters.parameters import Parameter

REACH_DAYS = "supervision.basket_reach_days"
LONG_PAUSE_DAYS = "supervision.long_pause_days"
FAST_MINUTES = "supervision.fast_minutes"

_SOURCE = _("园区默认，可改")


def define() -> None:
    parameters.define(
        Parameter(
            key=REACH_DAYS,
            kind="integer",
            default=90,
            least=7,
            most=730,
            label=_("抽查多久以内办结的"),
            group="supervision",
            unit=_("天"),
            source=_SOURCE,
        )
    )
    parameters.define(
        Parameter(
            key=LONG_PAUSE_DAYS,
            kind="integer",
            default=7,
            least=1,
            most=180,
            label=_("暂停多久算过久，列入抽查"),
            group="supervision",
            unit=_("天"),
            source=_SOURCE,
        )
    )
    parameters.define(
        Parameter(
            key=FAST_MINUTES,
            kind="integer",
            default=60,
            least=5,
            most=1440,
            label=_("多快答复算过快，列入抽查"),
            group="supervision",
            unit=_("分钟"),
            help=_("从提出到答复。咨询（P4）不算。"),
            source=_SOURCE,
        )
    )
