"""Who is told of lists: the enterprise when it enters, its linked officer of every move."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
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
from yuanqi.registry.models import ContactPerson, Enterprise
from yuanqi.registry.queries import enterprises_visible_to, services_of

from .events import StandingChanged
from .timeline_words import names_of

SOURCE = "steering"
NEWS_DAYS = "notices.news_days"


class Told(StrEnum):
    LISTED = "listed"  # to the enterprise
    MOVED = "list_moved"  # to its officer


GROUPS = (
    Group(
        code="lists", label=gettext_lazy("园区服务名单"),
        hint=gettext_lazy("您的企业列入园区重点服务名单"),
        kinds=frozenset({Told.LISTED}), default=When.DIGEST, sides=frozenset({Side.ENTERPRISE}),
    ),
    Group(
        code="list_moves", label=gettext_lazy("四张清单"),
        hint=gettext_lazy("挂钩企业进出清单"),
        kinds=frozenset({Told.MOVED}), default=When.DIGEST, sides=frozenset({Side.PARK}),
    ),
)  # fmt: skip


KINDS = (StandingChanged.kind,)  # what the subscriber is handed


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    notices_make(events, now=timezone.now())


def notices_make(events: Sequence[JournalEvent], *, now: datetime) -> None:
    """Write the notices that follow from these events."""
    news = timedelta(days=parameters.value(NEWS_DAYS))
    telling = [
        event for event in events if event.kind == StandingChanged.kind and event.at > now - news
    ]
    if telling:
        tell(source=SOURCE, words=list(_words(telling, now)), now=now)


def _words(events: Sequence[JournalEvent], now: datetime) -> Iterable[Word]:
    firms = Enterprise.objects.in_bulk({event.payload["enterprise_id"] for event in events})
    people: dict[int, list[int]] = {}
    accounts = ContactPerson.objects.filter(
        enterprise__in=firms, is_active=True, account__is_active=True
    )
    for enterprise_id, account_id in accounts.values_list("enterprise", "account").order_by("pk"):
        people.setdefault(enterprise_id, []).append(account_id)
    services = services_of(list(firms.values()), timezone.localdate(now))
    acting = {
        officer.pk: acting_for(officer, now)
        for officer in {service.officer for service in services.values()}
    }
    for event in events:
        enterprise_id = event.payload["enterprise_id"]
        told: dict[int, Told] = {}
        if event.payload["entered"]:
            told = dict.fromkeys(people.get(enterprise_id, ()), Told.LISTED)
        service = services.get(enterprise_id)
        account = acting[service.officer.pk].account_id if service else None
        if account is not None:
            told[account] = Told.MOVED
        for account_id, kind in told.items():
            yield Word(
                account_id=account_id, subject=f"enterprise:{enterprise_id}", event_id=event.pk,
                kind=kind, at=event.at,
            )  # fmt: skip


def lines(notices: Sequence[Notice], actor: Actor) -> Mapping[int, Line]:
    """The words of these notices; of an enterprise that the reader may not see only that."""
    events = JournalEvent.objects.in_bulk({notice.event_id for notice in notices})
    ids = {event.payload["enterprise_id"] for event in events.values()}
    firms = enterprises_visible_to(actor).in_bulk(ids)
    return {
        notice.pk: _line(
            notice.kind,
            events[notice.event_id].payload,
            firms.get(events[notice.event_id].payload["enterprise_id"]),
        )
        for notice in notices
    }


def _line(kind: str, payload: Mapping[str, list[str]], firm: Enterprise | None) -> Line:
    if firm is None:
        return Line(says=_("这家企业您现在看不到了。"), is_visible=False)
    said = {"firm": firm.label, "entered": names_of(payload["entered"]),
            "left": names_of(payload["left"])}  # fmt: skip
    if kind == Told.LISTED:
        says = _("园区把贵公司列为%(entered)s，点开看看依据和服务。") % said
    elif payload["entered"] and payload["left"]:
        says = _("%(firm)s列为%(entered)s，不再列为%(left)s。") % said
    elif payload["entered"]:
        says = _("%(firm)s列为%(entered)s。") % said
    else:
        says = _("%(firm)s不再列为%(left)s。") % said
    return Line(
        says=says, brief=says, title=_("园区服务名单"), firm=firm.label,
        url=reverse("steering:standing", args=[firm.pk]),
    )  # fmt: skip
