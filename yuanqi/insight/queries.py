"""The leader's figures, each leading to the very rows that make it up.

What stands open is counted as it is read; what came and ended comes from the daily figures, which
count by the same conditions as the ledger (`servicedesk.ledger`). Rates stand with their
denominator and with what is missing; nothing that wasn't asked is counted as good.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import NotAllowed
from yuanqi.foundation.standing import looked_up_once
from yuanqi.organisation import roster
from yuanqi.organisation.models import Department
from yuanqi.servicedesk.models import Category
from yuanqi.servicedesk.queries import categories_standing

from . import counting
from .counting import By, Done, Key, Period, Reopened, Scope, Standing, Taken, Week
from .needs import Need, needs

WEEKS = 12


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one department or category; `subject` is None for what isn't dispatched."""

    subject: Department | Category | None
    standing: Standing
    done: Done
    returned: int
    reopened: Reopened
    taken: Taken | None

    @property
    def urgency(self) -> tuple[int, int, int]:
        return (-self.standing.red, -self.standing.yellow, -self.standing.open)


@dataclass(frozen=True, slots=True)
class Cockpit:
    """What a leader sees first: what needs him, the month, the departments, the weeks."""

    now: datetime
    by: By
    period: Period
    is_running: bool
    needs: list[Need]
    standing: Standing
    done: Done
    before: Done  # the month before, whole
    returned: int
    reopened: Reopened
    reopened_before: Reopened
    taken: Taken | None
    lines: list[Line]
    weeks: list[Week]


def cockpit(
    actor: Actor, now: datetime, *, by: By = "department", month: date | None = None
) -> Cockpit:
    """The figures at `now`, those of a time for a month (the running one if none is named).

    Raises NotAllowed for others than leaders and the service centre.
    """
    if not actor.has(Role.LEADER, Role.CENTRE):
        raise NotAllowed(_("驾驶舱给分管领导和服务中心看。"))
    running = Period.of(timezone.localdate(now))
    period = running if month is None else min(Period.of(month), running, key=lambda p: p.start)
    with looked_up_once():
        scope = Scope.of(actor)
        standing = counting.standing(scope, now, by)
        done, before = counting.done(scope, period, by)
        reopened, reopened_before = counting.reopened(scope, period, by, (done, before))
        returns, returned = counting.returns(scope, period, by)
        taken, taken_by_all = counting.taken(scope, period, by)
        return Cockpit(
            now=now,
            by=by,
            period=period,
            is_running=period == running,
            needs=needs(actor, scope, now),
            standing=sum(standing.values(), Standing()),
            done=sum(done.values(), Done()),
            before=sum(before.values(), Done()),
            returned=returned,
            reopened=sum(reopened.values(), Reopened()),
            reopened_before=sum(reopened_before.values(), Reopened()),
            taken=taken_by_all,
            lines=_lines(_subjects(by, now), standing, done, returns, reopened, taken),
            weeks=counting.weeks(scope, now, WEEKS),
        )


def _subjects(by: By, now: datetime) -> Mapping[Key, Department | Category | None]:
    """Every department that ever was and what is not dispatched, or the categories."""
    if by == "department":
        return {None: None, **roster.standing(now).units}
    return categories_standing()


def _lines(
    subjects: Mapping[Key, Department | Category | None],
    standing: Mapping[Key, Standing],
    done: Mapping[Key, Done],
    returns: Mapping[Key, int],
    reopened: Mapping[Key, Reopened],
    taken: Mapping[Key, Taken],
) -> list[Line]:
    """Those that lead requests, or occur; the reddest first."""
    found = []
    for key, subject in subjects.items():
        line = Line(
            subject=subject,
            standing=standing.get(key, Standing()),
            done=done.get(key, Done()),
            returned=returns.get(key, 0),
            reopened=reopened.get(key, Reopened()),
            taken=taken.get(key),
        )
        is_empty = (line.standing, line.done, line.returned) == (Standing(), Done(), 0)
        if not is_empty or _is_always_shown(subject):
            found.append(line)
    return sorted(found, key=lambda line: line.urgency)


def _is_always_shown(subject: Department | Category | None) -> bool:
    if not isinstance(subject, Department) or subject.closed_at:
        return False
    return subject.kind == Department.Kind.BUREAU
