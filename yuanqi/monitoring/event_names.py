"""What the events of key indicators are called, wherever they are listed."""

from django.utils.translation import pgettext_lazy

NAMES = {
    "monitoring.round_opened": pgettext_lazy("event", "开始月度填报"),
    "monitoring.filing_opened": pgettext_lazy("event", "请企业填报指标"),
    "monitoring.filing_drafted": pgettext_lazy("event", "存填报草稿"),
    "monitoring.filing_sent": pgettext_lazy("event", "填报指标"),
    "monitoring.filing_accepted": pgettext_lazy("event", "确认填报"),
    "monitoring.filing_asked_back": pgettext_lazy("event", "问回填报"),
    "monitoring.filing_reminded": pgettext_lazy("event", "提醒填报"),
    "monitoring.forecasts_stated": pgettext_lazy("event", "填报预计"),
    "monitoring.targets_set": pgettext_lazy("event", "下达目标"),
    "monitoring.board_exported": pgettext_lazy("event", "导出填报情况"),
}
