"""The gates that ship, a rule a stage. All are the park's to change: defaults, not law, but for
what the source names."""

from django.utils.translation import gettext_lazy as _

from yuanqi.conditions import shipping
from yuanqi.conditions.kinds import Kind
from yuanqi.foundation.actors import Actor, Role
from yuanqi.registry.models import Stage

from . import known

CODE = "stage-gate"
SOURCE = "园区可调整的默认条件"


def _may_draft(actor: Actor) -> bool:
    return actor.has(Role.CENTRE)


def _may_confirm(actor: Actor) -> bool:
    return actor.has(Role.LEADER)


STAGE_GATE = Kind(
    code=CODE,
    name=_("项目阶段条件"),
    purpose=_("项目进入某个阶段前要满足的条件"),
    may_draft=_may_draft,
    may_confirm=_may_confirm,
    drafters=_("服务中心"),
    confirmers=_("分管领导"),
    schema=known.schema,
    frame=None,
    subject="project",
)

CODES = {
    Stage.TALKS: "talks", Stage.SIGNED: "signed", Stage.LAND: "land", Stage.STARTED: "started",
    Stage.FINISHED: "finished", Stage.PRODUCTION: "production",
}  # fmt: skip

_SHIPPED = (
    (Stage.TALKS, "进入洽谈", "Into talks", "project_content IS NOT NULL", SOURCE),
    (Stage.SIGNED, "签约", "To be signed",
     "project_investment > 0 AND project_industry IS NOT NULL", SOURCE),
    (Stage.LAND, "供地", "To be given land",
     "project_land_area > 0 AND project_code IS NOT NULL",
     "企业投资项目核准和备案管理条例（国务院令第 673 号）第四条；" + SOURCE),
    (Stage.STARTED, "开工", "To begin works",
     "project_has_building_permit AND project_finish_on IS NOT NULL",
     "建筑法（2019）第七条；" + SOURCE),
    (Stage.FINISHED, "竣工", "To be completed",
     "project_invested / project_investment >= 0.8", SOURCE),
    (Stage.PRODUCTION, "投产", "Into production", "project_has_acceptance",
     "建筑法（2019）第六十一条；" + SOURCE),
)  # fmt: skip


def ship() -> None:
    """Let them come with the program (from `apps.py`)."""
    for stage, zh, en, text, source in _SHIPPED:
        shipping.ship(CODE, CODES[stage], {"zh": zh, "en": en}, text, source)
