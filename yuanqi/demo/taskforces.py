"""Task forces of the demo park: fifteen of industries, two of enterprises. All fictional."""

from datetime import datetime, time, timedelta
from importlib import resources
from typing import Any

import yaml
from django.utils import timezone

from yuanqi.foundation.actors import Actor, actor_for
from yuanqi.foundation.models import Account
from yuanqi.organisation.models import Department, Officer, Rank
from yuanqi.registry.models import Enterprise
from yuanqi.taskforces import operations
from yuanqi.taskforces.models import Kind, NoteKind, TaskForce, TaskState

_OPENED = 210  # days before the loading: all of them in one meeting of the committee
_LATE, _NEAR = (2, 9), (4, 11)  # of these in the file a task is late, or due soon

_AIMS = ("三个月内订单恢复到去年八成，稳住一线工人。", "扩建厂房年内竣工，按期投产。")
_REPORT = (
    "扩建厂房按期竣工，六个审批事项并联办理，比原计划早 23 天投产。后续用工由社会事业局接着对接。"
)


def load(now: datetime) -> int:
    """Write them, each act by whom and when it would be; returns how many there are."""
    told = yaml.safe_load(
        resources.files("yuanqi.demo").joinpath("taskforces.yaml").read_text("utf-8")
    )["industries"]
    clerk = Account.objects.get(username="centre")
    heads = {
        unit.code: unit.head
        for unit in Department.objects.select_related("head__account").filter(head__isnull=False)
    }
    leads = list(
        Officer.objects.filter(
            is_active=True, account__isnull=False, rank__gte=Rank.DEPUTY_SECTION
        ).select_related("account").order_by("pk")
    )  # fmt: skip
    for place, one in enumerate(told):
        _industry(one, place, leads[place * 3 % len(leads)], heads, clerk, now)
    firms = Enterprise.objects.filter(merged_into=None, is_industrial=True).order_by("pk")
    _enterprises(list(firms[2:60:31]), leads, heads, clerk, now)
    operations.sweep(at=now)
    return TaskForce.objects.count()


def _industry(
    one: dict[str, Any],
    place: int,
    lead: Officer,
    heads: dict[str, Officer | None],
    clerk: Account,
    now: datetime,
) -> None:
    opened = _ago(now, _OPENED, place)
    members = [head for code in one["units"] if (head := heads.get(code)) is not None]
    row = operations.force_open(
        kind=Kind.INDUSTRY, name=one["name"], aim=one["aim"], lead_id=lead.pk,
        member_ids=[person.pk for person in members], ground="管委会年度工作部署",
        actor=actor_for(clerk, opened), at=opened,
    )  # fmt: skip
    first = members[0]
    _note(row, lead, NoteKind.MINUTES, "第一次会议：定分工、定节点，每月碰头一次，有事随时报。",
          _ago(now, _OPENED - 7, place), now)  # fmt: skip
    done = operations.task_set(
        force_id=row.pk, text="摸清链上企业、缺口和在谈项目", owner_id=first.pk,
        due_on=timezone.localdate(now) - timedelta(days=_OPENED - 40),
        actor=_by(lead, opened), at=_ago(now, _OPENED - 7, place),
    )  # fmt: skip
    ended = _ago(now, _OPENED - 36, place)
    operations.task_end(
        force_id=row.pk, task_id=done.pk, state=TaskState.DONE,
        outcome="台账已建，缺口和在谈项目各列一张表，每月更新。", actor=_by(first, ended), at=ended,
    )  # fmt: skip
    days = -3 if place in _LATE else 2 if place in _NEAR else 12 + place
    set_at = _ago(now, 45, place)
    operations.task_set(
        force_id=row.pk, text=one["task"], owner_id=members[-1].pk,
        due_on=timezone.localdate(now) + timedelta(days=days), actor=_by(lead, set_at), at=set_at,
    )  # fmt: skip
    _note(row, members[-1], NoteKind.PROGRESS, one["progress"], _ago(now, 3 + place, place), now)


def _enterprises(
    firms: list[Enterprise],
    leads: list[Officer],
    heads: dict[str, Officer | None],
    clerk: Account,
    now: datetime,
) -> None:
    """One at work for a firm in decline, one that did what it was for."""
    for place, firm in enumerate(firms[:2]):
        opened = _ago(now, 60 + 90 * place, place)
        units = ("economy", "planning-construction", "social-affairs")
        members = [head for code in units if (head := heads.get(code)) is not None]
        lead = leads[1 + place]
        row = operations.force_open(
            kind=Kind.ENTERPRISE, name=f"{firm.short_name}专班", lead_id=lead.pk,
            aim=_AIMS[place],
            member_ids=[person.pk for person in members], enterprise_id=firm.pk,
            ground=("列入显著下滑清单", "重大扩建项目")[place],
            actor=actor_for(clerk, opened), at=opened,
        )  # fmt: skip
        task = operations.task_set(
            force_id=row.pk, text=("对接三家替代客户", "竣工联合验收")[place],
            owner_id=members[0].pk, due_on=timezone.localdate(now) + timedelta(days=9),
            actor=_by(lead, opened), at=_ago(now, 58 + 90 * place, place),
        )  # fmt: skip
        text = ("两家客户已看样，一家本周试单。", "联合验收一次通过。")[place]
        told = _ago(now, 12 + 20 * place, place)
        _note(row, members[0], NoteKind.PROGRESS, text, told, now)
        if place:
            operations.task_end(
                force_id=row.pk, task_id=task.pk, state=TaskState.DONE, outcome=text,
                actor=_by(members[0], told), at=told,
            )  # fmt: skip
            closed = _ago(now, 20, place)
            operations.force_close(
                force_id=row.pk, actor=_by(lead, closed), at=closed,
                report=_REPORT,
            )  # fmt: skip


def _note(
    row: TaskForce, officer: Officer, kind: str, text: str, at: datetime, now: datetime
) -> None:
    at = min(at, now)
    held_on = timezone.localdate(at) if kind == NoteKind.MINUTES else None
    operations.note_write(
        force_id=row.pk, kind=kind, text=text, held_on=held_on, actor=_by(officer, at), at=at
    )


def _by(officer: Officer, at: datetime) -> Actor:
    """Who acts; a head or lead without an account lets the centre write."""
    account = officer.account or Account.objects.get(username="centre")
    return actor_for(account, at)


def _ago(now: datetime, days: int, place: int) -> datetime:
    day = timezone.localdate(now) - timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time(9 + place % 8, 10 + place)))
