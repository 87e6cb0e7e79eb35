"""What the events of a case are called, wherever they are listed."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "casework.message_sent": pgettext_lazy("event", "沟通"),
    "casework.clock_paused": pgettext_lazy("event", "暂停计时"),
    "casework.clock_resumed": pgettext_lazy("event", "恢复计时"),
    "casework.extension_asked": pgettext_lazy("event", "申请延期"),
    "casework.extension_decided": pgettext_lazy("event", "延期决定"),
    "casework.task_started": pgettext_lazy("event", "签收协办"),
    "casework.task_done": pgettext_lazy("event", "协办意见"),
    "casework.handed_over": pgettext_lazy("event", "转交同事"),
    "casework.case_parked": pgettext_lazy("event", "挂起"),
    "casework.clock_moved": pgettext_lazy("event", "日历变动"),
    "casework.evaluated": pgettext_lazy("event", "评价"),
    "casework.case_closed": pgettext_lazy("event", "办结"),
    "casework.case_moved": pgettext_lazy("event", "责任移交"),
    "casework.case_taken": pgettext_lazy("event", "随企业并入"),
    "casework.file_removed": pgettext_lazy("event", "删除附件"),
    "casework.mechanism_published": pgettext_lazy("event", "发布事项规则"),
}
