"""What the events of messages and channels are called."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "notices.channel_added": pgettext_lazy("event", "登记接收方式"),
    "notices.channel_verified": pgettext_lazy("event", "核对接收方式"),
    "notices.channel_removed": pgettext_lazy("event", "删除接收方式"),
    "notices.choices_saved": pgettext_lazy("event", "保存接收选择"),
}
