"""A round is drafted, its scopes and seats are set, it is discarded."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import Department
from yuanqi.registry import industry
from yuanqi.registry.models import Stage
from yuanqi.steering.lists import CODES

from ..asking import ask
from ..events import RoundDiscarded, RoundDrafted, RoundScoped, SeatChanged
from ..models import Round, RoundLink, RoundState, Seat
from ..opening import opened, outdated, tell, touched
from ..queries import require_keeper, round_visible
from ..scoping import candidates, covered

LONGEST_DAYS = 3 * 366
MOST_CAPACITY = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a round is about: its days, scopes and capacities."""

    name: str
    from_on: date
    until_on: date  # the first day after it
    is_everyone: bool = False
    industries: Sequence[str] = ()
    lists: Sequence[str] = ()
    titles: Sequence[str] = ()
    stages: Sequence[int] = ()
    leader_capacity: int
    head_capacity: int
    deputy_capacity: int
    deputies_id: int | None = None


@transaction.atomic
def round_draft(*, terms: Terms, base_id: int | None = None, actor: Actor, at: datetime) -> Round:
    """Draft a round: its enterprises by the scopes, with whoever serves them now; its seats.

    Its variants are worked out at once. With `base_id` it changes that round in its course: its
    seats are taken over, as far as the officers are there still. Raises NotVisible, NotAllowed,
    Invalid; Conflict while another draft of a change of the same round is open, or the base isn't
    published.
    """
    require_keeper(actor)
    _check(terms, timezone.localdate(at))
    base = None
    if base_id is not None:
        base = round_visible(base_id, actor)
        journal.lock(base.stream)
        if base.is_draft:
            raise Conflict(_("这一轮还没有发布，直接改草稿就行。"))
        if Round.objects.filter(base=base, state=RoundState.DRAFT).exists():
            raise Conflict(_("这一轮已有一份调整方案在拟，请接着改那一份。"))
        if terms.from_on < base.from_on:
            raise Invalid(_("调整不能早于原方案的开始日。"), "from_on")
    round_ = DIRECT.insert(
        Round(
            year=terms.from_on.year, base=base, drafted_by_id=actor.account_id, drafted_at=at,
            **_values(terms),
        )
    )  # fmt: skip
    seats, pairs = _fill(round_)
    event = RoundDrafted(
        round_id=round_.pk, name=round_.name, from_on=round_.from_on, until_on=round_.until_on,
        base_id=base_id, enterprises=pairs, seats=seats,
    )  # fmt: skip
    tell(event, round_, actor=actor, at=at)
    if pairs:
        ask(round_, actor=actor, at=at)
    return round_


@transaction.atomic
def round_scope(*, round_id: int, revision: int, terms: Terms, actor: Actor, at: datetime) -> Round:
    """Change what a draft is about, and look its enterprises and seats up afresh.

    Who is covered still keeps his pair as drafted; variants are worked out afresh. Raises
    NotVisible, NotAllowed, Invalid, Conflict.
    """
    round_ = opened(round_id, actor, revision=revision)
    _check(terms, timezone.localdate(at))
    values = _values(terms)
    touched(round_, year=terms.from_on.year, **values)
    outdated(round_)
    seats, pairs = _fill(round_)
    told = {name: value for name, value in values.items() if name not in ("name", "deputies_id")}
    event = RoundScoped(round_id=round_.pk, enterprises=pairs, seats=seats, **told)
    tell(event, round_, actor=actor, at=at)
    if pairs:
        ask(round_, actor=actor, at=at)
    return round_


@transaction.atomic
def seat_set(
    *,
    round_id: int,
    officer_id: int,
    capacity: int,
    seen: int | None = None,
    actor: Actor,
    at: datetime,
) -> Seat:
    """Set how many enterprises an officer serves in a draft; nought takes him out of it.

    `seen` is the capacity that the form was shown with. Raises NotVisible, NotAllowed, Invalid;
    Conflict, saying what stands there, if somebody has set another meanwhile.
    """
    round_ = opened(round_id, actor)
    seat = Seat.objects.filter(round=round_, officer=officer_id).first()
    if seat is None:
        raise NotVisible(officer_id)
    if not 0 <= capacity <= MOST_CAPACITY:
        raise Invalid(_("请填 0 到 %(most)s 之间的数。") % {"most": MOST_CAPACITY}, "capacity")
    if capacity == seat.capacity:
        return seat
    if seen is not None and seen != seat.capacity:
        raise Conflict(_("您打开这一页以后，别人把它改成了 %(now)s 家。") % {"now": seat.capacity})
    event = SeatChanged(
        round_id=round_.pk, officer_id=officer_id, before=seat.capacity, capacity=capacity
    )
    DIRECT.update(seat, capacity=capacity)
    touched(round_)
    outdated(round_)
    tell(event, round_, actor=actor, at=at)
    return seat


@transaction.atomic
def round_discard(*, round_id: int, revision: int, actor: Actor, at: datetime) -> None:
    """Give up a draft. Raises NotVisible, NotAllowed; Conflict if published or changed."""
    round_ = opened(round_id, actor, revision=revision)
    tell(RoundDiscarded(round_id=round_.pk, name=round_.name), round_, actor=actor, at=at)
    round_.delete()


def _check(terms: Terms, today: date) -> None:
    if not terms.name.strip():
        raise Invalid(_("请给这一轮起个名字。"), "name")
    if terms.from_on < today:
        raise Invalid(_("请选今天或以后的日子。"), "from_on")
    if not timedelta() < terms.until_on - terms.from_on <= timedelta(days=LONGEST_DAYS):
        raise Invalid(_("结束日要在开始日以后，最长三年。"), "last_on")
    if not (terms.is_everyone or terms.industries or terms.lists or terms.titles or terms.stages):
        raise Invalid(_("请至少选一个范围。"), "is_everyone")
    unknown = [code for code in terms.industries if industry.find(code) is None]
    if unknown:
        raise Invalid(
            _("没有这样的行业代码：%(codes)s。") % {"codes": _("、").join(unknown)}, "industries"
        )
    if set(terms.lists) - set(CODES) or set(terms.stages) - set(Stage.values):
        raise Invalid(_("没有这样的范围。"), "lists")
    for name in ("leader_capacity", "head_capacity", "deputy_capacity"):
        if not 0 <= getattr(terms, name) <= MOST_CAPACITY:
            raise Invalid(_("请填 0 到 %(most)s 之间的数。") % {"most": MOST_CAPACITY}, name)
    if terms.deputies_id is not None:
        units = Department.objects.filter(pk=terms.deputies_id, closed_at=None)
        if not units.exists():
            raise Invalid(_("没有这个单位。"), "deputies")


def _values(terms: Terms) -> dict[str, object]:
    found = {one.name: getattr(terms, one.name) for one in fields(terms)}
    lists = ("industries", "lists", "titles", "stages")
    return {
        name: list(dict.fromkeys(value)) if name in lists else value
        for name, value in found.items()
    } | {"name": terms.name.strip()}


def _fill(round_: Round) -> tuple[int, int]:
    """Look up seats and enterprises; return how many of each. What is drafted is kept."""
    return _seats(round_), _pairs(round_)


def _seats(round_: Round) -> int:
    """Everybody who may serve has a seat; one set by hand, or in the base, keeps its capacity."""
    there = {one.officer_id: one for one in Seat.objects.filter(round=round_)}
    before = {}
    if round_.base is not None:
        # one that was set by hand stays; the others follow what the change says of their role
        before = {
            one.officer_id: (one.role, one.capacity)
            for one in Seat.objects.filter(round=round_.base)
            if one.capacity != round_.base.capacity_of(one.role)
        }
    wanted = candidates(round_.deputies)
    Seat.objects.filter(round=round_).exclude(officer__in=wanted).delete()
    made = []
    for officer, role in sorted(wanted.items()):
        usual = round_.capacity_of(role)
        seat = there.get(officer)
        if seat is None:
            role_before, kept = before.get(officer, (role, usual))
            made.append(
                Seat(round=round_, officer_id=officer, role=role,
                     capacity=kept if role_before == role else usual)
            )  # fmt: skip
        elif seat.role != role:
            DIRECT.update(seat, role=role.value, capacity=usual)
    Seat.objects.bulk_create(made)
    _follow_usual(round_, set(there) & set(wanted))
    return len(wanted)


def _follow_usual(round_: Round, officers: set[int]) -> None:
    """Where a role has one capacity for all of its seats, and the round another, they follow."""
    for role in ("leader", "head", "deputy"):
        seats = Seat.objects.filter(round=round_, officer__in=officers, role=role)
        counts = set(seats.exclude(capacity=0).values_list("capacity", flat=True))
        if len(counts) == 1 and counts != {round_.capacity_of(role)}:
            seats.exclude(capacity=0).update(capacity=round_.capacity_of(role))


def _pairs(round_: Round) -> int:
    """The enterprises that are covered; new ones begin with whoever serves them now."""
    bulk = Bulk()
    there = {one.enterprise_id: one for one in RoundLink.objects.filter(round=round_)}
    wanted = covered(round_)
    gone = set(there) - {one.enterprise_id for one in wanted}
    RoundLink.objects.filter(round=round_, enterprise__in=gone).delete()
    changed = []
    for one in wanted:
        values = {
            "lead_before_id": one.lead_id, "second_before_id": one.second_id,
            "scopes": list(one.scopes), "effort": one.effort, "projects": one.projects,
        }  # fmt: skip
        row = there.get(one.enterprise_id)
        if row is None:
            bulk.insert(
                RoundLink(
                    round=round_, enterprise_id=one.enterprise_id, lead_id=one.lead_id,
                    second_id=one.second_id, **values,
                )
            )  # fmt: skip
        else:
            for name, value in values.items():
                setattr(row, name, value)
            changed.append(row)
    bulk.flush()
    RoundLink.objects.bulk_update(
        changed, ["lead_before", "second_before", "scopes", "effort", "projects"], batch_size=500
    )
    return len(wanted)
