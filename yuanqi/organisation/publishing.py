"""The working calendar of China, from the published notices, as a calendar version."""

from datetime import datetime, time

from chinese_calendar.constants import holidays, workdays
from django.conf import settings

from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.actors import SYSTEM

from .models import CalendarVersion
from .operations import calendar_publish

# the office hours of the reference zone; a park's own come with its settings
SPANS = ((time(9), time(12)), (time(13), time(17, 30)))
SOURCE = "国务院办公厅关于节假日安排的通知（历年）"


def publish_chinese_calendar(*, document_no: str = "", at: datetime) -> CalendarVersion:
    """Publish the holidays and make-up working days known to this version (调休)."""
    calendar = WorkCalendar.china(SPANS, tz=settings.TIME_ZONE)
    days = {day.isoformat(): False for day in holidays}
    days |= {day.isoformat(): True for day in workdays}
    return calendar_publish(
        calendar=calendar,
        days=dict(sorted(days.items())),
        spans=[(start.strftime("%H:%M"), end.strftime("%H:%M")) for start, end in SPANS],
        time_zone=settings.TIME_ZONE,
        document_no=document_no,
        source=SOURCE,
        actor=SYSTEM,
        at=at,
    )
