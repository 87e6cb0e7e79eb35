"""Who is told of promises: the owner of a new one, of its day, the enterprise when it is closed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.models import Notice, When
from yuanqi.notices.telling import Word, tell
from yuanqi.notices.wording import Group, Line
from yuanqi.organisation.queries import acting_for
from yuanqi.parameters import parameters
from yuanqi.registry.models import ContactPerson

from . import events as told
from .models import Promise
from .queries import promises_visible_to

SOURCE = "promises"
NEWS_DAYS = "notices.news_days"


class Told(StrEnum):
    GIVEN = "promise_given"  # to who answers for it now
    NEAR = "promise_near"
    LATE = "promise_late"  # his head too
    CLOSED = "promise_closed"  # to the enterprise


GROUPS = (
    Group(
        code="own", label=gettext_lazy("我的承诺"),
        hint=gettext_lazy("要您兑现的承诺：交到您手里、快到期、过期"),
        kinds=frozenset({Told.GIVEN, Told.NEAR, Told.LATE}), default=When.ONCE,
        sides=frozenset({Side.PARK}),
    ),
    Group(
        code="closed", label=gettext_lazy("园区的承诺"),
        hint=gettext_lazy("答应您的事办到了，或者办不到"),
        kinds=frozenset({Told.CLOSED}), default=When.DIGEST, sides=frozenset({Side.ENTERPRISE}),
    ),
)  # fmt: skip
_CLOSING = frozenset({told.PromiseKept.kind, told.PromiseBroken.kind})
KINDS = frozenset(
    {told.PromiseMade.kind, told.PromiseHandedOver.kind, told.PromiseReminded.kind} | _CLOSING
)


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    notices_make(events, now=timezone.now())


def notices_make(events: Sequence[JournalEvent], *, now: datetime) -> None:
    """Write the notices that follow from these events."""
    news = timedelta(days=parameters.value(NEWS_DAYS))
    fresh = [event for event in events if event.at > now - news]
    if fresh:
        tell(source=SOURCE, words=list(_words(fresh, now)), now=now)


def _words(events: Sequence[JournalEvent], now: datetime) -> Iterable[Word]:
    rows = Promise.objects.select_related("officer", "department__head").in_bulk(
        {event.payload["promise_id"] for event in events}
    )
    for event in events:
        row = rows.get(event.payload["promise_id"])
        if row is None:
            continue
        for account_id, kind in _whom(event, row, now).items():
            if f"account:{account_id}" != event.actor:
                yield Word(
                    account_id=account_id, subject=row.stream, event_id=event.pk, kind=kind,
                    at=event.at,
                )  # fmt: skip


def _whom(event: JournalEvent, row: Promise, now: datetime) -> dict[int, Told]:
    if event.kind in _CLOSING:
        people = ContactPerson.objects.filter(
            enterprise=row.enterprise_id, is_active=True, account__is_active=True
        )
        return dict.fromkeys(people.values_list("account", flat=True), Told.CLOSED)
    if not row.is_open:
        return {}
    kind = Told.GIVEN
    officers = [acting_for(row.officer, now)]
    if event.kind == told.PromiseReminded.kind:
        kind = Told.LATE if event.payload["is_late"] else Told.NEAR
        if kind is Told.LATE and row.department.head is not None:
            officers.append(acting_for(row.department.head, now))
    return {one.account_id: kind for one in officers if one.account_id is not None}


def lines(notices: Sequence[Notice], actor: Actor) -> Mapping[int, Line]:
    """The words of these notices, as the reader may see them."""
    events = JournalEvent.objects.in_bulk({notice.event_id for notice in notices})
    ids = {event.payload["promise_id"] for event in events.values()}
    rows = promises_visible_to(actor).in_bulk(ids)
    return {
        notice.pk: _line(notice, rows.get(events[notice.event_id].payload["promise_id"]))
        for notice in notices
    }


def _line(notice: Notice, row: Promise | None) -> Line:
    if row is None:
        return Line(says=_("这件承诺您现在看不到了。"), is_visible=False)
    said = {"firm": row.enterprise.label, "text": row.text, "day": _day(row.due_on),
            "how": row.outcome, "who": row.officer.name}  # fmt: skip
    match notice.kind:
        case Told.GIVEN:
            says = _("%(firm)s：%(text)s，%(day)s 前由您兑现。") % said
            brief = _("有一件承诺由您兑现，%(day)s 前。") % said
        case Told.NEAR:
            says = _("%(firm)s：%(text)s，%(day)s 到期。") % said
            brief = _("您的一件承诺 %(day)s 到期。") % said
        case Told.LATE:
            says = _("%(firm)s：%(text)s，%(who)s %(day)s 前没有兑现。") % said
            brief = _("一件承诺过了 %(day)s 还没有兑现。") % said
        case _other:
            says = _("园区答应的“%(text)s”：%(how)s") % said
            brief = _("园区答应您的一件事有了结果。")
    return Line(
        says=says, brief=brief, title=_("承诺"), firm=row.enterprise.label,
        url=reverse("promises:promise", args=[row.pk]),
    )  # fmt: skip


def _day(day: date) -> str:
    return day.isoformat()
