"""Who works in the demo park: departments, officers, duty and absence, enterprises. All fictional.

Pure: texts and instants, no database. Times follow from the day on which the park is loaded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib import resources
from typing import Any

import yaml

from yuanqi.domain import uscc
from yuanqi.foundation.actors import Role
from yuanqi.organisation.bulk import (
    NewAbsence,
    NewDepartment,
    NewOfficer,
    NewOrganisation,
    NewShift,
)
from yuanqi.organisation.models import Department, Rank
from yuanqi.registry.bulk import NewContact, NewEnterprise

from .crowd import firms as drawn
from .crowd.links import FIRST_SCHEME, served
from .crowd.staff import Staff, staff
from .crowd.words import drawing
from .size import Size

CENTRE = "service-centre"
ENTERPRISE_LOGIN = "songlai"  # its main contact signs in as `enterprise`

_KINDS = Department.Kind
# code, name, short name, English name, kind, head, telephone
_DEPARTMENTS = (
    ("leadership", "云泽高新区管理委员会", "管委会", "Zone Committee", _KINDS.LEADERSHIP,
     "leader", "8601 2001"),
    (CENTRE, "企业服务中心", "服务中心", "Enterprise Service Centre", _KINDS.CENTRE,
     "centre", "8601 0000"),
    ("planning-construction", "规划建设局", "规建局", "Planning and Construction", _KINDS.BUREAU,
     "cohandler", "8601 2300"),
    ("safety-environment", "安全环保局", "安环局", "Safety and Environment", _KINDS.BUREAU,
     "head", "8601 2200"),
    ("economy", "经济发展局", "经发局", "Economic Development", _KINDS.BUREAU,
     "lujin", "8601 2100"),
    ("approval", "行政审批局", "审批局", "Administrative Approval", _KINDS.BUREAU,
     "wushaofeng", "8601 2260"),
    ("technology-talent", "科技人才局", "科技人才局", "Technology and Talent", _KINDS.BUREAU,
     "qinyue", "8601 2400"),
    ("social-affairs", "社会事业局", "社会事业局", "Social Affairs", _KINDS.BUREAU,
     "qiuwangshu", "8601 2500"),
    ("commerce", "商务局", "商务局", "Commerce", _KINDS.BUREAU,
     "gujianping", "8601 2600"),
)  # fmt: skip

# username, name, department, title, rank, telephone, roles
_OFFICERS: tuple[tuple[Any, ...], ...] = (
    ("leader", "郑立群", "leadership", "副主任", Rank.DEPUTY_DIVISION, "8601 2001",
     (Role.LEADER,)),
    ("centre", "周敏", CENTRE, "主任", Rank.DEPUTY_SECTION, "8601 2010", (Role.CENTRE,)),
    ("tangjia", "唐嘉", CENTRE, "科员", Rank.CLERK, "8601 2012", (Role.CENTRE,)),
    ("cohandler", "陆瑶", "planning-construction", "水务道路科科长", Rank.CLERK,
     "8601 2315", (Role.HANDLER,)),
    ("head", "宋知行", "safety-environment", "局长", Rank.SECTION, "8601 2201",
     (Role.HEAD,)),
    ("handler", "何思远", "safety-environment", "环境科科员", Rank.CLERK, "8601 2207",
     (Role.HANDLER,)),
    ("lujin", "卢晋", "economy", "局长", Rank.SECTION, "8601 2101",
     (Role.HEAD, Role.HANDLER)),
    ("officer", "沈一帆", "economy", "副局长", Rank.DEPUTY_SECTION, "8601 2102", ()),
    ("wushaofeng", "吴绍峰", "approval", "副局长", Rank.DEPUTY_SECTION, "8601 2261",
     (Role.HEAD, Role.HANDLER)),
    ("qinyue", "秦悦", "technology-talent", "副局长", Rank.DEPUTY_SECTION,
     "8601 2402", (Role.HEAD, Role.HANDLER)),
    ("qiuwangshu", "邱望舒", "social-affairs", "就业科科长", Rank.CLERK,
     "8601 2506", (Role.HANDLER,)),
    ("gujianping", "顾建平", "commerce", "副局长", Rank.DEPUTY_SECTION, "8601 2603",
     (Role.HEAD, Role.HANDLER)),
)  # fmt: skip

# who does the work of a department
HANDLERS = {
    "planning-construction": "cohandler",
    "safety-environment": "handler",
    "economy": "lujin",
    "approval": "wushaofeng",
    "technology-talent": "qinyue",
    "social-affairs": "qiuwangshu",
    "commerce": "gujianping",
}
ROLES: dict[str, tuple[Role, ...]] = {
    **{person[0]: person[6] for person in _OFFICERS},
    "sysadmin": (Role.SYSTEM_ADMIN,),
    "secadmin": (Role.SECURITY_ADMIN,),
    "secadmin2": (Role.SECURITY_ADMIN,),  # confirms what the first one proposes
    "audadmin": (Role.AUDIT_ADMIN,),
}

# who keeps the administrators' accounts: no officers, so that none of them sees business
HOLDERS = {
    "sysadmin": "潘志成",
    "secadmin": "董雪",
    "secadmin2": "费立言",
    "audadmin": "范以宁",
}

_CHANGE = time(8, 30)  # the centre's duty changes in the morning, every day of the year
DUTY_MARGIN, DUTY_AHEAD = 20, 30  # days covered by the roster before the oldest request, and ahead
# what is drawn is told from this day back, so that no name depends on the day of loading
_NEWEST_FIRM = date(2024, 6, 30)
_LEAVE_DAYS = (2, 8)


@cache
def enterprises_told() -> dict[str, dict[str, Any]]:
    """The hand-written enterprises as the file tells them, by their short key."""
    text = (resources.files(__package__) / "enterprises.yaml").read_text("utf-8")
    found: dict[str, dict[str, Any]] = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506
    return found


@dataclass(frozen=True)
class Crowd:
    """Everybody of a park of one size who is not hand-written."""

    staff: Staff
    firms: dict[str, drawn.Firm]
    officers: dict[str, str]  # the linked officer of a firm, hand-written or drawn
    seconds: dict[str, str]  # the congress deputy of a firm
    first: tuple[str, ...]  # who took part in the zone's first scheme

    def handlers(self, department: str) -> tuple[str, ...]:
        """Who does a department's work: the hand-written first."""
        first = (HANDLERS[department],) if department in HANDLERS else ()
        return first + self.staff.clerks[department]


@cache
def crowd(size: Size) -> Crowd:
    """Draw the others; always the same ones for a size."""
    told = enterprises_told()
    written = [person["name"] for firm in told.values() for person in firm["people"]]
    people = frozenset([*written, *(officer[1] for officer in _OFFICERS)])
    ranked = [NewOfficer(*person[:6]) for person in _OFFICERS if person[4] >= Rank.DEPUTY_SECTION]
    found = staff(ranked=size.ranked - len(ranked), deputies=size.deputies, taken=people)
    people |= {officer.name for officer in found.officers}
    industrial = sum(firm["is_industrial"] == "true" for firm in told.values())
    firms = drawn.firms(
        industrial=size.industrial - industrial,
        others=size.enterprises - size.industrial - (len(told) - industrial),
        until=_NEWEST_FIRM,
        taken=drawn.Taken(
            people, frozenset(told), frozenset(firm["short_name"][:2] for firm in told.values())
        ),
    )
    # the centre supervises the others: it leads no links
    leading = [o for o in [*ranked, *found.ranked] if o.department != CENTRE]
    addresses = {key: firm["address"] for key, firm in told.items()}
    addresses |= {firm.key: firm.address for firm in firms}
    links = served(
        addresses, leading, found.deputies, {key: firm["officer"] for key, firm in told.items()}
    )
    return Crowd(
        staff=found,
        firms={firm.key: firm for firm in firms},
        officers=links.officers,
        seconds=links.seconds,
        first=links.first,
    )


def contact_login(firm: str) -> str:
    """The username of an enterprise's main contact."""
    return "enterprise" if firm == ENTERPRISE_LOGIN else firm


def roles(size: Size) -> dict[str, tuple[Role, ...]]:
    """Everybody who may sign in, with his roles. Congress deputies have no account."""
    found = crowd(size)
    heads = {unit.head for unit in found.staff.departments} | set(found.staff.heads.values())
    drawn_roles = {}
    for officer in found.staff.officers:
        if officer.username in found.staff.deputies:
            continue
        granted: tuple[Role, ...] = (Role.HANDLER,)
        if officer.department == "leadership":
            granted = (Role.LEADER,)
        elif officer.department == CENTRE:
            granted = (Role.CENTRE,)
        elif officer.username in heads:
            granted = (Role.HEAD,) if officer.rank >= Rank.SECTION else (Role.HEAD, Role.HANDLER)
        elif officer.rank >= Rank.DEPUTY_SECTION:
            granted = ()
        drawn_roles[officer.username] = granted
    firms = [contact_login(firm) for firm in enterprises_told()] + list(found.firms)
    return ROLES | drawn_roles | dict.fromkeys(firms, ())


def on_duty(at: datetime, now: datetime) -> str:
    """Who of the centre answers at an instant: two take turns, one of them is away just now."""
    planned = _planned(_duty_day(at))
    away_from, away_until = _absence(now)
    return "centre" if planned == "tangjia" and away_from <= at < away_until else planned


def _duty_day(at: datetime) -> int:
    day = at.date() if at.timetz().replace(tzinfo=None) >= _CHANGE else at.date() - timedelta(1)
    return day.toordinal()


def _planned(ordinal: int) -> str:
    return "centre" if ordinal % 2 else "tangjia"


def _absence(now: datetime) -> tuple[datetime, datetime]:
    today = now.replace(hour=8, minute=30, second=0, microsecond=0)
    return today - timedelta(days=1), today + timedelta(days=4)


def organisation(now: datetime, size: Size) -> NewOrganisation:
    """The park's departments and officers, with the roster around `now` (in the park's zone)."""
    found = crowd(size).staff
    return NewOrganisation(
        departments=[
            NewDepartment(
                code,
                name,
                short,
                english,
                str(kind),
                reports_to=None if kind == _KINDS.LEADERSHIP else "leadership",
                head=found.heads.get(code, head),
                phone=phone,
            )
            for code, name, short, english, kind, head, phone in _DEPARTMENTS
        ]
        + list(found.departments),
        officers=[NewOfficer(*person[:6]) for person in _OFFICERS] + list(found.officers),
        shifts=list(_shifts(now, size)),
        absences=[
            NewAbsence("tangjia", "centre", *_absence(now), reason="公休假"),
            *_leaves(now, size),
        ],
    )


def _shifts(now: datetime, size: Size) -> Iterator[NewShift]:
    today = now.replace(hour=8, minute=30, second=0, microsecond=0)
    for number in range(-size.days - DUTY_MARGIN, DUTY_AHEAD):
        start = today + timedelta(days=number)
        yield NewShift(CENTRE, _planned(start.date().toordinal()), start, start + timedelta(days=1))


def _leaves(now: datetime, size: Size) -> Iterator[NewAbsence]:
    """Leave and journeys of the drawn officers of rank; a colleague of rank acts meanwhile."""
    today = now.replace(hour=8, minute=30, second=0, microsecond=0)
    ranked = crowd(size).staff.ranked
    for officer in ranked:
        colleagues = [o for o in ranked if o.department == officer.department and o != officer]
        if not colleagues:
            continue
        rng = drawing("leave", officer.username)
        back = size.days
        while (back := back - rng.randrange(60, 260)) > -DUTY_AHEAD:
            start = today - timedelta(days=back)
            end = start + timedelta(days=rng.randrange(*_LEAVE_DAYS))
            acting = rng.choice(colleagues).username
            reason = rng.choice(("公休假", "公休假", "外出招商", "参加培训", "病假"))
            yield NewAbsence(officer.username, acting, start, end, reason)


def enterprises(now: datetime, size: Size) -> list[NewEnterprise]:
    """The enterprises with their people and linked officers, the hand-written first."""
    return [*_written(now, size), *_drawn(now, size)]


def linked_on(firm: int, now: datetime, size: Size) -> date:
    """Since when the n-th enterprise has its officer: those of the first scheme for longer."""
    newest = now.date().replace(month=1, day=1)
    if (now.date() - newest).days < size.recent + DUTY_MARGIN:
        newest = newest.replace(year=newest.year - 1)
    if firm >= FIRST_SCHEME:
        return newest
    return min(newest, (now.date() - timedelta(days=size.days)).replace(month=1, day=1))


def _written(now: datetime, size: Size) -> Iterator[NewEnterprise]:
    extension = 600
    for number, (firm, told) in enumerate(enterprises_told().items(), start=1):
        people = []
        for position, person in enumerate(told["people"]):
            extension += 21 if position == 0 else 7
            people.append(
                NewContact(
                    person["name"],
                    f"1380000{extension:04d}",  # no subscriber has such a number
                    person["title"],
                    contact_login(firm) if position == 0 else None,
                )
            )
        yield NewEnterprise(
            # 329901 is no registrar's district: no real enterprise bears such a code
            uscc=uscc.make("91329901", f"MA1YQ{number:03d}"),
            name=told["name"],
            short_name=told["short_name"],
            name_en=told["name_en"],
            industry=told["industry"],
            is_industrial=told["is_industrial"] == "true",
            address=told["address"],
            registered_on=datetime.fromisoformat(told["registered_on"]).date(),
            people=people,
            officer=told["officer"],
            linked_on=linked_on(number - 1, now, size),
        )


def _drawn(now: datetime, size: Size) -> Iterator[NewEnterprise]:
    found = crowd(size)
    numbers = list(range(10_000))
    drawing("phones").shuffle(numbers)
    phones = (f"1390000{number:04d}" for number in numbers)
    for position, firm in enumerate(found.firms.values(), start=len(enterprises_told())):
        yield drawn.new_enterprise(
            firm,
            serial=position + 1,
            phones=phones,
            officer=found.officers[firm.key],
            second=found.seconds.get(firm.key),
            linked_on=linked_on(position, now, size),
        )


def linked_officer(firm: str) -> str:
    """The officer of a hand-written enterprise."""
    officer: str = enterprises_told()[firm]["officer"]
    return officer


def main_contact(firm: str) -> str:
    name: str = enterprises_told()[firm]["people"][0]["name"]
    return name
