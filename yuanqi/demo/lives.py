"""How a request of the years goes, from its beginning to its end or to this day.

Drawn from what is usual: departments differ in pace, busy months are slower, what is late is
judged harder. Every step comes with its words; what would come later than now is left out.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from math import log

from yuanqi.domain.clock import Pause
from yuanqi.domain.limits import Limit, runs_out
from yuanqi.servicedesk import steps
from yuanqi.servicedesk.steps import Story

from .cast import Cast
from .habits import common, drawn, habits
from .judging import Judged
from .pace import ACCEPT, DISPATCH, TALK
from .scene import Scene
from .years import Planned

# the median share of its limit that a department takes, and how widely it varies
_PACE = {
    "natural-resources": 0.64, "public-finance": 0.60, "planning-construction": 0.54,
    "urban-management": 0.53, "social-affairs": 0.49, "justice": 0.52, "investment": 0.58,
    "economy": 0.44, "approval": 0.34, "tax": 0.34, "commerce": 0.43, "fire-rescue": 0.46,
}  # fmt: skip
_USUAL_PACE, _SPREAD, _SLOWEST = 0.46, 0.54, 1.8
_URGENT = 0.45  # of the usual share, for what stops production
_BUSY = {3: 1.12, 6: 1.1, 7: 1.1, 11: 1.1, 12: 1.15}  # by month
# shares of all requests
_BY_PHONE, _BY_OFFICER = 0.15, 0.12
_RETURNED, _RETURNED_AGAIN = 0.075, 0.12
_SLOW_TO_SIGN = 0.04
_HELPED, _WAITS, _WAITS_ABOVE = 0.32, 0.10, 0.022
_IN_TOUCH = 0.9  # each time
_EXTENDS, _EXTENDS_LATE, _GRANTED = 0.012, 0.44, 0.78
_PHOTOGRAPHED = frozenset({"TRA", "GRN"})
_COMPLAINTS_LEAD = "justice"


class Life(Judged):
    """One request of the years."""

    def __init__(self, one: Planned, scene: Scene, cast: Cast) -> None:
        super().__init__(one, scene, cast)
        self.accused = ""
        if one.fate == "complaint":
            self.accused = self.lead
            self.lead = _COMPLAINTS_LEAD if self.accused != _COMPLAINTS_LEAD else "economy"
        self.handler = self.rng.choice(cast.handlers(self.lead))
        self.text, self.spoken, self.answer = self._worded()
        self._pauses: list[Pause] = []

    def _worded(self) -> tuple[str, tuple[str, ...], str]:
        """What is asked, said and answered, in the words that were chosen together."""
        if self.accused:
            self.words.chosen["unit"] = self.cast.names[self.accused]
            text, answer = self.rng.choice(common()["complaints"])
            return self.words.filled(text), (), self.words.filled(answer)
        ask = self.rng.choice(self.habit.asks)
        text = ask.ask + self.rng.choice(common()["endings"])
        spoken = tuple(map(self.words.filled, (text, *ask.say, ask.answer)))
        return spoken[0], spoken[1:-1], spoken[-1]

    def told(self) -> Story:
        """The story as far as it has come."""
        self._go()
        found = sorted(self._told, key=lambda step: step.at)
        return tuple(step for step in found if step.at <= self.scene.now)

    def _go(self) -> None:
        at = self._raised()
        if self.one.fate in ("refused", "merged"):
            self._ended_at_once(at)
            return
        if self.one.fate == "withdrawn" and self.rng.random() < 0.4:
            self._withdrawn(at)
            return
        at = self._dispatched(self._returned(at))
        at = self._accepted(at)
        if self.one.fate == "withdrawn":
            self._withdrawn(at)
            return
        self._judged(*self._answered(*self._handled(at)))

    # --- in ---------------------------------------------------------------------------------

    def _raised(self) -> datetime:
        at, draw = self.began, self.rng.random()
        officer = self.cast.linked_officer(self.one.firm, at)
        by = self.contact
        if not self.accused and draw < _BY_PHONE:
            by = self.centre(at)
        elif not self.accused and draw < _BY_PHONE + _BY_OFFICER and officer:
            by = officer
        papers = ()
        if self.one.category in _PHOTOGRAPHED and self.rng.random() < 0.5:
            papers = self._papers("photo")
        self._told.append(
            steps.Raise(
                at,
                by,
                self.contact,
                self.one.category,
                self.level,
                self.text,
                papers,
                accused_unit=self.accused,
                key=self.one.number,
            )
        )
        return at

    def _ended_at_once(self, at: datetime) -> None:
        """Not accepted, or merged with what the enterprise asked before."""
        at = self.later(at, 8, 30)
        by = self.centre(at)
        if self.one.fate == "merged":
            words = self._say_of("merges")
            self._told.append(steps.Merge(at, by, self.one.into, words))
        else:
            grounds: Mapping[str, str] = common()["refusals"]
            ground = self.rng.choice(list(grounds))
            self._told.append(steps.Refuse(at, by, ground, grounds[ground]))

    def _withdrawn(self, at: datetime) -> None:
        at = self.later(at, 15, 200)
        self._told.append(steps.Withdraw(at, self.contact, self._say_of("withdrawn")))

    def _returned(self, at: datetime) -> datetime:
        if self.accused or self.rng.random() >= _RETURNED:
            return at
        times = 2 if self.rng.random() < _RETURNED_AGAIN else 1
        others = sorted({code for habit in habits().values() for code in habit.leads} - {self.lead})
        for wrong in self.rng.sample(others, times):
            at = self.later(at, *DISPATCH[self.level])
            self._told.append(steps.Dispatch(at, self.centre(at), wrong))
            low, high = ACCEPT[self.level]
            at = self.later(at, low, min(high, 22 if self.level == "P1" else 110))
            self._told.append(
                steps.Return(
                    at,
                    self.rng.choice(self.cast.handlers(wrong)),
                    self._say_of("returns"),
                    self._say_of("bases"),
                )
            )
        return at

    def _dispatched(self, at: datetime) -> datetime:
        at = self.later(at, *DISPATCH[self.level])
        helps = []
        if not self.accused and self.habit.helps and self.rng.random() < _HELPED:
            count = 2 if len(self.habit.helps) > 1 and self.rng.random() < 0.25 else 1
            helps = [h for h in self.rng.sample(self.habit.helps, count) if h[0] != self.lead]
        self.helps = helps
        asked = tuple((code, brief) for code, brief, _opinion in helps)
        first = self.lead
        if self.one.fate == "redispatched":
            first = drawn(self.rng, self.habit.leads)
            taken = {self.lead, *(code for code, _brief, _opinion in helps)}
            if first in taken:
                first = next(c for c in ("social-affairs", "economy", "approval") if c not in taken)
        self._told.append(steps.Dispatch(at, self.centre(at), first, asked))
        if first != self.lead:
            at = self.later(at, 25, 160)
            reason = self._say_of("redispatches")
            self._told.append(steps.Redispatch(at, self.centre(at), self.lead, reason, asked))
        return at

    def _accepted(self, at: datetime) -> datetime:
        low, high = ACCEPT[self.level]
        slow = self.rng.random() < _SLOW_TO_SIGN
        at = self.later(at, high, 2.2 * high) if slow else self.later(at, low, high)
        self._told.append(steps.Accept(at, self.handler))
        return at

    # --- at work ----------------------------------------------------------------------------

    def _handled(self, accepted: datetime) -> tuple[datetime, datetime]:
        """Talk, co-handlers, a pause; returns from when it can be answered, and the last due."""
        at, pace = accepted, TALK[self.level]
        spoken = self.spoken
        at = self.later(at, *pace)
        has_plan = self.rng.random() < 0.4
        # who sets out no plan of its own says in his first words what he will do
        self._say(
            at, spoken[0] if spoken else self._say_of("opens"), "talk" if has_plan else "plan"
        )
        if has_plan:
            at = self.later(at, *pace)
            self._say(at, self._say_of("plans"), "plan")
        if self.rng.random() < 0.65:
            at = self.later(at, *pace)
            self._reply(at, spoken[1] if len(spoken) > 1 else self._say_of("replies"))
        if self.rng.random() < 0.1:
            at = self.later(at, *pace)
            self._say(at, self._say_of("notes"), "note")
        ends = self._helped(accepted)
        if self.one.fate == "handed-over" and len(self.cast.handlers(self.lead)) > 1:
            at = self._handed_over(max([at, *ends]))
        at = self._parked(max([at, *ends])) if self.one.fate == "parked" else self._stopped(at)
        if self.rng.random() < 0.24 and self.level != "P1":
            at = self.later(at, *pace)
            self._say(at, self._say_of("progress"))
            if self.rng.random() < 0.6:
                at = self.later(at, *pace)
                self._reply(at, self._say_of("thanks"))
        return max([at, *ends]), self._due()

    def _helped(self, accepted: datetime) -> list[datetime]:
        ends = []
        allowance = self.scene.limits.allowance("work", self.level, self.category)
        most = runs_out(allowance.limit, accepted, (), self.scene.calendar)
        minutes = self.scene.calendar.between(accepted, most).total_seconds() / 60
        for code, _brief, opinion in self.helps:
            by = self.rng.choice(self.cast.handlers(code))
            start = self.later(accepted, *ACCEPT[self.level])
            end = self.later(start, 0.08 * minutes, 0.8 * minutes)
            self._told.append(steps.Start(start, by))
            self._told.append(steps.Finish(end, by, self.words.filled(opinion)))
            ends.append(end)
        return ends

    def _handed_over(self, at: datetime) -> datetime:
        at = self.later(at, 20, 200)
        colleagues = [name for name in self.cast.handlers(self.lead) if name != self.handler]
        to = self.rng.choice(colleagues)
        self._told.append(steps.HandOver(at, self.handler, to, "分工调整，由同科室同事继续办理。"))
        self.handler = to
        return at

    def _stopped(self, at: datetime) -> datetime:
        """The clock waits for the enterprise or a superior organ, sometimes."""
        draw = self.rng.random()
        above = draw < _WAITS_ABOVE
        if self.level == "P1" or draw >= _WAITS or not (above or self.habit.awaits):
            return at
        start = self.later(at, *TALK[self.level])
        if start >= self._due():
            return at
        end = self.worked(start, timedelta(hours=self.rng.uniform(3, 38)))
        if above:
            number = self.rng.randrange(len(common()["aboves"]))
            what = common()["aboves"][number]
            self._told.append(steps.Pause(start, self.handler, "superior-organ", what))
            self._told.append(steps.Resume(end, self.handler))
            self._say(self.later(end, 1, 5), self._say_of("aboves_done"))
        else:
            what = self.rng.choice(self.habit.awaits)
            self.words.chosen["what"] = what
            self._told.append(steps.Pause(start, self.handler, "enterprise-material", what))
            self._told.append(steps.Supply(end, self.contact, self._say_of("supplies")))
        self._pauses.append(Pause(start, end, "waits"))
        return self.later(end, 6, 10)

    def _parked(self, at: datetime) -> datetime:
        """Set aside with an explanation, and taken up again before the day of review."""
        start = self.later(at, 30, 300)
        if start >= self._due():
            return at
        weeks = self.rng.randrange(3, 8)
        until = (start + timedelta(weeks=weeks)).date()
        end = self.worked(start + timedelta(days=7 * weeks - 5), timedelta(hours=1))
        by = self.cast.head(self.lead, start)
        self._told.append(steps.Park(start, by, self._say_of("parks"), until))
        self._told.append(steps.Resume(end, self.handler))
        self._pauses.append(Pause(start, end, "parked"))
        return end

    # --- the limit ---------------------------------------------------------------------------

    def _limit_of(self) -> Limit:
        return self.scene.limits.allowance("resolve", self.level, self.category).limit

    def _due(self, extension: Limit | None = None) -> datetime:
        limit = self._limit_of()
        limit = limit + extension if extension else limit
        stops = tuple((pause.start, pause.end) for pause in self._pauses if pause.end)
        return runs_out(limit, self.began, stops, self.scene.calendar).astimezone(self.began.tzinfo)

    def _share(self) -> float:
        median = _PACE.get(self.lead, _USUAL_PACE) * _BUSY.get(self.began.month, 1)
        if self.level == "P1":
            median *= _URGENT
        return min(self.rng.lognormvariate(log(median), _SPREAD), _SLOWEST)

    def _answered(self, ready: datetime, due: datetime) -> tuple[datetime, bool]:
        """The formal answer; returns its time and whether it was late."""
        calendar = self.scene.calendar
        spared = sum(
            (calendar.between(p.start, p.end) for p in self._pauses if p.end), timedelta(0)
        )
        counted = max(calendar.between(self.began, due) - spared, timedelta(minutes=30))
        share = self._share()
        at = max(self.later(ready, 6, 40), self.worked(self.began, spared + counted * share))
        if self.one.fate == "joined":
            at = max(at, self.worked(self.began, timedelta(hours=6)))
        if self.rng.random() < (_EXTENDS_LATE if share > 0.93 else _EXTENDS):
            at, due = self._extended(ready, at, due)
        self._keep_in_touch(ready, at)
        papers = ()
        if self.rng.random() < 0.12:
            papers = self._papers(self.rng.choice(("steps", "opinion", "form")))
        self._told.append(steps.Answer(at, self.handler, self.answer, papers))
        return at, at > due

    def _keep_in_touch(self, ready: datetime, answered: datetime) -> None:
        """Most officers say how it stands every other day, to the enterprise or on the file."""
        at = ready
        while self.rng.random() < _IN_TOUCH:
            at = self.worked(at, timedelta(hours=self.rng.uniform(6, 14)))
            if at >= answered:
                return
            is_inside = self.rng.random() < 0.3
            words = self._say_of("notes" if is_inside else "progress")
            self._say(at, words, "note" if is_inside else "talk")

    def _extended(
        self, ready: datetime, planned: datetime, due: datetime
    ) -> tuple[datetime, datetime]:
        """More time is asked for before the limit ends; returns the answer's time and the due."""
        calendar = self.scene.calendar
        most = self.scene.limits.find("extension", self.level, self.category)
        ahead = calendar.between(ready, due)
        if most is None or ahead < timedelta(hours=2) or most.limit.base != self._limit_of().base:
            return planned, due
        asked = self.worked(ready, ahead * self.rng.uniform(0.35, 0.85))
        decided = self.worked(asked, timedelta(minutes=self.rng.uniform(15, 420)))
        if asked >= due:
            return planned, due
        top = int(most.limit.amount)
        amount = Decimal(self.rng.randrange(max(1, top // 3), top + 1))
        self._told.append(steps.Extend(asked, self.handler, amount, self._say_of("extensions")))
        is_granted = self.rng.random() < _GRANTED
        decision = self._say_of("granted" if is_granted else "refused")
        head = self.cast.head(self.lead, decided)
        self._told.append(steps.DecideExtension(decided, head, is_granted, decision))
        if not is_granted:
            hurried = self.worked(decided, timedelta(minutes=self.rng.uniform(40, 700)))
            return max(hurried, self.later(ready, 6, 40)), due
        due = self._due(Limit(amount, most.limit.base))
        room = max(calendar.between(decided, due), timedelta(hours=1))
        return self.worked(decided, room * self.rng.uniform(0.3, 1.06)), due
