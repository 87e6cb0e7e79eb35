"""Two years of monthly figures of the demo park's industrial firms. Drawn, always alike; fictional.

Most firms grow or shrink a little and keep their own proportions; some grow fast, and a few are in
decline, each in its own way, so that the four lists have the sizes that a real zone's have.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.writer import Writer
from yuanqi.registry import acts
from yuanqi.registry.indicators import MEASURES, months_before
from yuanqi.registry.models import ContactPerson, Enterprise, Indicator, IndicatorSource, Standing

from .crowd.words import drawing

MONTHS = 25  # two years, and the month before them
_YEAR = 12
# production of a month against the year's mean: the new year's holidays, the summer, the year's end
_SEASON = (0.9, 0.72, 1.02, 1.0, 1.01, 1.03, 0.98, 0.97, 1.06, 0.98, 1.08, 1.12)
# how firms fare, in thousandths; the rest goes on as ever
_GROWING, _FEWER_ORDERS, _FEWER_PEOPLE, _LESS_POWER = 95, 34, 12, 10
# what a firm may state by mistake or for a reason of its own in the newest month, in thousandths
_ODD = {"revenue": (25, 12), "tax": (20, 13), "power": (8, 1 / 20), "staff": (4, 1 / 15)}


@dataclass(frozen=True, slots=True)
class _Course:
    """How a firm fares: growth a year, and what drops to which share, so many months ago."""

    growth: float
    drop: str = ""  # output, staff or power
    to: float = 1.0
    since: int = 0

    def factor(self, what: str, back: int) -> float:
        """What a measure has come to, against the firm's size of two years ago."""
        grown: float = (1 + self.growth) ** ((MONTHS - back) / _YEAR)
        follows = self.drop == what or (self.drop == "output" and what == "power")
        return grown * (self.to if follows and back < self.since else 1)


def stated(
    firm: Enterprise,
    contact: ContactPerson,
    judge: Actor,
    *,
    is_known: bool,
    began: datetime,
    now: datetime,
    bulk: Writer,
) -> list[Indicator]:
    """Write a firm's months: stated by itself, confirmed by the bureau a week later.

    The firm that visitors meet (`is_known`) fares well, and hasn't stated the newest month yet.
    """
    rng = drawing("figures", firm.uscc)
    found: list[Indicator] = []
    stating = Actor(
        side=Side.ENTERPRISE, account_id=contact.account_id, name=contact.name,
        enterprise_id=firm.pk, contact_id=contact.pk,
    )  # fmt: skip
    course = _Course(0.06) if is_known else _course(rng, firm)
    habits = _Habits.drawn(rng, firm)
    newest = months_before(timezone.localdate(now).replace(day=1), 1)
    for back in range(MONTHS - 1, -1, -1):
        month = months_before(newest, back)
        figures = habits.month(rng, course, month, back)
        if back == 0 and (rng.random() < 0.12 or is_known):
            continue  # not stated yet: visitors find the form open
        if back == 0:
            _make_odd(drawing("odd", firm.uscc), figures)
        stated_at = _at(months_before(month, -1), rng.randrange(5, 12), rng)
        rows = acts.indicators(
            bulk, enterprise=firm, month=month, figures=figures,
            source=IndicatorSource.ENTERPRISE, actor=stating, at=max(began, min(stated_at, now)),
        )  # fmt: skip
        found += rows
        if back == 0 and rng.random() < 0.3:
            if rng.random() < 0.12:
                acts.indicators_return(
                    bulk, rows, reason="营业收入和上月差得多，请核对单位是不是万元。",
                    actor=judge, at=max(began, min(stated_at + timedelta(days=1), now)),
                )  # fmt: skip
            continue
        confirmed_at = stated_at + timedelta(days=rng.randrange(1, 7))
        acts.indicators_confirm(bulk, rows, actor=judge, at=max(began, min(confirmed_at, now)))
    return found


def _course(rng: Random, firm: Enterprise) -> _Course:
    draw = rng.randrange(1000)
    if firm.standing == Standing.SUSPENDED:
        return _Course(0.0, "output", rng.uniform(0.05, 0.3), rng.randrange(2, 7))
    for share, course in (
        (_GROWING, _Course(rng.uniform(0.26, 0.6))),
        (_FEWER_ORDERS, _Course(-0.02, "output", rng.uniform(0.55, 0.76), rng.randrange(2, 7))),
        (_FEWER_PEOPLE, _Course(-0.02, "staff", rng.uniform(0.6, 0.74), rng.randrange(1, 9))),
        (_LESS_POWER, _Course(0.0, "power", rng.uniform(0.5, 0.7), rng.randrange(1, 5))),
    ):
        draw -= share
        if draw < 0:
            return course
    return _Course(min(max(rng.gauss(0.05, 0.05), -0.06), 0.15))


@dataclass(frozen=True, slots=True)
class _Habits:
    """A firm's size and its own proportions: output in 10,000 yuan a month, the rest to it."""

    size: float
    staff: int
    revenue: float
    tax: float
    power: float
    rd: float
    exports: float
    builds: float

    @classmethod
    def drawn(cls, rng: Random, firm: Enterprise) -> "_Habits":
        size = float(firm.capital or 1000) * (0.05 + rng.random() * 0.25)
        return cls(
            size=size,
            staff=max(8, round(size / rng.uniform(4, 14))),
            revenue=rng.uniform(0.92, 1.06),
            tax=rng.uniform(0.02, 0.05),
            power=rng.uniform(0.008, 0.02),
            rd=rng.triangular(0.01, 0.075, 0.03),
            exports=rng.choice((0, 0, 0.1, 0.3, 0.5)),
            builds=rng.choice((0, 0, 0.05, 0.2)),
        )

    def month(self, rng: Random, course: _Course, month: date, back: int) -> dict[str, Decimal]:
        def near(spread: float) -> float:
            return rng.lognormvariate(0, spread)

        season = _SEASON[month.month - 1]
        output = self.size * course.factor("output", back) * season * near(0.025)
        # machines stand by and people stay when there is less to do
        power = self.size * course.factor("power", back) * (0.3 + 0.7 * season) * near(0.02)
        people = course.factor("staff", back) / (1 + course.growth) ** ((MONTHS - back) / 24)
        worth = {
            "output": output,
            "revenue": output * self.revenue * near(0.03),
            "tax": output * self.tax * near(0.12),
            "staff": max(1, self.staff * people * near(0.006)),
            "power": power * self.power,
            "rd": output * self.rd * near(0.1),
            "exports": output * self.exports * near(0.1),
            "investment": output * self.builds * near(0.3),
        }
        return {code: _rounded(code, value) for code, value in worth.items()}


def _rounded(code: str, value: float) -> Decimal:
    place = Decimal(1) if MEASURES[code].is_whole else Decimal("0.1")
    return Decimal(repr(value)).quantize(place)


def _make_odd(rng: Random, figures: dict[str, Decimal]) -> None:
    """Let one figure in some firms lie far from the month before: it is asked back."""
    draw = rng.randrange(1000)
    for code, (share, times) in _ODD.items():
        draw -= share
        if draw < 0:
            figures[code] = _rounded(code, float(figures[code]) * times)
            return


def _at(month: date, day: int, rng: Random) -> datetime:
    moment = datetime.combine(month.replace(day=day), time(9 + rng.randrange(8), rng.randrange(60)))
    return timezone.make_aware(moment)
