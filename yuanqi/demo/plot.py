"""How one request of the demo park goes, from a given beginning: every step with its time.

Times between steps follow the request's level and limits: urgent things run round the clock,
others in working time. Steps beyond the stage that the request has reached are not told.
"""

from datetime import datetime, timedelta
from random import Random

from yuanqi.foundation.files import Upload
from yuanqi.servicedesk import steps
from yuanqi.servicedesk.steps import Step, Story

from . import people
from .matters import Told
from .pace import ACCEPT, DISPATCH, TALK, Pace
from .scene import Scene

# the share of its limit that a request takes, pauses apart
_SHARE = (0.22, 0.86)
_LATE_SHARE = (1.06, 1.4)
_LATE = 0.16
_STARS = (5, 5, 5, 5, 4, 4, 4, 3)
_MILD = (
    "办好了，希望下次中间多说一声进展。",
    "结果满意，前面等派单等了一会儿。",
    "",
)


class Plot(Pace):
    """One telling of a request; the random numbers come in, so that it can be told again."""

    def __init__(self, one: Told, scene: Scene, rng: Random, began: datetime) -> None:
        super().__init__(
            scene, rng, level=one.matter.level, category=one.matter.category, began=began
        )
        self.one = one
        self.matter, self.turn = one.matter, one.turn
        self.contact = people.contact_login(one.firm)
        self.handler = people.HANDLERS[one.matter.lead]
        self._told: list[Step] = []

    def told(self) -> Story:
        """The whole story from its beginning, in order of time, as far as its stage goes."""
        at = self._raised(self.began)
        at = self._returned(at)
        if self.turn.stage.startswith("new"):
            return tuple(self._told)
        at = self._dispatched(at)
        if not self.turn.stage.startswith("sent"):
            self._handled(self._accepted(at))
        return tuple(sorted(self._told, key=lambda step: step.at))

    # --- steps ----------------------------------------------------------------------------

    def _raised(self, at: datetime) -> datetime:
        via = self.turn.via
        if not via:
            draw = self.rng.random()
            via = "phone" if draw < 0.14 else "officer" if draw < 0.26 else ""
        by = {
            "phone": people.on_duty(at, self.scene.now),
            "officer": people.linked_officer(self.one.firm),
            "": self.contact,
        }[via]
        self._told.append(
            steps.Raise(
                at,
                by,
                self.contact,
                self.matter.category,
                self.matter.level,
                self.matter.text,
                self._papers(self.matter.papers),
            )
        )
        return at

    def _returned(self, at: datetime) -> datetime:
        count = {"new-returned": 1, "new-returned-twice": 2}.get(
            self.turn.stage, self.turn.returned
        )
        for wrong in self.matter.wrong[:count]:
            at = self.later(at, 8, 30)
            self._told.append(steps.Dispatch(at, self.centre(at), wrong.to))
            at = self.later(at, 15, 90)
            self._told.append(
                steps.Return(at, people.HANDLERS[wrong.to], wrong.reason, wrong.basis)
            )
        return at

    def _dispatched(self, at: datetime) -> datetime:
        at = self.later(at, *DISPATCH[self.matter.level])
        asked = tuple((code, item.brief) for code, item in self.matter.ask.items())
        self._told.append(steps.Dispatch(at, self.centre(at), self.matter.lead, asked))
        return at

    def _accepted(self, at: datetime) -> datetime:
        at = self.later(at, *ACCEPT[self.matter.level])
        self._told.append(steps.Accept(at, self.handler))
        return at

    def _handled(self, at: datetime) -> None:
        accepted, pace = at, TALK[self.matter.level]
        at = self.later(at, *pace)
        # who sets out no plan of its own says in his first words what he will do
        self._say(at, 0, "talk" if self.matter.plan else "plan")
        if self.matter.plan:
            at = self.later(at, *pace)
            self._told.append(steps.Say(at, self.handler, self.matter.plan, "plan"))
        at = self.later(at, *pace)
        self._say(at, 1)
        ends = self._asked(accepted)
        if self.matter.note:
            at = self.later(at, *pace)
            self._told.append(steps.Say(at, self.handler, self.matter.note, "note"))
        at, spared = self._stopped(at)
        for number in range(2, len(self.matter.said)):
            at = self.later(at, *pace)
            self._say(at, number)
        if self.turn.stage.startswith(("work", "wait")):
            return
        self._answered(max([at, *ends]), spared)

    def _say(self, at: datetime, number: int, kind: str = "talk") -> None:
        by = self.contact if number % 2 else self.handler
        self._told.append(steps.Say(at, by, self.matter.said[number], kind))

    def _asked(self, at: datetime) -> list[datetime]:
        """The co-handlers work side by side; returns when each has given his opinion."""
        ends = []
        stalls = self.turn.stage in ("work-red", "work-yellow") and self.rng.random() < 0.6
        last = len(self.matter.ask) - 1
        minutes = self.limit().total_seconds() / 60
        for number, (code, item) in enumerate(self.matter.ask.items()):
            by = people.HANDLERS[code]
            start = self.later(at, *ACCEPT[self.matter.level])
            self._told.append(steps.Start(start, by))
            if item.opinion and not (stalls and number == last):
                end = self.later(start, 0.08 * minutes, 0.28 * minutes)
                self._told.append(steps.Finish(end, by, item.opinion))
                ends.append(end)
        return ends

    def _stopped(self, at: datetime) -> tuple[datetime, timedelta]:
        """The clock waits for the enterprise or a superior organ; returns how long it stood."""
        pace = TALK[self.matter.level]
        awaited, above = self.matter.awaits, self.matter.above
        if awaited is None and above is None:
            return at, timedelta(0)
        start = self.later(at, *pace)
        end = self.worked(start, timedelta(hours=self.rng.uniform(5, 20)))
        if above is not None:
            self._told.append(steps.Pause(start, self.handler, "superior-organ", above.what))
            if self.turn.stage != "wait-superior":
                self._told.append(steps.Resume(end, self.handler))
                told = self.later(end, 1, 5)
                self._told.append(steps.Say(told, self.handler, above.done))
                end = told
        elif awaited is not None:
            self._told.append(steps.Pause(start, self.handler, "enterprise-material", awaited.what))
            if self.turn.stage != "wait-material":
                papers = self._papers(awaited.papers)
                self._told.append(steps.Supply(end, self.contact, awaited.supplied, papers))
        return end, self.scene.calendar.between(start, end)

    def _answered(self, ready: datetime, spared: timedelta) -> None:
        share = self.rng.uniform(*_SHARE)
        if self.turn.stage == "closed" and self.rng.random() < _LATE:
            share = self.rng.uniform(*_LATE_SHARE)
        planned = self.worked(self.began, self.limit() * share + spared)
        at = max(self.later(ready, 10, 60), planned)
        papers = self._papers(self.matter.answer_papers)
        self._told.append(steps.Answer(at, self.handler, self.matter.answer, papers))
        if self.turn.stage != "answered":
            self._judged(at)

    def _judged(self, answered: datetime) -> None:
        if self.turn.unrated:
            after = self.unrated_from(answered)
            self._told.append(steps.CloseUnrated(after, steps.SYSTEM_NAME))
            return
        stars = self.turn.stars or self.rng.choice(_STARS)
        at = self.worked(answered, timedelta(minutes=self.rng.uniform(20, 600)))
        bad = stars <= 2
        self._told.append(
            steps.Evaluate(
                at,
                self.contact,
                stars,
                is_resolved=not bad and self.rng.random() < 0.96,
                was_contacted=True,
                praise=self.matter.praise if stars >= 4 and self.rng.random() < 0.8 else "",
                complaint=self.matter.complaint if bad else self._mild(stars),
            )
        )
        if bad and self.turn.stage == "closed":
            called = self.worked(at, timedelta(minutes=self.rng.uniform(20, 240)))
            self._told.append(
                steps.CallBack(
                    called,
                    self.centre(called),
                    people.main_contact(self.one.firm),
                    self.matter.heard,
                    is_resolved=True,
                )
            )

    def _mild(self, stars: int) -> str:
        return self.rng.choice(_MILD) if stars == 3 else ""

    def _papers(self, names: tuple[str, ...]) -> tuple[Upload, ...]:
        return tuple(self.scene.uploads[name] for name in names)
