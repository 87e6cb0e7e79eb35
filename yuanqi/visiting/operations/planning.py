"""Wishing for a visit, fixing a day, several departments on one day."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import Officer
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprise_visible

from .. import acts
from ..models import State, Visit, Wish
from ..queries import is_officer, planned, require_own, serves, visit_visible, wish_visible

FARTHEST = timedelta(days=366)
_LONGEST = 200


@transaction.atomic
def wish_make(
    *,
    enterprise_id: int,
    subject: str,
    until_on: date,
    visit_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Wish:
    """A department wants to visit an enterprise until a day; a planned visit may take it along.

    Raises NotVisible, NotAllowed, Invalid; Conflict if that visit isn't planned any more.
    """
    enterprise = opened(enterprise_id, actor)
    subject = subject.strip()[:_LONGEST]
    if not subject:
        raise Invalid(_("请写下为什么事去。"), "subject")
    _require_ahead(until_on, at, "until_on")
    visit = None
    if visit_id is not None:
        visit = planned(enterprise_ids=[enterprise.pk]).filter(pk=visit_id).first()
        if visit is None:
            raise Conflict(_("那次走访刚才有变化，请看过再定。"))
    return acts.wish(
        DIRECT, enterprise=enterprise, officer=_own(actor), subject=subject, until_on=until_on,
        visit=visit, actor=actor, at=at,
    )  # fmt: skip


@transaction.atomic
def wish_end(*, wish_id: int, actor: Actor, at: datetime) -> Wish:
    """The department need not go any more.

    Raises NotVisible, NotAllowed; Conflict if a visit takes it along or it has ended.
    """
    row = wish_visible(wish_id, actor)
    journal.lock(row.enterprise.stream)
    row = wish_visible(wish_id, actor)
    if row.department_id != actor.department_id:
        raise NotAllowed(_("由提出走访的部门撤回。"))
    if not row.is_open:
        raise Conflict(_("这次走访已经安排或撤回了。"))
    acts.wish_end(DIRECT, row, actor=actor, at=at)
    return row


@transaction.atomic
def visit_plan(
    *,
    enterprise_id: int,
    planned_on: date,
    planned_time: time | None = None,
    purpose: str = "",
    wish_ids: Sequence[int] = (),
    join_ids: Sequence[int] = (),
    visit_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Visit:
    """Fix the day of a visit, or move it (`visit_id`); it takes these departments along.

    Who serves the enterprise makes one of what others have planned there too (`join_ids`).
    Raises NotVisible, NotAllowed, Invalid; Conflict if a visit is planned already or isn't any
    more, or a department has been taken along by another.
    """
    enterprise = opened(enterprise_id, actor)
    _require_ahead(planned_on, at, "planned_on")
    purpose = purpose.strip()[:_LONGEST]
    wishes = _wishes(enterprise, wish_ids)
    others = _others(enterprise, [pk for pk in join_ids if pk != visit_id])
    if (wishes or others) and not serves(enterprise.pk, actor):
        raise NotAllowed(_("几个部门一起去，由挂钩干部来约。"))
    told = {
        "planned_on": planned_on, "planned_time": planned_time, "purpose": purpose,
        "wishes": wishes, "others": others, "actor": actor, "at": at,
    }  # fmt: skip
    if visit_id is None:
        own = _own(actor)
        if planned(enterprise_ids=[enterprise.pk], officer_ids=[own.pk]).exists():
            raise Conflict(_("您已经约了去这家企业，请改那一次的时间。"))
        return acts.visit_plan(DIRECT, enterprise=enterprise, officer=own, **told)
    row = visit_visible(visit_id, actor)
    if row.enterprise_id != enterprise.pk:
        raise NotVisible(visit_id)
    require_own(row, actor, _("别人约的走访由他自己改时间。"))
    if row.state != State.PLANNED:
        raise Conflict(_("这次走访已经记录或取消了。"))
    acts.visit_move(DIRECT, row, **told)
    return row


@transaction.atomic
def visit_cancel(*, visit_id: int, reason: str, actor: Actor, at: datetime) -> Visit:
    """It doesn't take place; the departments that came along wait for another one.

    Raises NotVisible, NotAllowed, Invalid without a reason; Conflict if it isn't planned any more.
    """
    row = visit_visible(visit_id, actor)
    opened(row.enterprise_id, actor)
    row = visit_visible(visit_id, actor)
    require_own(row, actor, _("别人约的走访由他自己取消。"))
    if row.state != State.PLANNED:
        raise Conflict(_("这次走访已经记录或取消了。"))
    reason = reason.strip()[:_LONGEST]
    if not reason:
        raise Invalid(_("请写明为什么不去，企业看得到。"), "reason")
    acts.visit_cancel(
        DIRECT, row, reason=reason, wishes=list(row.wishes.order_by("pk")), actor=actor, at=at
    )
    return row


def opened(enterprise_id: int, actor: Actor) -> Enterprise:
    """Return the enterprise, its stream locked, if the actor visits enterprises.

    Raises NotVisible, NotAllowed; Conflict if it was merged into another.
    """
    found = enterprise_visible(enterprise_id, actor)
    if not is_officer(actor):
        raise NotAllowed(_("走访由园区人员安排。"))
    journal.lock(found.stream)
    found.refresh_from_db()
    if found.merged_into_id is not None:
        raise Conflict(_("这家企业已经并入另一条档案，请到那里登记。"))
    return found


def _own(actor: Actor) -> Officer:
    return Officer.objects.select_related("department").get(pk=actor.officer_id)


def _wishes(enterprise: Enterprise, wish_ids: Sequence[int]) -> list[Wish]:
    wanted = sorted(set(wish_ids))
    found = list(
        Wish.objects.filter(pk__in=wanted, enterprise=enterprise, visit=None, ended_at=None)
        .select_related("department", "officer")
        .order_by("pk")
    )
    if len(found) != len(wanted):
        raise Conflict(_("有部门的走访刚才已经安排或撤回，请看过再定。"))
    return found


def _others(enterprise: Enterprise, visit_ids: Sequence[int]) -> list[Visit]:
    """Planned visits of others, under the enterprise's lock."""
    wanted = sorted(set(visit_ids))
    found = list(planned(enterprise_ids=[enterprise.pk]).filter(pk__in=wanted).order_by("pk"))
    if len(found) != len(wanted):
        raise Conflict(_("有一次走访刚才改了或取消了，请看过再定。"))
    return found


def _require_ahead(day: date, at: datetime, field: str) -> None:
    today = timezone.localdate(at)
    if not today <= day <= today + FARTHEST:
        raise Invalid(_("请选今天以后、一年以内的日子。"), field)
