"""A calendar to subscribe to: planned visits and due days, by a signed link of one's own."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.foundation.actors import Actor, actor_for
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.models import Account
from yuanqi.registry.queries import enterprises_listed

from .. import operations, queries
from ..models import Feed, Visit
from ..plans import Standing, plans_of
from .sending import SeeOther

_signer = Signer(salt="yuanqi.visiting.calendar")
HOUR = timedelta(hours=1)


def token_of(feed: Feed) -> str:
    return _signer.sign(f"{feed.pk}.{feed.serial}").replace(":", "~")


@login_required
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """The link, and a button for a new one."""
    queries.require_officer(request.actor)
    here = reverse("visiting:calendar")
    if request.method == "POST":
        operations.calendar_link_renew(actor=request.actor, at=timezone.now())
        messages.success(request, _("日历链接已换，旧的不能再用。"))
        return SeeOther(here)
    feed = Feed.objects.filter(account=request.actor.account_id).first()
    url = ""
    if feed is not None:
        url = request.build_absolute_uri(reverse("visiting:feed", args=[token_of(feed)]))
    context = {
        "page_title": _("走访日历"),
        "back_url": reverse("visiting:visits"),
        "url": url,
    }
    return render(request, "visiting/calendar.html", context)


@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The calendar itself: the link is the key, as calendar programs know no other."""
    account = _account(token)
    now = timezone.now()
    actor = actor_for(account, now)
    if not queries.is_officer(actor):
        raise NotVisible
    visits = queries.planned(officer_ids=actor.officer_ids)
    with translation.override(account.language):
        lines = list(_calendar(list(visits), _due(actor, now), now))
    text = "\r\n".join(folded for line in lines for folded in _folded(line)) + "\r\n"
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="visits.ics"'
    return response


def _account(token: str) -> Account:
    try:
        pk, serial = _signer.unsign(token.replace("~", ":")).split(".")
    except (BadSignature, ValueError) as error:
        raise NotVisible from error
    found = Feed.objects.select_related("account").filter(
        pk=int(pk), serial=int(serial), account__is_active=True
    )
    feed = found.first()
    if feed is None:
        raise NotVisible
    return feed.account


def _due(actor: Actor, now: datetime) -> list[tuple[int, str, date]]:
    """What is due and not planned, a day each."""
    served = enterprises_listed(actor).filter(pk__in=actor.linked_enterprise_ids)
    names = {one.pk: one.label for one in served}
    plans = plans_of(list(names), timezone.localdate(now))
    return [
        (pk, names[pk], plan.due_on)
        for pk, plan in plans.items()
        if plan.planned is None and plan.standing in (Standing.DUE, Standing.OVERDUE)
    ]


def _calendar(
    visits: list[Visit], due: list[tuple[int, str, date]], now: datetime
) -> Iterator[str]:
    """RFC 5545: one event a visit; days that are due stand as whole days."""
    stamp = f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Yuanqi//visits//ZH", "METHOD:PUBLISH")
    yield f"X-WR-CALNAME:{_text(_('走访'))}"
    for one in visits:
        assert one.planned_on is not None, "a planned visit has its day"
        yield from ("BEGIN:VEVENT", f"UID:visit-{one.pk}@yuanqi", stamp)
        if one.planned_time is None:
            yield f"DTSTART;VALUE=DATE:{one.planned_on:%Y%m%d}"
        else:
            start = datetime.combine(
                one.planned_on, one.planned_time, timezone.get_default_timezone()
            ).astimezone(UTC)
            yield f"DTSTART:{start:%Y%m%dT%H%M%SZ}"
            yield f"DTEND:{start + HOUR:%Y%m%dT%H%M%SZ}"
        said = _text(_("走访%(firm)s") % {"firm": one.enterprise.label})
        yield f"SUMMARY:{said}"
        if one.enterprise.address:
            yield f"LOCATION:{_text(one.enterprise.address)}"
        if one.purpose:
            yield f"DESCRIPTION:{_text(one.purpose)}"
        yield "END:VEVENT"
    for pk, name, day in due:
        yield from ("BEGIN:VEVENT", f"UID:due-{pk}-{day:%Y%m%d}@yuanqi", stamp)
        yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        yield f"SUMMARY:{_text(_('走访到期：%(firm)s') % {'firm': name})}"
        yield "END:VEVENT"
    yield "END:VCALENDAR"


def _text(value: str) -> str:
    """A text as RFC 5545, 3.3.11 wants it."""
    for sign, said in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n"), ("\r", "")):
        value = value.replace(sign, said)
    return value


def _folded(line: str) -> Iterator[str]:
    """Lines of at most 75 octets (3.1), never cut within a character."""
    kept, size = "", 0
    for letter in line:
        length = len(letter.encode())
        if size + length > 74:
            yield kept
            kept, size = " ", 1
        kept, size = kept + letter, size + length
    yield kept
