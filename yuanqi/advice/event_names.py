"""What the events of advice are called, wherever they are listed."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "advice.given": pgettext_lazy("event", "提建议"),
    "advice.assigned": pgettext_lazy("event", "分派建议"),
    "advice.sent_back": pgettext_lazy("event", "退回建议"),
    "advice.answered": pgettext_lazy("event", "答复建议"),
    "advice.followed_up": pgettext_lazy("event", "告知建议见效"),
    "advice.reminded": pgettext_lazy("event", "提醒答复建议"),
    "advice.due_moved": pgettext_lazy("event", "建议答复期限随日历改变"),
    "advice.moved": pgettext_lazy("event", "建议换部门"),
    "advice.topic_set": pgettext_lazy("event", "设置建议主题"),
}
