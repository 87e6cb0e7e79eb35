"""What is known of a project, as its gates read it: the register's rows, never copied.

The facts of its enterprise may be named too. Papers are milestones: one whose name holds a word
of the paper and which is done says that the paper is there.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from yuanqi.domain.rules import Field, Rule, Schema
from yuanqi.registry import facts
from yuanqi.registry.models import Project

# a paper, and the words of the milestones that bring it
PAPERS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "project_has_filing": ("已备案或核准", "Filed or approved", ("备案", "核准")),
    "project_has_land_contract": (
        "土地合同已签", "Land contract signed", ("土地合同", "出让合同", "摘地", "不动产权"),
    ),
    "project_has_building_permit": (
        "已取得施工许可", "Building permit obtained", ("施工许可", "开工许可"),
    ),
    "project_has_acceptance": ("已通过竣工验收", "Completion accepted", ("竣工验收", "综合验收")),
}  # fmt: skip
_FIELDS = (
    ("project_investment", "number", "万元", "计划总投资", "planned investment"),
    ("project_invested", "number", "万元", "累计完成投资", "invested so far"),
    ("project_land_area", "number", "平方米", "用地面积", "land area"),
    ("project_code", "string", None, "项目代码", "project code"),
    ("project_area", "string", None, "所在片区", "area"),
    ("project_industry", "string", None, "行业代码", "industry code"),
    ("project_content", "string", None, "建设内容", "what is built"),
    ("project_start_on", "date", None, "计划开工日期", "planned start"),
    ("project_finish_on", "date", None, "计划竣工日期", "planned completion"),
    ("project_stage_on", "date", None, "进入现阶段的日期", "day of the present stage"),
    ("project_milestones_late", "number", "个", "超期节点", "milestones overdue"),
    ("project_milestones_done", "number", "个", "完成节点", "milestones reached"),
)
OWN = {
    name: Field(name, kind, unit, {"zh": zh, "en": en}) for name, kind, unit, zh, en in _FIELDS
} | {
    name: Field(name, "boolean", None, {"zh": zh, "en": en}) for name, (zh, en, _) in PAPERS.items()
}


def schema() -> Schema:
    """The project's facts, then all of its enterprise's."""
    return Schema({**OWN, **facts.schema().fields})


def facts_of(project: Project, rules: Iterable[Rule], today: date) -> dict[str, Any]:
    """What these rules ask for, of one project on a day; its enterprise is read only if named."""
    named = {field.name for rule in rules for field in rule.fields}
    found = _of_project(project, today)
    if named - OWN.keys() - {facts.AS_OF}:
        found |= facts.facts_of(project.enterprise_id, today)
    return found | {facts.AS_OF: today}


def _of_project(project: Project, today: date) -> dict[str, Any]:
    reached = Q(done_on__isnull=False, done_on__lte=today)
    done = list(project.milestones.filter(reached).values_list("name", flat=True))
    invested = project.investments.aggregate(total=Sum("amount"))["total"]
    found: dict[str, Any] = {
        "project_investment": _number(project.investment),
        "project_invested": _number(invested or 0),
        "project_land_area": _number(project.land_area),
        "project_code": project.code or None,
        "project_area": project.area.code if project.area else None,
        "project_industry": project.industry_code or None,
        "project_content": project.content.strip() or None,
        "project_start_on": project.start_on,
        "project_finish_on": project.finish_on,
        "project_stage_on": project.stage_on,
        "project_milestones_done": float(len(done)),
        "project_milestones_late": float(
            project.milestones.filter(done_on=None, due_on__lt=today).count()
        ),
    }
    for name, (_zh, _en, words) in PAPERS.items():
        found[name] = any(word in one for one in done for word in words)
    return {name: value for name, value in found.items() if value is not None}


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
