"""A draft's pairs are set by hand."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.writer import DIRECT

from ..events import PairSet
from ..models import RoundLink, Seat
from ..opening import opened, tell, touched
from ..queries import names_of


@transaction.atomic
def round_edit(
    *,
    round_id: int,
    enterprise_id: int,
    lead_id: int | None,
    second_id: int | None,
    seen_lead_id: int | None,
    seen_second_id: int | None,
    is_by_hand: bool = True,
    actor: Actor,
    at: datetime,
) -> RoundLink:
    """Set the officers of an enterprise in a draft; a pair set by hand stays when the rest is
    worked out afresh, unless `is_by_hand` gives it back.

    `seen_lead_id` and `seen_second_id` are those that the form was shown with. Raises NotVisible,
    NotAllowed, Invalid; Conflict, saying who stands there now, if somebody changed the pair.
    A pair may break a rule: the page says which, and publication refuses the hard ones.
    """
    round_ = opened(round_id, actor)
    row = RoundLink.objects.select_related("enterprise").filter(
        round=round_, enterprise=enterprise_id
    ).first()  # fmt: skip
    if row is None:
        raise NotVisible(enterprise_id)
    if (row.lead_id, row.second_id) != (seen_lead_id, seen_second_id):
        names = names_of([row.lead_id, row.second_id])
        raise Conflict(
            _("您打开这一页以后，别人改过这家：现在挂钩干部是%(lead)s，协助是%(second)s。")
            % {
                "lead": names.get(row.lead_id or 0, _("（空）")),
                "second": names.get(row.second_id or 0, _("（空）")),
            }
        )
    if lead_id is not None and lead_id == second_id:
        raise Invalid(_("挂钩和协助不能是同一个人。"), "second")
    seated = set(
        Seat.objects.filter(round=round_, capacity__gt=0).values_list("officer", flat=True)
    )
    for field, officer, before in (
        ("lead", lead_id, row.lead_id), ("second", second_id, row.second_id),
    ):  # fmt: skip
        if officer is not None and officer != before and officer not in seated:
            raise Invalid(_("这位干部不在本轮名单里。"), field)
    if (lead_id, second_id, is_by_hand) == (row.lead_id, row.second_id, row.is_by_hand):
        return row
    event = PairSet(
        round_id=round_.pk, enterprise_id=enterprise_id,
        lead_before_id=row.lead_id, lead_id=lead_id,
        second_before_id=row.second_id, second_id=second_id,
    )  # fmt: skip
    DIRECT.update(row, lead_id=lead_id, second_id=second_id, is_by_hand=is_by_hand, why={})
    touched(round_)
    tell(event, round_, actor=actor, at=at)
    return row
