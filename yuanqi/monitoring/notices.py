"""Who is told what of returns, and in which words."""

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
from yuanqi.organisation.queries import acting_for
from yuanqi.parameters import parameters
from yuanqi.registry.models import ContactPerson, Enterprise
from yuanqi.registry.queries import enterprises_visible_to, services_of

from .events import FilingAskedBack, FilingOpened, FilingReminded

SOURCE = "monitoring"
NEWS_DAYS = "notices.news_days"  # the park's, for all notices


class Told(StrEnum):
    """The kinds of notice."""

    OPENED = "filing_opened"
    REMINDED = "filing_reminded"
    ASKED = "filing_asked_back"
    HELP = "filing_help"  # to the officer: his enterprise is late


GROUPS = (
    Group(
        code="filings",
        label=gettext_lazy("月度填报"),
        hint=gettext_lazy("请您填报、提醒、问回"),
        kinds=frozenset({Told.OPENED, Told.REMINDED, Told.ASKED}),
        default=When.ONCE,
        sides=frozenset({Side.ENTERPRISE}),
    ),
    Group(
        code="help",
        label=gettext_lazy("月度填报"),
        hint=gettext_lazy("挂钩企业过期没填，请您帮忙"),
        kinds=frozenset({Told.HELP}),
        default=When.DIGEST,
        sides=frozenset({Side.PARK}),
    ),
)


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    notices_make(events, now=timezone.now())


def notices_make(events: Sequence[JournalEvent], *, now: datetime) -> None:
    """Write the notices that follow from these events, and plan their sending."""
    news = timedelta(days=parameters.value(NEWS_DAYS))
    telling = [event for event in events if event.kind in KINDS and event.at > now - news]
    if telling:
        tell(source=SOURCE, words=list(_words(telling)), now=now)


KINDS = {
    FilingOpened.kind: Told.OPENED,
    FilingReminded.kind: Told.REMINDED,
    FilingAskedBack.kind: Told.ASKED,
}


def _words(events: Sequence[JournalEvent]) -> Iterable[Word]:
    firms = Enterprise.objects.in_bulk({event.payload["enterprise_id"] for event in events})
    accounts: dict[int, list[int]] = {}
    people = ContactPerson.objects.filter(
        enterprise__in=firms, is_active=True, account__is_active=True
    )
    for enterprise_id, account_id in people.values_list("enterprise", "account").order_by("pk"):
        accounts.setdefault(enterprise_id, []).append(account_id)
    helped = [event for event in events if event.payload.get("to_officer")]
    officers = _officers([firms[event.payload["enterprise_id"]] for event in helped], events)
    for event in events:
        enterprise_id = event.payload["enterprise_id"]
        told = {}
        if event.payload.get("to_contacts", True):
            told = dict.fromkeys(accounts.get(enterprise_id, ()), KINDS[event.kind])
        if event.payload.get("to_officer") and enterprise_id in officers:
            told[officers[enterprise_id]] = Told.HELP
        for account_id, kind in told.items():
            if f"account:{account_id}" != event.actor:
                yield Word(
                    account_id=account_id,
                    subject=f"filing:{event.payload['filing_id']}",
                    event_id=event.pk,
                    kind=kind,
                    at=event.at,
                )


def _officers(firms: Sequence[Enterprise], events: Sequence[JournalEvent]) -> dict[int, int]:
    """Whose account helps each enterprise: its lead officer's, or whoever acts for him."""
    if not firms:
        return {}
    at = max(event.at for event in events)
    services = services_of(firms, timezone.localdate(at))
    acting = {
        officer.pk: acting_for(officer, at)
        for officer in {service.officer for service in services.values()}
    }
    found = {pk: acting[service.officer.pk].account_id for pk, service in services.items()}
    return {pk: account for pk, account in found.items() if account is not None}


def lines(notices: Sequence[Notice], actor: Actor) -> Mapping[int, Line]:
    """The words of these notices; of an enterprise that the reader may not see only that."""
    events = JournalEvent.objects.in_bulk({notice.event_id for notice in notices})
    ids = {event.payload["enterprise_id"] for event in events.values()}
    firms = enterprises_visible_to(actor).in_bulk(ids)
    found = {}
    for notice in notices:
        payload = events[notice.event_id].payload
        firm = firms.get(payload["enterprise_id"])
        found[notice.pk] = _line(Told(notice.kind), payload, firm)
    return found


def _line(kind: Told, payload: Mapping[str, str], firm: Enterprise | None) -> Line:
    if firm is None:
        return Line(says=_("这份填报您现在看不到了。"), is_visible=False)
    month = date.fromisoformat(payload["month"])
    said = {"month": dateformat.format(month, _("n 月")), "firm": firm.label}
    if "due_on" in payload:
        said["due"] = dateformat.format(date.fromisoformat(payload["due_on"]), _("n 月 j 日"))
    url = reverse("monitoring:fill", args=[firm.pk, f"{month:%Y-%m}"])
    match kind:
        case Told.OPENED:
            says = _("%(month)s的指标可以填了，%(due)s前填好，几个数就够。") % said
        case Told.REMINDED:
            says = _("%(month)s的指标还没填，请在 %(due)s前填好；过了也请尽快补上。") % said
        case Told.ASKED:
            says = _("%(month)s的指标有一处想问您：%(question)s") % {
                **said, "question": payload["question"],
            }  # fmt: skip
        case Told.HELP:
            says = _("%(firm)s%(month)s的指标过期还没填，请打个电话，也可以替他填。") % said
    brief = _("%(month)s的月度指标请您看一下。") % said
    return Line(
        says=says, brief=brief, title=_("月度填报"), firm=firm.label, url=url
    )  # fmt: skip
