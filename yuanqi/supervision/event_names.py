"""What the events of supervision are called, wherever they are listed."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "supervision.limit_near": pgettext_lazy("event", "即将超时"),
    "supervision.limit_passed": pgettext_lazy("event", "超时"),
    "supervision.case_escalated": pgettext_lazy("event", "升级"),
    "supervision.reminded": pgettext_lazy("event", "催办"),
    "supervision.supervised": pgettext_lazy("event", "督办"),
    "supervision.supervision_answered": pgettext_lazy("event", "督办答复"),
    "supervision.supervision_ended": pgettext_lazy("event", "督办结束"),
    "supervision.inspected": pgettext_lazy("event", "质量检查"),
    "supervision.supply_reminded": pgettext_lazy("event", "提醒补材料"),
}
