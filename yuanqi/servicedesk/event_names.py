"""What the events of a request are called, wherever they are listed."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "servicedesk.request_raised": pgettext_lazy("event", "提出诉求"),
    "servicedesk.request_routed": pgettext_lazy("event", "按规则建议主办"),
    "servicedesk.request_dispatched": pgettext_lazy("event", "派单"),
    "servicedesk.request_redispatched": pgettext_lazy("event", "改派"),
    "servicedesk.request_accepted": pgettext_lazy("event", "签收"),
    "servicedesk.request_returned": pgettext_lazy("event", "退单"),
    "servicedesk.request_answered": pgettext_lazy("event", "正式答复"),
    "servicedesk.request_refused": pgettext_lazy("event", "不予受理"),
    "servicedesk.request_merged": pgettext_lazy("event", "并案"),
    "servicedesk.request_withdrawn": pgettext_lazy("event", "企业撤回"),
    "servicedesk.request_reopened": pgettext_lazy("event", "重新办理"),
    "servicedesk.called_back": pgettext_lazy("event", "回访"),
    "servicedesk.categories_loaded": pgettext_lazy("event", "载入诉求类别"),
    "servicedesk.request_joined": pgettext_lazy("event", "并入本件"),
    "servicedesk.list_exported": pgettext_lazy("event", "导出台账"),
    "servicedesk.view_saved": pgettext_lazy("event", "保存视图"),
    "servicedesk.view_renamed": pgettext_lazy("event", "视图改名"),
    "servicedesk.view_deleted": pgettext_lazy("event", "删除视图"),
}
