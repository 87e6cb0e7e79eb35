"""The park's investment projects, over all stages. Drawn, always alike; all fictional."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

from django.utils import timezone

from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.bulk import Bulk
from yuanqi.registry import acts
from yuanqi.registry.indicators import month_of, months_before
from yuanqi.registry.models import Enterprise, Project, Stage

from .crowd.words import drawing

PROJECTS = 218
_SHARES = {
    Stage.LEAD: 16, Stage.TALKS: 24, Stage.SIGNED: 30, Stage.LAND: 26, Stage.STARTED: 58,
    Stage.FINISHED: 26, Stage.PRODUCTION: 30, Stage.DROPPED: 8,
}  # fmt: skip
_WORKS = (
    "二期厂房", "三期扩建", "智能化改造", "研发中心", "新产线", "总部和研发基地", "仓储物流中心",
    "绿色节能改造", "检测中心", "精密加工车间", "洁净厂房", "数字工厂",
)  # fmt: skip
_MILESTONES = (
    ("完成备案", Stage.SIGNED), ("取得用地", Stage.LAND), ("取得施工许可证", Stage.STARTED),
    ("主体结构封顶", Stage.FINISHED), ("设备安装完成", Stage.FINISHED),
    ("竣工验收", Stage.PRODUCTION), ("试生产", Stage.PRODUCTION),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when the park tells."""

    began: datetime
    now: datetime

    def told(self, on: date) -> dict[str, Any]:
        """Who tells it, and when: at ten of that day, within the park's time."""
        at = timezone.make_aware(datetime.combine(on, time(10)))
        return {"actor": SYSTEM, "at": max(self.began, min(at, self.now))}


@dataclass
class Later:
    """Acts of one project, done in the order of their times: so its stream tells them."""

    span: Span
    waiting: list[tuple[datetime, Callable[[dict[str, Any]], Any]]] = field(default_factory=list)

    def on(self, day: date, act: Callable[[dict[str, Any]], Any]) -> None:
        self.waiting.append((self.span.told(day)["at"], act))

    def done(self) -> None:
        for at, act in sorted(self.waiting, key=lambda item: item[0]):
            act({"actor": SYSTEM, "at": at})


def load(
    firms: Sequence[Enterprise], *, count: int, bulk: Bulk, began: datetime, now: datetime
) -> None:
    """Write so many projects of these enterprises; what is older than the park is told at its
    beginning.
    """
    span = Span(began, now)
    rng = drawing("projects")
    stages = [stage for stage, share in _SHARES.items() for _one in range(share)]
    rng.shuffle(stages)
    taken: set[tuple[int, str]] = set()
    for number in range(count):
        firm, work = rng.choice(firms), rng.choice(_WORKS)
        while (firm.pk, work) in taken:
            firm, work = rng.choice(firms), rng.choice(_WORKS)
        taken.add((firm.pk, work))
        _project(firm, work, stages[number % len(stages)], number, rng, bulk, span)


def _project(
    firm: Enterprise, work: str, stage: int, number: int, rng: Random, bulk: Bulk, span: Span
) -> None:
    today = timezone.localdate(span.now)
    path = list(range(Stage.LEAD, min(stage, Stage.PRODUCTION) + 1))
    if stage == Stage.DROPPED:
        path = [*range(Stage.LEAD, rng.randint(Stage.TALKS, Stage.LAND) + 1), Stage.DROPPED]
    days = _days(rng, len(path), today)
    investment = Decimal(500 * (2 + int(158 * rng.random() ** 2)))  # most are small
    started = stage in (Stage.STARTED, Stage.FINISHED, Stage.PRODUCTION)
    start_on = days[path.index(Stage.STARTED)] if Stage.STARTED in path else None
    planned = start_on or today + timedelta(days=rng.randrange(40, 300))
    row = acts.project(
        bulk, enterprise=firm, name=f"{firm.short_name}{work}项目", area=firm.area,
        code=f"{days[0]:%y%m}-329901-04-01-{100000 + number * 37:06d}"
        if stage >= Stage.SIGNED else "",
        industry_code=firm.industry_code, stage=path[0], stage_on=days[0], investment=investment,
        land_area=Decimal(rng.randrange(5_000, 120_000, 500)) if rng.random() < 0.6 else None,
        start_on=planned - timedelta(days=rng.randrange(30)),
        finish_on=planned + timedelta(days=rng.randrange(240, 700)),
        content=f"建设{work}，计划总投资 {investment} 万元。", **span.told(days[0]),
    )  # fmt: skip
    later = Later(span)
    for reached, on in zip(path[1:], days[1:], strict=True):
        note = "投资方调整布局，双方协商终止。" if reached == Stage.DROPPED else ""
        later.on(on, partial(_stage, bulk, row, reached, on, note))
    if started and start_on:
        _investments(row, start_on, investment, stage, rng, bulk, later)
    if Stage.SIGNED <= stage != Stage.DROPPED:
        _milestones(row, stage, days[path.index(Stage.SIGNED)], rng, bulk, later)
    later.done()


def _days(rng: Random, count: int, today: date) -> list[date]:
    """When each stage was reached, the last within the last half year."""
    found = [today - timedelta(days=rng.randrange(5, 200))]
    while len(found) < count:
        found.append(found[-1] - timedelta(days=rng.randrange(30, 130)))
    return found[::-1]


def _investments(
    row: Project, start_on: date, total: Decimal, stage: int, rng: Random, bulk: Bulk,
    later: Later,
) -> None:  # fmt: skip
    """By the month from the start of works, up to last month or the end."""
    newest = months_before(month_of(timezone.localdate(later.span.now)), 1)
    months = []
    month = month_of(start_on)
    while month <= newest and len(months) < 18:
        months.append(month)
        month = months_before(month, -1)
    share = 1.0 if stage >= Stage.FINISHED else rng.uniform(0.2, 0.8)
    plan = float(total) * share / max(len(months), 1)
    for month in months:
        planned = Decimal(round(plan, -1))
        amount = Decimal(round(plan * rng.uniform(0.6, 1.25), -1))
        on = months_before(month, -1) + timedelta(days=rng.randrange(3, 12))
        later.on(on, partial(_invested, bulk, row, month, max(amount, Decimal(0)), planned))


def _milestones(
    row: Project, stage: int, signed: date, rng: Random, bulk: Bulk, later: Later
) -> None:
    due, today = signed, timezone.localdate(later.span.now)
    for name, reached_by in _MILESTONES:
        due += timedelta(days=rng.randrange(25, 110))
        done_on = None
        if stage >= reached_by:
            done_on = min(due + timedelta(days=rng.randrange(-15, 25)), today)
        elif rng.random() < 0.85 and due < today:
            # most of what is not reached yet is not due yet either
            due = today + timedelta(days=rng.randrange(5, 120))
        later.on(signed, partial(_planned, bulk, row, name, due, done_on))


def _stage(bulk: Bulk, row: Project, stage: int, on: date, note: str, told: dict[str, Any]) -> None:
    acts.project_stage(bulk, row, stage=stage, on=on, note=note, **told)


def _invested(
    bulk: Bulk, row: Project, month: date, amount: Decimal, planned: Decimal, told: dict[str, Any]
) -> None:
    acts.investment(bulk, project=row, month=month, amount=amount, planned=planned, **told)


def _planned(
    bulk: Bulk, row: Project, name: str, due: date, done: date | None, told: dict[str, Any]
) -> None:
    acts.milestone(bulk, project=row, name=name, due_on=due, done_on=done, **told)
