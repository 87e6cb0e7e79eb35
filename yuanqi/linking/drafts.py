"""A draft as a whole: its pairs, seats and wishes, and what the rules say of them.

Read once for a page or an operation, judged in memory: a round has some hundreds of pairs.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .models import Round, RoundLink, Seat, SeatRole, Wish, WishKind
from .scoping import Known, known_of

# what must hold before a round is published
UNCOVERED, FULL, BARRED, ABSENT, NOT_NEW = "uncovered", "full", "barred", "absent", "not-new"
# what is better, and may be weighed against other things
MOVED, AREA, TRADE, GROUP, WISH = "moved", "area", "trade", "group", "wish"
HARD = (UNCOVERED, FULL, BARRED, ABSENT, NOT_NEW)
SOFT = (MOVED, WISH, GROUP, AREA, TRADE)
LABELS = {
    UNCOVERED: gettext_lazy("没有挂钩干部"),
    FULL: gettext_lazy("超出容量"),
    BARRED: gettext_lazy("应当回避"),
    ABSENT: gettext_lazy("不在本轮名单"),
    NOT_NEW: gettext_lazy("人大代表挂钩了老企业"),
    MOVED: gettext_lazy("换了干部"),
    WISH: gettext_lazy("意愿没有满足"),
    GROUP: gettext_lazy("与集团龙头不同人"),
    AREA: gettext_lazy("不在干部的片区"),
    TRADE: gettext_lazy("干部没挂钩过这个行业"),
}

# the same of a hard rule that nothing breaks
HELD = {
    UNCOVERED: gettext_lazy("都有挂钩干部"),
    FULL: gettext_lazy("没有人超出容量"),
    BARRED: gettext_lazy("该回避的都回避了"),
    ABSENT: gettext_lazy("都由本轮名单里的干部挂钩"),
    NOT_NEW: gettext_lazy("人大代表只挂钩新增企业"),
}


# the same of one pair
HOLDS = {
    BARRED: gettext_lazy("没有要回避的"),
    ABSENT: gettext_lazy("在本轮名单里"),
    NOT_NEW: gettext_lazy("新增企业，人大代表可以挂钩"),
    GROUP: gettext_lazy("与集团龙头同一人"),
    AREA: gettext_lazy("在干部的片区"),
    TRADE: gettext_lazy("干部挂钩过这个行业"),
}


class Pair(NamedTuple):
    """One enterprise of a draft, without its rows."""

    pk: int
    enterprise: int
    lead: int | None
    second: int | None
    lead_before: int | None
    second_before: int | None
    effort: float
    area: int | None
    trade: str
    group_head: int | None


class Place(NamedTuple):
    """An officer's seat."""

    officer: int
    role: str
    capacity: int
    is_here: bool  # he works in the park still


_PAIR = (
    "pk", "enterprise", "lead", "second", "lead_before", "second_before", "effort",
    "enterprise__area", "enterprise__industry_code", "enterprise__group__head",
)  # fmt: skip


@dataclass
class Draft:
    """The pairs of a round with what they are judged by."""

    round: Round
    pairs: dict[int, Pair] = field(default_factory=dict)  # by enterprise
    places: dict[int, Place] = field(default_factory=dict)  # by officer
    wishes: dict[int, set[int]] = field(default_factory=dict)  # by enterprise: any of these
    barred: set[tuple[int, int]] = field(default_factory=set)  # enterprise, officer

    @cached_property
    def known(self) -> dict[int, Known]:
        """Areas and trades of those who take part."""
        return dict(known_of(list(self.places), self.round.from_on))

    @cached_property
    def leads(self) -> Counter[int]:
        return Counter(one.lead for one in self.pairs.values() if one.lead is not None)

    @cached_property
    def seconds(self) -> Counter[int]:
        return Counter(one.second for one in self.pairs.values() if one.second is not None)

    def load(self, officer: int) -> int:
        """How many an officer serves, as his capacity counts them, as lead and as second."""
        return self.leads[officer] + self.seconds[officer]

    def room(self, officer: int) -> int:
        place = self.places.get(officer)
        return (place.capacity if place else 0) - self.load(officer)

    def broken(self, pair: Pair) -> Iterator[str]:
        """The rules that a pair breaks, the hard ones first."""
        lead = pair.lead
        if lead is None:
            yield UNCOVERED
        serving = [one for one in (lead, pair.second) if one is not None]
        for officer in serving:
            place = self.places.get(officer)
            if place is None or not place.is_here:
                yield ABSENT
            elif self.room(officer) < 0:
                yield FULL
            if (pair.enterprise, officer) in self.barred:
                yield BARRED
        if lead is None:
            return
        place = self.places.get(lead)
        if place and place.role == SeatRole.DEPUTY and pair.lead_before not in (None, lead):
            yield NOT_NEW
        if pair.lead_before not in (None, lead):
            yield MOVED
        yield from self._wanting(pair, lead)

    def _wanting(self, pair: Pair, lead: int) -> Iterator[str]:
        if pair.enterprise in self.wishes and lead not in self.wishes[pair.enterprise]:
            yield WISH
        head = self.pairs.get(pair.group_head or 0)
        if (
            head is not None
            and head.enterprise != pair.enterprise
            and head.lead not in (None, lead)
        ):
            yield GROUP
        known = self.known.get(lead)
        if known is None or pair.lead_before == lead:
            return
        if pair.area and known.area and pair.area != known.area:
            yield AREA
        if known.trades and pair.trade[:3] not in known.trades:
            yield TRADE

    @cached_property
    def findings(self) -> dict[str, list[int]]:
        """By rule, the enterprises whose pairs break it."""
        found: dict[str, list[int]] = {rule: [] for rule in (*HARD, *SOFT)}
        for pair in self.pairs.values():
            for rule in dict.fromkeys(self.broken(pair)):
                found[rule].append(pair.enterprise)
        return found

    @property
    def is_sound(self) -> bool:
        """Whether it may be published."""
        return bool(self.pairs) and not any(self.findings[rule] for rule in HARD)

    def with_pair(self, enterprise: int, lead: int | None, second: int | None) -> "Draft":
        """The same draft with one pair changed, for a look at what would follow."""
        pair = self.pairs[enterprise]._replace(lead=lead, second=second)
        other = Draft(
            self.round, self.pairs | {enterprise: pair}, self.places, self.wishes, self.barred
        )
        if "known" in self.__dict__:
            other.__dict__["known"] = self.known
        return other


def draft_of(round_: Round) -> Draft:
    """Read a round's pairs, seats, wishes: four queries, two more once areas are asked for.

    What is published is judged as it was: who has left since, or wishes something since, doesn't
    count against it.
    """
    draft = Draft(round_)
    for values in RoundLink.objects.filter(round=round_).order_by("enterprise").values_list(*_PAIR):
        pair = Pair(*values)
        draft.pairs[pair.enterprise] = pair
    seats = Seat.objects.filter(round=round_, capacity__gt=0).order_by("officer")
    for values in seats.values_list("officer", "role", "capacity", "officer__is_active"):
        place = Place(*values)
        draft.places[place.officer] = place if round_.is_draft else place._replace(is_here=True)
    if not round_.is_draft:
        return draft
    wishes = Wish.objects.filter(ended_at=None, enterprise__in=draft.pairs)
    for enterprise, officer, kind in wishes.values_list("enterprise", "officer", "kind"):
        if kind == WishKind.OTHER:
            continue  # for the service centre to weigh, not for a sum
        if kind == WishKind.BARRED:
            draft.barred.add((enterprise, officer))
        else:
            draft.wishes.setdefault(enterprise, set()).add(officer)
    return draft


@dataclass(frozen=True, slots=True)
class Said:
    """One rule's word on a pair: whether it holds, whether it must, in a sentence."""

    rule: str
    holds: bool
    is_hard: bool
    text: str


def said_of(draft: Draft, enterprise: int, names: dict[int, str]) -> list[Said]:
    """What each rule says of an enterprise's pair, those that are broken first."""
    pair = draft.pairs[enterprise]
    broken = set(draft.broken(pair))
    told = [
        Said(
            rule, rule not in broken, rule in HARD,
            _sentence(rule, rule in broken, draft, pair, names),
        )
        for rule in (*HARD, *SOFT)
        if rule in broken or _applies(rule, draft, pair)
    ]  # fmt: skip
    return sorted(told, key=lambda one: (one.holds, not one.is_hard))


def _applies(rule: str, draft: Draft, pair: Pair) -> bool:
    """Whether a rule that holds is worth a line."""
    if pair.lead is None:
        return False
    if rule in (FULL, BARRED, ABSENT):
        return True
    if rule == NOT_NEW:
        place = draft.places.get(pair.lead)
        return place is not None and place.role == SeatRole.DEPUTY
    if rule == MOVED:
        return pair.lead_before is not None
    if rule == WISH:
        return pair.enterprise in draft.wishes
    if rule == GROUP:
        return pair.group_head not in (None, pair.enterprise) and pair.group_head in draft.pairs
    known = draft.known.get(pair.lead)
    if known is None or pair.lead_before == pair.lead:
        return False
    if rule == AREA:
        return bool(pair.area and known.area)
    return rule == TRADE and bool(known.trades)


def _sentence(rule: str, is_broken: bool, draft: Draft, pair: Pair, names: dict[int, str]) -> str:
    lead = pair.lead or 0
    if rule == FULL:
        lines = []
        for officer in (pair.lead, pair.second):
            if officer is None or officer not in draft.places:
                continue
            if is_broken and draft.room(officer) >= 0:
                continue
            said = {"name": names.get(officer, ""), "load": draft.load(officer),
                    "capacity": draft.places[officer].capacity,
                    "over": -draft.room(officer)}  # fmt: skip
            lines.append(
                _("%(name)s %(load)s/%(capacity)s 家，超 %(over)s 家") % said
                if is_broken
                else _("%(name)s %(load)s/%(capacity)s 家") % said
            )
        return _("；").join(lines)
    before = names.get(pair.lead_before or 0, "")
    said = {"name": names.get(lead, ""), "before": before}
    if rule == MOVED:
        return (_("由%(before)s换成%(name)s") if is_broken else _("仍由%(name)s挂钩")) % said
    if rule == WISH:
        wished = _("、").join(
            names.get(one, "") for one in sorted(draft.wishes.get(pair.enterprise, ()))
        )
        return (_("希望由%(wished)s挂钩") if is_broken else _("合意愿：%(wished)s")) % {
            "wished": wished
        }
    return str(LABELS[rule] if is_broken else HOLDS[rule])
