"""The journal's events of the organisation in words, for the audit administrator."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from yuanqi.audit import kinds

Payload = Mapping[str, Any]


def _because(text: str, payload: Payload) -> str:
    reason = payload.get("reason", "")
    return _("%(what)s：%(reason)s") % {"what": text, "reason": reason} if reason else text


def _fields(payload: Payload) -> str:
    return _("、").join(sorted(payload["changes"]))


_SENTENCES = {
    "organisation.department_created": lambda p: _("新建部门 %(name)s") % p,
    "organisation.list_exported": lambda p: _("导出部门名录，%(rows)s 行") % p,
    "organisation.department_changed": lambda p: (
        _("修改部门 %(id)s：%(fields)s") % {"id": p["department_id"], "fields": _fields(p)}
    ),
    "organisation.line_change_planned": lambda p: _because(
        _("部门 %(department_id)s 自 %(valid_from)s 起报告给 %(reports_to_id)s") % p
        if p["reports_to_id"]
        else _("部门 %(department_id)s 自 %(valid_from)s 起不报告给别人") % p,
        p,
    ),
    "organisation.line_change_dropped": lambda p: (
        _("部门 %(department_id)s 自 %(valid_from)s 起的报告关系撤回") % p
        if p["by"] == "officer"
        else _("部门 %(department_id)s 自 %(valid_from)s 起的报告关系到时已不成立，没有生效") % p
    ),
    "organisation.department_closed": lambda p: _because(
        _("撤并部门 %(department_id)s，并入 %(merged_into_id)s") % p
        if p["merged_into_id"]
        else _("撤销部门 %(department_id)s") % p,
        p,
    ),
    "organisation.head_appointed": lambda p: (
        _("部门 %(department_id)s 的负责人定为人员 %(officer_id)s") % p
    ),
    "organisation.head_resigned": lambda p: (
        _("部门 %(department_id)s 的负责人（人员 %(officer_id)s）免去") % p
    ),
    "organisation.officer_created": lambda p: (
        _("新建人员 %(officer_id)s，部门 %(department_id)s") % p
    ),
    "organisation.officer_changed": lambda p: _("修改人员 %(officer_id)s") % p,
    "organisation.officer_moved": lambda p: _because(
        _("人员 %(officer_id)s 由部门 %(from_department_id)s 调到 %(to_department_id)s") % p, p
    ),
    "organisation.officer_left": lambda p: _because(_("人员 %(officer_id)s 离岗") % p, p),
    "organisation.officer_returned": lambda p: _("人员 %(officer_id)s 回岗") % p,
    "organisation.absence_recorded": lambda p: (
        _("人员 %(officer_id)s 外出，人员 %(acting_id)s 代理") % p
    ),
    "organisation.absence_cancelled": lambda p: _("人员 %(officer_id)s 的外出取消") % p,
    "organisation.duty_assigned": lambda p: (
        _("部门 %(department_id)s 排人员 %(officer_id)s 值班") % p
    ),
    "organisation.duty_cancelled": lambda p: (
        _("部门 %(department_id)s 取消人员 %(officer_id)s 的值班") % p
    ),
}


def describe() -> None:
    """Give the audit administrator these words (from `apps.py`)."""
    for kind, sentence in _SENTENCES.items():
        kinds.describe(kind, sentence)
