"""What a park may set of its lists: when they are made, when a decline asks for care again."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.parameters import parameters
from yuanqi.parameters.parameters import Parameter

MAKE_DAY = "steering.make_day"
CARE_MONTHS = "steering.care_months"
CARE_DAILY = "steering.care_daily"
_SOURCE = _("园区默认，可改")


def define() -> None:
    for key, default, least, most, label, unit, help_ in (
        (
            MAKE_DAY, 10, 1, 28, _("每月几号重算四张清单"), _("号"),
            _("月度指标大多填好以后。"),
        ),
        (
            CARE_MONTHS, 6, 1, 36, _("主动关怀以后多久不再提"), pgettext_lazy("months", "个月"),
            _("同一家企业再次下滑，隔了这么久才再提一件关怀诉求。"),
        ),
        (
            CARE_DAILY, 20, 1, 1000, _("每天最多提几件关怀诉求"), _("件"),
            _("一次下滑的企业多，分几天提，免得办不过来。"),
        ),
    ):  # fmt: skip
        parameters.define(
            Parameter(
                key=key, kind="integer", default=default, least=least, most=most, label=label,
                group="steering", unit=unit, help=help_, source=_SOURCE,
            )
        )  # fmt: skip
