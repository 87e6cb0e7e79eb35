"""What the events of visits are called, wherever they are listed."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "visiting.visit_planned": pgettext_lazy("event", "约定走访"),
    "visiting.visit_cancelled": pgettext_lazy("event", "取消走访"),
    "visiting.visit_merged": pgettext_lazy("event", "合并走访"),
    "visiting.wish_made": pgettext_lazy("event", "部门提出走访"),
    "visiting.wish_ended": pgettext_lazy("event", "部门不再走访"),
    "visiting.visit_recorded": pgettext_lazy("event", "记录走访"),
    "visiting.visit_confirmed": pgettext_lazy("event", "企业确认走访"),
    "visiting.visits_due": pgettext_lazy("event", "提醒走访"),
    "visiting.visits_exported": pgettext_lazy("event", "导出走访记录"),
    "visiting.calendar_link_renewed": pgettext_lazy("event", "更换日历链接"),
}
