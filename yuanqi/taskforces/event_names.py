"""What the events of task forces are called, wherever they are listed."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "taskforces.opened": pgettext_lazy("event", "成立专班"),
    "taskforces.lead_changed": pgettext_lazy("event", "更换专班负责人"),
    "taskforces.member_joined": pgettext_lazy("event", "专班增加成员"),
    "taskforces.member_left": pgettext_lazy("event", "专班成员退出"),
    "taskforces.task_set": pgettext_lazy("event", "布置专班任务"),
    "taskforces.task_ended": pgettext_lazy("event", "专班任务办结"),
    "taskforces.task_handed_over": pgettext_lazy("event", "专班任务换人"),
    "taskforces.task_reminded": pgettext_lazy("event", "提醒专班任务"),
    "taskforces.note_written": pgettext_lazy("event", "写专班进展"),
    "taskforces.closed": pgettext_lazy("event", "专班办结"),
}
