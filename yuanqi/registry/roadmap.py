"""How far projects have come: stages, investment by month, milestones reached or late."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import dateformat

from .models import Milestone, Project, ProjectInvestment, Stage

PATH = [Stage(value) for value in Stage.values if value != Stage.DROPPED]


def late_projects(today: date) -> QuerySet[Milestone]:
    """The ids of projects with a milestone that is due and not reached."""
    return Milestone.objects.filter(done_on=None, due_on__lt=today).values("project_id")


@dataclass(frozen=True, slots=True)
class Line:
    """A project in a list; sums in 万元."""

    project: Project
    invested: Decimal
    late: int
    done: int
    milestones: int

    @property
    def share(self) -> str:
        """How much of the planned investment has been made, in per cent; empty if unknown."""
        if not self.project.investment or not self.invested:
            return ""
        return f"{self.invested * 100 / self.project.investment:.0f}%"


def lines_of(projects: Sequence[Project], today: date) -> list[Line]:
    """Read what a list says of these projects: two queries for all of them."""
    ids = [one.pk for one in projects]
    invested = dict(
        ProjectInvestment.objects.filter(project__in=ids)
        .order_by()
        .values_list("project")
        .annotate(Sum("amount"))
    )
    counts: dict[int, tuple[int, int, int]] = defaultdict(lambda: (0, 0, 0))
    found = Milestone.objects.filter(project__in=ids).order_by().values("project")
    for row in found.annotate(
        late=Count("pk", filter=Q(done_on=None, due_on__lt=today)),
        done=Count("pk", filter=Q(done_on__isnull=False)),
        every=Count("pk"),
    ):
        counts[row["project"]] = (row["late"], row["done"], row["every"])
    return [Line(one, invested.get(one.pk, Decimal(0)), *counts[one.pk]) for one in projects]


@dataclass(frozen=True, slots=True)
class Step:
    """A stage on the way: when it was reached, whether the project stands there."""

    stage: Stage
    on: date | None
    is_here: bool
    is_done: bool
    note: str

    @property
    def label(self) -> str:
        return str(self.stage.label)


@dataclass(frozen=True, slots=True)
class Mark:
    """A milestone as the page shows it; `days` late, or until it is due."""

    row: Milestone
    is_late: bool
    days: int


@dataclass(frozen=True, slots=True)
class InvestedMonth:
    """One month's bar: what was invested, what was planned, in the units of the drawing."""

    row: ProjectInvestment
    label: str
    x: float
    width: float
    height: float
    planned: float

    @property
    def y(self) -> float:
        return round(BASE - self.height, 1)

    @property
    def planned_y(self) -> float:
        return round(BASE - self.planned, 1)

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def end(self) -> float:
        return round(self.x + self.width, 1)


WIDTH, BASE = 640, 96
MOST_MONTHS = 18


def told(project: Project, today: date) -> dict[str, Any]:
    """What the page of a project says: three queries."""
    reached: dict[int, Any] = {}
    for row in project.stages.order_by("on", "pk"):
        reached[row.stage] = row
    here = project.stage
    steps = [
        Step(
            stage=stage,
            on=reached[stage].on if stage in reached and stage <= here else None,
            is_here=stage == here,
            is_done=stage < here != Stage.DROPPED,
            note=reached[stage].note if stage in reached else "",
        )
        for stage in PATH
    ]
    months = list(project.investments.order_by("month"))
    marks = [
        Mark(row, row.done_on is None and row.due_on < today, abs((today - row.due_on).days))
        for row in project.milestones.order_by("due_on", "pk")
    ]
    invested = sum((row.amount for row in months), Decimal(0))
    planned = sum((row.planned or Decimal(0) for row in months), Decimal(0))
    return {
        "steps": steps,
        "dropped": reached.get(Stage.DROPPED) if here == Stage.DROPPED else None,
        "bars": _bars(months[-MOST_MONTHS:]),
        "months": list(reversed(months)),
        "invested": invested,
        "planned": planned,
        "share": Line(project, invested, 0, 0, 0).share,
        "marks": marks,
        "late": sum(mark.is_late for mark in marks),
        "done": sum(mark.row.done_on is not None for mark in marks),
        "chart_width": WIDTH,
        "chart_base": BASE,
    }


def _bars(months: Sequence[ProjectInvestment]) -> list[InvestedMonth]:
    if not months:
        return []
    largest = max(max(row.amount, row.planned or Decimal(0)) for row in months) or Decimal(1)
    step = min(WIDTH / len(months), 80)

    def scaled(value: Decimal | None) -> float:
        return round(float((value or Decimal(0)) / largest) * (BASE - 12), 1)

    return [
        InvestedMonth(
            row=row,
            label=dateformat.format(row.month, "y-m"),
            x=round(place * step + step * 0.14, 1),
            width=round(step * 0.72, 1),
            height=scaled(row.amount),
            planned=scaled(row.planned),
        )
        for place, row in enumerate(months)
    ]
