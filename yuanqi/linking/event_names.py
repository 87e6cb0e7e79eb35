"""What the events of rounds are called, wherever they are listed."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "linking.round_drafted": pgettext_lazy("event", "拟挂钩方案"),
    "linking.round_scoped": pgettext_lazy("event", "改挂钩方案的范围"),
    "linking.round_discarded": pgettext_lazy("event", "作废挂钩方案"),
    "linking.seat_changed": pgettext_lazy("event", "改干部挂钩容量"),
    "linking.variants_asked": pgettext_lazy("event", "计算挂钩方案"),
    "linking.variant_taken": pgettext_lazy("event", "采用挂钩方案"),
    "linking.pair_set": pgettext_lazy("event", "人工调整挂钩"),
    "linking.round_published": pgettext_lazy("event", "发布挂钩方案"),
    "linking.wish_stated": pgettext_lazy("event", "登记挂钩意愿或回避"),
    "linking.wish_withdrawn": pgettext_lazy("event", "撤回挂钩意愿或回避"),
    "linking.handover_opened": pgettext_lazy("event", "开始挂钩交接"),
    "linking.handover_noted": pgettext_lazy("event", "写挂钩交接说明"),
    "linking.handover_confirmed": pgettext_lazy("event", "确认挂钩交接"),
    "linking.handover_reminded": pgettext_lazy("event", "催办挂钩交接"),
    "linking.links_exported": pgettext_lazy("event", "导出挂钩名单"),
}
