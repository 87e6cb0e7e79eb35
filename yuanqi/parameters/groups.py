"""Under which headings the parameters stand, in the order of the page."""

from django.utils.translation import gettext_lazy as _

from .parameters import define_group

_GROUPS = (
    ("requests", _("诉求办理")),
    ("supervision", _("督办与质检")),
    ("monitoring", _("重点指标调度")),
    ("steering", _("四张清单")),
    ("advice", _("听建议")),
    ("linking", _("挂钩联系")),
    ("contacts", _("走访与联系")),
    ("notices", _("通知")),
    ("files", _("附件")),
    ("lists", _("列表与导出")),
    ("importing", _("导入")),
    ("retention", _("数据保留")),
    ("integration", _("其他程序")),
    ("signin", _("登录与会话")),
    ("access", _("账号与授权")),
    ("audit", _("审计")),
)


def define() -> None:
    for position, (key, label) in enumerate(_GROUPS):
        define_group(key, label, position)
