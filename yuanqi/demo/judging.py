"""What is said in a request of the years, and how its enterprise judges it."""

from datetime import datetime, timedelta
from math import log

from yuanqi.foundation.files import Upload
from yuanqi.servicedesk import steps
from yuanqi.servicedesk.steps import Step

from .cast import Cast
from .crowd.words import drawing
from .habits import Wording, common, drawn, habits
from .pace import TALK, Pace
from .scene import Scene
from .years import Planned

_UNRATED = 0.22  # more stay unrated because nobody comes to it in time
_SENT_BACK = 0.3
_STARS = {"5": 58, "4": 26, "3": 11, "2": 3, "1": 2}
_STARS_LATE = {"5": 26, "4": 30, "3": 26, "2": 12, "1": 6}


class Judged(Pace):
    """A request that is answered: who has spoken in it, and what they say of it at its end."""

    def __init__(self, one: Planned, scene: Scene, cast: Cast) -> None:
        rng = drawing("life", one.number, one.firm)
        habit = habits()[one.category]
        level = drawn(rng, habit.levels)
        if one.fate in ("joined", "merged", "complaint") and level == "P1":
            level = "P2"
        super().__init__(scene, rng, level=level, category=one.category, began=one.at)
        self.one, self.cast, self.habit = one, cast, habit
        self.words = Wording(rng, {})
        self.lead = drawn(rng, habit.leads)
        self.handler = ""
        self.contact = cast.contact(one.firm)
        self._told: list[Step] = []

    # --- words ---

    def _say(self, at: datetime, text: str, kind: str = "talk") -> None:
        self._told.append(steps.Say(at, self.handler, text, kind))

    def _reply(self, at: datetime, text: str) -> None:
        self._told.append(steps.Say(at, self.contact, text))

    def _say_of(self, occasion: str) -> str:
        text: str = self.rng.choice(common()[occasion])
        return self.words.filled(text)

    def _papers(self, *names: str) -> tuple[Upload, ...]:
        return tuple(self.scene.uploads[name] for name in names)

    # --- the judgement -----------------------------------------------------------------------

    def _judged(self, answered: datetime, is_late: bool) -> None:
        closes = self.unrated_from(answered)
        minutes = self.rng.lognormvariate(log(190), 1.25)
        at = self.worked(answered, timedelta(minutes=min(minutes, 4_000)))
        if self.rng.random() < _UNRATED or at >= closes - timedelta(minutes=5):
            self._told.append(steps.CloseUnrated(closes, steps.SYSTEM_NAME))
            self._reopened(closes)
            return
        stars = int(drawn(self.rng, _STARS_LATE if is_late else _STARS))
        if stars <= 2:
            self._called_back(at, stars)
            return
        praise = ""
        if stars >= 4 and self.rng.random() < 0.42:
            praise = self.rng.choice([*self.habit.praise, *common()["praise"]])
        mild = self.rng.choice(common()["mild"]) if stars == 3 else ""
        is_resolved = self.rng.random() < (0.97 if stars > 3 else 0.86)
        self._told.append(
            steps.Evaluate(
                at, self.contact, stars, is_resolved, self.rng.random() < 0.95, praise, mild
            )
        )
        self._reopened(at)

    def _called_back(self, at: datetime, stars: int) -> None:
        complaint, heard = self.rng.choice([*self.habit.anger, *common()["anger"]])
        met = self.rng.random() < 0.8
        self._told.append(steps.Evaluate(at, self.contact, stars, False, met, complaint=complaint))
        at = self.worked(at, timedelta(minutes=self.rng.uniform(20, 300)))
        is_sent_back = self.rng.random() < _SENT_BACK
        if is_sent_back:
            heard = self.rng.choice(common()["back"])
        name = self.cast.contact_name(self.one.firm)
        self._told.append(
            steps.CallBack(at, self.centre(at), name, heard, not is_sent_back, is_sent_back)
        )
        if is_sent_back:
            self._mended(at, self._say_of("mends"))

    def _reopened(self, closed: datetime) -> None:
        """Taken up again within the window after its end, and answered once more."""
        if self.one.fate != "reopened":
            return
        at = self.worked(closed + timedelta(hours=self.rng.uniform(20, 110)), timedelta(minutes=9))
        self._told.append(steps.Reopen(at, self.contact, self._say_of("reopens")))
        self._mended(at, self._say_of("mends"))

    def _mended(self, at: datetime, answer: str) -> None:
        """The lead's officer puts it right; the enterprise judges once more, or doesn't."""
        at = self.later(at, *TALK[self.level])
        self._say(at, self._say_of("opens"))
        at = self.worked(at, timedelta(hours=self.rng.uniform(2, 20)))
        self._told.append(steps.Answer(at, self.handler, answer))
        closes = self.unrated_from(at)
        judged = self.worked(at, timedelta(minutes=self.rng.uniform(30, 900)))
        if self.rng.random() < 0.3 or judged >= closes:
            self._told.append(steps.CloseUnrated(closes, steps.SYSTEM_NAME))
        else:
            stars = self.rng.choice((5, 4, 4, 3))
            self._told.append(steps.Evaluate(judged, self.contact, stars, True, True))
