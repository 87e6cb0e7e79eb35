"""Notices that leave the program: when, once, in whose language, and past a server that is down."""

import smtplib
import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, connections

from tests.people import at, build_zone
from yuanqi.casework.models import CaseAccess
from yuanqi.notices import sending
from yuanqi.notices.models import Channel, Delivery, DeliveryAttempt, Notice, When
from yuanqi.notices.sending import LEASE, claim, finish, send_due
from yuanqi.notices.telling import Word, tell
from yuanqi.notices.tests.wanting import Clock, Out, habits, states, told, wants
from yuanqi.notices.transports import Undelivered
from yuanqi.servicedesk.tests.noticed import RAISED_AT, TITLE, Desk

State = Delivery.State
Error = Delivery.Error
NOON = at("11-05 12:00")


@pytest.fixture(autouse=True)
def set_up(settings):
    settings.MAIL_IS_SET_UP = True
    settings.ORIGIN = "https://yuanqi.example"


@pytest.fixture
def out(monkeypatch) -> Out:
    out = Out()
    monkeypatch.setattr("yuanqi.notices.transports.send", out)
    return out


@pytest.fixture
def on_desk(zone) -> Desk:
    return Desk(zone)


@pytest.fixture
def clerk(on_desk):
    return on_desk.zone.clerk.account


# when --------------------------------------------------------------------------------------------


def test_what_is_wanted_at_once_goes_out_at_once_and_once_only(on_desk, clerk, out):
    wants(clerk)
    told(clerk, on_desk.case_id, "raised", NOON, 1)

    assert send_due(Clock(NOON)) == 1
    assert send_due(Clock(NOON + timedelta(hours=1))) == 0

    ((kind, address, message),) = out.sent
    assert (kind, address, message.subject) == (
        "mail", "a@b.example", "【云泽高新区】新诉求，请派单。",
    )  # fmt: skip
    notice = Notice.objects.get()
    assert message.text == (
        "新诉求，请派单。\n"
        f"2611-0001 {TITLE} · 松濑精密陶瓷\n"
        "11-05 12:00\n"
        f"https://yuanqi.example/notices/{notice.pk}/\n\n"
        "-- \n云泽高新区\n这封信由系统发出，请不要回复。\n"
        "改通知方式：https://yuanqi.example/notices/settings/\n"
    )
    assert f'<a href="https://yuanqi.example/notices/{notice.pk}/">' in message.html
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.sent_at, delivery.attempts) == (State.SENT, NOON, 1)


def test_without_the_sites_own_address_a_message_has_no_links(on_desk, clerk, out, settings):
    settings.ORIGIN = ""
    wants(clerk)
    told(clerk, on_desk.case_id, "raised", NOON, 1)
    send_due(Clock(NOON))

    ((_kind, _address, message),) = out.sent
    assert "http" not in message.text
    assert "href" not in message.html


def test_a_digest_is_one_message_a_day_with_all_its_lines(on_desk, clerk, out):
    wants(clerk, duty=When.DIGEST, talk=When.DIGEST)
    for event_id, (kind, when) in enumerate(
        [("raised", "11-05 09:00"), ("returned", "11-05 11:00"), ("note", "11-05 16:59")], 1
    ):
        told(clerk, on_desk.case_id, kind, at(when), event_id)
    told(clerk, on_desk.case_id, "raised", at("11-05 17:00"), 9)

    assert send_due(Clock(at("11-05 16:59"))) == 0
    assert send_due(Clock(at("11-05 17:00"))) == 1
    assert send_due(Clock(at("11-06 16:59"))) == 0
    assert send_due(Clock(at("11-06 17:00"))) == 1

    assert out.subjects == ["【云泽高新区】3 条消息", "【云泽高新区】新诉求，请派单。"]
    assert [line for line in out.sent[0][2].text.splitlines() if line.endswith(("。", "：", "”"))][
        :3
    ] == ["新诉求，请派单。", "退单，请重新派。理由：", "写了内部备注：“”"]


def test_never_means_never(on_desk, clerk, out):
    wants(clerk, duty=When.NEVER)
    told(clerk, on_desk.case_id, "raised", NOON, 1)

    assert send_due(Clock(NOON)) == 0
    assert (states(), out.sent) == ([], [])


def test_never_said_after_it_was_planned_still_counts(on_desk, clerk, out):
    channel = wants(clerk, duty=When.DIGEST)
    told(clerk, on_desk.case_id, "raised", NOON, 1)
    channel.chosen.update(when=When.NEVER)

    send_due(Clock(at("11-05 17:00")))

    assert (states(), out.sent) == ([("digest", State.NEEDLESS)], [])


def test_quiet_hours_over_midnight_end_with_one_message(on_desk, clerk, out):
    wants(clerk)
    habits(clerk, "22:00", "07:00")
    told(clerk, on_desk.case_id, "raised", at("11-05 23:30"), 1)
    told(clerk, on_desk.case_id, "returned", at("11-06 02:00"), 2)

    assert send_due(Clock(at("11-06 06:59"))) == 0
    assert send_due(Clock(at("11-06 07:00"))) == 1

    assert out.subjects == ["【云泽高新区】2 条消息"]


def test_a_standstill_is_told_in_the_night(on_desk, clerk, out):
    wants(clerk)
    habits(clerk, "22:00", "07:00")
    told(clerk, on_desk.case_id, "raised", at("11-05 23:30"), 1, is_urgent=True)

    assert send_due(Clock(at("11-05 23:30"))) == 1


def test_quiet_hours_set_after_the_plan_are_kept_too(on_desk, clerk, out):
    wants(clerk)
    out.refusal = Undelivered(Error.OUTAGE)
    told(clerk, on_desk.case_id, "raised", at("11-05 21:58"), 1)
    send_due(Clock(at("11-05 21:58")))
    habits(clerk, "21:00", "07:00")
    out.refusal = None

    assert send_due(Clock(at("11-05 22:30"))) == 0
    assert send_due(Clock(at("11-06 07:00"))) == 1


# to whom, in which words -------------------------------------------------------------------------


def test_a_channel_that_nobody_has_verified_is_told_nothing(on_desk, clerk, out):
    channel = wants(clerk)
    Channel.objects.filter(pk=channel.pk).update(verified_at=None)
    told(clerk, on_desk.case_id, "raised", NOON, 1)

    assert send_due(Clock(NOON)) == 0
    assert states() == []


def test_a_way_out_that_is_not_offered_is_not_planned(on_desk, clerk, out, settings):
    wants(clerk)
    settings.MAIL_IS_SET_UP = False
    told(clerk, on_desk.case_id, "raised", NOON, 1)

    assert states() == []


def test_each_reads_it_in_his_own_language(on_desk, out):
    zone = on_desk.zone
    contact = zone.contact.account
    contact.language = "en"
    contact.save(update_fields=["language"])
    wants(contact, progress=When.ONCE)
    on_desk.dispatch()
    on_desk.accept()
    on_desk.told()

    send_due(Clock(RAISED_AT + timedelta(days=6)))

    ((_kind, _address, message),) = out.sent
    assert "【Yunze High-tech Zone】" in message.subject
    assert "Safety" in message.text  # the unit's English name
    assert '<html lang="en">' in message.html


def test_what_he_may_no_longer_see_is_not_mailed(on_desk, out):
    planner = on_desk.zone.planning_handler.account
    wants(planner)
    on_desk.dispatch(on_desk.zone.planning)
    on_desk.told()
    CaseAccess.objects.filter(case_id=on_desk.case_id).exclude(
        grantee=f"e{on_desk.zone.enterprise.pk}"
    ).delete()

    send_due(Clock(RAISED_AT + timedelta(days=6)))

    assert (states(), out.sent) == ([("once", State.NEEDLESS)], [])


def test_what_was_read_meanwhile_is_not_mailed(on_desk, clerk, out):
    wants(clerk, duty=When.DIGEST)
    first = told(clerk, on_desk.case_id, "raised", NOON, 1)
    told(clerk, on_desk.case_id, "returned", NOON, 2)
    Notice.objects.filter(pk=first.pk).update(read_at=NOON)

    send_due(Clock(at("11-05 17:00")))

    assert out.subjects == ["【云泽高新区】退单，请重新派。"]


def test_a_locked_account_is_mailed_nothing(on_desk, clerk, out):
    wants(clerk)
    told(clerk, on_desk.case_id, "raised", NOON, 1)
    clerk.is_active = False
    clerk.save(update_fields=["is_active"])

    send_due(Clock(NOON))

    assert (states(), out.sent) == ([("once", State.NEEDLESS)], [])


def test_robots_and_telephones_are_not_told_what_people_wrote(on_desk, out):
    zone = on_desk.zone
    wants(zone.contact.account, talk=When.ONCE)
    wants(zone.contact.account, "wecom", "k" * 36, talk=When.ONCE)
    on_desk.dispatch()
    on_desk.accept()
    on_desk.told()
    on_desk.say(zone.safety_handler, "总氟 6.2 mg/L，超了")
    on_desk.told()

    send_due(Clock(RAISED_AT + timedelta(days=6)))

    mailed, robot = (message for _kind, _address, message in sorted(out.sent, key=lambda s: s[0]))
    notice = Notice.objects.get(kind="said_by_park")
    assert "总氟" in mailed.text
    assert "总氟" not in mailed.subject
    assert robot.brief == (
        f"【云泽高新区】有人给您留言。 2611-0001\nhttps://yuanqi.example/notices/{notice.pk}/"
    )
    assert "总氟" not in robot.short


def test_the_same_event_again_sends_nothing_again(on_desk, clerk, out):
    wants(clerk)
    word = Word(clerk.pk, f"case:{on_desk.case_id}", 1, "raised", NOON)

    assert len(tell(source="servicedesk", words=[word, word], now=NOON)) == 1
    assert tell(source="servicedesk", words=[word], now=NOON) == []

    assert send_due(Clock(NOON)) == 1


# a server that is down ---------------------------------------------------------------------------


class Server:
    """A mail server by the clock: down for a day, then back."""

    def __init__(self, clock: Clock, back_at) -> None:
        self.clock, self.back_at = clock, back_at
        self.tried = 0

    def send(self, message, fail_silently=False):
        self.tried += 1
        if self.clock.now < self.back_at:
            raise smtplib.SMTPConnectError(421, b"down")
        mail.outbox.append(message)


def test_a_mail_server_down_for_a_day_loses_nothing_and_gets_nothing_twice(
    on_desk, clerk, monkeypatch
):
    wants(clerk)
    clock = Clock(NOON)
    server = Server(clock, NOON + timedelta(days=1))
    monkeypatch.setattr(
        "django.core.mail.EmailMultiAlternatives.send", lambda message, **_: server.send(message)
    )
    for number in range(5):
        told(clerk, on_desk.case_id, "raised", NOON, number)

    while clock.now < NOON + timedelta(days=2):
        send_due(clock)
        clock.now += timedelta(minutes=1)

    assert len(mail.outbox) == 5
    assert len({sent.extra_headers["Message-ID"] for sent in mail.outbox}) == 5
    assert states() == [("once", State.SENT)] * 5
    # ever rarer: 12 tries each in a day, and none after it arrived
    assert server.tried == sum(Delivery.objects.values_list("attempts", flat=True)) <= 5 * 13


def test_after_48_hours_it_is_given_up_and_the_reason_kept(on_desk, clerk, out):
    wants(clerk)
    out.refusal = Undelivered(Error.OUTAGE, "TimeoutError")
    clock = Clock(NOON)
    told(clerk, on_desk.case_id, "raised", NOON, 1)

    while clock.now < NOON + timedelta(days=4):
        send_due(clock)
        clock.now += timedelta(minutes=10)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error, delivery.detail) == (
        State.GIVEN_UP, Error.OUTAGE, "TimeoutError",
    )  # fmt: skip
    last = delivery.tries.order_by("number").last()
    assert NOON + timedelta(hours=44) <= last.started_at <= NOON + timedelta(hours=48)


def test_what_another_try_would_not_mend_is_given_up_at_once(on_desk, clerk, out):
    wants(clerk, "wecom", "k" * 36)
    out.refusal = Undelivered(Error.ADDRESS, "93000 invalid webhook url", is_final=True)
    told(clerk, on_desk.case_id, "raised", NOON, 1)

    send_due(Clock(NOON))

    assert (states(), out.tried) == ([("once", State.GIVEN_UP)], 1)


def test_a_closed_way_out_is_tried_once_a_run_and_holds_up_no_other(on_desk, clerk, monkeypatch):
    wants(clerk)
    wants(clerk, "feishu", "k" * 36)
    tried = []

    def send(kind, address, secret, message):
        tried.append(kind)
        if kind == "mail":
            raise Undelivered(Error.OUTAGE)

    monkeypatch.setattr("yuanqi.notices.transports.send", send)
    for number in range(3):
        told(clerk, on_desk.case_id, "raised", NOON, number)

    assert send_due(Clock(NOON)) == 3
    assert sorted(tried) == ["feishu", "feishu", "feishu", "mail"]


def test_a_message_that_cannot_be_made_holds_up_no_other(on_desk, clerk, out, monkeypatch):
    wants(clerk)
    told(clerk, on_desk.case_id, "raised", NOON, 1)
    told(clerk, on_desk.case_id, "returned", NOON, 2)
    make = sending.letters.notices

    def breaks(items, *, key):
        if items[0].notice.kind == "raised":
            raise ZeroDivisionError
        return make(items, key=key)

    monkeypatch.setattr("yuanqi.notices.letters.notices", breaks)

    assert send_due(Clock(NOON)) == 1
    assert states() == [("once", State.WAITING), ("once", State.SENT)]
    assert Delivery.objects.order_by("id").first().error == Error.BROKEN


# workers -----------------------------------------------------------------------------------------


def test_a_worker_killed_while_sending_is_followed_after_its_lease(on_desk, clerk, out):
    wants(clerk)
    told(clerk, on_desk.case_id, "raised", NOON, 1)
    killed = claim(NOON, set())

    assert send_due(Clock(NOON + LEASE - timedelta(seconds=1))) == 0
    assert send_due(Clock(NOON + LEASE)) == 1

    # the killed one comes back from the dead: its word counts no more
    assert not finish(killed, NOON + LEASE, failed=Undelivered(Error.OUTAGE))
    assert states() == [("once", State.SENT)]
    assert list(DeliveryAttempt.objects.order_by("number").values_list("number", "error")) == [
        (1, Error.OUTAGE),
        (2, ""),
    ]


def test_what_kills_its_worker_again_and_again_is_given_up_after_48_hours(on_desk, clerk, out):
    wants(clerk)
    told(clerk, on_desk.case_id, "raised", NOON, 1)
    clock = Clock(NOON)
    while claim(clock.now, set()):
        clock.now += LEASE

    assert clock.now == NOON + timedelta(hours=48) + LEASE
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error) == (State.GIVEN_UP, Error.BROKEN)


def test_two_workers_at_once_send_each_message_once(committed, settings, monkeypatch):
    zone = build_zone()
    desk = Desk(zone)
    clerk = zone.clerk.account
    wants(clerk)
    for number in range(20):
        told(clerk, desk.case_id, "raised", NOON, number)
    lock, sent, start = threading.Lock(), [], threading.Barrier(2)

    def send(kind, address, secret, message):
        with lock:
            sent.append(message.key)

    monkeypatch.setattr("yuanqi.notices.transports.send", send)

    def work():
        start.wait()
        send_due(Clock(NOON))
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert len(sent) == 20
    assert len(set(sent)) == 20
    assert set(states()) == {("once", State.SENT)}


def test_a_digest_that_is_being_sent_takes_no_further_line(committed, monkeypatch):
    zone = build_zone()
    desk = Desk(zone)
    clerk = zone.clerk.account
    wants(clerk, duty=When.DIGEST)
    told(clerk, desk.case_id, "raised", NOON, 1)
    assert claim(at("11-05 17:00"), set()) is not None

    told(clerk, desk.case_id, "returned", NOON, 2)  # a subscriber that comes late

    first, second = Delivery.objects.order_by("id")
    assert [n.kind for n in first.notices.all()] == ["raised"]
    assert [n.kind for n in second.notices.all()] == ["returned"]
    assert connection.in_atomic_block is False
