"""What the other enterprises are called: drawn like the demo park's, all of them fictional."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from yuanqi.domain import uscc

from ..crowd.firms import TITLES, address
from ..crowd.words import drawing, listed, with_pinyin, words

_OLDEST = 7_600  # days before the park's beginning
_YOUNGEST = 0.25  # share of the firms that came since


@dataclass(frozen=True, slots=True)
class Firm:
    """One of the other enterprises."""

    username: str
    name: str
    short_name: str
    name_en: str
    uscc: str
    industry: str
    address: str
    person: str
    title: str
    phone: str
    registered_on: date
    is_industrial: bool


def drawn(count: int, *, began: date, until: date, taken: set[str]) -> Iterator[Firm]:
    """Draw so many enterprises; none bears a name that is taken."""
    rng = drawing("many firms")
    first, second = with_pinyin("brand_first"), with_pinyin("brand_second")
    surnames, one, other = listed("surnames"), listed("given_first"), listed("given_second")
    trades = {
        sort: list(words()["industrial" if sort else "others"].items()) for sort in (True, False)
    }
    known = set(taken)
    serial = 0
    while serial < count:
        is_industrial = rng.random() < 0.5
        (a, a_said), (b, b_said) = rng.choice(first), rng.choice(second)
        trade, (english, industry) = rng.choice(trades[is_industrial])
        short = a + b + trade
        if short in known:
            continue
        known.add(short)
        serial += 1
        said = a_said + b_said
        yield Firm(
            username=f"{said}{serial:05d}",
            name=f"{short}（云泽）有限公司",
            short_name=short,
            name_en=f"{said.capitalize()} {english} (Yunze) Co., Ltd.",
            # 329901 is no registrar's district: no real enterprise bears such a code
            uscc=uscc.make("91329901", f"MA2{serial:05d}" if serial < 10**5 else f"M{serial:07d}"),
            industry=industry,
            address=address(rng, is_industrial),
            person=rng.choice(surnames) + rng.choice(one) + rng.choice(other),
            title=rng.choice(TITLES),
            phone=f"1390000{serial % 10_000:04d}",  # no subscriber has such a number
            registered_on=_registered(rng, began, until),
            is_industrial=is_industrial,
        )


def _registered(rng: Random, began: date, until: date) -> date:
    if rng.random() < _YOUNGEST:
        return began + timedelta(days=rng.randrange(max(1, (until - began).days)))
    return began - timedelta(days=rng.randrange(1, _OLDEST))
