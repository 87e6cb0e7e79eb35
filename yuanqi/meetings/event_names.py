"""What the events of meetings are called, wherever they are listed."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "meetings.called": pgettext_lazy("event", "召集会议"),
    "meetings.called_off": pgettext_lazy("event", "取消会议"),
    "meetings.departments_invited": pgettext_lazy("event", "通知部门参会"),
    "meetings.invitation_answered": pgettext_lazy("event", "部门回复参会"),
    "meetings.enterprise_invited": pgettext_lazy("event", "邀请企业参会"),
    "meetings.items_collected": pgettext_lazy("event", "从诉求收集议题"),
    "meetings.item_added": pgettext_lazy("event", "增加议题"),
    "meetings.item_removed": pgettext_lazy("event", "撤下议题"),
    "meetings.item_decided": pgettext_lazy("event", "议定事项"),
    "meetings.task_ended": pgettext_lazy("event", "会议任务办结"),
    "meetings.task_handed_over": pgettext_lazy("event", "会议任务换人"),
    "meetings.task_reminded": pgettext_lazy("event", "提醒会议任务"),
    "meetings.host_changed": pgettext_lazy("event", "更换会议主持人"),
    "meetings.attendance_taken": pgettext_lazy("event", "登记到会"),
    "meetings.closed": pgettext_lazy("event", "会议纪要定稿"),
}
