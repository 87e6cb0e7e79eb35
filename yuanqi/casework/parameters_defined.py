"""What a park may set of clocks, beside the limits themselves."""

from django.utils.translation import gettext_lazy as _

from yuanqi.parameters import parameters
from yuanqi.parameters.parameters import Parameter

WARN_PERCENT = "requests.warn_percent"


def define() -> None:
    parameters.define(
        Parameter(
            key=WARN_PERCENT,
            kind="integer",
            default=25,
            least=5,
            most=75,
            label=_("时限还剩多少时亮黄灯"),
            group="requests",
            unit="%",
            help=_("按整个时限算。已经在走的计时保留开始那天的比例。"),
            source=_("园区默认，可改"),
        )
    )
