"""A month's round is opened once, for those whom the park has chosen; late returns are reminded."""

from datetime import date
from decimal import Decimal

import pytest

from tests.evidence import every_row
from tests.people import Zone, at, build_zone
from tests.together import at_once
from yuanqi.foundation.actors import SYSTEM, Actor, Role, Side
from yuanqi.foundation.errors import Conflict, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.monitoring import operations
from yuanqi.monitoring import parameters_defined as keys
from yuanqi.monitoring.models import Filing, Round
from yuanqi.parameters import store
from yuanqi.parameters.models import ParameterValue
from yuanqi.registry import operations as registry
from yuanqi.registry.models import Enterprise, Standing

from .collecting import OCTOBER, OPENED, SEPTEMBER, collecting, filing_of, known, opened, send

__all__ = ["collecting"]


def put(key: str, value) -> None:
    ParameterValue.objects.create(
        key=key, value=value, valid_from=date(2026, 1, 1), reason="测试", set_at=OPENED
    )
    store.forget()
    store.written()


def test_a_round_asks_every_industrial_enterprise_at_work_for_what_the_settings_name(zone: Zone):
    suspended = Enterprise.objects.exclude(pk=zone.enterprise.pk).get()
    registry.enterprise_change(
        enterprise_id=suspended.pk, values={"standing": Standing.SUSPENDED}, actor=SYSTEM, at=OPENED
    )

    found = opened(zone)

    assert found.month == OCTOBER
    assert found.due_on == date(2026, 11, 8)
    assert found.measures == ["output", "revenue", "tax", "staff", "power"]
    assert (found.forecast, found.forecast_months) == ("output", 1)
    assert list(Filing.objects.values_list("enterprise", "state")) == [
        (zone.enterprise.pk, "waiting")
    ]
    event = JournalEvent.objects.get(kind="monitoring.round_opened")
    assert event.payload["count"] == 1
    assert event.payload["due_on"] == "2026-11-08"


def test_a_month_opened_twice_is_one(zone: Zone):
    opened(zone)
    before = every_row()

    assert operations.round_open(month=OCTOBER, actor=SYSTEM, at=at("11-01 10:07")) is None

    assert every_row() == before


def test_two_workers_who_open_a_month_at_once_open_one(committed, django_db_blocker):
    with django_db_blocker.unblock():
        build_zone()

        def act():
            return operations.round_open(month=OCTOBER, actor=SYSTEM, at=OPENED)

        answers = at_once(act, act)

        assert sorted(answer is None for answer in answers) == [False, True]
        assert Round.objects.count() == 1
        assert Filing.objects.count() == 2


def test_nobody_opens_a_round_by_hand(zone: Zone):
    before = every_row()

    with pytest.raises(NotAllowed):
        operations.round_open(month=OCTOBER, actor=zone.actor(zone.clerk), at=OPENED)

    assert every_row() == before


def test_above_scale_are_those_whose_confirmed_revenue_of_a_year_reaches_the_threshold(zone: Zone):
    put(keys.WHOM, keys.ABOVE)
    other = Enterprise.objects.exclude(pk=zone.enterprise.pk).get()
    known(zone, SEPTEMBER, {"revenue": "2000"})
    known(zone, SEPTEMBER, {"revenue": "1999.99"}, other)
    # a figure that nobody has confirmed makes no firm large
    registry.indicators_state(
        enterprise_id=other.pk, month=date(2026, 8, 1), figures={"revenue": Decimal(5000)},
        actor=zone.actor(zone.stranger), at=OPENED,
    )  # fmt: skip

    opened(zone)

    assert list(Filing.objects.values_list("enterprise", flat=True)) == [zone.enterprise.pk]


def test_led_are_those_with_a_lead_officer(zone: Zone):
    put(keys.WHOM, keys.LED)

    opened(zone)

    assert list(Filing.objects.values_list("enterprise", flat=True)) == [zone.enterprise.pk]


def test_without_a_measure_there_is_nothing_to_ask(zone: Zone):
    for code in ("output", "revenue", "tax", "staff", "power"):
        put(keys.asks(code), False)

    with pytest.raises(Conflict, match="没有选任何指标"):
        opened(zone)

    assert operations.sweep(at=OPENED) == 0
    assert not Round.objects.exists()


def test_the_sweep_opens_the_month_that_is_over_from_its_opening_day_on(zone: Zone):
    put(keys.OPEN_DAY, 3)

    operations.sweep(at=at("11-02 09:07"))
    assert not Round.objects.exists()

    operations.sweep(at=at("11-03 09:07"))
    operations.sweep(at=at("11-03 09:37"))
    assert list(Round.objects.values_list("month", flat=True)) == [OCTOBER]


def reminders() -> list[tuple[int, bool, bool]]:
    found = JournalEvent.objects.filter(
        kind="monitoring.filing_reminded", payload__filing_id=Filing.objects.earliest("pk").pk
    )
    return [
        (one.payload["step"], one.payload["to_contacts"], one.payload["to_officer"])
        for one in found.order_by("seq")
    ]


def test_each_step_reminds_once_however_often_the_sweep_comes(collecting: Zone):
    for day in ("11-05", "11-06", "11-06", "11-07", "11-08", "11-09", "11-10", "11-11", "11-12"):
        operations.sweep(at=at(f"{day} 09:07"))
        operations.sweep(at=at(f"{day} 14:07"))

    assert reminders() == [(1, True, False), (2, True, False), (3, False, True)]


def test_a_sweep_that_comes_late_says_in_one_word_what_it_has_missed(collecting: Zone):
    operations.sweep(at=at("11-20 09:07"))
    operations.sweep(at=at("11-20 09:37"))

    assert reminders() == [(3, True, True)]


def test_who_has_sent_is_not_reminded(collecting: Zone):
    send(collecting, collecting.contact)
    before = JournalEvent.objects.filter(stream=collecting.enterprise.stream).count()

    operations.sweep(at=at("11-20 09:07"))

    assert JournalEvent.objects.filter(stream=collecting.enterprise.stream).count() == before


def test_two_sweeps_at_once_remind_once(committed, django_db_blocker):
    with django_db_blocker.unblock():
        zone = build_zone()
        opened(zone)

        answers = at_once(
            *[lambda: operations.sweep(at=at("11-09 09:07")) for _one in range(2)]
        )  # fmt: skip

        assert sum(answers) == 2  # two enterprises, each once
        assert reminders() == [(2, True, False)]


# by hand -----------------------------------------------------------------------------------------


def remind(zone: Zone, who, when: str):
    return operations.filing_remind(
        filing_id=filing_of(zone).pk, actor=zone.actor(who), at=at(when)
    )


@pytest.mark.parametrize("who", ["clerk", "safety_handler", "linked_officer"])
def test_staff_remind_after_the_grace(collecting: Zone, who):
    remind(collecting, getattr(collecting, who), "11-04 10:00")

    assert reminders() == [(0, True, False)]


@pytest.mark.parametrize(
    ("who", "when", "error", "says"),
    [
        ("clerk", "11-03 10:00", Conflict, "刚告诉过"),  # asked on the first
        ("leader", "11-05 10:00", NotAllowed, None),
        ("contact", "11-05 10:00", NotAllowed, None),
    ],
)
def test_nobody_nags(collecting: Zone, who, when, error, says):
    before = every_row()

    with pytest.raises(error, match=says):
        remind(collecting, getattr(collecting, who), when)

    assert every_row() == before


def test_the_sweeps_reminder_counts_for_the_grace_too(collecting: Zone):
    operations.sweep(at=at("11-06 09:07"))
    before = every_row()

    with pytest.raises(Conflict, match="11-09 09:07 起"):
        remind(collecting, collecting.clerk, "11-07 10:00")

    assert every_row() == before


def test_where_nobody_can_sign_in_a_reminder_is_a_telephone_call(collecting: Zone):
    collecting.enterprise.people.update(account=None)

    with pytest.raises(Conflict, match="请打电话"):
        remind(collecting, collecting.clerk, "11-05 10:00")


def test_administrators_see_nothing_of_it(collecting: Zone):
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        actor = Actor(side=Side.PARK, account_id=1, roles=frozenset({role.value}))
        with pytest.raises(NotVisible):
            operations.filing_remind(
                filing_id=filing_of(collecting).pk, actor=actor, at=at("11-05 10:00")
            )
