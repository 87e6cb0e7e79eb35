"""What an assignment says of a pair, of who isn't placed and of what is missing, in words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from .models import SeatRole

# by the codes of `domain.assignment`; the figures' ids were named when the plan was kept
_SENTENCES: Mapping[str, str | Promise] = {
    "kept": gettext_lazy("沿用原来的挂钩"),
    "moved": gettext_lazy("由%(before)s换来"),
    "succeeds": gettext_lazy("接替%(before)s"),
    "area": gettext_lazy("同一片区"),
    "other_area": gettext_lazy("不在干部的片区"),
    "specialty": gettext_lazy("挂钩过同行业企业"),
    "other_specialty": gettext_lazy("没挂钩过这个行业"),
    "group": gettext_lazy("与集团龙头%(head)s同一干部"),
    "other_group": gettext_lazy("与集团龙头%(head)s不同干部"),
    "wished": gettext_lazy("合登记的意愿"),
    "not_wished": gettext_lazy("不合登记的意愿"),
    "effort": gettext_lazy("预计工作量是一般企业的 %(effort)s 倍"),
    "load": gettext_lazy("干部共挂 %(count)s 家，最多 %(capacity)s 家"),
    "nobody_may": gettext_lazy("没有干部可以挂钩：要么应当回避，要么是只挂钩新增企业的人大代表"),
    "full": gettext_lazy("可以挂钩的干部名额都用完了"),
    "would_move": gettext_lazy("原干部%(before)s离开，只有调动别的企业才腾得出名额"),
}


def reason_said(why: Mapping[str, Any]) -> str:
    """A kept reason in a sentence."""
    sentence = _SENTENCES.get(str(why.get("code", "")))
    if sentence is None:
        return ""
    try:
        return str(sentence) % why.get("figures", {})
    except KeyError:
        return str(sentence)


def reasons_said(found: Iterable[Mapping[str, Any]]) -> list[str]:
    return [text for text in (reason_said(one) for one in found) if text]


def shortage_said(shortage: Sequence[Mapping[str, Any]]) -> list[str]:
    """Which capacity is missing, and the least to add: a line a role and area."""
    lines = []
    for one in shortage:
        role = str(SeatRole(one["role"]).label)
        said = {"role": role, "area": one.get("area") or "", "number": one["number"]}
        lines.append(
            ngettext(
                "差 %(number)s 个名额：给%(area)s的%(role)s再加 %(number)s 家就够",
                "差 %(number)s 个名额：给%(area)s的%(role)s再加 %(number)s 家就够",
                one["number"],
            )
            % said
            if said["area"]
            else ngettext(
                "差 %(number)s 个名额：给%(role)s再加 %(number)s 家就够",
                "差 %(number)s 个名额：给%(role)s再加 %(number)s 家就够",
                one["number"],
            )
            % said
        )
    return lines
