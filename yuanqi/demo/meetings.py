"""Meetings of the demo park: three on site, a salon, one to come. All fictional."""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.utils import timezone

from yuanqi.casework.models import Case
from yuanqi.foundation.actors import SYSTEM, Actor, actor_for
from yuanqi.foundation.models import Account
from yuanqi.meetings import operations
from yuanqi.meetings.models import ItemState, Kind, Meeting
from yuanqi.meetings.queries import proposed
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import Department, Officer
from yuanqi.organisation.queries import current_calendar
from yuanqi.registry.models import Enterprise

_CENTRE = "centre"  # the account that calls them
_OWN = "enterprise"  # the firm that visitors sign in for
_HOURS = timedelta(hours=2)


@dataclass(frozen=True)
class _Item:
    """`done` is after how many days its task was; None while it isn't."""

    words: str
    decision: str
    unit: str = ""  # who does it; nobody for what is refused
    due: int = 0  # days after the meeting
    done: int | None = None
    outcome: str = ""
    promised: bool = False


@dataclass(frozen=True)
class _Told:
    kind: str
    title: str
    place: str
    unit: str
    ago: int  # days before the loading; below nought is to come
    units: tuple[str, ...]
    items: tuple[_Item, ...] = ()
    summary: str = ""
    open_cases: int = 0
    trades: tuple[str, ...] = field(default=())


_MEETINGS = (
    _Told(
        Kind.ON_SITE, "东区企业集中现场办公", "东区企业服务站", "planning-construction", 96,
        ("planning-construction", "safety-environment", "approval"),
        (
            _Item("厂门口到主路没有路灯，夜班工人下班不安全", "沿线装 12 盏路灯",
                  "planning-construction", 30, 26, "12 盏路灯已装好通电。", promised=True),
            _Item("货车在厂区门口排队进出，早高峰堵两百米", "门口划货车等候区，错峰放行",
                  "planning-construction", 20, 18, "等候区已划线，早高峰不再堵。"),
            _Item("希望减免今年房产税", "税收减免由税务部门依法核定，园区不能减免"),
        ),
        "下一次到西区开，安环局请街道一起参加。",
    ),
    _Told(
        Kind.ON_SITE, "西区用工用电现场办公", "西区邻里中心", "social-affairs", 54,
        ("social-affairs", "economy", "planning-construction"),
        (
            _Item("旺季缺普工六十人，招不满", "两周内办一场专场招聘会", "social-affairs", 21, 19,
                  "招聘会来了 430 人，三家企业共招到 71 人。"),
            _Item("配电房容量不够，想增容 800 千伏安", "和供电公司一起看现场，出增容方案",
                  "economy", 45, promised=True),
            _Item("宿舍到厂区没有公交", "先开一班定制班车，试行三个月", "social-affairs", 60, 40,
                  "班车已开，早晚各一班，平均每班 31 人。"),
        ),
        "用电增容的方案请供电公司在会后书面答复。",
    ),
    _Told(
        Kind.ON_SITE, "北区项目推进现场办公", "北区项目工地", "economy", 17,
        ("economy", "approval", "safety-environment"),
        (
            _Item("二期厂房消防验收排不上", "联合验收，一次看完", "approval", 30),
            _Item("特气站安评等了一个月", "安评单位十天内进场", "safety-environment", 12),
            _Item("要求把规划道路改线", "道路已经定线，周边地块已出让，不能改"),
        ),
        "每两周碰头一次，直到两个项目竣工。",
    ),
    _Told(
        Kind.SALON, "生物医药企业沙龙", "孵化楼一楼咖啡厅", "technology-talent", 33,
        ("technology-talent", "approval"),
        (
            _Item("研发用物品入境清单半年没更新", "和海关会商，更新清单", "technology-talent", 40),
            _Item("几家企业想共用一台质谱仪", "由中试平台买，企业按次付费", "technology-talent", 25,
                  22, "平台已采购，预约在网上办。"),
        ),
        "六家企业参加，希望每季度办一次，下次谈融资。",
    ),
    _Told(
        Kind.ON_SITE, "南区企业集中现场办公", "南区企业服务站", "safety-environment", -6,
        ("planning-construction", "safety-environment", "approval", "social-affairs"),
        (), "", 6,
    ),
)  # fmt: skip


def load(now: datetime) -> int:
    """Write them, each act by whom and when it would be; returns how many there are."""
    firms = list(Enterprise.objects.filter(merged_into=None, is_industrial=True).order_by("pk"))
    own = Enterprise.objects.filter(people__account__username=_OWN).first()
    for place, told in enumerate(_MEETINGS):
        some = firms[5 + place * 3 :: 11][:3] or firms[:3]
        if own is not None and place in (1, 4):
            some = [own, *(one for one in some if one.pk != own.pk)][:3]
        _write(told, some, now)
    operations.sweep(at=now)
    return Meeting.objects.count()


def _write(told: _Told, firms: list[Enterprise], now: datetime) -> None:
    starts = _at(now, told.ago, 14)
    before = _at(now, max(told.ago, 0) + 8, 9)
    unit = Department.objects.get(code=told.unit)
    clerk = _by(_CENTRE, before)
    row = operations.meeting_call(
        kind=told.kind, title=told.title, place=told.place, starts_at=starts,
        ends_at=starts + _HOURS, department_id=unit.pk, host_id=_owner(told.unit).pk,
        actor=clerk, at=before,
    )  # fmt: skip
    asked = [Department.objects.get(code=code) for code in told.units]
    later = before + timedelta(minutes=20)
    operations.departments_invite(
        meeting_id=row.pk, department_ids=[one.pk for one in asked], actor=clerk, at=later
    )
    for one in asked[: len(asked) if told.ago > 0 else 2]:
        operations.invitation_answer(
            meeting_id=row.pk, department_id=one.pk, officer_id=_owner(one.code).pk,
            actor=clerk, at=later + timedelta(hours=2),
        )  # fmt: skip
    invited = later + timedelta(hours=3)
    operations.enterprises_invite(
        meeting_id=row.pk, enterprise_ids=[one.pk for one in firms],
        reason="集中现场办公，一次把几个部门请到企业身边", actor=clerk, at=invited,
    )  # fmt: skip
    if told.open_cases:
        _collect(row, told.open_cases, clerk, invited + timedelta(minutes=10))
    if told.items:
        _hold(row, told, asked, firms, now)


def _collect(row: Meeting, count: int, clerk: Actor, at: datetime) -> None:
    listed = proposed(row, clerk, area_id=None, trade="", category="")
    # what came in since wasn't there to be collected
    cases: list[Case] = list(listed.filter(opened_at__lt=at)[:count])
    if cases:
        operations.items_collect(
            meeting_id=row.pk, case_ids=[case.pk for case in cases], actor=clerk, at=at
        )


def _hold(
    row: Meeting, told: _Told, asked: list[Department], firms: list[Enterprise], now: datetime
) -> None:
    during = row.starts_at + timedelta(minutes=30)
    clerk = _by(_CENTRE, during)
    day = timezone.localdate(row.starts_at)
    ends: list[tuple[datetime, int, _Item]] = []
    for place, one in enumerate(told.items):
        item = operations.item_add(
            meeting_id=row.pk, words=one.words, enterprise_id=firms[place % len(firms)].pk,
            actor=clerk, at=during,
        )  # fmt: skip
        operations.item_decide(
            meeting_id=row.pk, item_id=item.pk, decision=one.decision, actor=clerk, at=during,
            state=ItemState.TASK if one.unit else ItemState.REFUSED,
            owner_id=_owner(one.unit).pk if one.unit else None,
            due_on=day + timedelta(days=one.due) if one.unit else None,
            is_promised=one.promised,
        )  # fmt: skip
        if one.done is not None:
            ends.append((_at(now, told.ago - one.done, 16), item.pk, one))
    over = row.ends_at + timedelta(minutes=30)
    operations.attendance_take(
        meeting_id=row.pk, department_ids=[unit.pk for unit in asked],
        enterprise_ids=[firm.pk for firm in firms[:2]], actor=clerk, at=over,
    )  # fmt: skip
    operations.meeting_close(meeting_id=row.pk, summary=told.summary, actor=clerk, at=over)
    for at, item_id, one in sorted(ends, key=lambda end: end[:2]):
        owner = _owner(one.unit)
        operations.task_end(
            meeting_id=row.pk, item_id=item_id, state=ItemState.DONE, outcome=one.outcome,
            actor=_by(owner.account.username if owner.account else _CENTRE, at), at=at,
        )  # fmt: skip


def _owner(code: str) -> Officer:
    head = Department.objects.select_related("head__account").get(code=code).head
    assert head is not None, "every department of the demo park has its head"
    return head


def _by(username: str, at: datetime) -> Actor:
    account = Account.objects.filter(username=username).first()
    return SYSTEM if account is None else actor_for(account, at)


def _at(now: datetime, ago: int, hour: int) -> datetime:
    """So many days ago, or the next working day after: nobody meets on a Sunday."""
    calendar = work_calendar(current_calendar())
    day = timezone.localdate(now) - timedelta(days=ago)
    while not calendar.is_working(day):
        day += timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, time(hour, 0)))
