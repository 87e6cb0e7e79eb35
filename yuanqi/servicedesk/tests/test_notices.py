"""Who is told what, once and never about what he did himself; the page of messages."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.people import BEFORE, PASSWORD, Zone, at, build_zone
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, CaseAccess
from yuanqi.foundation import subscribers
from yuanqi.foundation.actors import SYSTEM, Role
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant, SubscriberCursor
from yuanqi.organisation import operations as organisation
from yuanqi.registry import operations as registry
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.inbox import inbox_of
from yuanqi.servicedesk.models import Notice
from yuanqi.servicedesk.notices import NEWS, Told, handle, notices_make
from yuanqi.servicedesk.operations import CoHandler

TEXT = "新产线每天约 20 吨处理后废水，要重新办哪些手续？设备已经订了。"
TITLE = "新产线每天约 20 吨处理后废水，要重新办哪些手续"
RAISED_AT = at("11-05 10:00")


class Desk:
    """A request on its way, and who has been told what so far."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.case_id = self.raise_it(zone.contact)
        self.read_up_to = 0

    def raise_it(self, by, when=RAISED_AT) -> int:
        return desk.request_raise(
            contact_id=self.zone.contact.pk,
            category="ENV",
            level="P2",
            text=TEXT,
            actor=self.zone.actor(by, when),
            at=when,
        )

    def dispatch(self, *asked) -> None:
        desk.request_dispatch(
            case_id=self.case_id,
            lead_id=self.zone.safety.pk,
            co_handlers=[CoHandler(unit.pk, "核余量") for unit in asked],
            actor=self.zone.actor(self.zone.clerk),
            at=at("11-05 11:24"),
        )

    def accept(self) -> None:
        desk.request_accept(
            case_id=self.case_id,
            actor=self.zone.actor(self.zone.safety_handler),
            at=at("11-05 13:50"),
        )

    def say(self, by, body: str, kind: str = "talk") -> None:
        actor = self.zone.actor(by)
        when = at("11-05 14:20")
        cases.message_send(case_id=self.case_id, body=body, kind=kind, actor=actor, at=when)

    def pause(self, ground: str = "enterprise-material") -> None:
        cases.clock_pause(
            case_id=self.case_id,
            ground=ground,
            awaited="水质检测报告",
            actor=self.zone.actor(self.zone.safety_handler),
            at=at("11-06 16:00"),
        )

    def answer(self) -> None:
        desk.request_answer(
            case_id=self.case_id,
            body="可以接入",
            actor=self.zone.actor(self.zone.safety_handler),
            at=at("11-10 10:00"),
        )

    def evaluate(self, level: int) -> None:
        cases.case_evaluate(
            case_id=self.case_id,
            level=level,
            is_resolved=level > 2,
            was_contacted=True,
            actor=self.zone.actor(self.zone.contact),
            at=at("11-10 11:00"),
        )

    def told(self) -> set[tuple[str, str]]:
        """Who has been told what by the events since the last time this was asked."""
        events = list(JournalEvent.objects.filter(pk__gt=self.read_up_to).order_by("id"))
        self.read_up_to = events[-1].pk if events else self.read_up_to
        before = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        notices_make(events, now=RAISED_AT + timedelta(days=6))
        fresh = Notice.objects.filter(pk__gt=before, event_id__in=[event.pk for event in events])
        return set(fresh.values_list("account__username", "kind"))


@pytest.fixture
def on_desk(zone: Zone) -> Desk:
    return Desk(zone)


# who is told what --------------------------------------------------------------------------------


def test_the_centre_on_duty_and_the_linked_officer_learn_of_a_new_request(on_desk):
    assert on_desk.told() == {("clerk", "raised"), ("linked", "raised_by_linked")}


def test_a_request_raised_for_the_enterprise_is_told_to_its_contact_and_not_to_who_raised_it(
    on_desk,
):
    on_desk.told()
    on_desk.raise_it(on_desk.zone.linked_officer)

    assert on_desk.told() == {("clerk", "raised"), ("contact", "raised_for_you")}


def test_an_ended_link_is_told_nothing(on_desk):
    on_desk.told()
    link = on_desk.zone.enterprise.links.get()
    act = {"actor": SYSTEM, "at": BEFORE}
    registry.link_end(link_id=link.pk, until_on=RAISED_AT.date(), **act)
    on_desk.raise_it(on_desk.zone.contact)

    assert on_desk.told() == {("clerk", "raised")}


def test_lead_and_co_handlers_learn_of_a_dispatch(on_desk):
    on_desk.told()
    on_desk.dispatch(on_desk.zone.planning, on_desk.zone.approval)

    assert on_desk.told() == {
        ("handler", "lead"),
        ("planner", "co_handle"),
        ("approver", "co_handle"),
    }


def test_the_contact_learns_who_took_it_up(on_desk):
    on_desk.dispatch()
    on_desk.told()
    on_desk.accept()

    assert on_desk.told() == {("contact", "accepted")}


def test_the_centre_learns_of_a_return_and_the_enterprise_does_not(on_desk):
    on_desk.dispatch()
    on_desk.told()
    desk.request_return(
        case_id=on_desk.case_id,
        reason="排水管网归规建局",
        basis="三定方案第 4 条",
        actor=on_desk.zone.actor(on_desk.zone.safety_handler),
        at=at("11-05 11:50"),
    )

    assert on_desk.told() == {("clerk", "returned")}


def test_what_the_enterprise_says_reaches_who_holds_the_request(on_desk):
    on_desk.told()
    on_desk.say(on_desk.zone.contact, "什么时候有人来？")
    assert on_desk.told() == {("clerk", "said_by_enterprise")}

    on_desk.dispatch(on_desk.zone.planning)
    on_desk.accept()
    task = Case.objects.get(pk=on_desk.case_id).tasks.get(department=on_desk.zone.planning)
    cases.task_start(
        case_id=on_desk.case_id,
        task_id=task.pk,
        actor=on_desk.zone.actor(on_desk.zone.planning_handler),
        at=at("11-05 14:00"),
    )
    on_desk.told()
    on_desk.say(on_desk.zone.contact, "资料都在了")
    # held by the co-handler, led by the safety bureau
    assert on_desk.told() == {
        ("planner", "said_by_enterprise"),
        ("handler", "said_by_enterprise"),
    }


@pytest.mark.parametrize(("kind", "told"), [("talk", "said_by_park"), ("plan", "plan")])
def test_what_the_park_says_reaches_the_contact(on_desk, kind, told):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.told()
    on_desk.say(on_desk.zone.safety_handler, "请补水样报告", kind)

    assert on_desk.told() == {("contact", told)}


def test_an_internal_note_reaches_the_other_officers_and_never_the_enterprise(on_desk):
    on_desk.dispatch(on_desk.zone.planning)
    on_desk.accept()
    task = Case.objects.get(pk=on_desk.case_id).tasks.get(department=on_desk.zone.planning)
    cases.task_start(
        case_id=on_desk.case_id,
        task_id=task.pk,
        actor=on_desk.zone.actor(on_desk.zone.planning_handler),
        at=at("11-05 14:00"),
    )
    on_desk.told()
    on_desk.say(on_desk.zone.safety_handler, "管网余量要核", "note")

    assert on_desk.told() == {("planner", "note")}


@pytest.mark.parametrize(
    ("ground", "told"), [("enterprise-material", "awaited"), ("superior-organ", "paused")]
)
def test_the_contact_learns_that_the_clock_stands_and_whether_for_him(on_desk, ground, told):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.told()
    on_desk.pause(ground)

    assert on_desk.told() == {("contact", told)}


def test_a_paper_supplied_is_told_to_the_lead_once(on_desk):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.pause()
    on_desk.told()
    cases.material_supply(
        case_id=on_desk.case_id,
        body="报告",
        actor=on_desk.zone.actor(on_desk.zone.contact),
        at=at("11-09 10:30"),
    )

    assert on_desk.told() == {("handler", "supplied")}


def test_who_lets_the_clock_go_on_himself_is_told_nothing(on_desk):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.pause()
    on_desk.told()
    handler = on_desk.zone.actor(on_desk.zone.safety_handler)
    cases.clock_resume(case_id=on_desk.case_id, actor=handler, at=at("11-09 10:30"))

    assert on_desk.told() == set()


def test_a_pause_that_ran_out_is_told_to_the_lead(on_desk):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.pause()
    on_desk.told()
    assert cases.pause_run_out(case_id=on_desk.case_id, at=at("11-30 09:00"))

    assert on_desk.told() == {("handler", "ran_out")}


def test_the_lead_learns_when_a_co_handler_begins_and_when_he_is_done(on_desk):
    on_desk.dispatch(on_desk.zone.planning)
    on_desk.accept()
    on_desk.told()
    task = Case.objects.get(pk=on_desk.case_id).tasks.get(department=on_desk.zone.planning)
    planner = on_desk.zone.actor(on_desk.zone.planning_handler)
    act = {"case_id": on_desk.case_id, "task_id": task.pk, "actor": planner}

    cases.task_start(**act, at=at("11-09 11:00"))
    assert on_desk.told() == {("handler", "task_started")}
    cases.task_finish(**act, opinion="余量 60 吨", at=at("11-09 16:00"))
    assert on_desk.told() == {("handler", "task_done")}


def test_an_answer_asks_the_contact_for_his_judgement(on_desk):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.told()
    on_desk.answer()

    assert on_desk.told() == {("contact", "answered")}


@pytest.mark.parametrize("level", [3, 4, 5])
def test_a_good_judgement_is_told_to_the_lead(on_desk, level):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.answer()
    on_desk.told()
    on_desk.evaluate(level)

    assert on_desk.told() == {("handler", "evaluated")}


@pytest.mark.parametrize("level", [1, 2])
def test_a_bad_judgement_calls_the_centre_to_the_telephone(on_desk, level):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.answer()
    on_desk.told()
    on_desk.evaluate(level)

    assert on_desk.told() == {("handler", "evaluated"), ("clerk", "call_back")}


def test_a_case_closed_for_want_of_a_judgement_is_told_to_the_contact(on_desk):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.answer()
    on_desk.told()
    assert cases.case_close_unrated(case_id=on_desk.case_id, at=at("11-30 09:00"))

    assert on_desk.told() == {("contact", "unrated")}


def test_who_is_away_is_told_for_later_and_who_acts_is_told_now(on_desk):
    on_desk.dispatch()
    on_desk.accept()
    on_desk.told()
    organisation.absence_record(
        officer_id=on_desk.zone.safety_handler.pk,
        acting_id=on_desk.zone.safety_colleague.pk,
        start_at=at("11-05 14:00"),
        end_at=at("11-06 12:00"),
        reason="培训",
        actor=SYSTEM,
        at=BEFORE,
    )
    on_desk.say(on_desk.zone.contact, "在吗？")

    assert on_desk.told() == {
        ("handler", "said_by_enterprise"),
        ("colleague", "said_by_enterprise"),
    }


def test_people_without_an_account_or_no_longer_active_are_passed_over(on_desk):
    zone = on_desk.zone
    zone.linked_officer.is_active = False
    zone.linked_officer.save(update_fields=["is_active"])
    zone.contact.account = None
    zone.contact.save(update_fields=["account"])

    assert on_desk.told() == {("clerk", "raised")}


# idempotence, age --------------------------------------------------------------------------------


def test_the_same_events_again_add_nothing_and_keep_what_is_read(on_desk):
    on_desk.dispatch(on_desk.zone.planning)
    events = list(JournalEvent.objects.order_by("id"))
    notices_make(events, now=RAISED_AT)
    Notice.objects.filter(kind="lead").update(read_at=RAISED_AT)
    rows = list(Notice.objects.order_by("id").values())

    notices_make(events, now=RAISED_AT)

    assert list(Notice.objects.order_by("id").values()) == rows
    assert len(rows) == 4


def test_what_is_old_is_news_to_nobody(on_desk):
    events = list(JournalEvent.objects.order_by("id"))

    notices_make(events, now=RAISED_AT + NEWS)
    assert not Notice.objects.exists()
    notices_make(events, now=RAISED_AT + NEWS - timedelta(seconds=1))
    assert Notice.objects.count() == 2


def test_the_subscriber_stands_in_the_register_of_the_program():
    assert {s.name: s.handler for s in subscribers.registered()}["notices"] is handle


def test_the_subscriber_makes_the_notices_of_committed_events_once(committed):
    zone = build_zone()
    now = timezone.now()
    desk.request_raise(
        contact_id=zone.contact.pk,
        category="ENV",
        level="P2",
        text=TEXT,
        actor=zone.actor(zone.contact, now),
        at=now,
    )

    assert subscribers.catch_up() > 0
    assert subscribers.catch_up() == 0

    assert SubscriberCursor.objects.filter(name="notices").exists()
    assert set(Notice.objects.values_list("account__username", "kind")) == {
        ("clerk", "raised"),
        ("linked", "raised_by_linked"),
    }


# the page ----------------------------------------------------------------------------------------


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


@pytest.fixture
def whole_life(on_desk) -> Desk:
    """A request with at least one notice of each kind that its people get."""
    on_desk.dispatch(on_desk.zone.planning)
    on_desk.accept()
    on_desk.say(on_desk.zone.safety_handler, "许经理您好，" * 20)
    on_desk.say(on_desk.zone.contact, "检测机构说后天出报告。")
    on_desk.say(on_desk.zone.planning_handler, "管网余量紧张", "note")
    on_desk.pause()
    on_desk.told()
    return on_desk


def test_each_line_says_in_a_sentence_what_happened_to_which_request(whole_life):
    zone = whole_life.zone
    contact = inbox_of(zone.actor(zone.contact))
    handler = inbox_of(zone.actor(zone.safety_handler))

    assert [line.says for line in contact] == [
        "请您补交：水质检测报告。交来以后，时限接着算。",
        "何思远给您留言：“许经理您好，许经理您好，许经理您好，许经理您好，许经理您好，许经理您好，许经理…”",
        "安环局何思远已经签收，正在办理。",
    ]
    assert [line.says for line in handler] == [
        "陆瑶写了内部备注：“管网余量紧张”",
        "企业许若楠说：“检测机构说后天出报告。”",
        "派给您这里主办，请签收。",
    ]
    assert {(line.number, line.title, line.firm) for line in handler} == {
        ("2611-0001", TITLE, "松濑精密陶瓷")
    }
    assert {line.firm for line in contact} == {""}


@pytest.mark.parametrize("told", Told)
def test_every_kind_of_notice_has_a_sentence_even_when_its_event_names_nothing(on_desk, told):
    zone = on_desk.zone
    Notice.objects.create(
        account=zone.clerk.account, case_id=on_desk.case_id, event_id=0, kind=told, at=RAISED_AT
    )

    (line,) = inbox_of(zone.actor(zone.clerk))

    assert line.says.endswith(("。", "”", "："))
    assert "%" not in line.says


def test_once_a_request_is_out_of_sight_its_notices_name_nothing(whole_life):
    zone = whole_life.zone
    CaseAccess.objects.filter(case_id=whole_life.case_id).exclude(
        grantee=f"e{zone.enterprise.pk}"
    ).delete()
    notice = Notice.objects.get(account=zone.planning_handler.account, kind="co_handle")
    client = signed_in(zone.planning_handler)

    html = client.get(reverse("servicedesk:notices")).content.decode()
    response = client.get(reverse("servicedesk:notice", args=[notice.pk]), follow=True)

    assert TITLE not in html
    assert "2611-0001" not in html
    assert "松濑" not in html
    assert "这件诉求已经转给别人，不归您看了。" in html
    assert response.redirect_chain == [(reverse("servicedesk:notices"), 302)]
    notice.refresh_from_db()
    assert notice.read_at is not None


def test_opening_a_message_marks_it_read_and_leads_to_its_request(whole_life):
    zone = whole_life.zone
    notice = Notice.objects.get(account=zone.contact.account, kind="awaited")

    response = signed_in(zone.contact).get(reverse("servicedesk:notice", args=[notice.pk]))

    assert response["Location"] == reverse("servicedesk:request", args=[whole_life.case_id])
    read = Notice.objects.filter(account=zone.contact.account, read_at__isnull=False)
    assert list(read) == [notice]


def test_opening_it_again_keeps_when_it_was_first_read(whole_life):
    zone = whole_life.zone
    notice = Notice.objects.get(account=zone.contact.account, kind="awaited")
    Notice.objects.filter(pk=notice.pk).update(read_at=RAISED_AT)

    signed_in(zone.contact).get(reverse("servicedesk:notice", args=[notice.pk]))

    notice.refresh_from_db()
    assert notice.read_at == RAISED_AT


def test_a_message_of_somebody_else_does_not_exist(whole_life):
    zone = whole_life.zone
    notice = Notice.objects.get(account=zone.contact.account, kind="awaited")

    for person in (zone.safety_handler, zone.clerk, zone.stranger):
        response = signed_in(person).get(reverse("servicedesk:notice", args=[notice.pk]))
        assert response.status_code == 404

    notice.refresh_from_db()
    assert notice.read_at is None


def test_marking_all_read_touches_only_ones_own(whole_life):
    zone = whole_life.zone

    response = signed_in(zone.contact).post(reverse("servicedesk:notices"))

    assert (response.status_code, response["Location"]) == (303, reverse("servicedesk:notices"))
    unread = Notice.objects.filter(read_at__isnull=True)
    assert not unread.filter(account=zone.contact.account).exists()
    assert unread.filter(account=zone.safety_handler.account).count() == 3


def test_the_bar_counts_what_is_unread(whole_life):
    html = signed_in(whole_life.zone.contact).get(reverse("servicedesk:notices")).content.decode()

    assert "消息 3" in html
    assert "3 条没看" in html


def test_an_empty_inbox_says_what_will_come(zone):
    html = signed_in(zone.stranger).get(reverse("servicedesk:notices")).content.decode()

    assert "还没有消息。有您要知道的进展，会写在这里。" in html


def test_the_page_asks_the_same_number_of_questions_however_many_messages(
    whole_life, django_assert_num_queries
):
    zone = whole_life.zone
    client = signed_in(zone.contact)
    # who asks: session, account, roles, officer, contact, officer for links; unread notices
    # what is shown: notices, visible cases, events, officers, departments, messages
    with django_assert_num_queries(13):
        client.get(reverse("servicedesk:notices"))

    for _again in range(3):
        whole_life.say(zone.safety_handler, "再补一份")
    whole_life.told()
    with django_assert_num_queries(13):
        client.get(reverse("servicedesk:notices"))


def test_an_administrator_who_is_neither_officer_nor_contact_has_an_empty_inbox(zone):
    account = Account(username="auditor")
    account.set_password(PASSWORD)
    account.save()
    RoleGrant.objects.create(account=account, role=Role.AUDIT_ADMIN.value)
    client = Client()
    client.force_login(account)

    assert client.get(reverse("servicedesk:notices")).status_code == 200
