"""Loading the demo park: once, whole or not at all, as of its first start.

What a visitor meets first is written at once: everybody, the last weeks, all that is open. The
years before come in behind, while the pages serve (`past`).
"""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone, translation

from yuanqi.access.acts import open_account
from yuanqi.casework import loading as mechanisms
from yuanqi.casework.models import CaseNumber
from yuanqi.conditions import shipping
from yuanqi.foundation import seals
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.files import Upload
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.models import Account, JournalEvent, SubscriberCursor
from yuanqi.insight import figures
from yuanqi.organisation import bulk as organisation
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import Officer
from yuanqi.organisation.publishing import publish_chinese_calendar
from yuanqi.organisation.queries import current_calendar
from yuanqi.registry import bulk as registry
from yuanqi.registry.models import ContactPerson, Enterprise
from yuanqi.servicedesk import bulk as servicedesk
from yuanqi.servicedesk import loading as desk

from . import (
    advice,
    answers,
    facts,
    linking,
    meetings,
    monitoring,
    papers,
    people,
    profiles,
    projects,
    steering,
    taskforces,
    telling,
    visits,
)
from .accounts import PASSWORD
from .cast import Cast
from .events import STREAM, ParkOpened
from .ordered import Ordered
from .scene import Scene
from .size import FULL, Size
from .written import NumberedBook, first_lot, opening
from .years import years

Tell = Callable[[str], None]
UNREAD = timedelta(days=3)


def load(*, tell: Tell, at: datetime | None = None, size: Size = FULL) -> None:
    """Load the park as it stands at this moment; nothing if there is a park already.

    All in one transaction: a start that was killed leaves nothing, and the next begins again.
    """
    if Enterprise.objects.exists():
        return
    now = timezone.localtime(at or timezone.now()).replace(microsecond=0)
    uploads = papers.stored()
    with translation.override(settings.LANGUAGE_CODE):
        written = _load(now, uploads, tell, size)
    seals.make(at=timezone.now())
    # the first who looks at the cockpit shall not find it empty
    figures.rebuild()
    tell(f"演示园区 demo park: {written:,} rows")


@transaction.atomic
def _load(now: datetime, uploads: dict[str, Upload], tell: Tell, size: Size) -> int:
    with connection.cursor() as cursor:
        # two first starts at once: the second waits, and finds the park
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('demo:park', 0))")
    if Enterprise.objects.exists():
        return 0
    # the park stood before its oldest request, and so did its rules
    began = opening(now, size)
    told: dict[str, Any] = {"actor": SYSTEM, "at": began}
    tell("日历、办理规则 calendar and rules")
    publish_chinese_calendar(at=began)
    mechanisms.publish_all(**told, valid_from=began.date())
    shipping.load(at=began)
    bulk = Bulk()
    accounts = _accounts(bulk, began, size)
    wanted = people.organisation(now, size)
    firms = people.enterprises(now, size)
    tell(
        f"{len(wanted.departments)} 个部门、{len(wanted.officers)} 名干部和代表、"
        f"{len(firms)} 家企业 departments, officers, enterprises"
    )
    officers = organisation.load(wanted, accounts=accounts, bulk=bulk, **told)
    known = registry.load(firms, accounts=accounts, officers=officers, bulk=bulk, **told)
    written = bulk.flush()
    desk.load_categories(**told)
    steering.publish_own(began)
    # figures and requests are written together: the journal tells them in order of time
    bulk = Bulk()
    _profiles(known, officers, uploads, bulk, began, now)
    written += _requests(now, began, uploads, tell, size, bulk)
    bulk = Bulk()
    profiles.serve_by_group(bulk, now)
    written += bulk.flush()
    linking.load(now, size, officers, bulk)
    answers.load(now)
    steering.load(now)
    advice.load(now)
    written += visits.load(now)
    taskforces.load(now)
    meetings.load(now)
    _leave_unread(now - UNREAD)
    return written


def _profiles(
    known: list[ContactPerson],
    officers: dict[str, Officer],
    uploads: dict[str, Upload],
    bulk: Bulk,
    began: datetime,
    now: datetime,
) -> None:
    """What stands in the enterprises' profiles, and their projects: as many as fit their number."""
    # a firm's figures are drawn before anybody asks for them: the journal tells them by time
    ordered = Ordered(bulk)
    figures = profiles.load(known, officers=officers, bulk=ordered, began=began, now=now)
    monitoring.load(known, figures, officers=officers, bulk=ordered, now=now)
    facts.load(
        known, figures, uploads, known=profiles.KNOWN, officers=officers, bulk=ordered, now=now
    )
    ordered.tell()
    firms = list({person.enterprise_id: person.enterprise for person in known}.values())
    industrial = [firm for firm in firms[: profiles.MOST] if firm.is_industrial]
    count = projects.PROJECTS * min(len(firms), FULL.enterprises) // FULL.enterprises
    projects.load(industrial, count=count, bulk=bulk, began=began, now=now)


def _requests(
    now: datetime,
    began: datetime,
    uploads: dict[str, Upload],
    tell: Tell,
    size: Size,
    bulk: Bulk,
) -> int:
    version = current_calendar()
    scene = Scene(now, work_calendar(version), telling.shipped_limits(), uploads)
    stories = telling.stories(scene)
    plan = years(now, scene.calendar, size, (story[0].at for story in stories))
    lot = first_lot(plan, scene, Cast(now, size), size)
    book = NumberedBook.planned(began, now, version)
    book.numbers |= {at: list(numbers) for at, numbers in plan.written.items()}
    book.expect(lot)
    tell(f"{len(stories) + len(lot)} 件诉求 requests, of {size.requests:,}")
    for month, last in plan.last.items():
        bulk.insert(CaseNumber(month=month, last=last))
    told = sorted([*stories, *lot.values()], key=lambda story: story[0].at)
    servicedesk.load(told, bulk=bulk, book=book)
    bulk.record(
        ParkOpened(size=asdict(size)), stream=STREAM, audience=Audience.AUDIT, actor=SYSTEM, at=now
    )
    return bulk.flush()


def _leave_unread(since: datetime) -> None:
    """Let the subscriber of notices begin here: what is older, people have read long ago."""
    last = JournalEvent.objects.filter(at__lt=since).order_by("xid", "id").last()
    if last is not None:
        SubscriberCursor.objects.create(name="notices", xid=last.xid, event_id=last.pk)


def _accounts(bulk: Bulk, at: datetime, size: Size) -> dict[str, Account]:
    # one password for all, published: hashing it once for all gives nothing away
    password = make_password(PASSWORD)
    return {
        username: open_account(
            bulk,
            username=username,
            password=password,
            roles=roles,
            holder=people.HOLDERS.get(username, ""),
            actor=SYSTEM,
            at=at,
        )
        for username, roles in people.roles(size).items()
    }
