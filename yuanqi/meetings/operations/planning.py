"""A meeting is called, people are asked, the agenda is made, who came is taken down."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import Department
from yuanqi.registry.contacting.within import require_within
from yuanqi.registry.models import Area, Enterprise
from yuanqi.registry.queries import enterprise_visible

from .. import acts
from ..locking import at_lock, item_in, kept, officer_at_work, run_open
from ..models import LONGEST, Item, ItemState, Kind, Meeting
from ..queries import holding_departments, may_answer, may_call, proposed

LONGEST_DAY = timedelta(hours=12)
FARTHEST = timedelta(days=366)
MOST_ITEMS = 100
MOST_GUESTS = 60


@transaction.atomic
def meeting_call(
    *,
    kind: str,
    title: str,
    place: str,
    starts_at: datetime,
    ends_at: datetime,
    department_id: int,
    host_id: int,
    area_id: int | None = None,
    trade: str = "",
    actor: Actor,
    at: datetime,
) -> Meeting:
    """Call a meeting for a department; returns the row. Raises NotAllowed, Invalid."""
    if not may_call(actor):
        raise NotAllowed(_("会议由服务中心和部门负责人召集。"))
    if kind not in Kind.values:
        raise Invalid(_("请选是哪一种会议。"), "kind")
    said = kept(title, 80, _("请写会议名称。"), "title")
    where = kept(place, 100, _("请写在哪里开。"), "place")
    if not at - FARTHEST <= starts_at <= at + FARTHEST:
        raise Invalid(_("请选前后一年以内的时间。"), "starts_at")
    if not starts_at < ends_at <= starts_at + LONGEST_DAY:
        raise Invalid(_("结束要在开始以后，12 小时以内。"), "ends_at")
    department = holding_departments(actor).filter(pk=department_id).first()
    if department is None:
        raise Invalid(_("请选由哪个部门主办。"), "department")
    area = None
    if area_id is not None:
        area = Area.objects.filter(pk=area_id).first()
        if area is None:
            raise Invalid(_("请从列出的片区里选。"), "area")
    row = Meeting(
        kind=kind, title=said, place=where, starts_at=starts_at, ends_at=ends_at, area=area,
        trade=kept(trade, 60, "", "trade"), department=department,
        host=officer_at_work(host_id, "host"), called_at=at, called_by_id=actor.account_id,
    )  # fmt: skip
    return acts.meeting_call(DIRECT, row, actor=actor, at=at)


@transaction.atomic
def meeting_call_off(*, meeting_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Call a meeting off before anything was decided; all who were asked are told why.

    Raises NotVisible, NotAllowed, Invalid, Conflict.
    """
    row = run_open(meeting_id, actor)
    said = kept(reason, LONGEST, _("请写为什么取消，参会的人看得到。"), "reason")
    if row.items.exclude(state=ItemState.OPEN).exists():
        raise Conflict(_("已经有议定事项，不能取消；请写纪要定稿。"))
    acts.meeting_call_off(DIRECT, row, reason=said, actor=actor, at=at)


@transaction.atomic
def departments_invite(
    *, meeting_id: int, department_ids: Sequence[int], actor: Actor, at: datetime
) -> int:
    """Ask departments to come, each once; returns how many are new.

    Raises NotVisible, NotAllowed, Invalid, Conflict.
    """
    row = run_open(meeting_id, actor)
    wanted = set(department_ids)
    known = set(row.invitations.values_list("department", flat=True))
    units = list(Department.objects.filter(pk__in=wanted, closed_at=None).order_by("pk"))
    if not wanted or len(units) != len(wanted):
        raise Invalid(_("请选要通知的部门。"), "departments")
    new = [unit for unit in units if unit.pk not in known]
    if not new:
        raise Conflict(_("这些部门都已经通知过了。"))
    acts.departments_invite(DIRECT, row, new, actor=actor, at=at)
    return len(new)


@transaction.atomic
def invitation_answer(
    *,
    meeting_id: int,
    department_id: int,
    officer_id: int | None,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Say who comes for a department, or (without an officer) why nobody does.

    May be said anew until the minutes are there. Raises NotVisible, NotAllowed, Invalid, Conflict.
    """
    row = at_lock(meeting_id, actor)
    one = row.invitations.select_related("meeting").filter(department=department_id).first()
    if one is None:
        raise NotVisible(department_id)
    if not may_answer(one, actor):
        raise NotAllowed(_("由被通知的部门回复谁参加。"))
    if not row.is_open:
        raise Conflict(_("会议已经结束或取消，不用再回复。"))
    if officer_id is None:
        said = kept(note, 200, _("请写为什么不能参加。"), "note")
        acts.invitation_answer(DIRECT, one, officer=None, note=said, actor=actor, at=at)
        return
    officer = officer_at_work(officer_id, "officer")
    if officer.department_id != department_id:
        raise Invalid(_("请选本部门的人员。"), "officer")
    acts.invitation_answer(
        DIRECT, one, officer=officer, note=kept(note, 200, "", "note"), actor=actor, at=at
    )


@transaction.atomic
def enterprises_invite(
    *,
    meeting_id: int,
    enterprise_ids: Sequence[int],
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> int:
    """Ask enterprises to come, each once and as one contact; returns how many are new.

    Beyond an enterprise's budget of contacts it needs a reason, which the enterprise reads.
    Raises NotVisible, NotAllowed, Invalid, Conflict.
    """
    row = run_open(meeting_id, actor)
    if at >= row.ends_at:
        raise Conflict(_("会议已经开过，不能再邀请企业。"))
    known = set(row.guests.values_list("enterprise", flat=True))
    wanted = sorted(set(enterprise_ids))
    if not wanted:
        raise Invalid(_("请选要邀请的企业。"), "enterprises")
    new = [pk for pk in wanted if pk not in known]
    if not new:
        raise Conflict(_("这些企业都已经邀请过了。"))
    if len(known) + len(new) > MOST_GUESTS:
        raise Invalid(
            _("一次会议最多邀请 %(most)d 家企业。") % {"most": MOST_GUESTS}, "enterprises"
        )
    for pk in new:
        firm = _firm(pk, actor)
        journal.lock(firm.stream)
        told = require_within(enterprise_id=pk, reason=reason, at=at)
        acts.enterprise_invite(DIRECT, row, firm, reason=told, actor=actor, at=at)
    return len(new)


@transaction.atomic
def items_collect(*, meeting_id: int, case_ids: Sequence[int], actor: Actor, at: datetime) -> int:
    """Put open requests on the agenda; returns how many are new. A complaint never is.

    Raises NotVisible, NotAllowed, Invalid, Conflict.
    """  # fmt: skip
    row = run_open(meeting_id, actor)
    wanted = set(case_ids)
    if not wanted:
        raise Invalid(_("请勾选要上会的诉求。"), "cases")
    if cases_visible_to(actor).filter(pk__in=wanted).count() != len(wanted):
        raise NotVisible(sorted(wanted))
    known = set(Item.objects.filter(meeting=row, case__in=wanted).values_list("case", flat=True))
    open_ones = proposed(row, actor, area_id=None, trade="", category="")
    cases = list(open_ones.filter(pk__in=wanted - known))
    if not cases:
        raise Conflict(_("这些诉求已经在议题里，或者已经答复了。"))
    _require_room(row, len(cases))
    acts.items_collect(DIRECT, row, cases, actor=actor, at=at)
    return len(cases)


@transaction.atomic
def item_add(
    *,
    meeting_id: int,
    words: str,
    enterprise_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> Item:
    """Put something on the agenda by hand. Raises NotVisible, NotAllowed, Invalid, Conflict."""
    row = run_open(meeting_id, actor)
    said = kept(words, LONGEST, _("请写要议什么。"), "words")
    firm = None if enterprise_id is None else _firm(enterprise_id, actor)
    _require_room(row, 1)
    return acts.item_add(DIRECT, row, enterprise=firm, words=said, actor=actor, at=at)


@transaction.atomic
def item_remove(*, meeting_id: int, item_id: int, actor: Actor, at: datetime) -> None:
    """Take something off the agenda that isn't decided. Raises NotVisible, NotAllowed, Conflict."""
    row = run_open(meeting_id, actor)
    item = item_in(row, item_id)
    if item.state != ItemState.OPEN:
        raise Conflict(_("这项刚才已经议定，不能撤下。"))
    acts.item_remove(DIRECT, item, actor=actor, at=at)


@transaction.atomic
def attendance_take(
    *,
    meeting_id: int,
    department_ids: Sequence[int],
    enterprise_ids: Sequence[int],
    actor: Actor,
    at: datetime,
) -> None:
    """Take down who came, once it has begun. Raises NotVisible, NotAllowed, Invalid, Conflict."""
    row = run_open(meeting_id, actor)
    if not row.has_begun(at):
        raise Conflict(_("会议还没有开始。"))
    units = set(row.invitations.values_list("department", flat=True))
    firms = set(row.guests.values_list("enterprise", flat=True))
    if not (set(department_ids) <= units and set(enterprise_ids) <= firms):
        raise Invalid(_("请从通知和邀请过的里面选。"))
    acts.attendance_take(
        DIRECT, row, departments=set(department_ids), enterprises=set(enterprise_ids), actor=actor,
        at=at,
    )  # fmt: skip


def _firm(enterprise_id: int, actor: Actor) -> Enterprise:
    firm = enterprise_visible(enterprise_id, actor)
    if firm.merged_into_id is not None:
        raise Conflict(_("这家企业已经并入另一条档案。"))
    return firm


def _require_room(row: Meeting, more: int) -> None:
    if row.items.count() + more > MOST_ITEMS:
        raise Conflict(_("一次会议最多 %(most)d 项议题。") % {"most": MOST_ITEMS})
