"""Drawing up working calendars: the published notices of China, a year of the park's own.

What is drawn up is checked whole, compared with what is in force, and published as a version
(`operations.calendar_publish`). Years that are not named keep what they have.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from chinese_calendar.constants import holidays, workdays
from django.conf import settings
from django.utils.translation import gettext as _

from yuanqi.domain.worktime import Hours, WorkCalendar, fingerprint
from yuanqi.foundation.actors import SYSTEM, Actor
from yuanqi.foundation.errors import Invalid

from .calendars import work_calendar
from .models import CalendarVersion
from .operations import calendar_publish

# the office hours of the reference zone, until the park sets its own
SPANS = ((time(9), time(12)), (time(13), time(17, 30)))
SOURCE = "国务院办公厅关于节假日安排的通知（历年）"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A calendar drawn up and not yet published: its named days, its hours, its zone."""

    days: Mapping[date, bool]
    spans: Sequence[Hours]
    time_zone: str

    @property
    def calendar(self) -> WorkCalendar:
        zone = ZoneInfo(self.time_zone)
        version = fingerprint(self.days, self.spans, zone)
        return WorkCalendar(self.days, self.spans, zone, version)

    @classmethod
    def of(cls, version: CalendarVersion) -> "Drawn":
        """What a published version says."""
        standing = work_calendar(version)
        return cls(dict(standing.days), standing.spans, version.time_zone)

    def with_year(self, year: int, named: Mapping[date, bool]) -> "Drawn":
        """The same with another year in place of its own.

        A year without a named day would not count as published: its first day is named then.
        Raises Invalid for days of other years, and for a year that leaves a gap before it.
        """
        if any(day.year != year for day in named):
            raise Invalid(_("只填 %(year)s 年的日期。") % {"year": year}, "lines")
        years = {day.year for day in self.days}
        if years and not min(years) <= year <= max(years) + 1:
            raise Invalid(
                _("日历公布到 %(last)s 年，请先填 %(next)s 年。")
                % {"last": max(years), "next": max(years) + 1},
                "year",
            )
        kept = {day: works for day, works in self.days.items() if day.year != year}
        first = date(year, 1, 1)
        return replace(self, days=kept | {first: first.weekday() < 5} | dict(named))

    def publish(
        self,
        *,
        document_no: str,
        source: str,
        replaces: str | None = None,
        actor: Actor,
        at: datetime,
    ) -> CalendarVersion:
        """Publish it; what `calendar_publish` raises."""
        return calendar_publish(
            calendar=self.calendar,
            days={day.isoformat(): works for day, works in sorted(self.days.items())},
            spans=[(start.strftime("%H:%M"), end.strftime("%H:%M")) for start, end in self.spans],
            time_zone=self.time_zone,
            document_no=document_no,
            source=source,
            replaces=replaces,
            actor=actor,
            at=at,
        )


def in_package() -> dict[date, bool]:
    """The holidays and make-up working days (调休) that this program's package knows."""
    return dict.fromkeys(holidays, False) | dict.fromkeys(workdays, True)


def packaged_year(year: int) -> dict[date, bool]:
    """Those of one year; nothing if the package doesn't reach it."""
    return {day: works for day, works in in_package().items() if day.year == year}


def publish_chinese_calendar(*, document_no: str = "", at: datetime) -> CalendarVersion:
    """Publish the years that the package knows and the park hasn't published yet.

    What the park has drawn up itself stays, its office hours too. Nothing new publishes nothing.
    """
    standing = CalendarVersion.objects.filter(is_current=True).first()
    known = in_package()
    if standing is None:
        drawn = Drawn(known, SPANS, settings.TIME_ZONE)
    else:
        drawn = Drawn.of(standing)
        published = {day.year for day in drawn.days}
        added = {day: works for day, works in known.items() if day.year not in published}
        drawn = replace(drawn, days=dict(drawn.days) | added)
    return drawn.publish(document_no=document_no, source=SOURCE, actor=SYSTEM, at=at)
