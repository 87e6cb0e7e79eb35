"""The knowledge base: who keeps what, what is public, what has run out."""

from datetime import date

import pytest
from django.utils import timezone

from tests.evidence import events, every_row
from tests.life import Life
from tests.people import Zone, at
from yuanqi.casework.models import CaseBar
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.knowledge import operations, queries
from yuanqi.knowledge.models import Entry

pytestmark = pytest.mark.django_db

NOW = at("11-20 10:00")
TODAY = date(2026, 11, 20)
QUESTION = "排水许可证到期怎么延期？"
ANSWER = "到期前 30 天在线申请，带水质检测报告，5 个工作日办结。"


def made(zone: Zone, who: str = "safety_handler", **change: object) -> Entry:
    values = {
        "question": QUESTION,
        "answer": ANSWER,
        "category": "ENV",
        "department_id": zone.safety.pk,
        "audience": "public",
        "expires_on": date(2027, 11, 20),
        "is_published": True,
        "actor": zone.actor(getattr(zone, who), NOW),
        "at": NOW,
        **change,
    }
    return Entry.objects.get(pk=operations.entry_make(**values))


def seen(zone: Zone, who: str, today: date = TODAY) -> bool:
    actor = zone.actor(getattr(zone, who), NOW)
    return queries.entries_visible_to(actor, today).exists()


def offered(zone: Zone, who: str, today: date = TODAY) -> bool:
    actor = zone.actor(getattr(zone, who), NOW)
    return queries.entries_offered_to(actor, today).exists()


def refused(error: type[Exception], act, **values: object) -> None:
    before, count = every_row(), events()
    with pytest.raises(error):
        act(**values)
    assert (every_row(), events()) == (before, count)


def test_a_published_public_entry_is_read_by_everybody_and_told_in_the_journal(zone):
    entry = made(zone)

    assert (entry.state, entry.keeper, entry.version) == ("published", zone.safety_handler, 1)
    for who in ("contact", "stranger", "planning_handler", "clerk", "linked_officer", "leader"):
        assert seen(zone, who) and offered(zone, who), who
    kinds = JournalEvent.objects.filter(stream=f"knowledge:{entry.pk}").order_by("seq")
    assert [event.kind for event in kinds] == ["knowledge.entry_made", "knowledge.entry_published"]
    assert ANSWER not in str(list(kinds.values()))


def test_what_is_for_staff_is_not_read_by_enterprises(zone):
    made(zone, audience="staff")

    assert seen(zone, "planning_handler")
    assert not seen(zone, "contact") and not seen(zone, "stranger")


def test_a_draft_is_seen_by_its_department_and_the_centre_only(zone):
    made(zone, is_published=False)

    for who, is_seen in (
        ("safety_colleague", True), ("clerk", True), ("planning_handler", False),
        ("contact", False),
    ):  # fmt: skip
        assert seen(zone, who) is is_seen, who
        assert not offered(zone, who)


def test_after_its_day_an_entry_is_offered_to_nobody_and_listed_to_those_who_keep_it(zone):
    made(zone, expires_on=date(2026, 11, 25))
    late = date(2026, 11, 26)

    assert offered(zone, "contact", date(2026, 11, 25))
    assert not offered(zone, "contact", late) and not seen(zone, "contact", late)
    assert not offered(zone, "planning_handler", late) and seen(zone, "planning_handler", late)
    for who, count in (("safety_colleague", 1), ("clerk", 1), ("planning_handler", 0)):
        actor = zone.actor(getattr(zone, who), NOW)
        assert queries.entries_to_review(actor, late).count() == count, who


@pytest.mark.parametrize(
    ("who", "unit"),
    [
        ("planning_handler", "safety"),
        ("linked_officer", "approval"),  # serves enterprises, handles nothing
        ("contact", "safety"),
        ("leader", "safety"),
    ],
)
def test_entries_are_made_by_their_own_department_or_the_centre(zone, who, unit):
    with pytest.raises(NotAllowed):
        made(zone, who, department_id=getattr(zone, unit).pk)

    assert not Entry.objects.exists()


def test_the_centre_makes_one_for_any_department_whose_head_keeps_it(zone):
    entry = made(zone, "clerk", department_id=zone.planning.pk)

    assert entry.keeper == zone.planning_handler


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"question": "  "}, "question"),
        ({"answer": " \n"}, "answer"),
        ({"audience": "all"}, "audience"),
        ({"expires_on": TODAY}, "expires_on"),
        ({"expires_on": date(2029, 1, 1)}, "expires_on"),
        ({"department_id": 0}, "department"),
    ],
)
def test_what_is_malformed_is_refused_where_it_stands(zone, change, field):
    with pytest.raises(Invalid) as refusal:
        made(zone, **change)

    assert refusal.value.field == field
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("left", "field"),
    [
        ("松濑精密陶瓷已经办好。", "answer"),
        ("许若楠来领。", "answer"),
        ("打 138 0000 0621。", "question"),
        ("见 2611-0001。", "answer"),
    ],
)
def test_a_public_entry_from_a_request_names_nobody(life: Life, left, field):
    case_id = life.bring("answered")
    with pytest.raises(Invalid) as refusal:
        made(life.zone, answer=left, source_case_id=case_id)

    assert refusal.value.field == field
    assert not Entry.objects.exists()
    assert made(life.zone, answer=left, source_case_id=case_id, audience="staff").pk


def test_an_entry_is_not_made_from_a_request_that_one_does_not_see(life: Life):
    case_id = life.bring("answered")
    with pytest.raises(NotVisible):
        made(
            life.zone,
            "approval_handler",
            department_id=life.zone.approval.pk,
            source_case_id=case_id,
        )

    assert not Entry.objects.exists()


def test_an_entry_is_not_made_from_a_complaint_which_the_accused_would_read(life: Life):
    case_id = life.bring("answered")
    CaseBar.objects.create(case_id=case_id, grantee=f"d{life.zone.approval.pk}")

    with pytest.raises(Conflict, match="投诉件的答复要保密，不能存成知识条目。"):
        made(life.zone, source_case_id=case_id, audience="staff")

    assert not Entry.objects.exists()


def revised(entry: Entry, **change: object) -> dict[str, object]:
    return {
        "entry_id": entry.pk,
        "version": entry.version,
        "question": QUESTION,
        "answer": "改为 3 个工作日。",
        "category": "ENV",
        "audience": "public",
        "expires_on": entry.expires_on,
        "keeper_id": entry.keeper_id,
        "at": NOW,
        **change,
    }


def test_of_two_who_change_an_entry_the_second_is_told(zone):
    entry = made(zone)
    actor = zone.actor(zone.safety_colleague, NOW)
    operations.entry_revise(**revised(entry), actor=actor)

    refused(
        Conflict, operations.entry_revise, **revised(entry, answer="改为 4 个工作日。"), actor=actor
    )
    entry.refresh_from_db()
    assert (entry.answer, entry.version) == ("改为 3 个工作日。", 2)
    assert queries.entries_found("3 个工作日", actor, TODAY).get() == entry


def test_an_entry_is_changed_only_by_those_who_keep_it(zone):
    entry = made(zone)
    planner = zone.actor(zone.planning_handler, NOW)
    told = {"entry_id": entry.pk, "actor": planner, "at": NOW}

    refused(NotAllowed, operations.entry_revise, **revised(entry), actor=planner)
    refused(NotAllowed, operations.entry_withdraw, **told, reason="过时")
    refused(NotAllowed, operations.entry_review, **told, expires_on=date(2028, 1, 1))
    keeper = zone.actor(zone.safety_handler, NOW)
    refused(
        Invalid,
        operations.entry_revise,
        **revised(entry, keeper_id=zone.planning_handler.pk),
        actor=keeper,
    )


def test_a_withdrawn_entry_is_gone_until_it_is_published_again(zone):
    entry = made(zone)
    told = {"entry_id": entry.pk, "actor": zone.actor(zone.safety_handler, NOW), "at": NOW}
    refused(Invalid, operations.entry_withdraw, **told, reason=" ")

    operations.entry_withdraw(**told, reason="政策废止")

    assert not seen(zone, "contact") and not offered(zone, "clerk")
    refused(Conflict, operations.entry_withdraw, **told, reason="政策废止")
    refused(Conflict, operations.entry_review, **told, expires_on=date(2028, 1, 1))
    operations.entry_publish(**told)
    refused(Conflict, operations.entry_publish, **told)
    assert offered(zone, "contact")


def test_a_review_gives_an_expired_entry_a_later_day(zone):
    entry = made(zone, expires_on=date(2026, 11, 25))
    later = at("12-01 09:00")
    told = {"entry_id": entry.pk, "actor": zone.actor(zone.safety_handler, later), "at": later}
    day = timezone.localdate(later)
    assert not offered(zone, "contact", day)

    operations.entry_review(**told, expires_on=date(2027, 12, 1))

    assert offered(zone, "contact", day)
    refused(Conflict, operations.entry_review, **told, expires_on=date(2027, 12, 1))
    refused(Invalid, operations.entry_review, **told, expires_on=date(2026, 12, 1))


def test_each_help_is_counted_and_told(zone):
    entry = made(zone)
    told = {"entry_id": entry.pk, "at": NOW}

    operations.entry_help(**told, actor=zone.actor(zone.contact))
    operations.entry_help(**told, actor=zone.actor(zone.stranger))

    entry.refresh_from_db()
    assert entry.helped == 2
    staff_only = made(zone, question="断电抢修由谁派车？", audience="staff")
    refused(
        NotVisible,
        operations.entry_help,
        entry_id=staff_only.pk,
        at=NOW,
        actor=zone.actor(zone.contact),
    )
