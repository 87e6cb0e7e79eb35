"""The daily figures: kept along with what happens, rebuilt whole, and the same either way."""

from datetime import date

import pytest
from django.db import connection

from tests.people import at
from yuanqi.foundation.models import JournalEvent
from yuanqi.insight import figures
from yuanqi.insight.facts import COUNTED
from yuanqi.insight.models import DailyFigure, RequestFact
from yuanqi.servicedesk import operations

pytestmark = pytest.mark.django_db


def follow() -> None:
    """Hand the subscriber every event, as a worker that begins anew would."""
    figures.handle(list(JournalEvent.objects.order_by("xid", "id")))


def kept() -> tuple[list, list]:
    """Every fact, and every day's figures that aren't all nought."""
    days = DailyFigure.objects.order_by("day", "department", "category")
    rows = days.values_list("day", "department", "category", *COUNTED)
    return (
        list(RequestFact.objects.order_by("pk").values()),
        [row for row in rows if any(row[3:])],
    )


def of(day: str, category: str = "ENV") -> dict[str, int]:
    found = DailyFigure.objects.filter(day=date.fromisoformat(f"2026-{day}"), category=category)
    return {name: sum(getattr(row, name) for row in found) for name in COUNTED}


def test_following_every_event_gives_what_counting_afresh_gives(desk):
    follow()
    followed = kept()

    assert figures.rebuild() == len(desk.ids)
    assert kept() == followed
    assert figures.check().is_none


def test_events_handled_again_change_nothing(desk):
    follow()
    before = kept()

    follow()

    assert kept() == before


def test_figures_follow_one_step_at_a_time(desk):
    for event in JournalEvent.objects.order_by("xid", "id"):
        figures.handle([event])
    stepwise = kept()

    figures.rebuild()

    assert kept() == stepwise


def test_a_reopened_request_no_longer_counts_as_ended(desk):
    follow()
    assert of("11-12")["answered"] + of("11-12")["unanswered"] == 0
    name = "又来"
    desk.handled(name, start="11-11", answer="11-11 16:00", officer=desk.zone.safety_handler)
    desk.rated(name, "11-12 10:00", 4)
    follow()
    assert (of("11-12")["answered"], of("11-12")["satisfied"]) == (1, 1)

    operations.request_reopen(
        case_id=desk.ids[name],
        reason="又漏水了。",
        actor=desk.zone.actor(desk.zone.contact),
        at=at("11-13 09:00"),
    )
    follow()

    assert of("11-12") == dict.fromkeys(COUNTED, 0)
    assert RequestFact.objects.get(pk=desk.ids[name]).ended_on is None
    assert figures.check().is_none


def test_a_request_given_to_another_department_moves_in_the_figures(desk):
    case_id = desk.raised("改派", "11-18 09:00")
    follow()
    desk.dispatched("改派", "11-18 10:00", desk.zone.safety)
    follow()

    raised = DailyFigure.objects.filter(day=date(2026, 11, 18), category="ENV")
    by_unit = dict(raised.values_list("department", "raised"))
    assert RequestFact.objects.get(pk=case_id).department_id == desk.zone.safety.pk
    figures.rebuild()
    again = DailyFigure.objects.filter(day=date(2026, 11, 18), category="ENV")
    assert dict(again.values_list("department", "raised")) == {
        unit: number for unit, number in by_unit.items() if number
    }


def test_the_check_names_what_is_wrong_and_mends_nothing(desk):
    follow()
    spoiled = RequestFact.objects.exclude(ended_on=None).order_by("pk").first()
    RequestFact.objects.filter(pk=spoiled.pk).update(review=1)
    DailyFigure.objects.filter(day=spoiled.raised_on).update(raised=99)
    before = kept()

    found = figures.check()

    assert found.facts == [spoiled.pk]
    assert {(cell.day, name) for cell, name in found.cells} == {(spoiled.raised_on, "raised")}
    assert kept() == before


def test_the_program_may_keep_figures_but_not_change_the_journal(desk):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_table_privilege('daily_figure', 'UPDATE'),"
            " has_table_privilege('journal_event', 'UPDATE')"
        )
        assert cursor.fetchone() == (True, False)
