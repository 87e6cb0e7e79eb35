"""What a park may set of the service desk's pages."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.parameters import parameters
from yuanqi.parameters.parameters import Parameter

VIEWS_MOST = "lists.views_most"
BATCH_MOST = "lists.batch_most"
FILES_MOST = "files.at_once"
NEWS_DAYS = "notices.news_days"
ROUTE_AT_ONCE = "requests.route_at_once"

_SOURCE = _("园区默认，可改")


def define() -> None:
    for key, default, least, most, label, group, unit, help_ in (
        (
            VIEWS_MOST, 30, 5, 200, _("每人最多存几个视图"), "lists",
            pgettext_lazy("views", "个"), "",
        ),
        (
            BATCH_MOST, 500, 10, 500, _("一次最多批量处理几件"), "lists",
            pgettext_lazy("requests", "件"), "",
        ),
        (
            FILES_MOST, 10, 1, 20, _("一次最多上传几个文件"), "files",
            pgettext_lazy("files", "个"), "",
        ),
        (
            NEWS_DAYS, 14, 1, 90, _("多久以前的事不再通知"), "notices", _("天"),
            _("通知停了一阵再恢复，或者导入旧事时，更早的不发。"),
        ),
    ):  # fmt: skip
        parameters.define(
            Parameter(
                key=key,
                kind="integer",
                default=default,
                least=least,
                most=most,
                label=label,
                group=group,
                unit=unit,
                help=help_,
                source=_SOURCE,
            )
        )
    parameters.define(
        Parameter(
            key=ROUTE_AT_ONCE,
            kind="boolean",
            default=False,
            label=_("符合派单规则的直接派单"),
            group="requests",
            help=_("关闭时只作建议，由服务中心派单；打开后提出时就派给规则里的部门。投诉除外。"),
            source=_SOURCE,
        )
    )
