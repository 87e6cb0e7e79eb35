"""What the database itself refuses, whoever writes past the operations."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from tests.people import Zone, at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, CaseState, ClockPause, ClockRecord, Message, Task
from yuanqi.servicedesk import operations as desk

pytestmark = pytest.mark.django_db
NOW = at("11-06 10:00")


@pytest.fixture
def case(zone: Zone) -> Case:
    """In progress and paused."""
    handler = zone.actor(zone.safety_handler)
    case_id = desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P2", text="废水怎么接入？",
        actor=zone.actor(zone.contact), at=at("11-05 10:00"),
    )  # fmt: skip
    desk.request_dispatch(
        case_id=case_id, lead_id=zone.safety.pk, actor=zone.actor(zone.clerk), at=at("11-05 10:10")
    )
    desk.request_accept(case_id=case_id, actor=handler, at=at("11-05 10:20"))
    cases.clock_pause(
        case_id=case_id, ground="superior-organ", awaited="批复", actor=handler,
        at=at("11-05 10:30"),
    )  # fmt: skip
    return Case.objects.get(pk=case_id)


def again(model: type, **where: object) -> Callable[[Case], None]:
    """Insert a copy of the case's row."""

    def act(case: Case) -> None:
        row = model.objects.filter(**where).latest("pk")
        row.pk = None
        row.save(force_insert=True)

    return act


def clocks(case: Case, purpose: str = "resolve"):
    return ClockRecord.objects.filter(case=case, purpose=purpose)


def change(case: Case, **values: object) -> None:
    Case.objects.filter(pk=case.pk).update(**values)


ATTEMPTS: dict[str, tuple[Callable[[Case], object], str]] = {
    "an open case of nobody": (
        lambda case: change(case, responsible=None), "case_has_a_responsible_person",
    ),
    "an unanswered case whose clock is stopped": (
        lambda case: clocks(case).update(stopped_at=NOW), "case_keeps_its_promise",
    ),
    "an unanswered case whose clock is deleted": (
        lambda case: (
            ClockPause.objects.all().delete(),
            change(case, clock=clocks(case, "contact").get()),
            clocks(case).delete(),
        ),
        "case_keeps_its_promise",
    ),
    "an answered case that nobody is asked to rate": (
        lambda case: change(case, state=CaseState.ANSWERED, answered_at=NOW),
        "case_keeps_its_promise",
    ),
    "an answered case without the instant": (
        lambda case: change(case, state=CaseState.ANSWERED), "case_answered_before_evaluation",
    ),
    "a closed case without the instant": (
        lambda case: change(
            case, state=CaseState.CLOSED, outcome="unrated", answered_at=NOW, clock=None
        ),
        "case_open_until_closed",
    ),
    "a closed case of which nobody knows how it ended": (
        lambda case: change(
            case, state=CaseState.CLOSED, answered_at=NOW, closed_at=NOW, clock=None
        ),
        "case_closed_with_an_outcome",
    ),
    "a case in progress with no lead": (
        lambda case: change(case, lead=None), "case_dispatched_to_a_lead",
    ),
    "two open clocks for one purpose": (again(ClockRecord, purpose="resolve"),
        "clock_one_open_a_purpose"),
    "two open pauses": (again(ClockPause), "pause_one_open"),
    "a pause without a ground": (
        lambda case: ClockPause.objects.update(ground=""), "pause_has_ground_and_basis",
    ),
    "a pause without a basis": (
        lambda case: ClockPause.objects.update(basis=""), "pause_has_ground_and_basis",
    ),
    "a pause that ends before it begins": (
        lambda case: ClockPause.objects.update(end_at=at("11-05 10:29")),
        "pause_ends_after_it_starts",
    ),
    "two open leads": (again(Task, kind="lead"), "task_"),
    "a task at work in nobody's hands": (
        lambda case: Task.objects.filter(case=case).update(officer=None),
        "task_active_has_an_officer",
    ),
    "an internal note to the enterprise": (
        lambda case: Message.objects.create(
            case=case, at=NOW, kind="note", audience="enterprise", from_enterprise=False,
            author_id=case.responsible.account_id, author_name="", author_unit="", body="x",
        ),
        "message_note_stays_inside",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", ATTEMPTS)
def test_the_database_itself_refuses(case, what):
    act, constraint = ATTEMPTS[what]

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        act(case)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_case_may_go_with_all_that_belongs_to_it(case):
    """Nothing in the program deletes one; its clocks are promised while it is there."""
    ClockPause.objects.filter(clock__case=case).delete()
    change(case, clock=None)
    case.refresh_from_db()

    case.delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert not Case.objects.exists()
