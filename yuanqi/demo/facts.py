"""What the demo park's enterprises have stated of themselves, with evidence. Drawn; fictional.

Most of it is confirmed. Some waits for a word, a little is in dispute, out of date or sent back:
so that the pages of facts show what they are for. The firm that visitors meet has not stated its
R&D expense yet: stated and confirmed, it puts it among the new growth points (`steering`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from yuanqi.foundation import files
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.files import Upload
from yuanqi.foundation.models import StoredFile
from yuanqi.foundation.writer import Writer
from yuanqi.organisation.models import Officer
from yuanqi.registry import acts
from yuanqi.registry.bulk import actor_of
from yuanqi.registry.facts.fields import FactField, fields
from yuanqi.registry.models import ContactPerson, Fact, FactSource, Indicator

from .crowd.words import drawing

MOST = 1000  # enterprises that have stated anything: a park of a hundred thousand needs no papers
CONFIRMING, ENTERING = "lujin", "qinyue"  # of economic development, of technology and talent
_STATING = 46  # other than industrial ones, in a hundred
_DISPUTED, _STALE, _WAITING, _RETURNED = 16, 14, 55, 8  # in a thousand that state anything
_COUNTED = 40  # people, from which on a firm counts its R&D staff
_AUDIT, _RD = "accounts", "rd-audit"  # the papers


@dataclass
class _Teller:
    """Says facts of one enterprise, as the people of both sides do."""

    bulk: Writer
    known: Mapping[str, FactField]
    papers: dict[str, tuple[StoredFile, str]]
    contact: ContactPerson
    judge: Actor
    enters: Actor
    now: datetime

    def says(
        self, field: str, value: Any, as_of: date, at: datetime, paper: str, note: str = ""
    ) -> Fact:
        """The enterprise states it with evidence."""
        file, name = self.papers[paper]
        return acts.fact(
            self.bulk, enterprise=self.contact.enterprise, field=self.known[field], value=value,
            as_of=as_of, source=FactSource.ENTERPRISE, file=file, file_name=name, note=note,
            actor=actor_of(self.contact), at=min(at, self.now),
        )  # fmt: skip

    def confirmed(self, row: Fact, at: datetime) -> None:
        acts.fact_confirm(
            self.bulk, row, field=self.known[row.field], actor=self.judge, at=min(at, self.now)
        )

    def entered(self, field: str, value: Any, as_of: date, at: datetime) -> Fact:
        """A department enters it from its own papers."""
        return acts.fact(
            self.bulk, enterprise=self.contact.enterprise, field=self.known[field], value=value,
            as_of=as_of, source=FactSource.DEPARTMENT, actor=self.enters, at=min(at, self.now),
        )  # fmt: skip


def load(
    people: Sequence[ContactPerson],
    figures: Sequence[Indicator],
    uploads: dict[str, Upload],
    *,
    known: str,
    officers: dict[str, Officer],
    bulk: Writer,
    now: datetime,
) -> None:
    """Say the facts of a year; `figures` are the monthly ones, `known` whom visitors meet."""
    year = timezone.localdate(now).year - 1
    mains = [person for person in people if person.is_main][:MOST]
    judge, enters = (
        Actor(side=Side.PARK, account_id=one.account_id, name=one.name)
        for one in (officers[CONFIRMING], officers[ENTERING])
    )
    papers = {name: (files.keep(uploads[name], now), uploads[name].name) for name in (_AUDIT, _RD)}
    sums = _sums(figures, year)
    catalogue = fields()
    for person in mains:
        firm = person.enterprise
        rng = drawing("facts", firm.uscc)
        teller = _Teller(bulk, catalogue, papers, person, judge, enters, now)
        worth = sums.get(firm.pk)
        if worth is None:
            if rng.randrange(100) >= _STATING:
                continue
            worth = _small(rng, float(firm.capital or 500))
        if firm.short_name == known:
            _of_known(teller, worth, year)
        else:
            _of_one(teller, rng, worth, year)


def _sums(figures: Sequence[Indicator], year: int) -> dict[int, dict[str, float]]:
    """The year's revenue and R&D expense and the mean of its staff, of those who told them."""
    found: dict[int, dict[str, float]] = {}
    for row in figures:
        if row.month.year == year and row.code in ("revenue", "rd", "staff"):
            sums = found.setdefault(row.enterprise_id, {"revenue": 0, "rd": 0, "staff": 0})
            sums[row.code] += float(row.value) / (12 if row.code == "staff" else 1)
    return found


def _small(rng: Random, capital: float) -> dict[str, float]:
    """A trade or a service: what it may turn over in a year."""
    revenue = capital * rng.uniform(0.4, 2.2)
    return {
        "revenue": revenue, "rd": revenue * rng.choice((0, 0, 0.02, 0.04)),
        "staff": max(3.0, revenue / rng.uniform(60, 160)),
    }  # fmt: skip


def _of_one(teller: _Teller, rng: Random, worth: dict[str, float], year: int) -> None:
    end, told = date(year, 12, 31), _at(date(year + 1, rng.randrange(3, 6), rng.randrange(1, 28)))
    told = min(told, teller.now - timedelta(days=30))
    sure = told + timedelta(days=rng.randrange(2, 15))
    revenue = _whole(worth["revenue"] * rng.uniform(0.985, 1.015))
    staff = max(Decimal(1), _whole(worth["staff"]))
    said = [
        teller.says("revenue_last_year", revenue, end, told, _AUDIT),
        teller.says("employees", staff, end, told, _AUDIT),
        teller.says("total_assets", _whole(worth["revenue"] * rng.uniform(0.6, 1.9)), end, told,
                    _AUDIT),
    ]  # fmt: skip
    if worth["rd"] and rng.random() < 0.6:
        expense = _whole(worth["rd"] * rng.uniform(0.97, 1.03))
        said.append(teller.says("rd_expense", expense, end, told, _RD))
        said.append(teller.says("invention_patents", Decimal(rng.randrange(0, 24)), end, told, _RD))
    if worth["rd"] and rng.random() < 0.16:
        share = rng.uniform(0.01, 0.085) if rng.random() < 0.85 else rng.uniform(0.11, 0.3)
        said.append(
            teller.says("new_product_revenue", _whole(float(revenue) * share), end, told, _RD)
        )
    for row in said:
        teller.confirmed(row, sure)
    grade = teller.entered("tax_credit_grade", rng.choice("AAABBBBMC"), end, sure)
    teller.confirmed(grade, sure + timedelta(days=1))
    _unsettled(teller, rng, staff, year)


def _unsettled(teller: _Teller, rng: Random, staff: Decimal, year: int) -> None:
    """What still wants somebody's word, of a few."""
    is_industrial = teller.contact.enterprise.is_industrial
    draw = rng.randrange(1000)
    told_on = timezone.localdate(teller.now) - timedelta(days=rng.randrange(1, 9))
    lately = _at(told_on) + timedelta(minutes=rng.randrange(-320, 200))
    end = date(year, 12, 31)
    if draw < _DISPUTED and staff >= _COUNTED:
        teller.entered("rd_staff", _whole(float(staff) * 0.11), end, lately - timedelta(days=9))
        teller.says("rd_staff", _whole(float(staff) * 0.17), end, lately, _RD,
                    "含检测和试制车间的技术人员。")  # fmt: skip
    elif _DISPUTED <= draw < _DISPUTED + _WAITING and is_industrial:
        day = timezone.localdate(lately) - timedelta(days=1)
        use = Decimal(rng.randrange(52, 97)) / 100
        teller.says("capacity_use", use, day, lately, _AUDIT, "按设备台时算。")
    elif _DISPUTED + _WAITING <= draw < _DISPUTED + _WAITING + _RETURNED:
        row = teller.says("high_tech_revenue", _whole(float(staff) * 900), end, lately, _RD)
        acts.fact_return(
            teller.bulk, row, label=teller.known["high_tech_revenue"].zh,
            reason="附件里只有利润表，请附高新技术产品收入的专项审计报告。",
            actor=teller.judge, at=min(lately + timedelta(hours=20), teller.now),
        )  # fmt: skip
    elif 0 <= draw - _DISPUTED - _WAITING - _RETURNED < _STALE and is_industrial:
        use = Decimal(rng.randrange(60, 97)) / 100
        said = teller.now - timedelta(days=rng.randrange(150, 260))
        day = timezone.localdate(said) - timedelta(days=2)
        teller.confirmed(teller.says("capacity_use", use, day, said, _AUDIT), said)


def _of_known(teller: _Teller, worth: dict[str, float], year: int) -> None:
    """One of each: confirmed, in dispute, waiting, out of date."""
    now, end = teller.now, date(year, 12, 31)
    told = min(_at(date(year + 1, 4, 18)), now - timedelta(days=60))
    sure = told + timedelta(days=3)
    staff = _whole(worth["staff"])
    for row in (
        teller.says("revenue_last_year", _whole(worth["revenue"]), end, told, _AUDIT),
        teller.says("total_assets", _whole(worth["revenue"] * 1.3), end, told, _AUDIT),
        teller.says("invention_patents", Decimal(17), end, told, _RD),
    ):
        teller.confirmed(row, sure)
    counted = teller.entered("employees", staff, end, sure)
    teller.confirmed(counted, sure + timedelta(days=1))
    teller.says("employees", staff + 14, end, now - timedelta(days=3, hours=2), _AUDIT,
                "含 14 名劳务派遣人员。")  # fmt: skip
    used = now - timedelta(days=170)
    teller.confirmed(
        teller.says("capacity_use", Decimal("0.86"), timezone.localdate(used), used, _AUDIT),
        used + timedelta(days=1),
    )
    teller.says("utility_patents", Decimal(41), timezone.localdate(now) - timedelta(days=6),
                now - timedelta(days=2, hours=5), _RD)  # fmt: skip
    grade = teller.entered("tax_credit_grade", "A", end, sure)
    teller.confirmed(grade, sure + timedelta(days=1))


def _whole(value: float) -> Decimal:
    return Decimal(round(value))


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(14, 20)))
