"""Why a pair stands, and why a subject has no officer: a code, its figures, a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Code(StrEnum):
    """What a reason says. The first ones explain a pair, the last ones why there is none."""

    KEPT = "kept"  # he served it before
    MOVED = "moved"  # another did, who is here still: `before`
    SUCCEEDS = "succeeds"  # another did, who can't any more: `before`
    WITH_ENTERPRISE = "with_enterprise"  # a project goes with its enterprise: `enterprise`
    AREA = "area"
    OTHER_AREA = "other_area"  # `cost`
    SPECIALTY = "specialty"  # `matching`
    OTHER_SPECIALTY = "other_specialty"  # `cost`
    GROUP = "group"  # the officer of the group's head: `head`
    OTHER_GROUP = "other_group"  # `head`, `cost`
    WISHED = "wished"
    NOT_WISHED = "not_wished"  # `cost`
    EFFORT = "effort"  # more or less than ordinary: `effort`
    LOAD = "load"  # how many he has, of how many: `count`, `capacity`

    NOBODY_MAY = "nobody_may"  # barred, or deputies only: `barred`, `deputies`, `officers`
    FULL = "full"  # whoever may is full: `officers`, `places`
    WOULD_MOVE = "would_move"  # his officer left, and room could only be made by moving others
    ENTERPRISE_UNPLACED = "enterprise_unplaced"  # its enterprise has none: `enterprise`
    LEAD_MAY_NOT = "lead_may_not"  # its enterprise's lead may not serve it: `enterprise`, `lead`


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; `figures` are what its sentence tells, `cost` in the weights' unit."""

    code: Code
    figures: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str = "zh") -> str:
        """In "zh" or "en". Ids stand as they are: whoever shows them to people names them."""
        told = {name: _said(value, language) for name, value in self.figures.items()}
        return _SENTENCES[language][self.code].format(**told)


def _said(value: object, language: str) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, tuple):
        return ("、" if language == "zh" else ", ").join(str(one) for one in value)
    return str(value)


_SENTENCES: Mapping[str, Mapping[Code, str]] = {
    "zh": {
        Code.KEPT: "沿用原来的挂钩",
        Code.MOVED: "由 {before} 换来",
        Code.SUCCEEDS: "接替 {before}",
        Code.WITH_ENTERPRISE: "项目随所属企业 {enterprise}，不占名额",
        Code.AREA: "同一片区",
        Code.OTHER_AREA: "不在干部的片区（代价 {cost}）",
        Code.SPECIALTY: "专业对口：{matching}",
        Code.OTHER_SPECIALTY: "专业不对口（代价 {cost}）",
        Code.GROUP: "与集团龙头 {head} 同一干部",
        Code.OTHER_GROUP: "与集团龙头 {head} 不同干部（代价 {cost}）",
        Code.WISHED: "是企业希望的干部",
        Code.NOT_WISHED: "不是企业希望的干部（代价 {cost}）",
        Code.EFFORT: "预计工作量是一般企业的 {effort} 倍",
        Code.LOAD: "干部共挂 {count} 家，最多 {capacity} 家",
        Code.NOBODY_MAY: (
            "没有干部可以挂钩：共 {officers} 人，{barred} 人应当回避，"
            "{deputies} 人是只挂钩新增企业的人大代表"
        ),
        Code.FULL: "可以挂钩的 {officers} 名干部，{places} 个名额都已用完",
        Code.WOULD_MOVE: "原干部 {before} 离开，只有调动别的企业才腾得出名额",
        Code.ENTERPRISE_UNPLACED: "所属企业 {enterprise} 没有挂钩干部",
        Code.LEAD_MAY_NOT: "所属企业 {enterprise} 的挂钩干部 {lead} 不能挂钩本项目",
    },
    "en": {
        Code.KEPT: "Served by the same officer before",
        Code.MOVED: "Comes over from {before}",
        Code.SUCCEEDS: "Succeeds {before}",
        Code.WITH_ENTERPRISE: "Goes with its enterprise {enterprise} and takes no place",
        Code.AREA: "In the officer's area",
        Code.OTHER_AREA: "Not in the officer's area (costs {cost})",
        Code.SPECIALTY: "Matching specialty: {matching}",
        Code.OTHER_SPECIALTY: "No matching specialty (costs {cost})",
        Code.GROUP: "Same officer as the group's head {head}",
        Code.OTHER_GROUP: "Not the officer of the group's head {head} (costs {cost})",
        Code.WISHED: "An officer whom the enterprise wishes for",
        Code.NOT_WISHED: "Not one whom the enterprise wishes for (costs {cost})",
        Code.EFFORT: "Expected to take {effort} times the work of an ordinary enterprise",
        Code.LOAD: "The officer serves {count}, {capacity} at most",
        Code.NOBODY_MAY: (
            "No officer may serve it: of {officers}, {barred} are barred and "
            "{deputies} are congress deputies, who lead only what is new"
        ),
        Code.FULL: "All {places} places of the {officers} officers who may serve it are taken",
        Code.WOULD_MOVE: "Its officer {before} left; room could only be made by moving others",
        Code.ENTERPRISE_UNPLACED: "Its enterprise {enterprise} has no officer",
        Code.LEAD_MAY_NOT: "The officer {lead} of its enterprise {enterprise} may not serve it",
    },
}
