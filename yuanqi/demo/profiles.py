"""The profiles of the park's enterprises: areas, groups, titles, papers, owners, monthly figures.

Drawn, always alike, and written by the register's acts. All fictional.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

from django.utils import timezone

from yuanqi.foundation.actors import SYSTEM, Actor, Side
from yuanqi.foundation.writer import Writer
from yuanqi.organisation.models import Officer
from yuanqi.registry import acts, industry
from yuanqi.registry.models import (
    Address,
    Area,
    ContactPerson,
    Credit,
    Enterprise,
    Indicator,
    Investor,
    Link,
    LinkRole,
    Standing,
    Title,
)

from . import indicators
from .crowd.links import area_of
from .crowd.words import drawing, people_names
from .people import enterprises_told

MOST = 1000  # profiles written: a park of a hundred thousand needs no papers
CONFIRMING = "lujin"  # of economic development

_AREAS = (
    ("dayu", "东屿片区", "Dongyu"), ("zhiyuan", "智源片区", "Zhiyuan"),
    ("yunze", "云泽大道片区", "Yunze Avenue"), ("gangwu", "港务片区", "Harbour"),
    ("beihu", "北湖片区", "North Lake"), ("nanjiao", "南郊片区", "South Fields"),
)  # fmt: skip
_LEVELS = Title.Level
# name, level, issuer, years it holds (0: for good), in a hundred industrial firms
_TITLES = (
    ("高新技术企业", _LEVELS.NATIONAL, "省科学技术厅", 3, 34),
    ("科技型中小企业", _LEVELS.PROVINCIAL, "省科学技术厅", 1, 28),
    ("专精特新中小企业", _LEVELS.PROVINCIAL, "省工业和信息化厅", 3, 18),
    ("专精特新“小巨人”企业", _LEVELS.NATIONAL, "工业和信息化部", 3, 3),
    ("省级企业技术中心", _LEVELS.PROVINCIAL, "省工业和信息化厅", 0, 6),
    ("市级工程技术研究中心", _LEVELS.CITY, "市科学技术局", 0, 12),
    ("绿色工厂", _LEVELS.PROVINCIAL, "省工业和信息化厅", 3, 5),
)
# name, issuer, years, number, in a hundred industrial and other firms
_PAPERS = (
    ("排污许可证", "市生态环境局", 5, "PW", 62, 4),
    ("安全生产标准化证书", "市应急管理局", 3, "AQB", 48, 6),
    ("质量管理体系认证证书", "云泽认证中心", 3, "QMS", 66, 30),
    ("环境管理体系认证证书", "云泽认证中心", 3, "EMS", 38, 8),
    ("特种设备使用登记证", "市市场监督管理局", 4, "TS", 30, 5),
)
# in a thousand industrial firms: above scale, since less than a year, leaders of their chain
_ABOVE_SCALE, _LATELY, _CHAIN_LEADERS = 620, 22, 14
_COUNTRIES = ("JP", "JP", "KR", "DE", "US", "SG", "HK")
GROUPS, _LEAST_MEMBERS, _MOST_MEMBERS = 14, 2, 5
SERVED_BY_GROUP = 6  # members without an officer of their own


# the enterprise that visitors meet first is told, not drawn
KNOWN = "松濑精密陶瓷"
_KNOWN_CLASS = "C3073"
_KNOWN_ENDS = 47  # days until its first title ends


@dataclass
class Drawer:
    """One enterprise's draw: numbers of its own, so that others don't change with it."""

    firm: Enterprise
    rng: Random
    began: datetime
    now: datetime

    def chance(self, of_hundred: float) -> bool:
        return self.rng.random() * 100 < of_hundred

    def told(self, at: datetime) -> datetime:
        """An instant of the park's own time."""
        return max(self.began, min(at, self.now))

    def past(self, most_days: int) -> date:
        return self.now.date() - timedelta(days=self.rng.randrange(20, most_days))


def load(
    people: Sequence[ContactPerson],
    *,
    officers: dict[str, Officer],
    bulk: Writer,
    began: datetime,
    now: datetime,
) -> list[Indicator]:
    """Fill the profiles of the enterprises whose people these are; return their figures."""
    firms = list({person.enterprise_id: person.enterprise for person in people}.values())[:MOST]
    told: dict[str, Any] = {"actor": SYSTEM, "at": began}
    areas = [
        acts.area(bulk, code=code, name=name, name_en=english, position=place, **told)
        for place, (code, name, english) in enumerate(_AREAS, start=1)
    ]
    names = people_names(drawing("legal persons"), frozenset(person.name for person in people))
    mains = {person.enterprise_id: person for person in people if person.is_main}
    confirming = officers[CONFIRMING]
    judge = Actor(side=Side.PARK, account_id=confirming.account_id, name=confirming.name)
    groups = _groups(firms, bulk, told)
    figures: list[Indicator] = []
    for firm in firms:
        one = Drawer(firm, drawing("profile", firm.uscc), began, now)
        _basics(one, next(names), areas, groups.get(firm.pk), bulk, told)
        _titles_and_papers(one, bulk, told)
        _owners(one, names, bulk, told)
        if firm.is_industrial:
            figures += indicators.stated(
                firm, mains[firm.pk], judge, is_known=firm.short_name == KNOWN,
                began=began, now=now, bulk=bulk,
            )  # fmt: skip
    return figures


def serve_by_group(bulk: Writer, now: datetime) -> None:
    """Let a member of some groups go to the officer of its group's head: its own link ends today.

    None of those that are told by hand, who have officers of their own in the scenes. It comes
    last, when what happened before is written.
    """
    told = Enterprise.objects.order_by("pk").values("pk")[: len(enterprises_told())]
    members = Enterprise.objects.filter(group__isnull=False, heads_group=None)
    one_of_each: dict[int, int] = {}
    for firm in members.exclude(pk__in=told).order_by("pk"):
        one_of_each.setdefault(firm.group_id or 0, firm.pk)
    chosen = list(one_of_each.values())[:SERVED_BY_GROUP]
    today = timezone.localdate(now)
    links = Link.objects.filter(enterprise__in=chosen, role=LinkRole.LEAD, until_on=None)
    for link in links.filter(from_on__lt=today).order_by("pk"):
        acts.link_end(bulk, link, until_on=today, actor=SYSTEM, at=now)


def _groups(firms: Sequence[Enterprise], bulk: Writer, told: dict[str, Any]) -> dict[int, Any]:
    """Some firms in groups, under a head that gives the group its name."""
    rng = drawing("groups")
    chosen = rng.sample(firms, min(len(firms), GROUPS * (_MOST_MEMBERS + 1)))
    found: dict[int, Any] = {}
    for _number in range(min(GROUPS, len(firms) // 8)):
        head, *members = [
            chosen.pop() for _one in range(1 + rng.randint(_LEAST_MEMBERS, _MOST_MEMBERS))
        ]
        group = acts.group(
            bulk, name=f"{head.short_name[:2]}集团",
            name_en=f"{head.name_en.split()[0]} Group" if head.name_en else "", head=head, **told,
        )  # fmt: skip
        found |= {firm.pk: group for firm in (head, *members)}
    return found


def _basics(
    one: Drawer, legal: str, areas: Sequence[Area], group: Any, bulk: Writer, told: dict[str, Any]
) -> None:
    firm, rng = one.firm, one.rng
    area = areas[area_of(firm.address)] if firm.address else None
    large = rng.random() ** 3
    standing = Standing.ACTIVE
    if one.chance(7):
        standing = rng.choice((Standing.BUILDING, Standing.BUILDING, Standing.SUSPENDED))
    acts.enterprise_change(
        bulk, firm,
        industry_code=_KNOWN_CLASS
        if firm.short_name == KNOWN
        else _class_of(firm.industry, rng),
        area=area, group=group, standing=standing,
        credit=rng.choice((*[Credit.A] * 6, *[Credit.B] * 5, Credit.C, "")),
        legal_person=legal,
        capital=Decimal(round(300 + large * 60_000, -2)),
        scope=f"{firm.industry}；货物进出口；技术服务、技术开发、技术咨询。",
        website=f"https://www.{firm.name_en.split()[0].lower()}.example" if firm.name_en else "",
        **told,
    )  # fmt: skip
    owned = not one.chance(35)
    land = Decimal(rng.randrange(6_000, 90_000, 500)) if firm.is_industrial and owned else None
    acts.address(
        bulk, enterprise=firm, kind=Address.Kind.REGISTERED, text=firm.address, area=area,
        is_owned=owned, **told,
    )  # fmt: skip
    if firm.is_industrial:
        acts.address(
            bulk, enterprise=firm, kind=Address.Kind.PLANT, text=firm.address, area=area,
            land_area=land, floor_area=Decimal(rng.randrange(2_000, 60_000, 100)), is_owned=owned,
            **told,
        )  # fmt: skip


def _class_of(division: str, rng: Random) -> str:
    """A class under the division that a firm's trade names."""
    below = _classes().get(division)
    return rng.choice(below) if below else ""


@cache
def _classes() -> dict[str, list[str]]:
    """The classes of each division, by the division's name."""
    table = industry.table()
    found: dict[str, list[str]] = {one.name: [] for one in table.values() if one.level == 2}
    for one in table.values():
        if one.level == 4:
            found[table[one.code[:3]].name].append(one.code)
    return found


def _titles_and_papers(one: Drawer, bulk: Writer, told: dict[str, Any]) -> None:
    rng, firm = one.rng, one.firm
    if firm.short_name == KNOWN:
        until = one.now.date() + timedelta(days=_KNOWN_ENDS)
        acts.title(
            bulk, enterprise=firm, name="高新技术企业", level=_LEVELS.NATIONAL,
            issuer="省科学技术厅", number="GR2023100621",
            granted_on=until - timedelta(days=3 * 365 - 1), valid_until=until, **told,
        )  # fmt: skip
    share = 1.0 if firm.is_industrial else 0.3
    if firm.short_name == KNOWN:
        share = 0
    for name, level, issuer, years, of_hundred in _TITLES:
        if one.chance(of_hundred * share):
            granted = one.past(max(years, 2) * 365 + 120)
            until = granted + timedelta(days=years * 365 - 1) if years else None
            acts.title(
                bulk, enterprise=firm, name=name, level=level, issuer=issuer,
                number=f"GR{granted.year}{rng.randrange(10**6):06d}", granted_on=granted,
                valid_until=until, **told,
            )  # fmt: skip
    if firm.is_industrial:
        _standing_titles(one, bulk, told)
    for name, issuer, years, code, industrial, other in _PAPERS:
        if one.chance(industrial if firm.is_industrial else other):
            issued = one.past(years * 365 + 20)
            acts.certificate(
                bulk, enterprise=firm, name=name, issuer=issuer,
                number=f"{code}-{issued.year}-{rng.randrange(10**5):05d}", issued_on=issued,
                valid_until=issued + timedelta(days=years * 365), **told,
            )  # fmt: skip


def _standing_titles(one: Drawer, bulk: Writer, told: dict[str, Any]) -> None:
    """Whether it is above scale (规上), some since lately; whether it leads an industry's chain."""
    rng, firm, today = drawing("scale", one.firm.uscc), one.firm, one.now.date()
    draw = rng.randrange(1000)
    if draw < _ABOVE_SCALE:
        lately = draw < _LATELY and firm.short_name != KNOWN
        days = rng.randrange(20, 330) if lately else rng.randrange(500, 4000)
        acts.title(
            bulk, enterprise=firm, name="规模以上工业企业", level=_LEVELS.DISTRICT,
            issuer="区统计局", number="", granted_on=today - timedelta(days=days),
            valid_until=None, **told,
        )  # fmt: skip
    if rng.randrange(1000) < _CHAIN_LEADERS:
        acts.title(
            bulk, enterprise=firm, name="产业链链主企业", level=_LEVELS.CITY,
            issuer="市工业和信息化局", number="",
            granted_on=today - timedelta(days=rng.randrange(200, 900)), valid_until=None, **told,
        )  # fmt: skip


def _owners(one: Drawer, names: Any, bulk: Writer, told: dict[str, Any]) -> None:
    rng, firm = one.rng, one.firm
    capital = firm.capital or Decimal(1000)
    kinds = Investor.Kind
    owners: list[tuple[str, str, str]] = []
    if firm.short_name == KNOWN:
        owners.append(("松濑株式会社", kinds.FIRM, "JP"))
    elif one.chance(18):
        country = rng.choice(_COUNTRIES)
        word = firm.name_en.split()[0] if firm.name_en else "Orient"
        owners.append((f"{word} Holdings Ltd.", kinds.FIRM, country))
    if one.chance(6):
        owners.append(("云泽产业投资发展有限公司", kinds.STATE, "CN"))
    if one.chance(10):
        owners.append((f"云泽新动能{rng.randrange(1, 9)}号创业投资基金", kinds.FUND, "CN"))
    if not owners or one.chance(50):
        owners.append(
            (f"{firm.short_name[:2]}控股有限公司", kinds.FIRM, "CN")
            if one.chance(55)
            else (next(names), kinds.PERSON, "CN")
        )
    shares = _shares(rng, len(owners))
    for (name, kind, country), share in zip(owners, shares, strict=True):
        acts.investor(
            bulk, enterprise=firm, name=name, kind=kind, country=country, share=Decimal(share),
            amount=(capital * share / 100).quantize(Decimal(1)), **told,
        )  # fmt: skip


def _shares(rng: Random, count: int) -> list[int]:
    if count == 1:
        return [100]
    small = [rng.randrange(5, 25) for _number in range(count - 1)]
    return [100 - sum(small), *small]
