"""Loading the demo park: once, whole or not at all, as of its first start."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone, translation

from yuanqi.casework import loading as mechanisms
from yuanqi.foundation import seals
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.files import Upload
from yuanqi.foundation.models import Account, JournalEvent, SubscriberCursor
from yuanqi.organisation import bulk as organisation
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.publishing import publish_chinese_calendar
from yuanqi.organisation.queries import current_calendar
from yuanqi.registry import bulk as registry
from yuanqi.registry.models import Enterprise
from yuanqi.servicedesk import bulk as servicedesk
from yuanqi.servicedesk import loading as desk
from yuanqi.web.beginnings import open_account

from . import papers, people, telling
from .accounts import PASSWORD

Tell = Callable[[str], None]
UNREAD = timedelta(days=3)


def load(*, tell: Tell, at: datetime | None = None) -> None:
    """Load the park as it stands at this moment; nothing if there is a park already.

    All in one transaction: a start that was killed leaves nothing, and the next begins again.
    """
    if Enterprise.objects.exists():
        return
    now = timezone.localtime(at or timezone.now())
    uploads = papers.stored()
    with translation.override(settings.LANGUAGE_CODE):
        written = _load(now, uploads, tell)
    seals.make(at=timezone.now())
    tell(f"演示园区 demo park: {written} rows")


@transaction.atomic
def _load(now: datetime, uploads: dict[str, Upload], tell: Tell) -> int:
    with connection.cursor() as cursor:
        # two first starts at once: the second waits, and finds the park
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('demo:park', 0))")
    if Enterprise.objects.exists():
        return 0
    # the park stood before its oldest request, and so did its rules
    began = now.replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=120)
    told: dict[str, Any] = {"actor": SYSTEM, "at": began}
    tell("日历、办理规则 calendar and rules")
    publish_chinese_calendar(at=began)
    mechanisms.publish_all(**told, valid_from=began.date())
    bulk = Bulk()
    tell("8 个部门、12 名干部、40 家企业 departments, officers, enterprises")
    accounts = _accounts(bulk, began)
    officers = organisation.load(people.organisation(now), accounts=accounts, bulk=bulk, **told)
    registry.load(people.enterprises(now), accounts=accounts, officers=officers, bulk=bulk, **told)
    written = bulk.flush()
    desk.load_categories(**told)
    tell("120 件诉求 requests")
    calendar = work_calendar(current_calendar())
    stories = telling.stories(now, calendar, telling.shipped_limits(), uploads)
    servicedesk.load(stories, bulk=bulk, book=servicedesk.Book.over(began, now))
    written += bulk.flush()
    _leave_unread(now - UNREAD)
    return written


def _leave_unread(since: datetime) -> None:
    """Let the subscriber of notices begin here: what is older, people have read long ago."""
    last = JournalEvent.objects.filter(at__lt=since).order_by("xid", "id").last()
    if last is not None:
        SubscriberCursor.objects.create(name="notices", xid=last.xid, event_id=last.pk)


def _accounts(bulk: Bulk, at: datetime) -> dict[str, Account]:
    # one password for all, published: hashing it once for all gives nothing away
    password = make_password(PASSWORD)
    return {
        username: open_account(
            bulk,
            username=username,
            password=password,
            roles=people.ROLES.get(username, ()),
            actor=SYSTEM,
            at=at,
        )
        for username in people.usernames()
    }
