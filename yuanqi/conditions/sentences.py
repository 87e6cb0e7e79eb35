"""What the events of the rules say to the audit administrator, beyond their names."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from yuanqi.audit import kinds as audited

from . import kinds

Payload = Mapping[str, Any]


def define() -> None:
    """Name the events whose payload says more than that they happened."""
    for kind, sentence in _SENTENCES.items():
        audited.describe(kind, sentence)


def _of_kind(payload: Payload) -> str:
    code = str(payload["of_kind"])
    try:
        return str(kinds.find(code).name)
    except LookupError:
        return code


def _added(payload: Payload) -> str:
    return _("新增规则：%(kind)s，%(code)s") % {
        "kind": _of_kind(payload), "code": payload["code"],
    }  # fmt: skip


def _published(payload: Payload) -> str:
    return _("发布规则：%(kind)s，%(code)s 第 %(number)s 版，自 %(day)s 起执行") % {
        "kind": _of_kind(payload),
        "code": payload["code"],
        "number": payload["number"],
        "day": payload["valid_from"],
    }


def _withdrawn(payload: Payload) -> str:
    return _("撤回规则：%(kind)s，%(code)s 第 %(number)s 版，原因：%(reason)s") % {
        "kind": _of_kind(payload),
        "code": payload["code"],
        "number": payload["number"],
        "reason": payload["reason"],
    }


def _sent_back(payload: Payload) -> str:
    return _("退回规则第 %(number)s 版，原因：%(reason)s") % {
        "number": payload["number"],
        "reason": payload["reason"],
    }


_SENTENCES: dict[str, Callable[[Payload], str]] = {
    "conditions.added": _added,
    "conditions.published": _published,
    "conditions.withdrawn": _withdrawn,
    "conditions.sent_back": _sent_back,
}
