"""Who works in the demo park: departments, officers, duty and absence, enterprises. All fictional.

Pure: texts and instants, no database. Times follow from the day on which the park is loaded.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
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
    "audadmin": (Role.AUDIT_ADMIN,),
}

_CHANGE = time(8, 30)  # the centre's duty changes in the morning, every day of the year
DUTY_BACK, DUTY_AHEAD = 70, 30  # days covered by the roster


@cache
def enterprises_told() -> dict[str, dict[str, Any]]:
    """The enterprises as the file tells them, by their short key."""
    text = (resources.files(__package__) / "enterprises.yaml").read_text("utf-8")
    found: dict[str, dict[str, Any]] = yaml.load(text, Loader=yaml.CBaseLoader)  # noqa: S506
    return found


def contact_login(firm: str) -> str:
    """The username of an enterprise's main contact."""
    return "enterprise" if firm == ENTERPRISE_LOGIN else firm


def usernames() -> list[str]:
    """Everybody who may sign in."""
    return [*ROLES, *(contact_login(firm) for firm in enterprises_told())]


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


def organisation(now: datetime) -> NewOrganisation:
    """The park's departments and officers, with the roster around `now` (in the park's zone)."""
    return NewOrganisation(
        departments=[
            NewDepartment(
                code,
                name,
                short,
                english,
                str(kind),
                reports_to=None if kind == _KINDS.LEADERSHIP else "leadership",
                head=head,
                phone=phone,
            )
            for code, name, short, english, kind, head, phone in _DEPARTMENTS
        ],
        officers=[NewOfficer(*person[:6]) for person in _OFFICERS],
        shifts=list(_shifts(now)),
        absences=[NewAbsence("tangjia", "centre", *_absence(now), reason="公休假")],
    )


def _shifts(now: datetime) -> Iterator[NewShift]:
    today = now.replace(hour=8, minute=30, second=0, microsecond=0)
    for number in range(-DUTY_BACK, DUTY_AHEAD):
        start = today + timedelta(days=number)
        yield NewShift(CENTRE, _planned(start.date().toordinal()), start, start + timedelta(days=1))


def enterprises(now: datetime) -> list[NewEnterprise]:
    """The forty enterprises with their people and linked officers."""
    linked_on = now.date().replace(month=1, day=1)
    if (now.date() - linked_on).days < DUTY_BACK:
        linked_on = linked_on.replace(year=linked_on.year - 1)
    found = []
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
        found.append(
            NewEnterprise(
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
                linked_on=linked_on,
            )
        )
    return found


def linked_officer(firm: str) -> str:
    officer: str = enterprises_told()[firm]["officer"]
    return officer


def main_contact(firm: str) -> str:
    name: str = enterprises_told()[firm]["people"][0]["name"]
    return name
