"""What a park may set of advice: within how many working days it is answered."""

from django.utils.translation import gettext_lazy as _

from yuanqi.parameters import parameters
from yuanqi.parameters.parameters import Parameter

GROUP = "advice"
ANSWER_DAYS = "advice.answer_days"
WARN_DAYS = "advice.warn_days"


def define() -> None:
    for key, default, least, most, label, help_ in (
        (
            ANSWER_DAYS, 15, 1, 90, _("建议几个工作日内答复"),
            _("从企业提出的那天算起。已经提出的建议，期限不变。"),
        ),
        (WARN_DAYS, 3, 0, 30, _("到期前几个工作日提醒答复部门"), ""),
    ):  # fmt: skip
        parameters.define(
            Parameter(
                key=key, kind="integer", default=default, least=least, most=most, label=label,
                group=GROUP, unit=_("个工作日"), help=help_, source=_("园区默认，可改"),
            )
        )  # fmt: skip
