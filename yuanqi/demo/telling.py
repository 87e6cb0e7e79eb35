"""The demo park's requests as stories: who did what, when, so that today is a lively morning.

Pure and deterministic: the same instant and calendar give the same stories. Each request is told
from many possible beginnings; the first beginning is kept from which it has, at this instant, come
as far as it should and shows the light it should. What would come later is left out.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random

from yuanqi.casework import definition, loading
from yuanqi.casework.models import LimitRule
from yuanqi.casework.rulebook import Limits
from yuanqi.domain.clock import Clock, Light, Pause
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.servicedesk import steps
from yuanqi.servicedesk.models import MECHANISM
from yuanqi.servicedesk.steps import Story

from . import matters
from .crowd.words import drawing
from .matters import Told
from .plot import Plot
from .scene import Scene

DAYS = 58  # how far back the requests go
_GRID = timedelta(minutes=15)
_MINUTE = timedelta(minutes=1)


def shipped_limits() -> Limits:
    """The limits that ship, without a database."""
    found, problems = definition.check(loading.shipped()[MECHANISM])
    if found is None:
        raise ValueError(definition.report(MECHANISM, problems))
    return Limits(
        LimitRule(
            purpose=limit.purpose,
            level=limit.level,
            category=limit.category,
            amount=limit.amount,
            base=limit.base,
            source=limit.source,
        )
        for limit in found.limits
    )


def stories(scene: Scene) -> list[Story]:
    """All hand-written requests, the oldest first."""
    teller = _Teller(scene, _openings(scene.now, scene.calendar))
    found = [teller.tell(one) for one in matters.told()]
    return sorted(found, key=lambda story: story[0].at)


def _openings(now: datetime, calendar: WorkCalendar) -> list[datetime]:
    """Instants of working time in the last weeks, the latest first."""
    found = []
    for back in range(DAYS):
        day = (now - timedelta(days=back)).date()
        if not calendar.is_working(day):
            continue
        for start, end in reversed(calendar.spans):
            at = datetime.combine(day, end, now.tzinfo) - _GRID
            while at >= datetime.combine(day, start, now.tzinfo):
                if at < now:
                    found.append(at)
                at -= _GRID
    return found


class _Teller:
    def __init__(self, scene: Scene, openings: list[datetime]) -> None:
        self.scene = scene
        self.openings = openings

    def tell(self, one: Told) -> Story:
        """Raises LookupError when no beginning leads where the request should be."""
        for at in self._beginnings(one):
            whole = Plot(one, self.scene, self._rng(one, f"{at:%H%M}"), at).told()
            story = tuple(step for step in whole if step.at <= self.scene.now)
            if self._fits(one, story, whole):
                return story
        raise LookupError(f"{one.key} can't be {one.turn.stage} at {self.scene.now}")

    def _rng(self, one: Told, *more: str) -> Random:
        return drawing(one.key, *more)

    def _beginnings(self, one: Told) -> Iterator[datetime]:
        """Possible beginnings, in an order of the request's own."""
        rng = self._rng(one)
        now, stage = self.scene.now, one.turn.stage
        if stage == "closed":
            for _try in range(400):
                at = rng.choice(self.openings)
                if one.turn.night or rng.random() < 0.1:
                    at = at.replace(hour=rng.choice((6, 7, 19, 20, 21, 22)))
                yield at + rng.randrange(14) * _MINUTE
        elif one.matter.level == "P1" and stage.startswith(("new", "sent")):
            # round the clock: minutes ago
            for minutes in range(6, 180, 3):
                yield (now - minutes * _MINUTE).replace(second=0, microsecond=0)
        else:
            # a case that has come some way may have begun at any hour: fewer tries will do
            near = self.openings if stage.startswith(("new", "sent")) else self.openings[::3]
            if stage == "work":
                # not all of them from this morning
                rng.shuffle(near)
            jitter = rng.randrange(14) * _MINUTE
            yield from (at + jitter for at in near if at + jitter < now)

    def _fits(self, one: Told, story: Story, whole: Story) -> bool:
        if not story:
            return False
        stage, now, last = one.turn.stage, self.scene.now, story[-1]
        kinds = [type(step) for step in story]
        if stage == "closed":
            return len(story) == len(whole) and now - last.at > timedelta(hours=3)
        if stage == "answered":
            return (
                kinds[-1] is steps.Answer
                and now - last.at > timedelta(minutes=40)
                and (self._light(one, "evaluate", last.at) in (Light.GREEN, Light.YELLOW))
            )
        if stage == "called":
            return kinds[-1] is steps.Evaluate and (
                self._light(one, "call_back", last.at) in (Light.GREEN, Light.YELLOW)
            )
        if stage.startswith("wait"):
            return self._waits(story)
        wanted = _LIGHTS[stage.rsplit("-", 1)[-1]] if "-" in stage else (Light.GREEN,)
        if stage.startswith("new"):
            return len(story) == len(whole) and self._sign_light(one, story) in wanted
        if stage.startswith("sent"):
            return kinds[-1] is steps.Dispatch and self._sign_light(one, story) in wanted
        return steps.Accept in kinds and self._resolve_light(one, story) in wanted

    def _waits(self, story: Story) -> bool:
        """Paused some days ago: long enough to be seen, not so long that the pause runs out."""
        stopped = next((step for step in story if isinstance(step, steps.Pause)), None)
        if stopped is None or isinstance(story[-1], steps.Supply | steps.Resume):
            return False
        waited = self.scene.calendar.between(stopped.at, self.scene.now)
        return timedelta(hours=10) < waited < timedelta(hours=50)

    def _sign_light(self, one: Told, story: Story) -> Light:
        """The light of signing for: from the beginning, the last dispatch or the last return."""
        turns = (steps.Raise, steps.Dispatch, steps.Return)
        start = [step.at for step in story if isinstance(step, turns)][-1]
        return self._light(one, "sign", start)

    def _resolve_light(self, one: Told, story: Story) -> Light:
        stops: list[Pause] = []
        for step in story:
            if isinstance(step, steps.Pause):
                stops.append(Pause(step.at, None, step.ground))
            elif isinstance(step, steps.Supply | steps.Resume):
                stops[-1] = Pause(stops[-1].start, step.at, stops[-1].ground)
        return self._light(one, "resolve", story[0].at, tuple(stops))

    def _light(
        self, one: Told, purpose: str, start: datetime, pauses: tuple[Pause, ...] = ()
    ) -> Light:
        """The light at `now`; `DONE` for what is later than anybody would let it be."""
        calendar = self.scene.calendar
        if purpose in ("sign", "resolve"):
            allowance = self.scene.limits.allowance(purpose, one.matter.level, one.matter.category)
        else:
            allowance = self.scene.limits.allowance(purpose)
        clock = Clock(start, allowance.limit, pauses)
        light = clock.light(self.scene.now, calendar, clock.default_warn(calendar))
        due = clock.due_at(calendar)
        if light is Light.RED and due and calendar.between(due, self.scene.now) > _LATEST[purpose]:
            return Light.DONE
        return light


# in working time: who is later than this would have been called long ago
_LATEST = {
    "sign": timedelta(hours=8),
    "resolve": timedelta(hours=20),
    "evaluate": timedelta(0),
    "call_back": timedelta(0),
}
_LIGHTS = {
    "yellow": (Light.YELLOW,),
    "red": (Light.RED,),
    "returned": (Light.GREEN, Light.YELLOW),
    "twice": (Light.GREEN, Light.YELLOW),
}
