"""Who is told of advice: the centre of new, its department to answer, the giver of what came."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q
from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.models import Notice, When
from yuanqi.notices.telling import Word, tell
from yuanqi.notices.wording import Group, Line
from yuanqi.organisation.models import Department
from yuanqi.organisation.queries import centre, officer_on_duty
from yuanqi.parameters import parameters
from yuanqi.registry.models import ContactPerson

from . import events
from .models import Advice
from .queries import advice_visible_to

SOURCE = "advice"
NEWS_DAYS = "notices.news_days"  # the park's, for all notices


class Told(StrEnum):
    NEW = "advice_new"  # to the centre: assign it
    BACK = "advice_back"
    ASSIGNED = "advice_assigned"  # to the department
    SOON = "advice_soon"
    LATE = "advice_late"
    ANSWERED = "advice_answered"  # to who gave it
    CHANGED = "advice_changed"


GROUPS = (
    Group(
        code="own", label=gettext_lazy("建议"), hint=gettext_lazy("您提的建议有了答复或成效"),
        kinds=frozenset({Told.ANSWERED, Told.CHANGED}), default=When.ONCE,
    ),
    Group(
        code="work", label=gettext_lazy("听建议"),
        hint=gettext_lazy("新建议、分派给本部门的建议、快到期和过期"),
        kinds=frozenset({Told.NEW, Told.BACK, Told.ASSIGNED, Told.SOON, Told.LATE}),
        default=When.DIGEST, sides=frozenset({Side.PARK}),
    ),
)  # fmt: skip

_OF_KIND = {
    events.AdviceGiven.kind: Told.NEW,
    events.AdviceSentBack.kind: Told.BACK,
    events.AdviceAssigned.kind: Told.ASSIGNED,
    events.AdviceMoved.kind: Told.ASSIGNED,
    events.AdviceReminded.kind: Told.SOON,
    events.AdviceAnswered.kind: Told.ANSWERED,
    events.AdviceFollowedUp.kind: Told.CHANGED,
}
KINDS = frozenset(_OF_KIND)  # what the subscriber is handed


def handle(told: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    notices_make(told, now=timezone.now())


def notices_make(told: Sequence[JournalEvent], *, now: datetime) -> None:
    """Write the notices that follow from these events."""
    news = timedelta(days=parameters.value(NEWS_DAYS))
    telling = [event for event in told if event.kind in KINDS and event.at > now - news]
    if telling:
        tell(source=SOURCE, words=list(_words(telling, now)), now=now)


def _words(telling: Sequence[JournalEvent], now: datetime) -> Iterable[Word]:
    ids = {event.payload["advice_id"] for event in telling}
    rows = Advice.objects.select_related("department__head", "contact", "officer").in_bulk(ids)
    units = Department.objects.select_related("head").in_bulk(
        {event.payload.get("department_id") for event in telling} - {None}
    )
    for event in telling:
        row = rows.get(event.payload["advice_id"])
        if row is None:
            continue
        kind = _OF_KIND[event.kind]
        unit = units.get(event.payload.get("department_id"))
        if kind is Told.SOON and event.payload["is_late"]:
            kind = Told.LATE
        if kind in (Told.ANSWERED, Told.CHANGED):
            accounts = _givers(row)
        elif kind in (Told.NEW, Told.BACK) or unit is None:
            accounts = _answerers(centre(), now)
        else:
            accounts = _answerers(unit, now, with_head=kind is Told.LATE)
        for account_id in dict.fromkeys(accounts):
            if f"account:{account_id}" != event.actor:
                yield Word(
                    account_id=account_id, subject=row.stream, event_id=event.pk, kind=kind,
                    at=event.at,
                )  # fmt: skip


def _givers(row: Advice) -> list[int]:
    """Who said it and who wrote it down; where only an officer did, the firm's main contact too."""
    found = ContactPerson.objects.filter(is_active=True, account__is_active=True)
    who = Q(pk=row.contact_id) if row.contact_id else Q(enterprise=row.enterprise_id, is_main=True)
    accounts = list(found.filter(who).values_list("account_id", flat=True))
    if row.officer is not None and row.officer.account_id is not None:
        accounts.append(row.officer.account_id)
    return accounts


def _answerers(unit: Department, now: datetime, *, with_head: bool = False) -> list[int]:
    """Who answers for a department now; of what is late its head as well."""
    found = []
    with suppress(LookupError):  # a department of nobody
        found.append(officer_on_duty(unit, now).account_id)
    if with_head and unit.head is not None:
        found.append(unit.head.account_id)
    return [account_id for account_id in found if account_id is not None]


def lines(notices: Sequence[Notice], actor: Actor) -> Mapping[int, Line]:
    """The words of these notices; of what the reader may not see any more only that."""
    ids = {notice.pk: int(notice.subject.rpartition(":")[2]) for notice in notices}
    rows = advice_visible_to(actor).in_bulk(set(ids.values()))
    return {notice.pk: _line(Told(notice.kind), rows.get(ids[notice.pk])) for notice in notices}


def _line(kind: Told, row: Advice | None) -> Line:
    if row is None:
        return Line(says=_("这条建议您现在看不到了。"), is_visible=False)
    due = dateformat.format(timezone.localtime(row.due_at), _("n 月 j 日"))
    said = {
        "firm": row.enterprise.label,
        "title": row.title,
        "due": due,
        "verdict": row.get_verdict_display(),
        "unit": row.department.label if row.department else "",
    }
    match kind:
        case Told.NEW:
            says = _("%(firm)s提了一条建议，请分派：%(title)s") % said
        case Told.BACK:
            says = _("%(firm)s的建议退回来了，请重新分派：%(title)s") % said
        case Told.ASSIGNED:
            says = _("%(firm)s的建议分派给您部门，%(due)s前答复：%(title)s") % said
        case Told.SOON:
            says = _("%(firm)s的建议 %(due)s前要答复：%(title)s") % said
        case Told.LATE:
            says = _("%(firm)s的建议本应 %(due)s前答复，已经超时：%(title)s") % said
        case Told.ANSWERED:
            says = _("%(unit)s答复了建议“%(title)s”：%(verdict)s。") % said
        case Told.CHANGED:
            says = _("建议“%(title)s”见效了，点开看看改变了什么。") % said
    brief = _("有一条企业建议请您看一下。")
    return Line(
        says=says, brief=brief, title=_("听建议"), firm=row.enterprise.label,
        url=reverse("advice:advice", args=[row.pk]),
    )  # fmt: skip
