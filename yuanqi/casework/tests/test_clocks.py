"""A request's clocks when it is paused and resumed, to the minute; and the light of a list.

Working days count while their last close is not covered by a pause (start < close <= end); of
calendar days, their 24:00 (the contract of `domain.clock`).
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.people import SHANGHAI, Zone, at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, CaseState, ClockPause, ClockRecord, Purpose
from yuanqi.domain.clock import Light
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.operations import CoHandler

CALENDAR = WorkCalendar.china()


def begun(zone: Zone, category: str = "ENV", level: str = "P2") -> Case:
    """Raised, dispatched and accepted on Thursday 5 November from 10:00 on."""
    case_id = desk.request_raise(
        contact_id=zone.contact.pk, category=category, level=level, text="废水怎么接入？",
        actor=zone.actor(zone.contact), at=at("11-05 10:00"),
    )  # fmt: skip
    desk.request_dispatch(
        case_id=case_id, lead_id=zone.safety.pk, actor=zone.actor(zone.clerk), at=at("11-05 10:10")
    )
    desk.request_accept(case_id=case_id, actor=handler(zone), at=at("11-05 10:20"))
    return Case.objects.get(pk=case_id)


def handler(zone: Zone) -> Actor:
    return zone.actor(zone.safety_handler)


def pause(zone: Zone, case: Case, when: str, ground: str = "superior-organ") -> None:
    cases.clock_pause(
        case_id=case.pk, ground=ground, awaited="省厅批复", actor=handler(zone), at=at(when)
    )


def resume(zone: Zone, case: Case, when: str) -> None:
    cases.clock_resume(case_id=case.pk, actor=handler(zone), at=at(when))


def resolve_due(case: Case) -> str:
    clock = ClockRecord.objects.get(case=case, purpose=Purpose.RESOLVE)
    case.refresh_from_db()
    assert case.due_at == clock.due_at
    return f"{clock.due_at.astimezone(SHANGHAI):%m-%d %H:%M}"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("pauses", "due"),
    [
        ([], "11-19 17:30"),
        ([("11-06 10:00", "11-06 16:00")], "11-19 17:30"),  # no close within
        ([("11-06 16:00", "11-06 17:29")], "11-19 17:30"),
        ([("11-06 16:00", "11-06 17:30")], "11-20 17:30"),  # its end is covered
        ([("11-06 17:30", "11-09 09:00")], "11-19 17:30"),  # its start is not; a weekend
        ([("11-06 16:00", "11-09 10:30")], "11-20 17:30"),
        ([("11-06 16:00", "11-11 09:00")], "11-24 17:30"),
        (
            [("11-06 16:00", "11-09 10:30"), ("11-10 09:00", "11-11 18:00")],
            "11-24 17:30",
        ),
        ([("11-19 17:00", "11-20 09:00")], "11-20 17:30"),  # on the last afternoon
    ],
)
def test_a_pause_gives_back_the_working_days_whose_close_it_covers(zone, pauses, due):
    case = begun(zone)

    for start, end in pauses:
        pause(zone, case, start)
        resume(zone, case, end)

    assert resolve_due(case) == due


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "end", "due"),
    [
        ("11-06 16:00", "11-06 23:00", "12-07 17:30"),  # day 30 is Saturday 5 December
        ("11-06 16:00", "11-07 00:00", "12-07 17:30"),  # Sunday 6 December
        ("11-06 16:00", "11-09 10:30", "12-08 17:30"),
    ],
)
def test_a_pause_gives_back_the_calendar_days_whose_midnight_it_covers(zone, start, end, due):
    case = begun(zone, "PAY", "P3")

    pause(zone, case, start)
    resume(zone, case, end)

    assert resolve_due(case) == due


@pytest.mark.django_db
def test_a_paused_request_has_no_due_instant_and_says_on_what_ground(zone):
    case = begun(zone)

    pause(zone, case, "11-06 16:00", "enterprise-material")

    case.refresh_from_db()
    assert (case.is_paused, case.due_at, case.warn_at) == (True, None, None)
    assert case.light(at("12-24 10:00")) == Light.PAUSED
    row = ClockPause.objects.get(clock__case=case)
    assert row.basis == "《云泽高新区诉求办理规则》第 12 条"
    assert (row.ground, row.awaited, row.by) == (
        "enterprise-material", "省厅批复", zone.safety_handler,
    )  # fmt: skip
    assert row.until_at == at("11-20 17:30")  # ten working days


@pytest.mark.django_db
def test_a_pause_stops_no_other_clock(zone):
    case = begun(zone)
    before = dict(case.clocks.exclude(purpose="resolve").values_list("purpose", "due_at"))

    pause(zone, case, "11-06 16:00")

    assert dict(case.clocks.exclude(purpose="resolve").values_list("purpose", "due_at")) == before


@pytest.mark.django_db
def test_what_is_overdue_is_not_paused_back_to_green(zone):
    case = begun(zone)

    with pytest.raises(Conflict, match="办结时限已过"):
        pause(zone, case, "11-19 17:30")

    assert resolve_due(case) == "11-19 17:30"


@pytest.mark.django_db
def test_each_step_stops_its_clock_and_begins_the_next(zone):
    contact, planner = zone.actor(zone.contact), zone.actor(zone.planning_handler)
    case_id = desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P2", text="废水怎么接入？",
        actor=contact, at=at("11-05 10:00"),
    )  # fmt: skip
    desk.request_dispatch(
        case_id=case_id,
        lead_id=zone.safety.pk,
        co_handlers=[CoHandler(zone.planning.pk, "余量")],
        actor=zone.actor(zone.clerk),
        at=at("11-05 10:10"),
    )
    desk.request_accept(case_id=case_id, actor=handler(zone), at=at("11-05 10:20"))
    cases.message_send(
        case_id=case_id, body="先不联系", kind="note", actor=handler(zone), at=at("11-05 10:30")
    )
    cases.message_send(case_id=case_id, body="您好", actor=contact, at=at("11-05 10:40"))
    cases.message_send(case_id=case_id, body="收到", actor=handler(zone), at=at("11-05 10:50"))
    cases.message_send(
        case_id=case_id, body="三天内", kind="plan", actor=handler(zone), at=at("11-05 11:00")
    )
    task = Case.objects.get(pk=case_id).tasks.get(department=zone.planning)
    cases.task_start(case_id=case_id, task_id=task.pk, actor=planner, at=at("11-05 11:10"))
    cases.task_finish(
        case_id=case_id, task_id=task.pk, opinion="有", actor=planner, at=at("11-05 11:20")
    )
    desk.request_answer(case_id=case_id, body="可以", actor=handler(zone), at=at("11-05 11:30"))

    told = [
        (clock.purpose, f"{clock.started_at.astimezone(SHANGHAI):%H:%M}",
         clock.stopped_at and f"{clock.stopped_at.astimezone(SHANGHAI):%H:%M}")
        for clock in ClockRecord.objects.filter(case=case_id).order_by("id")
    ]  # fmt: skip
    assert told == [
        ("sign", "10:00", "10:10"),  # the centre's, to dispatch
        ("contact", "10:00", "10:50"),  # the first word of the park to the enterprise
        ("resolve", "10:00", "11:30"),
        ("sign", "10:10", "10:20"),  # the lead's
        ("work", "10:10", "11:20"),
        ("plan", "10:20", "11:00"),
        ("evaluate", "11:30", None),
    ]


# --- the light of a list --------------------------------------------------------------

instants = st.datetimes(
    datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2026, 10, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
limits = st.one_of(
    st.integers(1, 3000).map(lambda n: (Decimal(n), "minutes")),
    st.integers(1, 30).map(lambda n: (Decimal(n) / 2, "working_days")),
    st.integers(1, 60).map(lambda n: (Decimal(n), "calendar_days")),
    st.integers(1, 3).map(lambda n: (Decimal(n), "months")),
    st.integers(1, 100).map(lambda n: (Decimal(n), "hours")),
)
gaps = st.lists(st.integers(1, 20_000), max_size=7)  # minutes


@settings(deadline=None, max_examples=400, derandomize=True)
@given(start=instants, limit=limits, gaps=gaps, after=st.integers(0, 60_000))
def test_the_light_from_the_stored_instants_is_that_of_the_clock(start, limit, gaps, after):
    """Now and at the stored instants themselves: from the last change on, the lists say what the
    clock says."""
    marks = [start]
    for gap in gaps:
        marks.append(marks[-1] + timedelta(minutes=gap))
    pauses = [
        ClockPause(start_at=begin, end_at=end, ground="superior-organ")
        for begin, end in zip(marks[1::2], [*marks[2::2], None], strict=False)
    ]
    record = ClockRecord(
        started_at=start, limit_amount=limit[0], limit_base=limit[1], warn_seconds=0
    )
    record.warn_seconds = int(record.clock(()).default_warn(CALENDAR).total_seconds())
    derived = record.derive(pauses, CALENDAR)
    # an act refuses to pause what is overdue: such a pause is never stored
    for place, stop in enumerate(pauses):
        due = record.clock(pauses[:place]).due_at(CALENDAR)
        assume(due is not None and stop.start_at < due)
    case = Case(state=CaseState.IN_PROGRESS, **derived)
    last = marks[-1]
    clock = record.clock(pauses)

    looked_at = [last + timedelta(minutes=after), last + timedelta(microseconds=1)]
    for stored in derived.values():
        if stored is not None:
            looked_at += [stored - timedelta(microseconds=1), stored]
            looked_at.append(stored + timedelta(microseconds=1))

    for now in looked_at:
        if now > last:
            assert case.light(now) == clock.light(now, CALENDAR, record.warn)
