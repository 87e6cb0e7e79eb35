"""What supervision has to say on the page of one request, and what this actor may do about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.forms import Form
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yuanqi.casework.models import Case, ClockRecord, Purpose
from yuanqi.casework.operations import definition_of, limits_of
from yuanqi.casework.queries import Act
from yuanqi.domain.clock import Light
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.formats import moment_long
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.models import Officer
from yuanqi.organisation.queries import current_calendar
from yuanqi.supervision.line import demanded, is_late, unit_of
from yuanqi.supervision.models import Reminder, Supervision
from yuanqi.supervision.queries import AT_WORK, may_end, owed_by, remindable_from, supervision_acts

from .forms.parts import ActForm
from .forms.supervision import EndSupervisionForm, RemindForm, ReportForm, SuperviseForm
from .story_clock import day_of


@dataclass(frozen=True, slots=True)
class Account:
    """One line of the register: whose delay, who must account for it, and how long he has."""

    row: Supervision
    why: str
    is_open: bool
    light: Light | None
    left: timedelta | None
    day: timedelta


@dataclass(frozen=True, slots=True)
class Supervised:
    """What stands in the register about one request, and the actor's forms by name."""

    accounts: list[Account] = field(default_factory=list)
    reminders: list[Reminder] = field(default_factory=list)
    warned: list[ClockRecord] = field(default_factory=list)
    remind: RemindForm | None = None
    supervise: SuperviseForm | None = None
    report: ReportForm | None = None
    end: EndSupervisionForm | None = None

    @property
    def is_shown(self) -> bool:
        return bool(self.accounts or self.reminders or self.warned or self.has_forms)

    @property
    def has_forms(self) -> bool:
        return any((self.remind, self.supervise, self.report, self.end))

    @property
    def waiting(self) -> int:
        """How many accounts are owed."""
        return sum(item.is_open and item.row.replied_at is None for item in self.accounts)


def why(row: Supervision, clocks: Sequence[ClockRecord]) -> str:
    """Why somebody must account for it, in a few words: 联系企业、办结超时; 逾期没有办结."""
    if row.is_demand:
        return str(row.get_ground_display())
    purposes = [
        _("差评回访") if clock.purpose == Purpose.EVALUATE else clock.get_purpose_display()
        for clock in clocks
    ]
    return _("%(purpose)s超时") % {"purpose": _("、").join(dict.fromkeys(purposes))}


def account_of(row: Supervision, now: datetime) -> Account:
    """How a line of the register stands at `now`; its limits are read along with it."""
    clocks = sorted(
        (passed.clock for passed in row.passed_limits.all()), key=lambda clock: clock.pk
    )
    runs = row.is_demand or any(clock.stopped_at is None for clock in clocks)
    is_open = row.ended_at is None and runs
    waits = is_open and row.replied_at is None
    calendar = work_calendar(row.calendar)
    left = None
    if waits and row.due_at is not None:
        left = calendar.between(now, row.due_at)
        if now > row.due_at:
            # late is late, though the office has been closed ever since
            left = min(left, -timedelta.resolution)
    light = row.light(now) if waits and row.due_at is not None else None
    return Account(row, why(row, clocks), is_open, light, left, day_of("working_days", calendar))


def supervision_of(
    case: Case, actor: Actor, now: datetime, bound: Mapping[str, Form] | None = None
) -> Supervised | None:
    """What the page shows; None for the enterprise, which isn't told how it is hurried on.

    `bound` are forms that came back, by name.
    """
    if actor.officer_id is None:
        return None
    rows = _register(case)
    accounts = [account_of(row, now) for row in rows]
    # what is owed comes first, what is over last
    accounts.sort(key=lambda item: (not item.is_open, item.row.replied_at is not None))
    forms = _forms(case, actor, now, rows)
    forms |= {name: form for name, form in (bound or {}).items() if name in forms}
    return Supervised(
        accounts=accounts,
        reminders=list(
            case.reminders.filter(pause__isnull=True).select_related("by", "officer__department")
        ),
        warned=list(
            case.clocks.filter(
                stopped_at__isnull=True, warned_at__isnull=False, escalated_at__isnull=True
            )
        ),
        remind=forms.get("remind"),
        supervise=forms.get("supervise"),
        report=forms.get("report"),
        end=forms.get("end-supervision"),
    )


def form_sent(
    form_class: type[ActForm], case: Case, actor: Actor, now: datetime, data: Mapping[str, Any]
) -> ActForm:
    """The form that was sent, as the page shows it; bare, if the page shows it no longer: the
    operation says why."""
    shown = _forms(case, actor, now, _register(case), {form_class.name: data})
    return shown.get(form_class.name) or form_class(data)


def _register(case: Case) -> list[Supervision]:
    return list(
        Supervision.objects.filter(case=case)
        .select_related("case", "by", "unit", "department", "officer", "calendar", "replied_by")
        .prefetch_related("passed_limits__clock")
    )


def _forms(
    case: Case,
    actor: Actor,
    now: datetime,
    rows: list[Supervision],
    sent: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> dict[str, ActForm]:
    """The forms of what this actor may do now, by name; filled with what was sent."""
    acts = supervision_acts(case, actor)
    found: dict[str, ActForm] = {}
    if owed := owed_by(case, actor):
        found["report"] = ReportForm(sent.get("report"), owed=owed)
    demand = next((row for row in rows if row.is_demand and row.ended_at is None), None)
    if demand is not None and Act.SUPERVISE in acts and may_end(demand, actor):
        found["end-supervision"] = EndSupervisionForm(sent.get("end-supervision"))
    holder = case.responsible
    if (
        Act.REMIND in acts
        and case.state in AT_WORK
        and not case.is_paused
        and holder is not None
        and holder.pk not in actor.officer_ids
    ):
        found["remind"] = RemindForm(
            sent.get("remind"), whom=_person(holder), closed=_grace(case, now)
        )
    if Act.SUPERVISE in acts and case.is_open and demand is None:
        asked = demanded(case, unit_of(case), actor.officer_ids, now)
        allowance = limits_of(case).find(Purpose.SUPERVISE)
        if asked is not None and allowance is not None:
            late = any(is_late(record, case, now) for record in case.clocks.all())
            found["supervise"] = SuperviseForm(
                sent.get("supervise"), whom=_person(asked.officer), is_overdue=late
            )
    return found


def _person(officer: Officer) -> str:
    return pgettext("unit and person", "%(unit)s%(name)s") % {
        "unit": officer.department.label,
        "name": officer.name,
    }


def _grace(case: Case, now: datetime) -> str:
    """Why nobody may remind now, or nothing."""
    days = definition_of(case).supervision.remind_grace_working_days
    last, until = remindable_from(case, days, current_calendar())
    if last is None or until is None or now >= until:
        return ""
    assert last.by is not None, "a reminder to the park has an author"
    here = {"now": now, "tz": timezone.get_default_timezone()}
    return _("%(name)s %(at)s 催过，%(until)s 起才能再催。") % {
        "name": last.by.name,
        "at": moment_long(last.at, **here),
        "until": moment_long(until, **here),
    }
