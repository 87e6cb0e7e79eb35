"""Investment projects: by their national code, else by enterprise and name."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar, cast

from django.db.models import Model, Q
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.bulk import Bulk
from yuanqi.registry import acts
from yuanqi.registry.models import Project, ProjectStage, Stage

from .. import cells
from ..models import ImportKind
from ..rows import Column, Match, Row, RowReader
from . import base
from .base import Register
from .enterprises import industry_code

_OF_STAGE = ("stage", "stage_on")


class ProjectRegister(Register):
    kind = ImportKind.PROJECTS
    model = Project
    along: Mapping[type[Model], str] = {ProjectStage: "project_id"}
    one_of: ClassVar[tuple[str, ...]] = ("uscc", "enterprise")

    def __init__(self, today: date) -> None:
        super().__init__(today)
        self._enterprises = base.Enterprises()
        self._codes: dict[str, int] = {}
        self._names: dict[tuple[int, str], int] = {}

    @classmethod
    def columns_on(cls, today: date) -> Sequence[Column]:
        text = cells.text
        return [
            *base.enterprise_columns(),
            Column("name", _("项目名称"), text(100), True, ("项目", "名称", "name"),
                   "示例精密二期", "", 30),
            Column("code", _("项目代码"), text(30), False,
                   ("项目统一代码", "项目编号", "国家代码", "code"), "2601-320594-04-01-000001",
                   _("投资项目在线审批监管平台的代码"), 26),
            Column("stage", _("阶段"), cells.choice(dict(Stage.choices)), False,
                   ("项目阶段", "进展", "stage"), str(Stage.SIGNED.label),
                   "、".join(str(label) for label in Stage.labels), 10),
            Column("stage_on", _("到达阶段日期"), cells.day(today), False,
                   ("阶段日期", "stage on"), "2026-03-02", _("空着算今天"), 14),
            Column("area", _("片区"), base.area_reader(), False, ("所属片区", "area"), "", "", 12),
            Column("industry_code", _("行业代码"), industry_code, False,
                   ("国民经济行业代码", "industry code"), "C3484", "", 12),
            Column("investment", _("总投资（万元）"), cells.number(12, 2), False,
                   ("计划总投资", "投资额", "investment"), "32000", _("万元，只填数字"), 14),
            Column("land_area", _("用地面积（平方米）"), cells.number(10, 2), False,
                   ("用地", "占地面积", "land area"), "18600", _("平方米，只填数字"), 16),
            Column("start_on", _("计划开工"), cells.day(), False,
                   ("开工日期", "计划开工日期", "start on"), "2026-06-01", "", 12),
            Column("finish_on", _("计划竣工"), cells.day(), False,
                   ("竣工日期", "计划竣工日期", "finish on"), "2027-10-31", "", 12),
            Column("content", _("建设内容"), text(5000), False, ("内容", "建设规模", "content"),
                   "", "", 30),
        ]  # fmt: skip

    @classmethod
    def stream_of(cls, row: Any) -> str:
        return str(row.stream)

    def look(self, rows: Sequence[Row], reader: RowReader) -> None:
        self._enterprises.look(rows, reader)
        sound = [row for row in rows if row.subject is not None and "name" in row.values]
        standing = list(
            Project.objects.select_related("area", "enterprise").filter(
                Q(code__in={row.values["code"] for row in sound if row.values.get("code")})
                | Q(
                    enterprise__in={row.subject.pk for row in sound},
                    name__in={row.values["name"] for row in sound},
                )
            )
        )
        by_code = {one.code: one for one in standing if one.code}
        by_name = {(one.enterprise_id, one.name): one for one in standing}
        for row in sound:
            self._compare(row, reader, by_code, by_name)

    def _compare(
        self,
        row: Row,
        reader: RowReader,
        by_code: Mapping[str, Project],
        by_name: Mapping[tuple[int, str], Project],
    ) -> None:
        values = row.values
        name, code = values["name"], values.get("code", "")
        seen = self._names.setdefault((row.subject.pk, name), row.line)
        if seen != row.line:
            reader.blame(row, "name", "twice", line=seen, other=f"{row.subject.name} {name}")
            return
        if code:
            seen = self._codes.setdefault(code, row.line)
            if seen != row.line:
                reader.blame(row, "code", "twice", line=seen, other=code)
                return
        start, finish = values.get("start_on"), values.get("finish_on")
        if start and finish and finish <= start:
            reader.blame(row, "finish_on", "end-before-start")
        known = by_code.get(code) or by_name.get((row.subject.pk, name))
        if known is not None and known.enterprise_id != row.subject.pk:
            other = f"{known.enterprise.name} {known.name}"
            reader.blame(row, "code", "code-taken", other=other)
            return
        if known is None or row.faults:
            return
        said = {key: value for key, value in values.items() if key not in self.one_of}
        if said.get("stage") == known.stage:
            said.pop("stage_on", None)
        wanted, shown = base.difference(known, said, self.columns)
        label = f"{row.subject.name} {known.name}"
        row.match = Match("code", known, label, f"{row.subject.name} {name}", wanted, shown)

    def write(self, bulk: Bulk, row: Row, choice: str, *, actor: Actor, at: datetime) -> None:
        told: dict[str, Any] = {"actor": actor, "at": at}
        if row.match is None:
            values = {key: row.values[key] for key in row.values if key not in self.one_of}
            values.setdefault("stage", Stage.LEAD)
            values.setdefault("stage_on", self.today)
            self.made(acts.project(bulk, enterprise=row.subject, **told, **values))
        elif base.is_update(row.match, choice) and row.match.values:
            self._update(bulk, cast(Project, row.match.row), row.match.values, told)

    def _update(
        self, bulk: Bulk, known: Project, values: dict[str, Any], told: dict[str, Any]
    ) -> None:
        touched = {*values, *(_OF_STAGE if "stage" in values else ())}
        before = base.before_of(known, touched)
        plain = {key: value for key, value in values.items() if key not in _OF_STAGE}
        if plain:
            acts.project_change(bulk, known, **told, **plain)
        if "stage" in values:
            on = values.get("stage_on", self.today)
            self.made(acts.project_stage(bulk, known, stage=values["stage"], on=on, **told))
        self.changed(known, before)

    def restore(
        self, bulk: Bulk, row: Model, before: dict[str, Any], *, actor: Actor, at: datetime
    ) -> None:
        values = base.fields_from(Project, before)
        acts.project_change(bulk, cast(Project, row), actor=actor, at=at, **values)
