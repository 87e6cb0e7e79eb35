"""What the events of the knowledge base are called."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "knowledge.entry_made": pgettext_lazy("event", "新建知识条目"),
    "knowledge.entry_published": pgettext_lazy("event", "发布知识条目"),
    "knowledge.entry_revised": pgettext_lazy("event", "修订知识条目"),
    "knowledge.entry_reviewed": pgettext_lazy("event", "复核知识条目"),
    "knowledge.entry_withdrawn": pgettext_lazy("event", "撤下知识条目"),
    "knowledge.entry_moved": pgettext_lazy("event", "知识条目换单位"),
    "knowledge.entry_helped": pgettext_lazy("event", "知识条目解答了疑问"),
}
