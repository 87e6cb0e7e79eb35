"""A note from a phone: one visit however often it is sent, all that was born on it, one contact."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from tests.evidence import every_row
from tests.life import photo, program
from tests.people import at, build_zone
from tests.together import at_once
from yuanqi.advice.models import Advice, Topic
from yuanqi.audit import erasing
from yuanqi.casework.models import Case
from yuanqi.foundation import files
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.promises.models import Promise
from yuanqi.registry import facts
from yuanqi.registry.contacting.queries import use_of
from yuanqi.registry.models import Contact, Fact, Indicator
from yuanqi.visiting import operations
from yuanqi.visiting.models import Photo, Visit
from yuanqi.visiting.operations import Advised, Asked, Note, Promised

from .conftest import KEY, THURSDAY, plan, record, wish

FRIDAY = at("11-06 10:00")


def full(topics: str) -> Note:
    return Note(
        talk="二期厂房封顶，明年 3 月搬。", orders="多了", staff="少了", staff_count=231,
        capacity_use=Decimal("82.5"), policies=("finance", "safety"), is_safety_reminded=True,
        requests=(Asked("特殊物品审批按半年用量一次批", "ENV", "P3"),),
        promises=(Promised("约隔壁两家谈食堂共用", date(2026, 12, 3)),),
        advice=(Advised("班车能不能晚一点", topics),),
    )  # fmt: skip


def test_a_note_makes_the_visit_its_request_promise_advice_and_facts(zone, topics, files_root):
    uploads = files.check([photo("厂房.jpg")])

    row = record(zone, note=full(topics), uploads=uploads)

    assert (row.state, row.officer, row.happened_at) == ("done", zone.linked_officer, THURSDAY)
    assert {one.case_id or one.promise_id or one.advice_id for one in row.items.all()} == {
        Case.objects.get().pk, Promise.objects.get().pk, Advice.objects.get().pk,
    }  # fmt: skip
    assert Case.objects.get().request.channel == "officer"
    assert [one.name for one in Photo.objects.all()] == ["厂房.jpg"]
    known = facts.facts_of(zone.enterprise.pk, date(2026, 11, 5))
    assert (known["orders_trend"], known["staff_trend"], known["capacity_use"]) == (
        "多了", "少了", 0.825,
    )  # fmt: skip
    assert known.get("production_trend") is None
    assert set(Fact.objects.values_list("source", flat=True)) == {"visit"}
    assert Indicator.objects.get().value == 231
    assert row.contact == Contact.objects.get()
    told = JournalEvent.objects.get(kind="visiting.visit_recorded")
    assert (told.payload["key"], told.payload["trends"]) == (
        str(KEY), ["orders:up", "staff:down"],
    )  # fmt: skip
    assert "厂房" not in str(told.payload)


def test_a_phone_that_sends_a_note_twice_makes_one_visit(zone, topics):
    first = record(zone, note=full(topics))
    before = every_row()

    assert record(zone, note=full(topics), when=FRIDAY) == first
    assert every_row() == before


def test_two_sendings_at_the_same_instant_make_one_visit(committed, django_db_blocker):
    with django_db_blocker.unblock():
        zone = build_zone()
        note = full(Topic.objects.filter(is_active=True).first().code)
        answers = at_once(lambda: record(zone, note=note), lambda: record(zone, note=note))
        assert answers[0] == answers[1]
        assert (Visit.objects.count(), Case.objects.count(), Contact.objects.count()) == (1, 1, 1)


def test_a_key_of_somebody_elses_note_is_refused(zone):
    record(zone)
    before = every_row()
    with pytest.raises(Conflict):
        record(zone, "planning_handler")
    assert every_row() == before


@pytest.mark.parametrize(
    ("told", "error"),
    [
        ({"who": "contact"}, NotAllowed),
        ({"who": "stranger"}, NotVisible),
        ({"who": "planning_handler", "request": True}, NotAllowed),
        ({"note": Note()}, Invalid),
        ({"note": Note(talk="x", orders="很多")}, Invalid),
        ({"note": Note(talk="x", capacity_use=Decimal(300))}, Invalid),
        ({"note": Note(talk="x", promises=(Promised("y", date(2026, 1, 1)),))}, Invalid),
        ({"happened_at": at("11-05 12:00")}, Invalid),
        ({"happened_at": at("10-01 12:00")}, Invalid),
        ({"visit_id": 77}, NotVisible),
    ],
)
def test_what_cannot_be_noted_changes_nothing(zone, topics, told, error):
    if told.pop("request", False):
        told["note"] = full(topics)
    before = every_row()
    with pytest.raises(error):
        record(zone, **told)
    assert every_row() == before


def test_what_is_no_photo_is_refused(zone, files_root):
    with pytest.raises(Invalid):
        record(zone, uploads=files.check([program()]))
    assert not Visit.objects.exists()


def test_a_figure_that_is_confirmed_already_does_not_lose_the_note(zone, topics):
    row = record(zone, note=full(topics))
    Fact.objects.update(confirmed_at=THURSDAY)
    Indicator.objects.update(confirmed_at=THURSDAY)
    again = record(
        zone, key=uuid4(), reason="再次核对",
        note=Note(talk="又去了一次", orders="少了", staff_count=240),
    )  # fmt: skip
    assert again != row
    assert (Fact.objects.get(field="orders_trend").text, Indicator.objects.get().value) == (
        "多了", 231,
    )  # fmt: skip


def test_three_departments_visits_become_one_and_the_enterprise_sees_it(zone, client_of, wall):
    wall.set("11-06 10:00")
    wishes = [
        wish(zone, "safety_handler", "核对排水口", date(2026, 11, 12)),
        wish(zone, "planning_handler", "看二期工地", date(2026, 11, 15)),
    ]
    visit = plan(zone, wish_ids=[one.pk for one in wishes], planned_on=date(2026, 11, 6))

    record(zone, visit_id=visit.pk, when=FRIDAY)

    visit.refresh_from_db()
    assert visit.state == "done"
    assert use_of(zone.enterprise.pk, date(2026, 11, 6)).used == 1
    assert Contact.objects.filter(merged_into=visit.contact).count() == 2
    contact = client_of("contact")
    page = contact.get(f"/visits/{visit.pk}/").content.decode()
    assert "3 个部门的走访合成一次" in page
    assert "核对排水口" in page
    assert "3 件合成一次" in contact.get(
        f"/enterprises/{zone.enterprise.pk}/contacted/"
    ).content.decode()  # fmt: skip


def test_beyond_the_budget_only_what_is_due_needs_no_reason(zone):
    for _turn in range(4):
        record(zone, "safety_handler", key=uuid4(), note=Note(talk="检查"))
    before = every_row()
    with pytest.raises(Invalid) as refused:
        record(zone, key=uuid4())
    assert refused.value.field == "reason"
    assert every_row() == before
    assert record(zone, key=uuid4(), reason="企业请我们来").contact.reason == "企业请我们来"
    december = at("12-07 10:00")
    for _turn in range(4):
        record(zone, "safety_handler", key=uuid4(), when=at("12-01 10:00"), reason="检查")
    assert use_of(zone.enterprise.pk, date(2026, 12, 7)).is_used_up
    with pytest.raises(Invalid):
        record(zone, key=uuid4(), when=december)
    late = at("12-30 10:00")
    assert record(zone, key=uuid4(), when=late).contact.reason == "按服务方案到期走访"


def test_the_enterprise_confirms_the_report_once_or_says_what_is_wrong(zone):
    row = record(zone)

    def confirm(who="contact", **more):
        told = {"is_right": True} | more
        return operations.visit_confirm(
            visit_id=row.pk, actor=zone.actor(getattr(zone, who)), at=FRIDAY, **told
        )

    before = every_row()
    for who, error in (("linked_officer", NotAllowed), ("stranger", NotVisible)):
        with pytest.raises(error):
            confirm(who)
    with pytest.raises(Invalid):
        confirm(is_right=False)
    assert every_row() == before

    assert confirm(is_right=False, remark="搬家是 4 月").remark == "搬家是 4 月"
    before = every_row()
    with pytest.raises(Conflict):
        confirm()
    assert every_row() == before


def test_an_erased_persons_name_goes_from_the_visits(zone):
    row = record(zone, note=Note(talk="谈了搬家，许若楠管这事", met="许若楠、韩总助"))
    person = erasing.find("contact", zone.contact.pk)
    assert person is not None

    removed = erasing.erase(person, FRIDAY)

    row.refresh_from_db()
    assert (row.met, row.talk) == ("", "谈了搬家，已删除管这事")
    assert ("走访记录里“见了谁”", 1) in [(one.label, one.count) for one in removed]
