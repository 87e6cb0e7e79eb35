"""The journal's events about accounts, in words: for the account's page and the audit's."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yuanqi.audit import kinds
from yuanqi.foundation.actors import ROLE_LABELS, Role

from .models import Act

Payload = Mapping[str, Any]


def _role(code: str) -> str:
    return str(ROLE_LABELS[Role(code)]) if code in list(Role) else code


def matter(act: str, role: str) -> str:
    """授予部门经办, 撤销安全管理员, 重置密码."""
    label = str(Act(act).label)
    return _("%(act)s%(role)s") % {"act": label, "role": _role(role)} if role else label


def _opened(payload: Payload) -> str:
    roles = _("、").join(_role(code) for code in payload["roles"])
    return _("开通账号，角色：%(roles)s") % {"roles": roles} if roles else _("开通账号")


def _bearer(payload: Payload) -> str:
    kind, number = payload["bearer"].split(":")
    label = pgettext("bearer", "人员") if kind == "officer" else pgettext("bearer", "企业联系人")
    return f"{label} {number}"


def _reset(payload: Payload) -> str:
    if payload["proposal_id"] is None:
        return _("重置密码")
    return _("重置密码（两人办理，申请 %(id)s）") % {"id": payload["proposal_id"]}


def _revoked(payload: Payload) -> str:
    values = {"role": _role(payload["role"]), "reason": payload["reason"]}
    return _("撤销%(role)s：%(reason)s") % values


def _said(text: str, payload: Payload) -> str:
    said = matter(payload["act"], payload["role"])
    return text % {"matter": said, "reason": payload.get("reason", "")}


_SENTENCES = {
    "access.account_opened": _opened,
    "web.account_opened": _opened,
    "access.holder_named": lambda payload: _("登记持有人"),
    "access.account_bound": lambda payload: _("绑定%(who)s") % {"who": _bearer(payload)},
    "access.account_unbound": lambda payload: _("解除绑定%(who)s") % {"who": _bearer(payload)},
    "access.account_closed": lambda payload: _("停用：%(reason)s") % {"reason": payload["reason"]},
    "access.account_reopened": lambda payload: (
        _("重新启用：%(reason)s") % {"reason": payload["reason"]}
    ),
    "access.password_reset": _reset,
    "access.role_proposed": lambda payload: _said(_("提出%(matter)s：%(reason)s"), payload),
    "access.role_granted": lambda payload: (
        _("第二人确认，授予%(role)s") % {"role": _role(payload["role"])}
    ),
    "access.role_revoked": _revoked,
    "access.proposal_refused": lambda payload: _said(_("驳回%(matter)s：%(reason)s"), payload),
    "access.proposal_withdrawn": lambda payload: _said(_("撤回%(matter)s：%(reason)s"), payload),
    "access.proposal_expired": lambda payload: _said(_("%(matter)s的申请过期"), payload),
    "access.accounts_exported": lambda payload: _("导出账号名录：%(accounts)s 个账号") % payload,
    "access.review_exported": lambda payload: (
        _("导出账号清查表：%(accounts)s 个账号，多余 %(surplus)s 个") % payload
    ),
}


def describe() -> None:
    """Give the audit administrator these words (from `apps.py`)."""
    for kind, sentence in _SENTENCES.items():
        kinds.describe(kind, sentence)


def sentence_of(kind: str, payload: Payload) -> str:
    return kinds.sentence_of(kind, payload)
