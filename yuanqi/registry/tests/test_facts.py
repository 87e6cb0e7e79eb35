"""Facts: stated with evidence, confirmed by somebody else, and which of several counts."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.evidence import every_row
from tests.people import MONDAY_9AM, Zone, build_zone
from tests.together import at_once
from yuanqi.foundation import files
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.registry import facts, operations
from yuanqi.registry.facts import State
from yuanqi.registry.models import Fact

TODAY = date(2026, 11, 2)
LAST_YEAR = date(2025, 12, 31)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def evidence() -> files.Upload:
    return files.check([SimpleUploadedFile("审计报告.pdf", PDF, "application/pdf")])[0]


@pytest.fixture
def say(zone: Zone, files_root):
    """State a fact as somebody; the enterprise brings its evidence."""

    def state(person, value="4500", *, field="rd_expense", as_of=LAST_YEAR, **more) -> Fact:
        more.setdefault("upload", evidence() if person is zone.contact else None)
        more.setdefault("at", MONDAY_9AM)
        return operations.fact_state(
            enterprise_id=zone.enterprise.pk,
            field=field,
            value=Decimal(value) if isinstance(value, str) else value,
            as_of=as_of,
            actor=zone.actor(person),
            **more,
        )

    return state


@pytest.fixture
def confirm(zone: Zone):
    def act(person, row: Fact, **more) -> Fact:
        return operations.fact_confirm(
            enterprise_id=row.enterprise_id,
            fact_id=row.pk,
            actor=zone.actor(person),
            at=MONDAY_9AM,
            **more,
        )

    return act


def known(zone: Zone, name="rd_expense", on=TODAY):
    """What counts, by the page's way, the rules' way and the wide one's: all the same."""
    found = next(one for one in facts.details_of(zone.enterprise.pk, on) if one.field.name == name)
    assert facts.facts_of(zone.enterprise.pk, on).get(name) == found.value
    frame = facts.wide(on)
    assert dict(zip(frame["enterprise"], frame[name], strict=True))[zone.enterprise.pk] == (
        found.value
    )
    return found.value, found.state


def test_an_enterprise_s_word_counts_once_a_department_has_confirmed_it(zone, say, confirm):
    row = say(zone.contact)
    assert known(zone) == (None, State.WAITING)

    confirm(zone.safety_handler, row)

    assert known(zone) == (4500.0, State.CONFIRMED)
    told = JournalEvent.objects.filter(stream=zone.enterprise.stream).order_by("-seq")[:2]
    assert [(one.kind, one.audience, one.payload["value"]) for one in told] == [
        ("registry.fact_confirmed", "enterprise", "4500"),
        ("registry.fact_stated", "enterprise", "4500"),
    ]


def test_a_department_s_word_counts_at_once_where_nobody_contradicts_it(zone, say):
    say(zone.safety_handler)

    assert known(zone) == (4500.0, State.STATED)


def test_two_that_differ_leave_it_unknown_until_one_is_confirmed(zone, say, confirm):
    say(zone.safety_handler)
    other = say(zone.contact, "4800")
    assert known(zone) == (None, State.CONFLICT)

    confirm(zone.planning_handler, other)

    # the other word stands against it still, and is shown
    assert known(zone) == (4800.0, State.CONFLICT)


def test_a_newer_word_doesn_t_count_over_a_confirmed_one_and_is_shown(zone, say, confirm):
    confirm(zone.safety_handler, say(zone.contact))
    say(zone.contact, "5200", as_of=date(2026, 6, 30))

    assert known(zone) == (4500.0, State.CONFLICT)


def test_an_older_word_is_no_conflict(zone, say, confirm):
    confirm(zone.safety_handler, say(zone.contact))
    say(zone.contact, "3900", as_of=date(2024, 12, 31))

    assert known(zone) == (4500.0, State.CONFIRMED)


def test_two_that_say_the_same_are_no_conflict(zone, say):
    say(zone.contact)
    say(zone.safety_handler, "4500.0")

    assert known(zone) == (4500.0, State.STATED)


def test_a_fact_is_unknown_after_its_term(zone, say, confirm):
    confirm(zone.safety_handler, say(zone.contact))
    last = LAST_YEAR + timedelta(days=550)

    assert known(zone, on=last) == (4500.0, State.CONFIRMED)
    assert known(zone, on=last + timedelta(days=1)) == (None, State.STALE)


def test_what_was_sent_back_counts_no_more_and_may_be_said_again(zone, say, confirm):
    row = confirm(zone.safety_handler, say(zone.contact))
    operations.fact_return(
        enterprise_id=row.enterprise_id, fact_id=row.pk, reason="与审计报告不符",
        actor=zone.actor(zone.clerk), at=MONDAY_9AM,
    )  # fmt: skip
    assert known(zone) == (None, State.UNKNOWN)

    say(zone.contact, "4300", upload=None)  # the evidence is there already

    assert known(zone) == (None, State.WAITING)
    assert Fact.objects.get().return_reason == ""


def test_formulas_are_worked_out_of_what_counts(zone, say):
    say(zone.safety_handler, "4500")
    say(zone.safety_handler, "90000", field="revenue_last_year")

    assert known(zone, "rd_expense_share") == (0.05, State.COMPUTED)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"value": "-1"}, Invalid),
        ({"value": "NaN"}, Invalid),
        ({"value": "1.23456"}, Invalid),
        ({"value": True}, Invalid),
        ({"as_of": date(2026, 11, 3)}, Invalid),
        ({"upload": None}, Invalid),  # no evidence
        ({"field": "output_year"}, NotAllowed),  # read from the indicators
        ({"field": "tax_credit_grade", "value": True}, NotAllowed),  # a department's to say
        ({"field": "shoe_size"}, NotVisible),
    ],
)
def test_what_can_t_be_said_changes_nothing(zone, say, more, error):
    say(zone.contact, "1", field="rd_staff")
    before = every_row()

    with pytest.raises(error):
        say(zone.contact, more.pop("value", "4500"), **more)

    assert every_row() == before


@pytest.mark.parametrize(("who", "error"), [("stranger", NotVisible), ("leader", NotAllowed)])
def test_nobody_else_states_a_fact(zone, say, who, error):
    before = every_row()

    with pytest.raises(error):
        say(getattr(zone, who), upload=None)

    assert every_row() == before


@pytest.mark.parametrize(
    ("who", "error"),
    [("contact", NotAllowed), ("linked_officer", NotAllowed), ("leader", NotAllowed),
     ("stranger", NotVisible)],
)  # fmt: skip
def test_nobody_else_confirms_a_fact(zone, say, confirm, who, error):
    row = say(zone.contact)
    before = every_row()

    with pytest.raises(error):
        confirm(getattr(zone, who), row)

    assert every_row() == before


def test_nobody_confirms_his_own_word(zone, say, confirm):
    row = say(zone.safety_handler)
    before = every_row()

    with pytest.raises(NotAllowed):
        confirm(zone.safety_handler, row)

    assert every_row() == before


def test_what_was_said_afresh_meanwhile_isn_t_confirmed_unseen(zone, say, confirm):
    row = say(zone.contact)
    seen = row.stated_at.isoformat()
    say(zone.contact, "9000", at=MONDAY_9AM + timedelta(minutes=1))
    before = every_row()

    with pytest.raises(Conflict, match="重新填报过"):
        confirm(zone.safety_handler, row, seen=seen)

    assert every_row() == before


def test_a_confirmed_fact_is_changed_only_after_it_was_sent_back(zone, say, confirm):
    confirm(zone.safety_handler, say(zone.contact))
    before = every_row()

    with pytest.raises(Conflict, match="已经确认"):
        say(zone.contact, "5000", upload=None)

    assert every_row() == before


def test_of_two_sources_of_one_day_one_is_confirmed(zone, say, confirm):
    confirm(zone.planning_handler, say(zone.contact))
    other = say(zone.safety_handler, "4700")
    before = every_row()

    with pytest.raises(Conflict, match="企业填报：4,500 万元"):
        confirm(zone.planning_handler, other)

    assert every_row() == before


def test_a_return_needs_a_reason(zone, say):
    row = say(zone.contact)
    before = every_row()

    with pytest.raises(Invalid):
        operations.fact_return(
            enterprise_id=row.enterprise_id, fact_id=row.pk, reason=" ",
            actor=zone.actor(zone.clerk), at=MONDAY_9AM,
        )  # fmt: skip

    assert every_row() == before


def test_of_two_who_confirm_the_second_is_told(committed, files_root):
    zone = build_zone()
    row = operations.fact_state(
        enterprise_id=zone.enterprise.pk, field="rd_expense", value=Decimal(4500),
        as_of=LAST_YEAR, upload=evidence(), actor=zone.actor(zone.contact), at=MONDAY_9AM,
    )  # fmt: skip

    def confirms(person):
        return lambda: operations.fact_confirm(
            enterprise_id=zone.enterprise.pk, fact_id=row.pk, actor=zone.actor(person),
            at=MONDAY_9AM,
        )  # fmt: skip

    answers = at_once(confirms(zone.safety_handler), confirms(zone.planning_handler))

    [refusal] = [one for one in answers if isinstance(one, Exception)]
    assert isinstance(refusal, Conflict)
    assert refusal.message == "这一项刚才已经由别的同事确认，不用再确认。"
    assert JournalEvent.objects.filter(kind="registry.fact_confirmed").count() == 1
