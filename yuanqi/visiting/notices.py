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

SOURCE = "visiting"
NEWS_DAYS = "notices.news_days"


class Told(StrEnum):
    PLANNED = "visit_planned"  # to the enterprise
    REPORT = "visit_report"  # to the enterprise
    WISHED = "visit_wished"  # to its officer
    DUE = "visits_due"  # to the officer himself


GROUPS = (
    Group(
        code="planned", label=gettext_lazy("走访"),
        hint=gettext_lazy("园区约好来访，走访后请您看看记录"),
        kinds=frozenset({Told.PLANNED, Told.REPORT}), default=When.ONCE,
        sides=frozenset({Side.ENTERPRISE}),
    ),
    Group(
        code="own", label=gettext_lazy("走访提醒"),
        hint=gettext_lazy("到期、过期、久未联系；部门想去您的挂钩企业"),
        kinds=frozenset({Told.DUE, Told.WISHED}), default=When.DIGEST,
        sides=frozenset({Side.PARK}),
    ),
)  # fmt: skip
_TO_ENTERPRISE = {
    told.VisitPlanned.kind: Told.PLANNED,
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
        return [(one, kind) for one in people.get(event.payload["enterprise_id"], ())]
    officer: Officer | None
    if event.kind == told.VisitsDue.kind:
        kind = Told.DUE
        officer = Officer.objects.filter(pk=event.payload["officer_id"]).first()
    else:
        kind = Told.WISHED
        officer = getattr(services.get(event.payload["enterprise_id"]), "officer", None)
    if officer is None:
        return []
    account_id = acting_for(officer, now).account_id
    return [] if account_id is None else [(account_id, kind)]


def lines(notices: Sequence[Notice], actor: Actor) -> Mapping[int, Line]:
    """The words of these notices, as the reader may see them."""
    events = JournalEvent.objects.in_bulk({notice.event_id for notice in notices})
    ids = {one.payload.get("enterprise_id") for one in events.values()} - {None}
    firms = enterprises_visible_to(actor).in_bulk(ids)
    return {notice.pk: _line(notice.kind, events[notice.event_id], firms) for notice in notices}


def _line(kind: str, event: JournalEvent, firms: Mapping[int, Enterprise]) -> Line:
    payload = event.payload
    if kind == Told.DUE:
        return _due(payload)
    firm = firms.get(payload["enterprise_id"])
    if firm is None:
        return Line(says=_("这次走访您现在看不到了。"), is_visible=False)
    if kind == Told.WISHED:
        said = {"firm": firm.label, "day": _day(payload["until_on"])}
        says = _("有部门想在 %(day)s前去%(firm)s，看看能不能和您一起去。") % said
        url = reverse("visiting:visits")
    elif kind == Told.PLANNED:
        says = _("园区约了 %(day)s来走访。") % {"day": _day(payload["planned_on"])}
        url = reverse("visiting:visit", args=[payload["visit_id"]])
    else:
        says = _("走访记录写好了，请看看对不对。")
        url = reverse("visiting:visit", args=[payload["visit_id"]])
    return Line(says=says, brief=says, title=_("走访"), firm=firm.label, url=url)


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
