"""The enterprise reads the report of a visit."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.writer import DIRECT

from .. import acts
from ..models import State, Visit
from ..queries import visit_visible

LONGEST_REMARK = 500


@transaction.atomic
def visit_confirm(
    *, visit_id: int, is_right: bool, remark: str = "", actor: Actor, at: datetime
) -> Visit:
    """The enterprise confirms a report, or says what is wrong; a safety reminder is received.

    Raises NotVisible; NotAllowed for anybody else; Invalid without words for what is wrong;
    Conflict if it has been confirmed already, or hasn't taken place.
    """
    row = visit_visible(visit_id, actor)
    if actor.side is not Side.ENTERPRISE or actor.enterprise_id != row.enterprise_id:
        raise NotAllowed(_("走访报告由企业确认。"))
    journal.lock(row.stream)
    row = visit_visible(visit_id, actor)
    if row.state != State.DONE:
        raise Conflict(_("这次走访还没有记录。"))
    if row.confirmed_at is not None:
        raise Conflict(_("这份走访报告已经确认过了。"))
    remark = remark.strip()[:LONGEST_REMARK]
    if not is_right and not remark:
        raise Invalid(_("请写下哪里不对。"), "remark")
    acts.visit_confirm(DIRECT, row, is_right=is_right, remark=remark, actor=actor, at=at)
    return row
