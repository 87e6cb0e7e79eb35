"""How time passes between the steps of a story: round the clock for what is urgent, else in
working time."""

from datetime import datetime, timedelta
from random import Random

from yuanqi.domain.limits import runs_out

from . import people
from .scene import Scene

# working minutes until the centre dispatches, until the lead accepts, between two lines of talk
DISPATCH = {"P1": (3, 9), "P2": (8, 30), "P3": (10, 45), "P4": (15, 90)}
ACCEPT = {"P1": (3, 12), "P2": (10, 80), "P3": (15, 180), "P4": (20, 300)}
TALK = {"P1": (3, 12), "P2": (15, 80), "P3": (20, 150), "P4": (30, 240)}


class Pace:
    """The times of one request, from its beginning; the random numbers come in."""

    def __init__(
        self, scene: Scene, rng: Random, *, level: str, category: str, began: datetime
    ) -> None:
        self.scene, self.rng = scene, rng
        self.level, self.category, self.began = level, category, began

    def later(self, at: datetime, low: float, high: float) -> datetime:
        """Some minutes later: of the clock for what is urgent, of working time otherwise."""
        minutes = timedelta(minutes=max(1, round(self.rng.uniform(low, high))))
        if self.level == "P1":
            return at + minutes
        return self.worked(at, minutes)

    def worked(self, at: datetime, amount: timedelta) -> datetime:
        moved = self.scene.calendar.add(at, amount).astimezone(at.tzinfo)
        # what ends at the last minute is done a little before
        return moved + timedelta(seconds=self.rng.randrange(5, 55))

    def limit(self) -> timedelta:
        """The resolve limit in working time."""
        allowance = self.scene.limits.allowance("resolve", self.level, self.category)
        due = runs_out(allowance.limit, self.began, (), self.scene.calendar)
        return self.scene.calendar.between(self.began, due)

    def unrated_from(self, answered: datetime) -> datetime:
        """When an answer that nobody judges closes its case: just after the limit."""
        limit = self.scene.limits.allowance("evaluate").limit
        due = runs_out(limit, answered, (), self.scene.calendar)
        return due.astimezone(answered.tzinfo) + timedelta(seconds=self.rng.randrange(5, 55))

    def centre(self, at: datetime) -> str:
        """Who of the centre answers then."""
        return people.on_duty(at, self.scene.now)
