"""Investment projects: their stage, investment by month, milestones."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.writer import Writer

from ..events import (
    MilestoneChanged,
    MilestoneSet,
    ProjectChanged,
    ProjectCreated,
    ProjectGateWaived,
    ProjectInvestmentStated,
    ProjectStageReached,
)
from ..models import Milestone, Project, ProjectInvestment, ProjectStage
from ._changes import change_of, tell


def project(writer: Writer, *, actor: Actor, at: datetime, **values: Any) -> Project:
    """Enter a project at the stage it stands at (`stage`, `stage_on`)."""
    row = writer.insert(Project(**values))
    writer.insert(ProjectStage(project=row, stage=row.stage, on=row.stage_on))
    event = ProjectCreated(
        enterprise_id=row.enterprise_id,
        project_id=row.pk,
        code=row.code,
        name=row.name,
        stage=int(row.stage),
        investment=row.investment,
    )
    _tell(writer, row, event, actor, at)
    return row


def project_change(
    writer: Writer, row: Project, *, actor: Actor, at: datetime, **values: Any
) -> bool:
    """Set fields other than the stage, which is `project_stage`'s."""
    change = change_of(row, values)
    if change is None:
        return False
    writer.update(row, **change.values)
    event = ProjectChanged(enterprise_id=row.enterprise_id, project_id=row.pk, **change.told)
    _tell(writer, row, event, actor, at)
    return True


def project_stage(
    writer: Writer,
    row: Project,
    *,
    stage: int,
    on: date,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> ProjectStage:
    """The project has come to a stage, on a day; it may have gone back."""
    before = int(row.stage)
    writer.update(row, stage=stage, stage_on=on)
    reached = writer.insert(ProjectStage(project=row, stage=stage, on=on, note=note))
    event = ProjectStageReached(
        enterprise_id=row.enterprise_id,
        project_id=row.pk,
        before=before,
        stage=int(stage),
        on=on,
        note=note,
    )
    _tell(writer, row, event, actor, at)
    return reached


def project_gate_waived(
    writer: Writer,
    row: Project,
    *,
    stage: int,
    lacks: Sequence[str],
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Somebody lets the project on to a stage without what its gate asks for."""
    event = ProjectGateWaived(
        enterprise_id=row.enterprise_id,
        project_id=row.pk,
        stage=int(stage),
        lacks=tuple(lacks),
        reason=reason,
    )
    writer.record(
        event,
        stream=row.stream,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
        enterprise_id=row.enterprise_id,
    )


def investment(
    writer: Writer,
    *,
    project: Project,
    month: date,
    amount: Decimal,
    planned: Decimal | None = None,
    actor: Actor,
    at: datetime,
) -> ProjectInvestment:
    """State what was invested in a month; 万元."""
    row = writer.insert(
        ProjectInvestment(project=project, month=month, amount=amount, planned=planned)
    )
    _tell(writer, project, _investment_event(project, row, None), actor, at)
    return row


def investment_change(
    writer: Writer, row: ProjectInvestment, *, actor: Actor, at: datetime, **values: Any
) -> bool:
    change = change_of(row, values)
    if change is None:
        return False
    before = row.amount
    writer.update(row, **change.values)
    _tell(writer, row.project, _investment_event(row.project, row, before), actor, at)
    return True


def _investment_event(
    project: Project, row: ProjectInvestment, before: Decimal | None
) -> ProjectInvestmentStated:
    return ProjectInvestmentStated(
        enterprise_id=project.enterprise_id,
        project_id=project.pk,
        month=row.month,
        amount=row.amount,
        planned=row.planned,
        before=before,
    )


def milestone(
    writer: Writer,
    *,
    project: Project,
    name: str,
    due_on: date,
    done_on: date | None = None,
    actor: Actor,
    at: datetime,
) -> Milestone:
    row = writer.insert(
        Milestone(project=project, name=name, due_on=due_on, done_on=done_on)
    )  # fmt: skip
    event = MilestoneSet(
        enterprise_id=project.enterprise_id,
        project_id=project.pk,
        milestone_id=row.pk,
        name=name,
        due_on=due_on,
    )
    _tell(writer, project, event, actor, at)
    return row


def milestone_change(
    writer: Writer, row: Milestone, *, actor: Actor, at: datetime, **values: Any
) -> bool:
    """Move a milestone, or say when it was reached (`done_on`)."""
    change = change_of(row, values)
    if change is None:
        return False
    writer.update(row, **change.values)
    event = MilestoneChanged(
        enterprise_id=row.project.enterprise_id,
        project_id=row.project_id,
        milestone_id=row.pk,
        name=row.name,
        **change.told,
    )
    _tell(writer, row.project, event, actor, at)
    return True


def _tell(writer: Writer, project: Project, event: Event, actor: Actor, at: datetime) -> None:
    tell(
        writer,
        event,
        enterprise_id=project.enterprise_id,
        stream=project.stream,
        actor=actor,
        at=at,
    )
