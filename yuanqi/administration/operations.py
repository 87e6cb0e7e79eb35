"""Every write of administrators that joins several slices: the calendar's draft and its end."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.domain.worktime import Hours
from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.journal import Audience
from yuanqi.organisation.models import CalendarVersion
from yuanqi.organisation.publishing import Drawn
from yuanqi.organisation.queries import current_calendar

from .events import CalendarDraftDropped, CalendarDrafted
from .models import CalendarDraft
from .queries import drawn_in

STREAM = "calendar"


def _require_system(actor: Actor) -> None:
    if not actor.has(Role.SYSTEM_ADMIN):
        raise NotAllowed(_("工作日历由系统管理员维护。"))


@transaction.atomic
def calendar_draft(
    *,
    year: int,
    days: Mapping[date, bool],
    spans: Sequence[Hours],
    document_no: str,
    source: str,
    actor: Actor,
    at: datetime,
) -> CalendarDraft:
    """Draw up a year, in place of what was drawn up before; nothing moves yet.

    Raises NotAllowed, Invalid for a year that leaves a gap and for days of another year.
    """
    _require_system(actor)
    source = source.strip()
    if not source:
        raise Invalid(_("请写明依据，例如国务院办公厅的通知。"), "source")
    Drawn.of(current_calendar()).with_year(year, days)
    said = [[start.strftime("%H:%M"), end.strftime("%H:%M")] for start, end in spans]
    journal.lock(STREAM)
    draft, _made = CalendarDraft.objects.update_or_create(
        pk=1,
        defaults={
            "year": year,
            "days": {day.isoformat(): works for day, works in sorted(days.items())},
            "spans": said,
            "document_no": document_no.strip(),
            "source": source,
            "made_by_id": actor.account_id,
            "made_at": at,
        },
    )
    journal.record(
        CalendarDrafted(year=year, named_days=len(days), spans=said, document_no=draft.document_no),
        stream=STREAM,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
    return draft


@transaction.atomic
def calendar_draft_drop(*, actor: Actor, at: datetime) -> None:
    """Forget what was drawn up. Raises NotAllowed; Conflict if there is nothing."""
    _require_system(actor)
    draft = _locked_draft()
    year = draft.year
    draft.delete()
    journal.record(
        CalendarDraftDropped(year=year),
        stream=STREAM,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )


@transaction.atomic
def calendar_draft_publish(*, replaces: str, actor: Actor, at: datetime) -> CalendarVersion:
    """Publish what was drawn up: new clocks are pinned to it, open ones follow.

    `replaces` is the version that the effect was shown against. Raises NotAllowed, Invalid;
    Conflict if there is nothing (any more), if another was published since, or if it says what
    is in force anyway.
    """
    _require_system(actor)
    draft = _locked_draft()
    standing = current_calendar()
    drawn = drawn_in(draft, standing)
    if drawn.calendar.version == standing.version:
        raise Conflict(_("这份草案和现行日历没有区别，不用发布。"))
    version = drawn.publish(
        document_no=draft.document_no,
        source=draft.source,
        replaces=replaces,
        actor=actor,
        at=at,
    )
    draft.delete()
    return version


def _locked_draft() -> CalendarDraft:
    # publishing locks the stream too: first here, so that nobody waits for the other crosswise
    journal.lock(STREAM)
    draft = CalendarDraft.objects.select_for_update().first()
    if draft is None:
        raise Conflict(_("没有草案：可能刚刚已经发布或放弃。"))
    return draft
