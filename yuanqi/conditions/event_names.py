"""What the events of the rules are called."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "conditions.added": pgettext_lazy("event", "新增规则"),
    "conditions.renamed": pgettext_lazy("event", "修改规则的名称或部门"),
    "conditions.drafted": pgettext_lazy("event", "起草规则"),
    "conditions.changed": pgettext_lazy("event", "修改规则草稿"),
    "conditions.submitted": pgettext_lazy("event", "提交规则确认"),
    "conditions.taken_back": pgettext_lazy("event", "收回规则修改"),
    "conditions.sent_back": pgettext_lazy("event", "退回规则"),
    "conditions.published": pgettext_lazy("event", "发布规则"),
    "conditions.withdrawn": pgettext_lazy("event", "撤回规则"),
    "conditions.moved": pgettext_lazy("event", "规则换责任部门"),
}
