"""A new calendar moves the open clocks that it reaches, each with an event, and no other."""

import random
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from tests.evidence import events
from tests.people import at, build_zone
from tests.together import at_once
from yuanqi.casework import calendar_moves
from yuanqi.casework import operations as cases
from yuanqi.casework.models import CalendarFollowing, Case, ClockRecord, Purpose
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation import verify
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.errors import Conflict
from yuanqi.organisation.calendars import changed_days, touches, work_calendar
from yuanqi.organisation.models import CalendarVersion
from yuanqi.organisation.publishing import Drawn
from yuanqi.organisation.queries import current_calendar
from yuanqi.servicedesk import operations as desk

NOW = at("12-30 10:00")
LATER = NOW + timedelta(minutes=6)
# of a request accepted at that time: the plan is due on 4 January, the answer on the 13th
CLOCKS = 2
# fictional: new year's day to the 3rd off, the 10th (a Sunday) worked
NEXT_YEAR = {date(2027, 1, 1): False, date(2027, 1, 4): False, date(2027, 1, 10): True}


def raised(zone, level="P3", category="OTH", when=NOW) -> int:
    return desk.request_raise(
        contact_id=zone.contact.pk,
        category=category,
        level=level,
        text="二号厂房门口路面塌陷，货车绕行。",
        actor=zone.actor(zone.contact, when),
        at=when,
    )


def accepted(zone, when=NOW, **more) -> int:
    case_id = raised(zone, when=when, **more)
    desk.request_dispatch(
        case_id=case_id, lead_id=zone.safety.pk, actor=zone.actor(zone.clerk, when), at=when
    )
    desk.request_accept(case_id=case_id, actor=zone.actor(zone.safety_handler, when), at=when)
    return case_id


def publish(days=NEXT_YEAR, year=2027, spans=None, when=NOW, replaces=None) -> CalendarVersion:
    drawn = Drawn.of(current_calendar()).with_year(year, days)
    if spans:
        drawn = Drawn(drawn.days, spans, drawn.time_zone)
    return drawn.publish(
        document_no="国办发明电〔2026〕7 号",
        source="国务院办公厅通知",
        replaces=replaces,
        actor=SYSTEM,
        at=when,
    )


def resolve(case_id: int) -> ClockRecord:
    return ClockRecord.objects.get(case=case_id, purpose=Purpose.RESOLVE, stopped_at=None)


def moved_events() -> list[tuple[str, str, dict]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT stream, audience, payload::text FROM journal_event"
            " WHERE kind = 'casework.clock_moved' ORDER BY id"
        )
        return cursor.fetchall()


def test_a_clock_that_the_new_year_reaches_shows_its_new_date(zone):
    case_id = accepted(zone)  # ten working days from 30 December
    before = resolve(case_id)
    assert before.due_at == at("12-30 17:30").replace(year=2027, month=1, day=13)

    version = publish()
    assert calendar_moves.follow(at=NOW) == CLOCKS

    # 1 and 4 January are off, Sunday the 10th is worked
    after = resolve(case_id)
    assert after.due_at == before.due_at + timedelta(days=1)
    assert after.calendar_id == version.pk
    case = Case.objects.get(pk=case_id)
    assert (case.due_at, case.warn_at) == (after.due_at, after.warn_at)
    (_plan, (stream, audience, payload)) = sorted(
        moved_events(), key=lambda row: "resolve" in row[2]
    )
    assert (stream, audience) == (f"case:{case_id}", "enterprise")
    assert '"document_no": "国办发明电〔2026〕7 号"' in payload


def test_what_it_does_not_reach_stays_as_it_is_to_the_byte(zone):
    accepted(zone, when=at("11-02 09:00"))
    accepted(zone, level="P1", when=at("11-02 09:00"))
    before = _rows()

    publish()
    moved = calendar_moves.follow(at=NOW)

    assert moved == 0
    assert _rows() == before
    assert moved_events() == []


def test_what_is_shown_beforehand_is_what_happens(zone):
    case_id = accepted(zone)
    accepted(zone, when=at("11-02 09:00"))
    drawn = Drawn.of(current_calendar()).with_year(2027, NEXT_YEAR)

    _plan, move = sorted(
        calendar_moves.moves_by(drawn.calendar), key=lambda move: move.clock.purpose == "resolve"
    )
    publish()
    calendar_moves.follow(at=NOW)

    after = resolve(case_id)
    assert (move.clock.pk, move.due_after) == (after.pk, after.due_at)
    assert calendar_moves.moves_by(drawn.calendar) == []


def test_new_clocks_begin_by_the_new_calendar(zone):
    case_id = raised(zone)
    version = publish()

    desk.request_dispatch(
        case_id=case_id, lead_id=zone.safety.pk, actor=zone.actor(zone.clerk, NOW), at=NOW
    )
    fresh = raised(zone)

    for pk in (case_id, fresh):
        sign = ClockRecord.objects.get(case=pk, purpose=Purpose.SIGN, stopped_at=None)
        assert sign.calendar_id == version.pk


def test_a_paused_clock_is_counted_by_the_calendar_in_force_when_it_goes_on(zone):
    case_id = accepted(zone)
    handler = zone.actor(zone.safety_handler, NOW)
    cases.clock_pause(
        case_id=case_id, ground="enterprise-material", awaited="图纸", actor=handler, at=NOW
    )
    version = publish()
    assert calendar_moves.follow(at=NOW) == 1  # the plan, which no pause stops

    cases.clock_resume(case_id=case_id, actor=handler, at=NOW + timedelta(hours=2))

    after = resolve(case_id)
    assert after.calendar_id == version.pk
    assert after.due_at == _slow_due(after)


def test_a_clock_that_was_not_reached_and_changes_later_follows_then(zone):
    case_id = accepted(zone, when=at("12-10 10:00"))  # due in December
    publish()
    assert calendar_moves.follow(at=NOW) == 0
    handler = zone.actor(zone.safety_handler, NOW)
    when = at("12-14 10:00")
    cases.clock_pause(
        case_id=case_id, ground="superior-organ", awaited="省厅答复", actor=handler, at=when
    )

    cases.clock_resume(case_id=case_id, actor=handler, at=at("12-30 16:00"))

    after = resolve(case_id)
    assert after.calendar_id == current_calendar().pk
    assert after.due_at == _slow_due(after)


def test_hours_belong_to_the_version_too(zone):
    case_id = accepted(zone)
    publish(spans=((time(8, 30), time(12)), (time(13, 30), time(17))))
    calendar_moves.follow(at=NOW)

    due = resolve(case_id).due_at
    assert work_calendar(current_calendar()).local_day(due) == date(2027, 1, 14)
    assert due.astimezone(NOW.tzinfo).time() == time(17)


def test_following_twice_and_again_later_does_nothing_more(zone):
    accepted(zone)
    publish()
    assert calendar_moves.follow(at=NOW) == CLOCKS
    told = events()

    assert calendar_moves.follow(at=NOW) == 0
    assert calendar_moves.follow(at=LATER) == 0
    assert calendar_moves.follow(at=LATER) == 0

    assert events() == told
    row = CalendarFollowing.objects.latest("id")
    assert (row.moved, row.finished_at) == (CLOCKS, LATER)


def test_what_began_by_the_old_calendar_meanwhile_is_found_by_the_second_walk(zone):
    old = current_calendar()
    publish()
    calendar_moves.follow(at=NOW)
    case_id = accepted(zone)
    # as a transaction wrote it that had read the old calendar before the publication
    late = resolve(case_id)
    ClockRecord.objects.filter(pk=late.pk).update(calendar=old, due_at=_slow_due(late, old))

    assert calendar_moves.follow(at=LATER) == 1
    assert resolve(case_id).due_at == late.due_at


def test_publishing_the_old_calendar_again_moves_them_back(zone):
    case_id = accepted(zone)
    old, due = current_calendar(), resolve(case_id).due_at
    publish()
    calendar_moves.follow(at=NOW)
    Drawn.of(old).publish(document_no="", source="更正", actor=SYSTEM, at=NOW)

    assert calendar_moves.follow(at=NOW) == CLOCKS

    assert resolve(case_id).due_at == due
    assert len(moved_events()) == 2 * CLOCKS


def test_killed_in_the_middle_it_goes_on(zone, monkeypatch):
    monkeypatch.setattr(calendar_moves, "_WRITTEN", 1)
    made = [accepted(zone) for _ in range(4)]
    publish()
    assert calendar_moves.follow(at=NOW, batches=2) == 2 * CLOCKS

    assert calendar_moves.follow(at=NOW) == 2 * CLOCKS

    assert len(moved_events()) == 4 * CLOCKS
    assert {resolve(pk).calendar_id for pk in made} == {current_calendar().pk}


def test_one_case_that_fails_holds_up_no_other(zone, monkeypatch):
    broken, sound = accepted(zone), accepted(zone)
    publish()
    move_case = calendar_moves._move_case

    def fails(file, *rest):
        if file.case.pk == broken:
            raise RuntimeError("broken")
        return move_case(file, *rest)

    monkeypatch.setattr(calendar_moves, "_move_case", fails)
    assert calendar_moves.follow(at=NOW) == CLOCKS
    monkeypatch.undo()
    assert calendar_moves.follow(at=LATER) == CLOCKS

    assert resolve(sound).calendar_id == resolve(broken).calendar_id == current_calendar().pk


def test_every_open_clock_stands_where_a_slow_count_puts_it(zone):
    """Of some hundred requests at many stages: touched ones are as counted afresh, the others
    byte-equal."""
    dice = random.Random(7)
    for _ in range(60):
        when = at("12-03 09:00") + timedelta(
            days=dice.randrange(28), hours=dice.randrange(9), minutes=dice.randrange(60)
        )
        level = dice.choice(["P1", "P2", "P3", "P4"])
        category = dice.choice(["OTH", "PAY", "LND", "ENV"])
        make = dice.choice([raised, accepted])
        case_id = make(zone, level=level, category=category, when=when)
        if make is accepted and dice.random() < 0.3:
            clock = resolve(case_id)
            if when + timedelta(minutes=90) < clock.due_at:
                handler = zone.actor(zone.safety_handler, when)
                cases.clock_pause(
                    case_id=case_id,
                    ground="superior-organ",
                    awaited="省厅",
                    actor=handler,
                    at=when + timedelta(minutes=30),
                )
                if dice.random() < 0.5:
                    cases.clock_resume(
                        case_id=case_id, actor=handler, at=when + timedelta(minutes=60)
                    )
    named = {date(2027, 1, 1) + timedelta(days=dice.randrange(60)): dice.random() < 0.4
             for _ in range(14)}  # fmt: skip
    before = {row["id"]: row for row in _rows()}
    old = {record.pk: record for record in ClockRecord.objects.select_related("calendar")}

    publish(named)
    days = work_calendar(current_calendar())
    calendar_moves.follow(at=NOW)
    calendar_moves.follow(at=LATER)

    after = {row["id"]: row for row in _rows()}
    moved = 0
    for pk, record in old.items():
        due = _slow_due(record, current_calendar())
        open_ = record.stopped_at is None and record.due_at is not None
        if open_ and _touched_slowly(work_calendar(record.calendar), days, record):
            assert after[pk]["due_at"] == due
            moved += after[pk]["due_at"] != before[pk]["due_at"]
        if not open_ or due == before[pk]["due_at"]:
            kept = {k: v for k, v in after[pk].items() if k not in ("warn_at", "calendar_id")}
            assert kept.items() <= before[pk].items()
        if not open_:
            assert after[pk] == before[pk]
    assert moved > 10
    shown = Case.objects.filter(clock__isnull=False).select_related("clock")
    assert all(c.due_at == c.clock.due_at and c.warn_at == c.clock.warn_at for c in shown)
    assert sum('"enterprise"' in f'"{a}"' for _s, a, _p in moved_events()) == moved


def test_two_walks_at_once_move_each_clock_once(committed):
    zone = build_zone()
    for _ in range(6):
        accepted(zone)
    publish()

    at_once(lambda: calendar_moves.follow(at=NOW), lambda: calendar_moves.follow(at=NOW))
    calendar_moves.follow(at=NOW)

    assert len(moved_events()) == 6 * CLOCKS
    assert CalendarFollowing.objects.count() == 1
    assert verify.run(whole=True).intact


def test_of_two_who_publish_at_once_the_second_is_told(committed):
    build_zone()
    base = current_calendar().version
    other = NEXT_YEAR | {date(2027, 1, 5): False}

    answers = at_once(lambda: publish(replaces=base), lambda: publish(other, replaces=base))

    assert sorted(type(answer).__name__ for answer in answers) == ["CalendarVersion", "Conflict"]
    assert CalendarVersion.objects.filter(is_current=True).count() == 1


@pytest.mark.parametrize("turn", range(4))
def test_a_request_answered_while_its_clock_follows_is_answered_and_stands_once(committed, turn):
    zone = build_zone()
    case_id = accepted(zone)
    handler = zone.actor(zone.safety_handler, NOW)
    publish()
    acts = [
        lambda: desk.request_answer(case_id=case_id, body="已经修好。", actor=handler, at=NOW),
        lambda: calendar_moves.follow(at=NOW),
    ]

    at_once(*(acts if turn % 2 else acts[::-1]))
    calendar_moves.follow(at=NOW)
    calendar_moves.follow(at=LATER)

    stopped = ClockRecord.objects.get(case=case_id, purpose=Purpose.RESOLVE)
    assert stopped.stopped_at is not None
    assert stopped.due_at == _slow_due(stopped, stopped.calendar)
    case = Case.objects.select_related("clock").get(pk=case_id)
    assert (case.state, case.due_at) == ("answered", case.clock.due_at)
    assert case.clock.due_at == _slow_due(case.clock, current_calendar())
    assert verify.run(whole=True).intact


def test_the_days_that_two_calendars_see_differently(zone):
    before = work_calendar(current_calendar())
    after = Drawn.of(current_calendar()).with_year(2027, NEXT_YEAR).calendar

    assert changed_days(before, after) == (date(2027, 1, 1), date(2027, 1, 4), date(2027, 1, 10))
    assert touches(before, after, at("12-30 10:00"), at("12-31 23:59")) is False
    new_year = at("12-31 23:59") + timedelta(minutes=2)
    assert touches(before, after, at("12-30 10:00"), new_year) is True


def test_a_park_that_publishes_with_an_unknown_base_is_refused(zone):
    with pytest.raises(Conflict):
        publish(replaces="0123456789abcdef")


def _rows() -> list[dict]:
    return list(ClockRecord.objects.order_by("id").values())


def _slow_due(record: ClockRecord, version: CalendarVersion | None = None):
    """Counted afresh from the clock's facts, whatever its row says."""
    calendar = work_calendar(version or record.calendar)
    assert record.limit_amount > Decimal(0)
    return record.clock(list(record.pauses.order_by("start_at"))).due_at(calendar)


def _touched_slowly(before: WorkCalendar, after: WorkCalendar, record: ClockRecord) -> bool:
    day, last = after.local_day(record.started_at), after.local_day(record.due_at)
    while day <= last:
        if before.is_working(day) != after.is_working(day):
            return True
        day += timedelta(days=1)
    return False
