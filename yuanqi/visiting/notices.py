"""Who is told of visits: the enterprise, its officer of wishes and of what is due."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.urls import reverse
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.models import Notice, When
from yuanqi.notices.telling import Word, tell
from yuanqi.notices.wording import Group, Line
from yuanqi.organisation.models import Officer
from yuanqi.organisation.queries import acting_for
from yuanqi.parameters import parameters
from yuanqi.registry.models import ContactPerson, Enterprise
from yuanqi.registry.queries import enterprises_visible_to, services_of

from . import events as told
from .models import State, Visit, Wish
from .queries import units_of, visits_visible_to, wishes_of

SOURCE = "visiting"
NEWS_DAYS = "notices.news_days"


class Told(StrEnum):
    PLANNED = "visit_planned"  # to the enterprise
    CANCELLED = "visit_cancelled"  # to the enterprise
    REPORT = "visit_report"  # to the enterprise
    WISHED = "visit_wished"  # to its officer
    ALONG = "visit_along"  # to who goes along, that a day is fixed or moved
    ALONE = "visit_alone"  # to who would have gone along
    DONE = "visit_done"  # to whose matter was seen to
    DUE = "visits_due"  # to the officer himself


GROUPS = (
    Group(
        code="planned", label=gettext_lazy("走访"),
        hint=gettext_lazy("园区约好来访、取消来访，走访后请您看看记录"),
        kinds=frozenset({Told.PLANNED, Told.CANCELLED, Told.REPORT}), default=When.ONCE,
        sides=frozenset({Side.ENTERPRISE}),
    ),
    Group(
        code="own", label=gettext_lazy("走访提醒"),
        hint=gettext_lazy("到期、过期、久未联系；部门想去您的挂钩企业；和您一起去的走访"),
        kinds=frozenset({Told.DUE, Told.WISHED, Told.ALONG, Told.ALONE, Told.DONE}),
        default=When.DIGEST,
        sides=frozenset({Side.PARK}),
    ),
)  # fmt: skip
_TO_ENTERPRISE = {
    told.VisitPlanned.kind: Told.PLANNED,
    told.VisitCancelled.kind: Told.CANCELLED,
    told.VisitRecorded.kind: Told.REPORT,
}
KINDS = frozenset({*_TO_ENTERPRISE, told.WishMade.kind, told.VisitsDue.kind})


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    notices_make(events, now=timezone.now())


def notices_make(events: Sequence[JournalEvent], *, now: datetime) -> None:
    """Write the notices that follow from these events."""
    news = timedelta(days=parameters.value(NEWS_DAYS))
    oldest = now - news
    fresh = [one for one in events if one.at > oldest and not _is_history(one, oldest)]
    if fresh:
        tell(source=SOURCE, words=list(_words(fresh, now)), now=now)


def _is_history(event: JournalEvent, oldest: datetime) -> bool:
    """Whether it is a visit of long ago brought in from a sheet: a phone's note has its key."""
    return (
        event.kind == told.VisitRecorded.kind
        and not event.payload["key"]
        and datetime.fromisoformat(event.payload["happened_at"]) < oldest
    )


def _words(events: Sequence[JournalEvent], now: datetime) -> Iterable[Word]:
    ids = {one.payload["enterprise_id"] for one in events if "enterprise_id" in one.payload}
    people: dict[int, list[int]] = {}
    found = ContactPerson.objects.filter(
        enterprise__in=ids, is_active=True, account__is_active=True
    )
    for enterprise_id, account_id in found.values_list("enterprise", "account").order_by("pk"):
        people.setdefault(enterprise_id, []).append(account_id)
    firms = list(Enterprise.objects.filter(pk__in=ids))
    services = services_of(firms, timezone.localdate(now))
    for event in events:
        for account_id, kind in _whom(event, people, services, now):
            if f"account:{account_id}" != event.actor:
                yield Word(
                    account_id=account_id, subject=event.stream, event_id=event.pk, kind=kind,
                    at=event.at,
                )  # fmt: skip


def _whom(
    event: JournalEvent,
    people: Mapping[int, list[int]],
    services: Mapping[int, object],
    now: datetime,
) -> list[tuple[int, Told]]:
    if event.kind in _TO_ENTERPRISE:
        kind = _TO_ENTERPRISE[event.kind]
        whom = [(one, kind) for one in people.get(event.payload["enterprise_id"], ())]
        return whom + _along(event, now)
    officer: Officer | None
    if event.kind == told.VisitsDue.kind:
        kind = Told.DUE
        officer = Officer.objects.filter(pk=event.payload["officer_id"]).first()
    else:
        kind = Told.WISHED
        joined = Visit.objects.select_related("officer").filter(pk=event.payload["visit_id"])
        visit = joined.first() if event.payload["visit_id"] else None
        served = services.get(event.payload["enterprise_id"])
        officer = visit.officer if visit else getattr(served, "officer", None)
    if officer is None:
        return []
    account_id = acting_for(officer, now).account_id
    return [] if account_id is None else [(account_id, kind)]


def _along(event: JournalEvent, now: datetime) -> list[tuple[int, Told]]:
    """Those of other departments whose matter the visit sees to, or would have."""
    payload = event.payload
    wishes = Wish.objects.select_related("officer")
    if event.kind == told.VisitCancelled.kind:
        kind, wishes = Told.ALONE, wishes.filter(pk__in=payload.get("wishes", ()))
    elif event.kind == told.VisitRecorded.kind:
        kind, wishes = Told.DONE, wishes.filter(visit=payload["visit_id"])
    else:
        kind, wishes = Told.ALONG, wishes.filter(visit=payload["visit_id"])
        if payload["before"] in (None, payload["planned_on"]):
            wishes = wishes.filter(department__in=payload["departments"])
    found = {
        acting_for(one.officer, now).account_id
        for one in wishes
        if one.officer_id != payload.get("officer_id")
    }
    return [(account_id, kind) for account_id in sorted(found - {None})]


def lines(notices: Sequence[Notice], actor: Actor) -> Mapping[int, Line]:
    """The words of these notices, as the reader may see them."""
    events = JournalEvent.objects.in_bulk({notice.event_id for notice in notices})
    ids = {one.payload.get("enterprise_id") for one in events.values()} - {None}
    firms = enterprises_visible_to(actor).in_bulk(ids)
    visits = visits_visible_to(actor).in_bulk(
        {one.payload.get("visit_id") for one in events.values()} - {None}
    )
    wishes = wishes_of(list(visits.values()))
    wished = Wish.objects.select_related("department", "visit").in_bulk(
        {one.payload.get("wish_id") for one in events.values()} - {None}
    )
    return {
        notice.pk: _line(notice.kind, events[notice.event_id], firms, visits, wishes, wished)
        for notice in notices
    }


def _line(
    kind: str,
    event: JournalEvent,
    firms: Mapping[int, Enterprise],
    visits: Mapping[int, Visit],
    wishes: Mapping[int, Sequence[Wish]],
    wished: Mapping[int, Wish],
) -> Line:
    payload = event.payload
    if kind == Told.DUE:
        return _due(payload)
    firm = firms.get(payload["enterprise_id"])
    if firm is None:
        return Line(says=_("这次走访您现在看不到了。"), is_visible=False)
    visit = visits.get(payload.get("visit_id"))
    if kind == Told.WISHED:
        says = _wished(firm, wished[payload["wish_id"]])
        url = reverse("visiting:visits")
    elif visit is None:
        return Line(says=_("这次走访您现在看不到了。"), is_visible=False)
    else:
        says = _of_visit(kind, payload, firm, visit, wishes.get(visit.pk, ()))
        url = reverse("visiting:visit", args=[visit.pk])
        if kind == Told.PLANNED and visit.state == State.CANCELLED:
            told = {"day": _day(payload["planned_on"]), "reason": visit.cancel_reason}
            says = _("约在 %(day)s的来访：%(reason)s。") % told
            brief = _("%(day)s的来访有变化。") % told  # outside goes nothing that people wrote
            return Line(says=says, brief=brief, title=_("走访"), firm=firm.label, url=url)
    return Line(says=says, brief=says, title=_("走访"), firm=firm.label, url=url)


def _wished(firm: Enterprise, wish: Wish) -> str:
    """As it stands when it is read: the wish may have been taken along, or withdrawn."""
    said = {"unit": wish.department.label, "firm": firm.label}
    if wish.visit is not None and wish.visit.planned_on is not None:
        said["day"] = _day(wish.visit.planned_on.isoformat())
        return _("%(unit)s %(day)s一起去%(firm)s。") % said
    if wish.ended_at is not None:
        return _("%(unit)s不用去%(firm)s了。") % said
    said["day"] = _day(wish.until_on.isoformat())
    return _("%(unit)s想在 %(day)s前去%(firm)s，看看能不能和您一起去。") % said


def _of_visit(
    kind: str, payload: Mapping[str, str], firm: Enterprise, visit: Visit, wishes: Sequence[Wish]
) -> str:
    said = {"firm": firm.label, "who": visit.officer.name}
    units = units_of(visit, wishes)
    match kind:
        case Told.REPORT:
            return _("走访记录写好了，请看看对不对。")
        case Told.DONE:
            return _("%(who)s走访了%(firm)s，您托的事也办了，请看记录。") % said
    if "planned_on" not in payload:  # the first version said no day
        return _("一次走访取消了。")
    said["day"] = _day(payload["planned_on"])
    match kind:
        case Told.CANCELLED:
            return _("%(day)s的来访取消了，请看原因。") % said
        case Told.ALONE:
            return _("%(who)s %(day)s不去%(firm)s了，您的事等下一次或另约。") % said
        case Told.ALONG:
            return _("您想去%(firm)s，%(who)s约了 %(day)s，和您一起去。") % said
    if payload["before"] not in (None, payload["planned_on"]):
        says = _("园区的来访改到 %(day)s。") % said
    else:
        says = _("园区约了 %(day)s来走访。") % said
    if len(units) > 1:
        named = {"count": len(units), "units": _("、").join(one.label for one in units)}
        says += _("%(count)s 个部门合成一次：%(units)s。") % named
    return says


def _due(payload: Mapping[str, int]) -> Line:
    parts = [
        words % {"count": payload[name]}
        for name, words in (
            ("overdue", _("%(count)s 家过期没走访")),
            ("due", _("%(count)s 家快到期")),
            ("silent", _("%(count)s 家久未联系")),
        )
        if payload[name]
    ]
    says = _("您的挂钩企业：%(what)s。") % {"what": _("，").join(parts)}
    return Line(says=says, brief=says, title=_("走访提醒"), url=reverse("visiting:visits"))


def _day(text: str) -> str:
    return dateformat.format(date.fromisoformat(text), _("n 月 j 日"))
