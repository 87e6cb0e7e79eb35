"""The service plan of a list, from a day on."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import DIRECT

from ..events import PlanSet
from ..models import Part, Plan
from ..queries import condition_of, may_plan, require_watcher


@transaction.atomic
def plan_set(
    *,
    code: str,
    valid_from: date,
    visit_days: int,
    parts: Sequence[str],
    measures: str,
    seen: int | None,
    actor: Actor,
    at: datetime,
) -> Plan:
    """Let a list's enterprises be served so from a day on; the plan before ends the day before.

    `seen` is the key of the open plan that the page showed. Raises NotVisible, NotAllowed,
    Invalid; Conflict if somebody else has set another meanwhile.
    """
    require_watcher(actor)
    if not may_plan(actor):
        raise NotAllowed(_("服务方案由服务中心维护。"))
    condition = condition_of(code)
    if valid_from < timezone.localdate(at):
        raise Invalid(_("请选今天或以后的日子。"), "valid_from")
    wanted = [part for part in Part.values if part in set(parts)]
    if not wanted:
        raise Invalid(_("请至少选一方参加。"), "parts")
    if not measures.strip():
        raise Invalid(_("请写下服务措施。"), "measures")
    if not 1 <= visit_days <= 366:
        raise Invalid(_("请填 1 到 366 之间的天数。"), "visit_days")
    journal.lock(condition.stream)
    open_ = Plan.objects.filter(condition=condition, valid_to=None).first()
    if (open_.pk if open_ else None) != seen:
        raise Conflict(_("您打开这一页以后，别人定了新的方案，请看过再定。"))
    if open_ is not None:
        if valid_from <= open_.valid_from:
            raise Invalid(
                _("现在的方案从 %(day)s 起，新的要晚一天以上。") % {"day": open_.valid_from},
                "valid_from",
            )
        DIRECT.update(open_, valid_to=valid_from - timedelta(days=1))
    row = DIRECT.insert(
        Plan(
            condition=condition, valid_from=valid_from, visit_days=visit_days, parts=wanted,
            measures=measures.strip(), set_by_id=actor.account_id, set_at=at,
        )
    )  # fmt: skip
    DIRECT.record(
        PlanSet(
            code=code, valid_from=valid_from, visit_days=visit_days, parts=wanted,
            measures_sha256=sha256_of(row.measures),
        ),
        stream=condition.stream, audience=Audience.STAFF, actor=actor, at=at,
    )  # fmt: skip
    return row
