"""Promises: made in one's own name, kept with evidence, never lost with who made them."""

from datetime import date

import pytest

from tests.evidence import every_row
from tests.life import photo, sent
from tests.people import at
from yuanqi.audit import erasing
from yuanqi.foundation import files
from yuanqi.foundation.actors import SYSTEM, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant
from yuanqi.notices.models import Notice
from yuanqi.organisation.officers import officer_leave
from yuanqi.organisation.operations import head_appoint
from yuanqi.promises import notices, operations, queries
from yuanqi.promises.models import Promise, State
from yuanqi.registry import operations as registry

pytestmark = pytest.mark.django_db
THURSDAY = at("11-05 10:00")


def make(zone, who="linked_officer", when=THURSDAY, **more):
    told = {"text": "约隔壁两家谈食堂共用", "due_on": date(2026, 12, 3)} | more
    return operations.promise_make(
        enterprise_id=zone.enterprise.pk, actor=zone.actor(getattr(zone, who)), at=when, **told
    )


def close(zone, row, name, who, when=THURSDAY, **more):
    act = getattr(operations, f"promise_{name}")
    told = more or ({"outcome": "谈成了"} if name == "keep" else {"reason": "两家都不愿意"})
    return act(promise_id=row.pk, actor=zone.actor(getattr(zone, who)), at=when, **told)


def test_a_promise_has_an_owner_his_department_and_a_day(zone):
    row = make(zone)

    assert (row.officer, row.department, row.due_on) == (
        zone.linked_officer, zone.approval, date(2026, 12, 3),
    )  # fmt: skip
    assert (row.state, row.made_on, row.made_by) == (
        State.OPEN, date(2026, 11, 5), zone.linked_officer,
    )  # fmt: skip
    event = JournalEvent.objects.get(kind="promises.promise_made")
    assert (event.stream, event.audience) == (row.stream, "enterprise")
    assert "食堂" not in str(event.payload)


@pytest.mark.parametrize(
    ("who", "told", "error"),
    [
        ("contact", {}, NotAllowed),
        ("stranger", {}, NotVisible),
        ("safety_handler", {"officer_id": "planning_handler"}, NotAllowed),
        ("linked_officer", {"text": " "}, Invalid),
        ("linked_officer", {"due_on": date(2026, 11, 4)}, Invalid),
        ("linked_officer", {"due_on": date(2030, 1, 1)}, Invalid),
        ("linked_officer", {"occasion": "dream"}, Invalid),
    ],
)
def test_what_cannot_be_promised_changes_nothing(zone, who, told, error):
    if "officer_id" in told:
        told = told | {"officer_id": getattr(zone, told["officer_id"]).pk}
    before = every_row()
    with pytest.raises(error):
        make(zone, who, **told)
    assert every_row() == before


def test_it_is_kept_with_evidence_by_who_answers_for_it(zone, files_root):
    row = make(zone)
    before = every_row()
    for who, error in (("planning_handler", NotAllowed), ("contact", NotAllowed),
                       ("stranger", NotVisible)):  # fmt: skip
        with pytest.raises(error):
            close(zone, row, "keep", who)
    with pytest.raises(Invalid):
        close(zone, row, "keep", "linked_officer", outcome=" ")
    assert every_row() == before

    (upload,) = files.check([photo("纪要.jpg")])
    close(zone, row, "keep", "linked_officer", outcome="谈成了", upload=upload)

    row.refresh_from_db()
    assert (row.state, row.outcome, row.file_name) == (State.KEPT, "谈成了", "纪要.jpg")
    before = every_row()
    with pytest.raises(Conflict):
        close(zone, row, "break", "linked_officer")
    assert every_row() == before


def test_an_owner_may_break_his_word_with_a_reason_but_not_take_it_back(zone):
    row = make(zone)
    before = every_row()
    with pytest.raises(NotAllowed):
        close(zone, row, "withdraw", "linked_officer")
    with pytest.raises(Invalid):
        close(zone, row, "break", "linked_officer", reason="")
    assert every_row() == before

    assert close(zone, row, "break", "linked_officer").state == State.BROKEN
    other = make(zone)
    assert close(zone, other, "withdraw", "contact").state == State.WITHDRAWN


def test_a_promise_outlives_its_officers_transfer(zone):
    row = make(zone)
    link = zone.enterprise.links.get()
    registry.link_hand_over(
        link_id=link.pk, officer=zone.planning_handler, from_on=date(2026, 11, 10),
        actor=zone.actor(zone.clerk), at=THURSDAY,
    )  # fmt: skip

    operations.sweep(at=at("11-09 10:00"))
    row.refresh_from_db()
    assert row.officer == zone.linked_officer

    operations.sweep(at=at("11-10 10:00"))
    operations.sweep(at=at("11-10 10:30"))

    row.refresh_from_db()
    assert (row.officer, row.department, row.made_by, row.handed_on) == (
        zone.planning_handler, zone.planning, zone.linked_officer, date(2026, 11, 10),
    )  # fmt: skip
    assert JournalEvent.objects.filter(kind="promises.promise_handed_over").count() == 1


def test_who_leaves_hands_his_promises_to_a_colleague(zone):
    row = make(zone, "safety_handler")
    head_appoint(department=zone.safety, officer=zone.safety_colleague, actor=SYSTEM, at=THURSDAY)
    officer_leave(
        officer_id=zone.safety_handler.pk, to_id=zone.safety_colleague.pk, reason="退休",
        actor=SYSTEM, at=THURSDAY,
    )  # fmt: skip
    row.refresh_from_db()
    assert row.officer == zone.safety_colleague


def test_its_day_is_told_once_near_and_once_late(zone):
    row = make(zone, due_on=date(2026, 11, 10))
    for when in ("11-06 10:00", "11-07 10:00", "11-08 10:00", "11-11 10:00", "11-12 10:00"):
        operations.sweep(at=at(when))

    told = JournalEvent.objects.filter(kind="promises.promise_reminded").order_by("id")
    assert [(one.at, one.payload["is_late"]) for one in told] == [
        (at("11-07 10:00"), False), (at("11-11 10:00"), True),
    ]  # fmt: skip
    notices.notices_make(list(told), now=at("11-11 10:05"))
    notices.notices_make(list(told), now=at("11-11 10:06"))
    assert set(Notice.objects.values_list("account", "kind")) == {
        (zone.linked_officer.account_id, "promise_near"),
        (zone.linked_officer.account_id, "promise_late"),
        (zone.approval_handler.account_id, "promise_late"),
    }
    assert row.is_late(date(2026, 11, 11)) and not row.is_late(date(2026, 11, 10))


@pytest.fixture
def _thursday(wall):
    wall.set("11-05 10:00")


@pytest.mark.usefixtures("_thursday")
def test_a_form_sent_twice_promises_once_and_the_enterprise_reads_it(zone, client_of):
    where = f"/promises/new/{zone.enterprise.pk}/"
    told = sent(text="请审批局来讲一次备案变更", due_on="2026-11-30", occasion="visit")
    linked = client_of("linked_officer")

    answers = [linked.post(where, told), linked.post(where, told)]

    row = Promise.objects.get()
    assert [(one.status_code, one["Location"]) for one in answers] == [
        (303, f"/promises/{row.pk}/")
    ] * 2
    contact = client_of("contact")
    assert "备案变更" in contact.get(f"/promises/{row.pk}/").content.decode()
    assert "备案变更" in contact.get("/promises/").content.decode()
    assert client_of("stranger").get(f"/promises/{row.pk}/").status_code == 404
    page = contact.get(f"/enterprises/{zone.enterprise.pk}/profile/").content.decode()
    assert "备案变更" in page


@pytest.mark.usefixtures("_thursday")
def test_a_refused_form_keeps_what_was_typed(zone, client_of):
    row = make(zone)
    linked, planner = client_of("linked_officer"), client_of("planning_handler")
    before = every_row(but=("once_key",))
    answer = linked.post(f"/promises/{row.pk}/breaking/", sent(reason=""))
    assert answer.status_code == 422
    assert "请写明原因" in answer.content.decode()
    refused = planner.post(f"/promises/{row.pk}/breaking/", sent(reason="不想办"))
    assert refused.status_code == 403
    assert every_row(but=("once_key",)) == before


@pytest.mark.usefixtures("_thursday")
def test_late_ones_come_first_for_the_centre(zone, client_of, django_assert_max_num_queries, wall):
    make(zone, due_on=date(2026, 11, 5))
    wall.set("11-06 10:00")
    clerk = client_of("clerk")
    assert "没有兑现" in clerk.get("/promises/").content.decode()
    with django_assert_max_num_queries(8):
        clerk.get("/promises/")
    assert not queries.late(Promise.objects.all(), date(2026, 11, 5)).exists()


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
@pytest.mark.usefixtures("_thursday")
def test_no_administrator_sees_a_promise(zone, client, role):
    row = make(zone)
    account = Account.objects.create(username="admin")
    RoleGrant.objects.create(account=account, role=role.value)
    client.force_login(account)
    assert client.get("/promises/").status_code == 404
    assert client.get(f"/promises/{row.pk}/").status_code == 404
    assert client.post(f"/promises/{row.pk}/keeping/", sent(outcome="x")).status_code == 404


def test_an_erased_persons_name_and_number_go_from_what_was_promised(zone):
    contact = zone.contact
    row = make(zone, text=f"周五前给{contact.name}回电 {contact.phone}，说用电的事")
    person = erasing.find("contact", contact.pk)
    assert person is not None

    removed = erasing.erase(person, THURSDAY)

    row.refresh_from_db()
    assert row.text == "周五前给已删除回电 已删除，说用电的事"
    assert ("承诺里的姓名和电话", 1) in [(one.label, one.count) for one in removed]
