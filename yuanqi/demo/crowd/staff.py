"""Departments and officers beside the hand-written ones: as many of rank as the park has.

Which departments a zone has: the lead column of the request categories, and what the district's
own branches (tax, market supervision, fire) add to it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from yuanqi.organisation.bulk import NewDepartment, NewOfficer
from yuanqi.organisation.models import Department, Rank

from .words import drawing, people_names

DEPUTIES = "deputies"
_KINDS = Department.Kind


@dataclass(frozen=True, slots=True)
class Unit:
    """A department: how many of rank it has beside the hand-written, and its clerks' sections."""

    code: str
    ranked: int
    sections: tuple[str, ...] = ()
    head: str = ""  # title of a head who is not hand-written
    phone: str = ""  # the first digits of its numbers
    name: str = ""  # of a department that is not hand-written
    short: str = ""
    english: str = ""
    kind: str = _KINDS.BUREAU


UNITS = (
    Unit("leadership", 8, phone="8601 20"),
    Unit("service-centre", 2, ("受理科", "督办科"), phone="8601 00"),
    Unit("planning-construction", 6, ("市政科", "建筑管理科", "公用事业科"), "局长", "8601 23"),
    Unit("safety-environment", 4, ("环境科", "安全监管科", "应急科"), phone="8601 22"),
    Unit("economy", 4, ("产业科", "金融科", "企业服务科"), phone="8601 21"),
    Unit("approval", 4, ("投资项目科", "市场准入科"), phone="8601 29"),
    Unit("technology-talent", 3, ("科技科", "人才科", "信息化科"), phone="8601 24"),
    Unit("social-affairs", 5, ("教育科", "社会保障科"), "局长", "8601 25"),
    Unit("commerce", 4, ("外贸科", "口岸科"), phone="8601 26"),
    Unit(
        "investment", 6, ("项目一科", "项目二科"), "局长", "8601 27",
        "招商局", "招商局", "Investment Promotion",
    ),
    Unit(
        "public-finance", 4, ("国库科", "企业科"), "局长", "8601 28",
        "财政局", "财政局", "Public Finance",
    ),
    Unit(
        "natural-resources", 4, ("用地科", "规划科", "登记科"), "局长", "8602 10",
        "自然资源和规划分局", "资规分局", "Natural Resources and Planning",
    ),
    Unit(
        "human-resources", 4, ("就业科", "劳动关系科"), "局长", "8602 20",
        "人力资源和社会保障分局", "人社分局", "Human Resources and Social Security",
    ),
    Unit(
        "market-supervision", 5, ("知识产权科", "质量标准科", "执法科"), "局长", "8602 30",
        "市场监督管理分局", "市监分局", "Market Supervision",
    ),
    Unit(
        "urban-management", 5, ("市容绿化科", "执法一中队", "执法二中队"), "局长", "8602 40",
        "综合行政执法局", "综合执法局", "Integrated Law Enforcement",
    ),
    Unit(
        "justice", 3, ("公共法律服务科",), "主任", "8602 50",
        "司法和法制办公室", "司法办", "Justice Office",
    ),
    Unit(
        "taiwan-affairs", 3, ("台企服务科",), "主任", "8602 60",
        "台商服务办公室", "台服办", "Taiwan Business Services",
    ),
    Unit(
        "tax", 3, ("纳税服务科", "税源管理科"), "局长", "8602 70",
        "税务分局", "税务分局", "Tax Bureau",
    ),
    Unit(
        "fire-rescue", 3, ("防火监督科",), "大队长", "8602 80",
        "消防救援大队", "消防大队", "Fire and Rescue",
    ),
    Unit(
        "ecology-branch", 3, ("环评科", "执法大队"), "局长", "8602 90",
        "生态环境分局", "生态环境分局", "Ecology and Environment", _KINDS.PARTNER,
    ),
    Unit(
        "emergency-branch", 3, ("危化监管科",), "局长", "8603 10",
        "应急管理分局", "应急分局", "Emergency Management", _KINDS.PARTNER,
    ),
    Unit(
        "power", 0, ("营业班", "抢修班"), "主任", "8603 20",
        "云泽供电所", "供电所", "Power Supply", _KINDS.PARTNER,
    ),
    Unit(
        "water", 0, ("管网科", "排水科"), "经理", "8603 30",
        "云泽水务公司", "水务公司", "Water Company", _KINDS.PARTNER,
    ),
    Unit(
        "gas", 0, ("工商业户部",), "经理", "8603 40",
        "云泽燃气公司", "燃气公司", "Gas Company", _KINDS.PARTNER,
    ),
    Unit(
        "customs-office", 0, ("企业协调员",), "主任", "8603 50",
        "海关驻园区办事处", "海关办事处", "Customs Office", _KINDS.PARTNER,
    ),
    Unit(
        DEPUTIES, 0, (), "站长", "8603 60",
        "人大代表联络站", "代表联络站", "Congress Deputies' Liaison", _KINDS.PARTNER,
    ),
)  # fmt: skip

_LEADERS = ("党工委副书记", "副主任", "副主任", "副主任", "纪工委书记", "总规划师", "总经济师",
            "党工委委员")  # fmt: skip
_CALLINGS = ("企业负责人", "高级工程师", "社区书记", "教师", "医生", "车间主任", "律师", "农艺师")


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody who is drawn. Usernames are a department's code with a number."""

    departments: tuple[NewDepartment, ...]  # those that are not hand-written
    heads: dict[str, str]  # of hand-written departments whose head is drawn
    officers: tuple[NewOfficer, ...]
    clerks: dict[str, tuple[str, ...]]  # usernames by department
    ranked: tuple[NewOfficer, ...]
    deputies: tuple[str, ...]  # usernames: they bear no account


def staff(*, ranked: int, deputies: int, taken: Iterable[str]) -> Staff:
    """Draw `ranked` officers of rank (every department's head first) and `deputies`."""
    names = people_names(drawing("staff"), taken)
    heads, clerks, others, clerk_names = [], [], [], {}
    for unit in UNITS:
        of_rank = list(_of_rank(unit, names))
        first = 1 if unit.head else 0
        heads += of_rank[:first]
        others.append(of_rank[first:])
        found = tuple(_clerks(unit, names, len(of_rank)))
        clerk_names[unit.code] = tuple(clerk.username for clerk in found)
        clerks += found
    # every department has its deputies in turn, until there are as many as wanted
    turns = max(map(len, others))
    rest = [of_rank[turn] for turn in range(turns) for of_rank in others if turn < len(of_rank)]
    # the zone's leaders first: links were theirs from the beginning
    rest.sort(key=lambda officer: officer.department != "leadership")
    leading = [officer for officer in heads if officer.rank >= Rank.DEPUTY_SECTION]
    rest = rest[: ranked - len(leading)]
    if len(leading) + len(rest) != ranked:
        raise ValueError(f"the departments have no {ranked} posts of rank to fill")
    station = list(_deputies(deputies, names))
    first_of = {officer.department: officer.username for officer in heads}
    return Staff(
        departments=tuple(_department(unit, first_of) for unit in UNITS if unit.name),
        heads={unit.code: first_of[unit.code] for unit in UNITS if unit.head and not unit.name},
        officers=(*heads, *rest, *clerks, *station),
        clerks=clerk_names,
        ranked=tuple(leading + rest),
        deputies=tuple(officer.username for officer in station),
    )


def _department(unit: Unit, first_of: dict[str, str]) -> NewDepartment:
    return NewDepartment(
        unit.code,
        unit.name,
        unit.short,
        unit.english,
        str(unit.kind),
        reports_to="leadership",
        head=first_of[unit.code],
        phone=f"{unit.phone}00",
    )


def _of_rank(unit: Unit, names: Iterator[str]) -> Iterator[NewOfficer]:
    """The department's head, if drawn, and its deputies."""
    ranks = []
    if unit.code == "leadership":
        ranks = [(title, Rank.DEPUTY_DIVISION) for title in _LEADERS]
    else:
        if unit.head:
            ranks.append((unit.head, Rank.SECTION if unit.ranked else Rank.CLERK))
        posts = ("副" + (unit.head or "局长"), "总工程师", "四级调研员")
        more = unit.ranked - len(ranks)
        if unit.code == "service-centre":
            posts = ("副主任",)
        ranks += [
            (posts[0] if number < 3 else posts[min(number - 2, 2)], Rank.DEPUTY_SECTION)
            for number in range(more)
        ]
    for number, (title, rank) in enumerate(ranks, start=1):
        yield NewOfficer(
            f"{unit.code}-{number}",
            next(names),
            unit.code,
            title,
            rank,
            f"{unit.phone}{30 + number}",
        )


def _clerks(unit: Unit, names: Iterator[str], before: int) -> Iterator[NewOfficer]:
    for number, section in enumerate(unit.sections, start=before + 1):
        title = section if section.endswith("员") else f"{section}科员"
        if section.endswith(("班", "中队", "大队", "部")):
            title = f"{section}负责人"
        yield NewOfficer(
            f"{unit.code}-{number}",
            next(names),
            unit.code,
            title,
            Rank.CLERK,
            f"{unit.phone}{50 + number}",
        )


def _deputies(count: int, names: Iterator[str]) -> Iterator[NewOfficer]:
    rng = drawing("deputies")
    for number in range(1, count + 1):
        yield NewOfficer(
            f"deputy-{number}",
            next(names),
            DEPUTIES,
            f"区人大代表（{rng.choice(_CALLINGS)}）",
            Rank.CLERK,
            f"8603 6{number + 100}",
        )
