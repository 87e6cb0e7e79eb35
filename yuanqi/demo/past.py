"""The years before: the park's older requests, written month by month while the pages serve.

The newest month first, each in a transaction of its own. What is written already is left out, so
it may be stopped at any moment and begun again: the tables will be the same.
"""

import time
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation

from yuanqi.casework.models import Case
from yuanqi.foundation import journal, seals
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import CalendarVersion
from yuanqi.servicedesk import bulk as servicedesk

from . import papers, telling
from .cast import Cast
from .events import STREAM, ParkOpened, PastWritten
from .lives import Life
from .park import Tell
from .scene import Scene
from .size import Size
from .written import NumberedBook, older_lots, opening
from .years import Planned, years

_REST = 0.25  # of the time a month took, for those who read pages meanwhile


def is_missing() -> bool:
    """Whether there is a demo park whose years before are not all there."""
    kinds = set(JournalEvent.objects.filter(stream=STREAM).values_list("kind", flat=True))
    return ParkOpened.kind in kinds and PastWritten.kind not in kinds


def load(*, tell: Tell, rest: float = _REST) -> int:
    """Write what is not there yet; return how many requests that were. `rest` as `_REST`."""
    if not is_missing():
        return 0
    opened = JournalEvent.objects.get(stream=STREAM, kind=ParkOpened.kind)
    now, size = timezone.localtime(opened.at), Size(**opened.payload["size"])
    with translation.override(settings.LANGUAGE_CODE):
        written = _Past(now, size, tell).load(rest)
    seals.make(at=timezone.now())
    return written


class _Past:
    def __init__(self, now: datetime, size: Size, tell: Tell) -> None:
        self.now, self.size, self.tell = now, size, tell
        # the calendar that the park began with, though another one may have been published since
        self.version = CalendarVersion.objects.earliest("id")
        self.scene = Scene(
            now, work_calendar(self.version), telling.shipped_limits(), papers.stored()
        )
        self.cast = Cast(now, size)

    def load(self, rest: float) -> int:
        # the hand-written requests are all newer than these: no number here depends on them
        plan = years(self.now, self.scene.calendar, self.size, written=())
        lots = older_lots(plan, self.now, self.size)
        book = NumberedBook.planned(opening(self.now, self.size), self.now, self.version)
        total = sum(len(lot) for _month, lot in lots)
        done = added = 0
        for month, lot in lots:
            begun = time.monotonic()
            count = self._month(lot, book)
            done += len(lot)
            added += count
            if count:
                self.tell(
                    f"更早的诉求 older requests: 20{month[:2]}-{month[2:]}, {done:,}/{total:,}"
                )
                time.sleep(rest * (time.monotonic() - begun))
        self._finished(total)
        return added

    @transaction.atomic
    def _finished(self, total: int) -> None:
        _one_at_a_time()
        if is_missing():
            journal.record(
                PastWritten(requests=total),
                stream=STREAM,
                audience=Audience.AUDIT,
                actor=SYSTEM,
                at=timezone.now(),
            )

    @transaction.atomic
    def _month(self, lot: Sequence[Planned], book: NumberedBook) -> int:
        _one_at_a_time()
        numbers = [one.number for one in lot]
        there = set(Case.objects.filter(number__in=numbers).values_list("number", flat=True))
        missing = [one for one in lot if one.number not in there]
        if not missing:
            return 0
        bulk = Bulk()
        book.expect(missing)
        stories = [Life(one, self.scene, self.cast).told() for one in missing]
        servicedesk.load(stories, bulk=bulk, book=book)
        bulk.flush()
        book.cases.clear()  # nobody of another month is merged into these
        return len(missing)


def _one_at_a_time() -> None:
    """Two at once: the second waits, and finds what the first has written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('demo:past', 0))")
