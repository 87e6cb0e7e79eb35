"""Enterprises beside the hand-written ones, each with its people, its trade and its officer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from yuanqi.domain import uscc
from yuanqi.registry.bulk import NewContact, NewEnterprise

from .words import drawing, listed, people_names, unique, with_pinyin, words

TITLES = ("总经理助理", "行政经理", "人事经理", "财务经理", "安环经理", "厂务经理", "运营总监",
           "办公室主任", "项目经理", "副总经理", "政府事务经理", "生产经理")  # fmt: skip
_OFFICE_TITLES = ("总经理助理", "行政经理", "人事经理", "财务经理", "运营总监", "办公室主任",
                  "项目经理", "副总经理", "法务经理", "综合部经理")  # fmt: skip
_ROAD_FIRST, _ROAD_LAST = 3, 398


@dataclass(frozen=True, slots=True)
class Firm:
    """A drawn enterprise; its key is also the username of its main contact."""

    key: str
    name: str
    short_name: str
    name_en: str
    industry: str
    is_industrial: bool
    address: str
    registered_on: date
    people: tuple[tuple[str, str], ...]  # name and title, the main contact first


def firms(*, industrial: int, others: int, until: date, taken: "Taken") -> list[Firm]:
    """Draw so many enterprises of either sort; none registered after `until`."""
    rng = drawing("firms")
    names = people_names(drawing("contacts"), taken.people)
    brands = _brands(rng, taken)
    kinds = [True] * industrial + [False] * others
    rng.shuffle(kinds)
    return [_firm(rng, next(brands), is_industrial, until, names) for is_industrial in kinds]


@dataclass(frozen=True, slots=True)
class Taken:
    """What the hand-written part of the park bears already."""

    people: frozenset[str]
    keys: frozenset[str]
    brands: frozenset[str]


def _brands(rng: Random, taken: Taken) -> Iterator[tuple[str, str]]:
    first, second = with_pinyin("brand_first"), with_pinyin("brand_second")
    foreign = with_pinyin("brand_foreign")

    def draw() -> tuple[str, str]:
        if rng.random() < 0.04:
            return rng.choice(foreign)
        (one, one_said), (two, two_said) = rng.choice(first), rng.choice(second)
        return one + two, one_said + two_said

    keys, brands = set(taken.keys), set(taken.brands)
    for brand, key in unique(draw):
        if brand not in brands and key not in keys and brand[0] != brand[-1]:
            brands.add(brand)
            keys.add(key)
            yield brand, key


def _firm(
    rng: Random, brand: tuple[str, str], is_industrial: bool, until: date, names: Iterator[str]
) -> Firm:
    word, key = brand
    trades = words()["industrial" if is_industrial else "others"]
    trade = rng.choice(list(trades))
    english, industry = trades[trade]
    form, form_en = ("股份有限公司", "Corp.") if rng.random() < 0.09 else ("有限公司", "Co., Ltd.")
    titles = TITLES if is_industrial else _OFFICE_TITLES
    count = rng.choices((1, 2, 3), (6, 3, 1))[0]
    return Firm(
        key=key,
        name=f"{word}{trade}（云泽）{form}",
        short_name=word + trade,
        name_en=f"{key.capitalize()} {english} (Yunze) {form_en}",
        industry=industry,
        is_industrial=is_industrial,
        address=address(rng, is_industrial),
        registered_on=until - timedelta(days=rng.randrange(30, 7_600)),
        people=tuple(
            (next(names), title) for title in rng.sample(titles, count)
        ),
    )  # fmt: skip


def address(rng: Random, is_industrial: bool) -> str:
    road = f"{rng.choice(listed('roads'))} {rng.randrange(_ROAD_FIRST, _ROAD_LAST)} 号"
    if is_industrial:
        return f"{road} {rng.randrange(1, 9)} 号楼" if rng.random() < 0.3 else road
    if rng.random() < 0.7:
        return f"{rng.choice(listed('halls'))} {rng.randrange(2, 25)}{rng.randrange(1, 20):02d} 室"
    return f"{road} {rng.randrange(1, 12)} 层"


def new_enterprise(
    firm: Firm,
    *,
    serial: int,
    phones: Iterator[str],
    officer: str,
    second: str | None,
    linked_on: date,
) -> NewEnterprise:
    """The enterprise as it is written; its main contact may sign in."""
    return NewEnterprise(
        # 329901 is no registrar's district: no real enterprise bears such a code
        uscc=uscc.make("91329901", f"MA1YQ{serial:03d}"),
        name=firm.name,
        short_name=firm.short_name,
        name_en=firm.name_en,
        industry=firm.industry,
        is_industrial=firm.is_industrial,
        address=firm.address,
        registered_on=firm.registered_on,
        people=[
            NewContact(name, next(phones), title, firm.key if position == 0 else None)
            for position, (name, title) in enumerate(firm.people)
        ],
        officer=officer,
        linked_on=linked_on,
        second=second,
    )
