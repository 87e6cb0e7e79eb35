"""Sentences for this slice's events, and for those of the foundation."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.backup import BackupMade, Restored

from . import kinds
from .events import (
    ErasureAsked,
    ErasureRefused,
    ErasureWithdrawn,
    Exported,
    JournalVerified,
    PersonErased,
    RetentionRan,
    SealsTaken,
)

# what the access log calls what was read
READ = {
    "phone": gettext_lazy("联系电话"),
    "officer_phone": gettext_lazy("干部电话"),
    "legal_person": gettext_lazy("法定代表人"),
    "name": gettext_lazy("姓名"),
    "username": gettext_lazy("用户名"),
    "export": gettext_lazy("导出的表"),
    "journal": gettext_lazy("操作日志（导出）"),
    "access_log": gettext_lazy("查阅记录"),
    "access_export": gettext_lazy("查阅记录（导出）"),
    "seals": gettext_lazy("封存文件"),
}


def read_label(what: str) -> str:
    return str(READ.get(what, what))


# subjects that are no record: lists and logs
LISTS = {
    "directory": gettext_lazy("通讯录"),
    "search": gettext_lazy("搜索"),
    "ledger": gettext_lazy("诉求台账"),
    "enterprises": gettext_lazy("企业名录"),
    "contacts": gettext_lazy("联系人名录"),
    "officers": gettext_lazy("人员名录"),
    "accounts": gettext_lazy("账号名录"),
    "supervision": gettext_lazy("督办"),
    "journal": gettext_lazy("操作日志"),
    "access_log": gettext_lazy("查阅记录"),
}


def subject_label(subject: str, name: str) -> str:
    return str(LISTS.get(subject, name))


def define() -> None:
    """Name the events (from `apps.py`)."""
    kinds.describe(BackupMade.kind, lambda p: _("备份：%(name)s") % p)
    kinds.describe(
        Restored.kind,
        lambda p: _("从备份恢复：%(name)s，事件 %(events)s 条") % p,
    )
    kinds.describe(Exported.kind, lambda p: _("导出 %(rows)s 行") % {"rows": p["rows"]})
    kinds.describe(
        JournalVerified.kind,
        lambda p: _("核对日志，完整") if p["intact"] else _("核对日志，发现断点"),
    )
    kinds.describe(SealsTaken.kind, lambda p: _("下载封存文件"))
    kinds.describe(ErasureAsked.kind, lambda p: _("申请删除个人信息"))
    kinds.describe(ErasureWithdrawn.kind, lambda p: _("撤回删除申请"))
    kinds.describe(ErasureRefused.kind, lambda p: _("不同意删除个人信息"))
    kinds.describe(PersonErased.kind, lambda p: _("删除个人信息"))
    kinds.describe(
        RetentionRan.kind, lambda p: _("到期清理，删除 %(count)s 条") % {"count": p["removed"]}
    )
