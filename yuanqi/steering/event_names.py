"""What the events of the four lists are called, wherever they are listed."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "steering.list_made": pgettext_lazy("event", "重算清单"),
    "steering.standing_changed": pgettext_lazy("event", "进出清单"),
    "steering.entry_confirmed": pgettext_lazy("event", "确认清单企业"),
    "steering.entry_overruled": pgettext_lazy("event", "人工列入或移出"),
    "steering.care_raised": pgettext_lazy("event", "主动关怀"),
    "steering.plan_set": pgettext_lazy("event", "定服务方案"),
    "steering.list_exported": pgettext_lazy("event", "导出清单"),
}
