"""Who is told of links: the enterprise of its officer, officers of their round and hand-overs.

The service centre is told of hand-overs that nobody confirms.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.models import Notice, When
from yuanqi.notices.telling import Word, tell
from yuanqi.notices.wording import Group, Line
from yuanqi.organisation.events import OfficerLeft
from yuanqi.organisation.models import Officer
from yuanqi.organisation.queries import acting_for, centre, officer_on_duty
from yuanqi.parameters import parameters
from yuanqi.registry.events import LinkBegun, LinkChanged
from yuanqi.registry.models import ContactPerson, Enterprise, Link, LinkRole
from yuanqi.registry.queries import enterprises_visible_to

from .events import HandoverOpened, HandoverReminded, RoundPublished
from .models import Handover, RoundLink, RoundState

SOURCE = "linking"
NEWS_DAYS = "notices.news_days"


class Told(StrEnum):
    SERVED = "served_by"  # to the enterprise
    ROUND = "round_published"  # to each officer of a round
    LINKED = "linked"  # to an officer whose link no round brought
    TAKES = "takes_over"  # to the successor
    HANDS = "hands_over"  # to the predecessor
    WAITS = "handover_waits"  # to the successor who hasn't confirmed
    UNTAKEN = "handover_untaken"  # to the service centre
    LEFT = "officer_left"  # to the service centre: whose enterprises wait for a place


GROUPS = (
    Group(
        code="served_by", label=gettext_lazy("挂钩干部"),
        hint=gettext_lazy("由谁为您的企业服务"),
        kinds=frozenset({Told.SERVED}), default=When.ONCE, sides=frozenset({Side.ENTERPRISE}),
    ),
    Group(
        code="links", label=gettext_lazy("挂钩安排"),
        hint=gettext_lazy("新一轮挂钩、接手和移交企业"),
        kinds=frozenset(set(Told) - {Told.SERVED}),
        default=When.ONCE, sides=frozenset({Side.PARK}),
    ),
)  # fmt: skip
KINDS = (
    LinkBegun.kind, RoundPublished.kind, HandoverOpened.kind, HandoverReminded.kind,
    OfficerLeft.kind, LinkChanged.kind,
)  # fmt: skip
_DATELESS = (RoundPublished.kind, HandoverReminded.kind, OfficerLeft.kind, LinkChanged.kind)


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    notices_make(events, now=timezone.now())


def notices_make(events: Sequence[JournalEvent], *, now: datetime) -> None:
    """Write the notices that follow from these events; of what is long past nobody is told."""
    news = timedelta(days=parameters.value(NEWS_DAYS))
    oldest = timezone.localdate(now) - news
    telling = [
        event
        for event in events
        if event.at > now - news and (event.kind in _DATELESS or _day(event.payload) >= oldest)
    ]
    if telling:
        tell(source=SOURCE, words=list(_words(telling, now)), now=now)


def _day(payload: Mapping[str, Any]) -> date:
    return date.fromisoformat(payload["from_on"])


def _words(events: Sequence[JournalEvent], now: datetime) -> Iterable[Word]:
    begun = (LinkBegun.kind, LinkChanged.kind)
    firms = {event.enterprise_id for event in events if event.kind in begun}
    people: dict[int, list[int]] = {}
    contacts = ContactPerson.objects.filter(
        enterprise__in=firms, is_active=True, account__is_active=True
    )
    for enterprise_id, account_id in contacts.values_list("enterprise", "account").order_by("pk"):
        people.setdefault(enterprise_id, []).append(account_id)
    accounts = dict(
        Officer.objects.filter(
            pk__in={pk for event in events for pk in _officers(event)}, is_active=True,
            account__isnull=False,
        ).values_list("pk", "account")
    )  # fmt: skip
    for event in events:
        told = (
            _late(event, now)
            if event.kind == HandoverReminded.kind
            else _left(event, now)
            if event.kind == OfficerLeft.kind
            else _told(event, people, accounts)
        )
        for account_id, subject, kind in told:
            yield Word(
                account_id=account_id, subject=subject, event_id=event.pk, kind=kind, at=event.at
            )


def _officers(event: JournalEvent) -> list[int]:
    payload = event.payload
    if event.kind in (LinkBegun.kind, LinkChanged.kind):
        return [payload["officer_id"]]
    if event.kind == RoundPublished.kind:
        return list(payload["officers"])
    if event.kind == HandoverReminded.kind:
        return [payload["to_officer_id"]]
    if event.kind == OfficerLeft.kind:
        return [pk for pk in (payload["officer_id"], payload["handed_to_id"]) if pk]
    return [payload["from_officer_id"], payload["to_officer_id"]]


def _told(
    event: JournalEvent, people: Mapping[int, list[int]], accounts: Mapping[int, int]
) -> Iterable[tuple[int, str, Told]]:
    payload = event.payload
    if event.kind == RoundPublished.kind:
        for pk in payload["officers"]:
            if pk in accounts:
                yield accounts[pk], f"round:{payload['round_id']}", Told.ROUND
        return
    subject = f"enterprise:{payload['enterprise_id']}"
    if event.kind == HandoverOpened.kind:
        for name, kind in (("to_officer_id", Told.TAKES), ("from_officer_id", Told.HANDS)):
            if payload[name] in accounts:
                yield accounts[payload[name]], subject, kind
        return
    if event.kind == LinkChanged.kind:
        # another officer before it has begun; his hand-over tells the two of them
        if "officer_id" in payload["after"] and _link_of(payload).role == LinkRole.LEAD:
            for account_id in people.get(payload["enterprise_id"], ()):
                yield account_id, subject, Told.SERVED
        return
    if payload["role"] == LinkRole.LEAD:
        for account_id in people.get(payload["enterprise_id"], ()):
            yield account_id, subject, Told.SERVED
    officer = payload["officer_id"]
    if officer in accounts and not _of_round(payload) and not _follows(payload):
        yield accounts[officer], subject, Told.LINKED


def _late(event: JournalEvent, now: datetime) -> Iterable[tuple[int, str, Told]]:
    """Who is told that a hand-over waits: the successor or who acts for him, or the centre."""
    payload = event.payload
    row = Handover.objects.filter(pk=payload["handover_id"], confirmed_at=None).first()
    if row is None or row.to_officer_id != payload["to_officer_id"]:
        return
    subject = f"enterprise:{payload['enterprise_id']}"
    kind = Told.UNTAKEN if payload["is_centre"] else Told.WAITS
    with suppress(LookupError):  # a centre of nobody
        officer = (
            officer_on_duty(centre(), now)
            if payload["is_centre"]
            else acting_for(row.to_officer, now)
        )
        if officer.account_id is not None:
            yield officer.account_id, subject, kind


def _left(event: JournalEvent, now: datetime) -> Iterable[tuple[int, str, Told]]:
    """The service centre, where somebody who served enterprises has left: they are to be placed."""
    officer_id = event.payload["officer_id"]
    if not _passed_on(officer_id, timezone.localdate(event.at)):
        return
    with suppress(LookupError):  # a centre of nobody
        officer = officer_on_duty(centre(), now)
        if officer.account_id is not None:
            yield officer.account_id, f"officer:{officer_id}", Told.LEFT


def _passed_on(officer_id: int, day: date) -> int:
    """How many an officer served up to a day."""
    return Link.objects.filter(officer=officer_id, until_on=day).count()


def _link_of(payload: Mapping[str, Any]) -> Link:
    return Link.objects.get(pk=payload["link_id"])


def _of_round(payload: Mapping[str, Any]) -> bool:
    """Whether a published round brought this link: its officers are told of all at once."""
    role = "lead" if payload["role"] == LinkRole.LEAD else "second"
    return RoundLink.objects.filter(
        enterprise=payload["enterprise_id"], round__state=RoundState.PUBLISHED,
        round__from_on=_day(payload), **{role: payload["officer_id"]},
    ).exists()  # fmt: skip


def _follows(payload: Mapping[str, Any]) -> bool:
    """Whether somebody hands over: the hand-over tells both."""
    return Link.objects.filter(
        enterprise=payload["enterprise_id"], role=payload["role"], until_on=_day(payload)
    ).exists()


# in words ----------------------------------------------------------------------------------------


def lines(notices: Sequence[Notice], actor: Actor) -> Mapping[int, Line]:
    """The words of these notices; of an enterprise that the reader may not see only that."""
    events = JournalEvent.objects.in_bulk({notice.event_id for notice in notices})
    ids = {event.payload.get("enterprise_id") for event in events.values()} - {None}
    firms = enterprises_visible_to(actor).in_bulk(ids)
    left = {
        notice.event_id: _passed_on(
            events[notice.event_id].payload["officer_id"],
            timezone.localdate(events[notice.event_id].at),
        )
        for notice in notices
        if notice.kind == Told.LEFT
    }
    named = {pk for event in events.values() for pk in _officers(event)}
    officers = Officer.objects.select_related("department").in_bulk(named)
    return {
        notice.pk: _line_of_left(events[notice.event_id].payload, officers, left[notice.event_id])
        if notice.kind == Told.LEFT
        else _line(notice.kind, events[notice.event_id].payload, firms, officers)
        for notice in notices
    }


def _line_of_left(payload: Mapping[str, Any], officers: Mapping[int, Officer], count: int) -> Line:
    gone, to = officers.get(payload["officer_id"]), officers.get(payload["handed_to_id"] or 0)
    says = _("%(name)s离岗，挂钩的 %(count)s 家暂由%(to)s接手，请看要不要做年中调整。") % {
        "name": gone.name if gone else "", "to": to.name if to else "", "count": count,
    }  # fmt: skip
    return Line(says=says, brief=says, title=_("挂钩安排"), url=reverse("linking:board"))


def _line(
    kind: str,
    payload: Mapping[str, Any],
    firms: Mapping[int, Enterprise],
    officers: Mapping[int, Officer],
) -> Line:
    if kind == Told.ROUND:
        says = _("%(name)s已发布，%(day)s起执行，请看您挂钩的企业。") % {
            "name": payload["name"], "day": _said_day(payload),
        }  # fmt: skip
        return Line(says=says, brief=says, title=_("挂钩安排"), url=reverse("linking:mine"))
    firm = firms.get(payload["enterprise_id"])
    if firm is None:
        return Line(says=_("这家企业您现在看不到了。"), is_visible=False)
    url = ""
    if "handover_id" in payload:
        url = reverse("linking:handover", args=[payload["handover_id"]])
    if kind in (Told.WAITS, Told.UNTAKEN):
        officer = officers.get(payload["to_officer_id"])
        told = {"firm": firm.label, "name": officer.name if officer else ""}
        says = (
            _("您接手%(firm)s还没有确认，请看交接清单并确认。")
            if kind == Told.WAITS
            else _("%(name)s接手%(firm)s一直没有确认，请问问他。")
        ) % told
        return Line(says=says, brief=says, title=_("挂钩安排"), firm=firm.label, url=url)
    said = {"firm": firm.label, "day": _said_day(payload)}
    if kind == Told.SERVED:
        officer = officers.get(payload["officer_id"])
        said |= {
            "name": officer.name if officer else "",
            "unit": officer.department.label if officer else "",
        }
        says = _("%(day)s起，由%(unit)s%(name)s挂钩服务贵公司，有事可以直接找。") % said
        url = reverse("linking:serving", args=[firm.pk])
    elif kind == Told.LINKED:
        says = _("您从 %(day)s起挂钩%(firm)s。") % said
        url = reverse("registry:enterprise", args=[firm.pk])
    elif kind == Told.TAKES:
        says = _("您从 %(day)s起接手%(firm)s，请看交接清单并确认。") % said
    else:
        says = _("%(firm)s从 %(day)s起换人挂钩，请写交接说明。") % said
    return Line(says=says, brief=says, title=_("挂钩安排"), firm=firm.label, url=url)


def _said_day(payload: Mapping[str, Any]) -> str:
    day = _day(payload) if "from_on" in payload else _link_of(payload).from_on
    return date_format(day, _("n 月 j 日"))
