"""What those events of the register are called that belong to no enterprise's timeline."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "registry.area_created": pgettext_lazy("event", "新设片区"),
    "registry.area_changed": pgettext_lazy("event", "修改片区"),
    "registry.group_created": pgettext_lazy("event", "登记集团"),
    "registry.group_changed": pgettext_lazy("event", "修改集团"),
    "registry.fact_field_added": pgettext_lazy("event", "新设事实字段"),
    "registry.fact_field_changed": pgettext_lazy("event", "修改事实字段"),
    "registry.fact_field_retired": pgettext_lazy("event", "停用事实字段"),
}
