"""Investment projects: entered and kept by the service centre."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.writer import DIRECT, conflict_if_taken

from .. import acts, gates
from ..gates import Lack
from ..indicators import month_of
from ..models import Enterprise, Milestone, Project, ProjectInvestment, Stage
from ..queries import project_visible
from ..rights import Part, may_waive_gates, moves_stages, require
from ..seen import require_unchanged
from .enterprises import locked


@transaction.atomic
def project_create(
    *, enterprise_id: int, values: Mapping[str, Any], actor: Actor, at: datetime
) -> Project:
    """Enter a project of the enterprise. Raises NotVisible, NotAllowed, Conflict for one alike."""
    enterprise = locked(enterprise_id, Part.PROJECTS, actor)
    with conflict_if_taken(_("这家企业已经有同名或同代码的项目。")):
        return acts.project(DIRECT, enterprise=enterprise, actor=actor, at=at, **values)


def _keeps_projects(enterprise: Enterprise, actor: Actor) -> None:
    require(Part.PROJECTS, enterprise, actor)


def _locked(
    project_id: int, actor: Actor, check: Callable[[Enterprise, Actor], None] = _keeps_projects
) -> Project:
    found = project_visible(project_id, actor)
    check(found.enterprise, actor)
    journal.lock(found.stream)
    found.refresh_from_db()
    return found


@transaction.atomic
def project_change(
    *,
    project_id: int,
    values: Mapping[str, Any],
    seen: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> Project:
    """Change what is said of a project, but for its stage.

    Raises NotVisible, NotAllowed, Conflict.
    """
    row = _locked(project_id, actor)
    require_unchanged(row, seen)
    with conflict_if_taken(_("这家企业已经有同名或同代码的项目。")):
        acts.project_change(DIRECT, row, actor=actor, at=at, **values)
    return row


@transaction.atomic
def project_stage_reach(
    *,
    project_id: int,
    stage: int,
    on: date,
    seen_stage: int | None = None,
    note: str = "",
    waiver: str = "",
    actor: Actor,
    at: datetime,
) -> Project:
    """The project comes to a stage, on or before today; back again only with a note why.

    What the gates of the stages on the way ask for is there, or somebody who may (`rights.
    may_waive_gates`) gives a reason, the `waiver`, which the journal keeps with what was lacking.
    Raises NotVisible, NotAllowed, Invalid; Conflict if it stands there, moved meanwhile, or
    something is lacking.
    """
    row = _locked(project_id, actor, moves_stages)
    if seen_stage is not None and row.stage != seen_stage:
        raise Conflict(
            _("别人刚把这个项目改到“%(stage)s”，请看过再改。") % {"stage": Stage(row.stage).label}
        )
    if stage == row.stage:
        raise Conflict(_("项目已经在这个阶段。"))
    if on > timezone.localdate(at):
        raise Invalid(_("日期不能晚于今天。"), "on")
    if stage < row.stage and not note.strip():
        raise Invalid(_("退回前面的阶段，请写明原因。"), "note")
    lacks = gates.lacks_of(row, Stage(stage), timezone.localdate(at))
    if lacks:
        _require_waived(lacks, waiver.strip(), Stage(stage), actor)
        acts.project_gate_waived(
            DIRECT, row, stage=stage, lacks=[one.condition for one in lacks],
            reason=waiver.strip(), actor=actor, at=at,
        )  # fmt: skip
    acts.project_stage(DIRECT, row, stage=stage, on=on, note=note.strip(), actor=actor, at=at)
    return row


def _require_waived(lacks: Sequence[Lack], waiver: str, stage: Stage, actor: Actor) -> None:
    said = {"stage": stage.label, "lacks": _("；").join(one.sentence for one in lacks)}
    if may_waive_gates(actor):
        if not waiver:
            raise Invalid(
                _("还不满足“%(stage)s”的条件：%(lacks)s。要推进请写明理由。") % said, "waiver"
            )
        return
    raise Conflict(_("还不能进入“%(stage)s”：%(lacks)s。") % said)


@transaction.atomic
def project_investment_state(
    *,
    project_id: int,
    month: date,
    amount: Decimal,
    planned: Decimal | None,
    actor: Actor,
    at: datetime,
) -> ProjectInvestment:
    """State what was invested in a month and what was planned, in 万元; a month has one row.

    Raises NotVisible, NotAllowed, Invalid.
    """
    row = _locked(project_id, actor)
    if month != month_of(month):
        raise Invalid(_("月份不对。"), "month")
    told = {"actor": actor, "at": at}
    found = ProjectInvestment.objects.filter(project=row, month=month).first()
    if found is None:
        return acts.investment(
            DIRECT, project=row, month=month, amount=amount, planned=planned, **told
        )
    acts.investment_change(DIRECT, found, amount=amount, planned=planned, **told)
    return found


@transaction.atomic
def milestone_set(
    *, project_id: int, values: Mapping[str, Any], actor: Actor, at: datetime
) -> Milestone:
    """Add what is to be reached by a day. Raises NotVisible, NotAllowed."""
    row = _locked(project_id, actor)
    return acts.milestone(DIRECT, project=row, actor=actor, at=at, **values)


@transaction.atomic
def milestone_change(
    *,
    project_id: int,
    milestone_id: int,
    values: Mapping[str, Any],
    seen: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> Milestone:
    """Move a milestone, or say when it was reached. Raises NotVisible, NotAllowed, Conflict."""
    project = _locked(project_id, actor)
    row = Milestone.objects.filter(pk=milestone_id, project=project).first()
    if row is None:
        raise NotVisible(milestone_id)
    require_unchanged(row, seen)
    acts.milestone_change(DIRECT, row, actor=actor, at=at, **values)
    return row
