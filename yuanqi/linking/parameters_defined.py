"""What a park may set of its links: how many an officer serves, when a successor is reminded."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.parameters import parameters
from yuanqi.parameters.parameters import Parameter

LEADER_CAPACITY = "linking.leader_capacity"
HEAD_CAPACITY = "linking.head_capacity"
DEPUTY_CAPACITY = "linking.deputy_capacity"
HANDOVER_DAYS = "linking.handover_days"
_SOURCE = _("园区挂钩联系办法，可改")
_HELP = _("新拟的挂钩方案从这一天起按它算；已经拟好的不变。")


def define() -> None:
    for key, default, label in (
        (LEADER_CAPACITY, 5, _("一位园区领导最多挂钩几家")),
        (HEAD_CAPACITY, 10, _("一位部门负责人最多挂钩几家")),
        (DEPUTY_CAPACITY, 5, _("一位人大代表最多挂钩几家")),
    ):
        parameters.define(
            Parameter(
                key=key, kind="integer", default=default, least=0, most=500, label=label,
                group="linking", unit=_("家"), help=_HELP, source=_SOURCE,
            )
        )  # fmt: skip
    parameters.define(
        Parameter(
            key=HANDOVER_DAYS, kind="integer", default=3, least=1, most=30, group="linking",
            label=_("接手后几个工作日没确认就提醒"), unit=pgettext_lazy("days", "个工作日"),
            help=_("先提醒接手的干部；再过同样长还没确认，告诉服务中心。各提醒一次。"),
            source=_("园区默认，可改"),
        )
    )  # fmt: skip
