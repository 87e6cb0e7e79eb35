"""Variants of a round: asked for, one of them taken into the draft."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, NotVisible
from yuanqi.foundation.writer import DIRECT

from ..asking import ask
from ..drafts import draft_of
from ..events import SeatChanged, VariantTaken
from ..models import Round, RoundLink, Seat, Variant, VariantState
from ..opening import opened, outdated, tell, touched
from ..queries import with_gone
from ..relaxing import relaxed
from ..solving import CODES

LOST = timedelta(minutes=3)


@transaction.atomic
def variants_ask(*, round_id: int, actor: Actor, at: datetime) -> None:
    """Have the variants of a draft worked out by the job. Asked twice while they are, it is done
    once, unless the job seems to be lost.

    Raises NotVisible, NotAllowed, Conflict.
    """
    round_ = opened(round_id, actor)
    if not round_.pairs.exists():
        raise Conflict(_("这一轮还没有企业，请先选范围。"))
    waiting = Variant.objects.filter(round=round_, state=VariantState.WAITING)
    if waiting.filter(asked_at__gt=at - LOST).count() == len(CODES):
        return
    ask(round_, actor=actor, at=at)


@transaction.atomic
def variant_take(*, round_id: int, code: str, revision: int, actor: Actor, at: datetime) -> Round:
    """Take the pairs of a variant into the draft; pairs set by hand stay as they are.

    Raises NotVisible, NotAllowed; Conflict if the draft was changed since `revision`, or the
    variant isn't up to date.
    """
    round_ = opened(round_id, actor, revision=revision)
    variant = _current(round_, code)
    rows = list(RoundLink.objects.filter(round=round_, is_by_hand=False))
    for row in rows:
        lead, second = variant.pairs.get(str(row.enterprise_id), (None, None))
        row.lead_id, row.second_id = lead, second
        why = variant.reasons.get(str(row.enterprise_id), {})
        gap = variant.unplaced.get(str(row.enterprise_id))
        row.why = why | ({"gap": gap} if gap else {})
    RoundLink.objects.bulk_update(rows, ["lead", "second", "why"], batch_size=500)
    touched(round_, taken=code)
    event = VariantTaken(
        round_id=round_.pk, code=code, moves=variant.moves, unplaced=len(variant.unplaced)
    )
    tell(event, round_, actor=actor, at=at)
    return round_


@transaction.atomic
def capacity_relax(
    *, round_id: int, code: str, revision: int, actor: Actor, at: datetime
) -> list[Seat]:
    """Give the capacity that a variant lacks to those whom its page names, and work out afresh.

    Raises NotVisible, NotAllowed; Conflict if the draft was changed since `revision`, the variant
    isn't up to date, or nothing is missing that somebody's capacity could help.
    """
    round_ = opened(round_id, actor, revision=revision)
    variant = _current(round_, code)
    more = {one.officer_id: one for one in relaxed(draft_of(round_), variant.shortage)}
    if not more:
        raise Conflict(_("这份方案不缺名额，或者没有干部可以加名额。"))
    seats = list(
        Seat.objects.select_related("officer").filter(round=round_, officer__in=more).order_by("pk")
    )
    for seat in seats:
        event = SeatChanged(
            round_id=round_.pk, officer_id=seat.officer_id, before=seat.capacity,
            capacity=more[seat.officer_id].capacity,
        )  # fmt: skip
        DIRECT.update(seat, capacity=more[seat.officer_id].capacity)
        tell(event, round_, actor=actor, at=at)
    touched(round_)
    outdated(round_)
    ask(round_, actor=actor, at=at)
    return seats


def _current(round_: Round, code: str) -> Variant:
    variant = Variant.objects.filter(round=round_, code=code).first()
    if variant is None:
        raise NotVisible(code)
    if variant.state != VariantState.DONE or with_gone([variant]):
        raise Conflict(_("这份方案不是按现在的草稿算的，请重新计算。"))
    return variant
