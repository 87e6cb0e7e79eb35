"""What a park may set of its monthly returns: whom it asks what, until when, what is odd."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.parameters import parameters
from yuanqi.parameters.parameters import Parameter
from yuanqi.registry.indicators import MEASURES

GROUP = "monitoring"
WHOM = "monitoring.whom"
ABOVE_SCALE = "monitoring.above_scale"
FORECAST = "monitoring.forecast"
FORECAST_MONTHS = "monitoring.forecast_months"
OPEN_DAY = "monitoring.open_day"
DUE_DAY = "monitoring.due_day"
BEFORE_DAYS = "monitoring.remind_before_days"
AFTER_DAYS = "monitoring.remind_after_days"
OFFICER_DAYS = "monitoring.tell_officer_days"
GRACE_DAYS = "monitoring.remind_grace_days"
ODD_TIMES = "monitoring.odd_times"
ODD_FLOOR = "monitoring.odd_floor"

INDUSTRIAL, ABOVE, LED = "industrial", "above_scale", "led"
WHOM_CHOICES = (
    (INDUSTRIAL, _("在营的工业企业")),
    (ABOVE, _("规模以上工业企业")),
    (LED, _("有挂钩干部的在营企业")),
)
_ASKED = frozenset({"output", "revenue", "tax", "staff", "power"})
_SOURCE = _("园区默认，可改")
# National Bureau of Statistics: industrial firms above designated size, from 2011 on
_ABOVE_SCALE_SOURCE = _("国家统计局规模以上工业统计范围（2011 年起）")


def asks(code: str) -> str:
    """The key that says whether a measure is asked."""
    return f"monitoring.asks_{code}"


def define() -> None:
    parameters.define(
        Parameter(
            key=WHOM, kind="choice", default=INDUSTRIAL, choices=WHOM_CHOICES,
            label=_("每月请哪些企业填报"), group=GROUP, source=_SOURCE,
        )
    )  # fmt: skip
    parameters.define(
        Parameter(
            key=ABOVE_SCALE, kind="decimal", default=2000, least=0, most=1_000_000,
            label=_("年营业收入到多少算规模以上"), group=GROUP, unit=_("万元"),
            help=_("按最近 12 个月已确认的营业收入合计。"), source=_ABOVE_SCALE_SOURCE,
        )
    )  # fmt: skip
    for code, measure in MEASURES.items():
        parameters.define(
            Parameter(
                key=asks(code), kind="boolean", default=code in _ASKED, label=measure.label,
                group=GROUP, help=_("每月填报里要不要这一项。"), source=_SOURCE,
            )
        )  # fmt: skip
    parameters.define(
        Parameter(
            key=FORECAST, kind="choice", default="output", group=GROUP, source=_SOURCE,
            choices=[(code, one.label) for code, one in MEASURES.items()],
            label=_("请企业预计哪一项"),
        )
    )  # fmt: skip
    for key, default, least, most, label, unit, help_ in (
        (
            FORECAST_MONTHS, 1, 0, 3, _("预计以后几个月"), pgettext_lazy("months", "个月"),
            _("填 0 就不请企业预计。"),
        ),
        (OPEN_DAY, 1, 1, 28, _("每月几号开始填报上个月的数"), _("号"), ""),
        (DUE_DAY, 8, 1, 28, _("每月几号前填好"), _("号"), _("这一天不算晚。")),
        (BEFORE_DAYS, 2, 0, 20, _("到期前几天提醒还没填的企业"), _("天"), ""),
        (AFTER_DAYS, 1, 1, 20, _("过期几天后再提醒企业"), _("天"), ""),
        (OFFICER_DAYS, 3, 1, 20, _("过期几天后请挂钩干部帮忙"), _("天"), ""),
        (
            GRACE_DAYS, 3, 1, 30, _("提醒过以后几天内不再提醒"), _("天"),
            _("批量提醒时跳过刚提醒过的企业。"),
        ),
        (
            ODD_TIMES, 10, 2, 1000, _("和上月相差几倍要问清"), _("倍"),
            _("是上月的这么多倍，或者不到上月的几分之一。"),
        ),
        (
            ODD_FLOOR, 10, 0, 10_000, _("上月不到多少的不比倍数"), "",
            _("基数太小，倍数没有意义。"),
        ),
    ):  # fmt: skip
        parameters.define(
            Parameter(
                key=key, kind="integer", default=default, least=least, most=most, label=label,
                group=GROUP, unit=unit, help=help_, source=_SOURCE,
            )
        )  # fmt: skip
