"""The requests of the years as stories to be written: which ones now, under which numbers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from yuanqi.organisation.models import CalendarVersion
from yuanqi.servicedesk import bulk as servicedesk
from yuanqi.servicedesk import steps
from yuanqi.servicedesk.steps import Story

from .cast import Cast
from .lives import Life
from .scene import Scene
from .size import Size
from .years import Planned, Years, recent_from

# nothing that was asked longer ago is still open
_LONGEST = timedelta(days=200)


class NumberedBook(servicedesk.Book):
    """A book whose numbers are planned: older requests are written after newer ones."""

    numbers: dict[datetime, list[str]]

    @classmethod
    def planned(cls, began: datetime, now: datetime, calendar: CalendarVersion) -> "NumberedBook":
        book = cls.over(began, now)
        book.calendar = calendar
        book.numbers = defaultdict(list)
        return book

    def expect(self, planned: Iterable[Planned]) -> None:
        for one in planned:
            self.numbers[one.at].append(one.number)

    def reserve_numbers(self, instants: Iterable[datetime]) -> None:
        """The months' counters stand already where the plan ends."""

    def number(self, at: datetime) -> str:
        return self.numbers[at].pop(0)


def first_lot(years: Years, scene: Scene, cast: Cast, size: Size) -> dict[Planned, Story]:
    """What must be there from the first page on: the recent ones and all that are open."""
    recent = recent_from(scene.now, size)
    found = {one: Life(one, scene, cast).told() for one in years.since(recent)}
    older = [one for one in years.before(recent) if one.at > scene.now - _LONGEST]
    told = {one: Life(one, scene, cast).told() for one in older}
    standing = {one.number for one, story in told.items() if not is_over(story)}
    # whoever was merged comes with what he was merged into
    found |= {
        one: story for one, story in told.items() if one.number in standing or one.into in standing
    }
    return found


def is_over(story: Story) -> bool:
    """Whether the request has come to an end by the last step told."""
    last = story[-1]
    if isinstance(last, steps.Evaluate):
        return last.level > 2
    if isinstance(last, steps.CallBack):
        return not last.is_sent_back
    return isinstance(last, steps.CloseUnrated | steps.Refuse | steps.Merge | steps.Withdraw)


def older_lots(years: Years, now: datetime, size: Size) -> list[tuple[str, Sequence[Planned]]]:
    """The older requests by month, the newest month first."""
    lots: dict[str, list[Planned]] = defaultdict(list)
    for one in years.before(recent_from(now, size)):
        lots[one.month].append(one)
    return sorted(lots.items(), reverse=True)


def opening(now: datetime, size: Size) -> datetime:
    """When the park began: before its oldest request, in the morning."""
    days = max(size.days, size.opened) + 25
    return now.replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=days)
