"""Webhooks: who is told what, signed, again until it arrives, and never inside the house."""

import hashlib
import hmac
import ipaddress
import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.conf import settings
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.evidence import every_row
from tests.life import TEXT
from tests.people import at
from yuanqi.casework import operations as cases
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.integration import deliveries, operations, reach, sending
from yuanqi.integration.models import DeliveryState, Webhook, WebhookDelivery
from yuanqi.notices import wording
from yuanqi.notices.models import Notice

pytestmark = pytest.mark.django_db

BEGINNING = at("11-05 08:00")


class Receiver:
    """Somebody else's server: keeps what it is sent, answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                status = receiver.statuses.pop(0) if receiver.statuses else 204
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_said: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.server.shutdown()
    found.server.server_close()


def hooked(zone, who: str, url: str = "https://erp.example.com/yuanqi", kinds=()) -> tuple:
    person = getattr(zone, who)
    shown = operations.webhook_make(url=url, kinds=kinds, actor=zone.actor(person), at=BEGINNING)
    return Webhook.objects.get(pk=shown.id), shown.secret


def told(webhook: Webhook) -> list[str]:
    return list(
        WebhookDelivery.objects.filter(webhook=webhook)
        .order_by("id")
        .values_list("kind", flat=True)
    )


def read_journal(now=BEGINNING) -> None:
    deliveries.deliveries_make(list(JournalEvent.objects.order_by("xid", "id")), now=now)


def test_each_owner_is_told_what_he_could_read_on_the_timeline(zone, life):
    hooks = {
        who: hooked(zone, who)[0]
        for who in ("contact", "stranger", "clerk", "safety_handler", "planning_handler")
    }
    life.bring("accepted")

    read_journal()

    assert told(hooks["contact"]) == [
        "servicedesk.request_raised",
        "servicedesk.request_dispatched",
        "servicedesk.request_accepted",
    ]
    assert told(hooks["stranger"]) == []
    assert told(hooks["clerk"]) == told(hooks["contact"])
    assert told(hooks["safety_handler"]) == told(hooks["planning_handler"]) == told(hooks["clerk"])


def test_what_stays_inside_the_park_is_not_sent_to_an_enterprise(zone, life, wall):
    firm, centre = hooked(zone, "contact")[0], hooked(zone, "clerk")[0]
    case_id = life.bring("accepted")
    cases.message_send(
        case_id=case_id, body="内部看法", kind="note",
        actor=zone.actor(zone.safety_handler), at=at("11-05 15:00"),
    )  # fmt: skip
    read_journal()

    assert "casework.message_sent" not in told(firm)
    assert told(centre)[-1] == "casework.message_sent"


def test_an_event_is_a_cloudevent_with_ids_and_no_words_of_anybodys(zone, life):
    webhook, _secret = hooked(zone, "clerk")
    case_id = life.bring("closed")

    read_journal()

    bodies = list(webhook.deliveries.order_by("id").values_list("body", flat=True))
    first = json.loads(bodies[0])
    event = JournalEvent.objects.get(kind="servicedesk.request_raised")
    assert first == {
        "specversion": "1.0",
        "id": str(event.pk),
        "source": "/api/v1/requests",
        "type": "yuanqi.servicedesk.request_raised",
        "time": event.at.isoformat(),
        "subject": str(case_id),
        "datacontenttype": "application/json",
        "data": {
            "case_id": case_id,
            "number": "2611-0001",
            "category": "ENV",
            "level": "P2",
            "channel": "enterprise",
        },
    }
    everything = " ".join(bodies)
    for words in (TEXT, "许若楠", "水质检测报告", "已补充说明", "余量 60 吨"):
        assert words not in everything
    # no Chinese at all: whatever somebody wrote stays at home
    assert re.search(r"[\u4e00-\u9fff]", everything) is None


def test_only_the_kinds_that_were_chosen_and_only_from_then_on(zone, life):
    chosen, _secret = hooked(zone, "clerk", kinds=["servicedesk.request_answered"])
    case_id = life.bring("answered")
    late = operations.webhook_make(
        url="https://erp.example.com/late", kinds=(), actor=zone.actor(zone.clerk), at=life.wall.now
    )

    read_journal()

    assert told(chosen) == ["servicedesk.request_answered"]
    assert told(Webhook.objects.get(pk=late.id)) == ["servicedesk.request_answered"]
    assert chosen.deliveries.get().subject == str(case_id)


def test_a_batch_read_twice_tells_nobody_twice(zone, life):
    webhook, _secret = hooked(zone, "clerk")
    life.bring("dispatched")

    read_journal()
    before = list(webhook.deliveries.values_list("pk", flat=True))
    read_journal()

    assert list(webhook.deliveries.values_list("pk", flat=True)) == before
    jobs = ProcrastinateJob.objects.filter(queueing_lock=f"webhook:{webhook.pk}", status="todo")
    assert jobs.count() == 1


def test_a_delivery_is_signed_so_that_its_receiver_can_tell(zone, life, receiver):
    webhook, secret = hooked(zone, "clerk", receiver.url)
    life.bring("submitted")
    read_journal()

    assert sending.send_waiting(webhook.pk) == 1

    ((headers, body),) = receiver.got
    signed = f"{headers['Yuanqi-Timestamp']}.".encode() + body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert headers["Yuanqi-Signature"] == f"v1={expected}"
    assert headers["Content-Type"] == "application/cloudevents+json; charset=utf-8"
    row = webhook.deliveries.get()
    assert (row.state, row.answered, row.attempts) == (DeliveryState.DELIVERED, 204, 1)
    assert headers["Yuanqi-Delivery"] == str(row.pk)
    assert settings.SECRET_KEY not in secret


def test_a_receiver_that_answers_500_is_asked_again_with_growing_pauses(zone, life, wall, receiver):
    webhook, _secret = hooked(zone, "clerk", receiver.url)
    life.bring("submitted")
    read_journal(wall.now)
    receiver.statuses = [500, 500, 302]
    pauses = []

    for _attempt in range(4):
        sending.send_waiting(webhook.pk)
        row = webhook.deliveries.get()
        pauses.append(row.next_at - wall.now)
        assert sending.send_waiting(webhook.pk) == 0  # not before its time
        if row.state == DeliveryState.WAITING:
            assert row.answered == (500, 500, 302)[row.attempts - 1]
            assert sending.due_webhooks(wall.now) == []
            wall.now = row.next_at
            assert sending.due_webhooks(wall.now) == [webhook.pk]

    assert pauses[:3] == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    row = webhook.deliveries.get()
    assert (row.state, row.answered, row.attempts) == (DeliveryState.DELIVERED, 204, 4)
    # no redirect is followed
    assert len(receiver.got) == 4
    assert len({body for _headers, body in receiver.got}) == 1


def test_after_three_days_a_delivery_is_given_up(zone, life, wall, receiver):
    webhook, _secret = hooked(zone, "clerk", receiver.url)
    life.bring("submitted")
    read_journal(wall.now)
    begun = wall.now
    receiver.statuses = [500] * 100

    while webhook.deliveries.get().state == DeliveryState.WAITING:
        sending.send_waiting(webhook.pk)
        wall.now = webhook.deliveries.get().next_at

    row = webhook.deliveries.get()
    assert row.state == DeliveryState.GIVEN_UP
    assert begun + timedelta(days=2.5) < row.tried_at <= begun + timedelta(days=3)
    assert row.attempts == 20


def test_many_failures_in_a_row_pause_a_webhook_and_say_so(zone, life, wall, receiver):
    webhook, _secret = hooked(zone, "clerk", receiver.url)
    life.bring("submitted")
    read_journal(wall.now)
    Webhook.objects.filter(pk=webhook.pk).update(failures=99)
    receiver.statuses = [500]

    sending.send_waiting(webhook.pk)

    webhook.refresh_from_db()
    assert (webhook.trouble, webhook.failures) == (Webhook.Trouble.FAILURES, 100)
    event = JournalEvent.objects.get(kind="integration.webhook_paused")
    assert event.payload == {"webhook_id": webhook.pk, "trouble": "failures"}
    for _time in range(2):
        deliveries.handle([event])
    (notice,) = Notice.objects.filter(source="integration")
    assert notice.account_id == zone.clerk.account_id
    line = wording.lines_of([notice], zone.actor(zone.clerk))[notice.pk]
    assert line.says.startswith("推送到 127.0.0.1 连续失败，已自动暂停")
    assert line.url == f"/integration/webhooks/{webhook.pk}/"
    assert sending.due_webhooks(wall.now + timedelta(days=1)) == []
    operations.webhook_resume(webhook_id=webhook.pk, actor=zone.actor(zone.clerk), at=wall.now)
    wall.now += timedelta(minutes=2)
    assert sending.send_waiting(webhook.pk) == 1
    webhook.refresh_from_db()
    assert webhook.failures == 0


def test_a_worker_killed_on_the_way_leaves_it_to_be_sent_again(zone, life, wall, receiver):
    webhook, _secret = hooked(zone, "clerk", receiver.url)
    life.bring("submitted")
    read_journal(wall.now)
    row = webhook.deliveries.get()

    # sent, and killed before it was written down
    claimed = sending._claimed(webhook, wall.now)
    sending.attempt(webhook, claimed)
    assert sending.send_waiting(webhook.pk) == 0
    wall.now += timedelta(seconds=61)
    assert sending.due_webhooks(wall.now) == [webhook.pk]
    assert sending.send_waiting(webhook.pk) == 1

    ids = [json.loads(body)["id"] for _headers, body in receiver.got]
    assert ids == [row.event_id] * 2


def test_nobody_at_the_door_is_written_down_in_words(zone, life, wall):
    webhook, _secret = hooked(zone, "clerk", "http://127.0.0.1:9/hook")
    life.bring("submitted")
    read_journal(wall.now)

    sending.send_waiting(webhook.pk)

    row = webhook.deliveries.get()
    assert row.answered is None
    assert row.error.startswith("ConnectError")


@pytest.mark.parametrize("name", ["a" * 64 + ".example.com", "erp..example.com", ".example.com"])
def test_a_name_that_can_be_none_is_written_down_and_holds_up_nothing(zone, life, wall, name):
    webhook, _secret = hooked(zone, "clerk", f"https://{name}/hook")
    life.bring("submitted")
    read_journal(wall.now)

    sending.send_waiting(webhook.pk)

    row = webhook.deliveries.get()
    assert (row.attempts, row.answered, row.claimed_until) == (1, None, None)
    assert row.error == f"{name} has no address"


def test_one_who_does_not_answer_is_left_alone_longer_each_time(zone, life, wall):
    webhook, _secret = hooked(zone, "clerk", "http://127.0.0.1:9/hook")
    life.bring("accepted")
    read_journal(wall.now)
    rests = []

    for _attempt in range(7):
        assert sending.send_waiting(webhook.pk) == 1
        webhook.refresh_from_db()
        rests.append((webhook.rests_until - wall.now) // timedelta(minutes=1))
        # however much is due, nobody waits at that door meanwhile
        assert sending.due_webhooks(webhook.rests_until - timedelta(seconds=1)) == []
        wall.now = webhook.rests_until

    assert rests == [1, 2, 4, 8, 16, 30, 30]
    assert sending.due_webhooks(wall.now) == [webhook.pk]
    operations.webhook_test(webhook_id=webhook.pk, actor=zone.actor(zone.clerk), at=wall.now)
    webhook.refresh_from_db()
    assert webhook.rests_until is None


# --- where a webhook may lead ------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://erp.example.com/",
        "ftp://erp.example.com/",
        "https://",
        "erp.example.com",
        "https://user:secret@erp.example.com/",
        "https://erp.example.com/#x",
        "https://10.0.0.5/",
        "https://192.168.1.1:8443/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.5]/",
        "https://0.0.0.0/",
        "https://127.0.0.2/",
        "https://erp.example.com:99999/",
        "https://erp.example.com/\r\nX: y",
        "https://erp.example.com/ 空格",
        "https://" + "a" * 500,
    ],
)
def test_an_address_that_is_not_public_or_not_secret_is_refused(zone, url):
    before = every_row()

    with pytest.raises(Invalid) as refused:
        hooked(zone, "clerk", url)

    assert refused.value.field == "url"
    assert every_row() == before


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("127.0.0.1", False),
        ("169.254.169.254", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("::ffff:192.168.0.1", False),
        ("::10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("64:ff9b:1::a00:1", False),
        ("fec0::1", False),
        ("2001:0:a00:1::1", False),
        ("2001:db8::1", False),
        ("2002:a00:1::", False),
    ],
)
def test_public_is_what_no_network_keeps_for_itself(address, public):
    assert reach.is_public(ipaddress.ip_address(address)) is public


def resolves_to(monkeypatch, *addresses: str) -> None:
    monkeypatch.setattr(
        "socket.getaddrinfo",
        lambda name, port, **_more: [(2, 1, 6, "", (address, port)) for address in addresses],
    )


def test_a_name_that_leads_inside_is_not_called(monkeypatch):
    resolves_to(monkeypatch, "93.184.216.34", "10.0.0.5")

    with pytest.raises(reach.Unreachable, match=r"10\.0\.0\.5, inside the network"):
        reach.resolve("https://erp.example.com/hook")


def test_the_call_goes_to_the_address_that_was_judged(monkeypatch):
    resolves_to(monkeypatch, "93.184.216.34")

    found = reach.resolve("https://erp.example.com:8443/hook?x=1")

    assert found.url == "https://93.184.216.34:8443/hook?x=1"
    assert (found.host, found.name) == ("erp.example.com:8443", "erp.example.com")


def test_the_administrator_may_let_a_host_inside_be_called(monkeypatch, settings):
    settings.WEBHOOK_HOSTS = ["erp.park.example"]
    resolves_to(monkeypatch, "10.0.0.5")

    assert reach.resolve("https://erp.park.example/hook").url == "https://10.0.0.5:443/hook"


def test_outside_the_demo_the_own_machine_is_not_called(settings):
    settings.DEMO = False

    with pytest.raises(Invalid):
        reach.check("http://127.0.0.1:8000/")
    with pytest.raises(reach.Unreachable):
        reach.resolve("https://127.0.0.1/")


# --- by hand -----------------------------------------------------------------------------------


def test_a_webhook_is_ones_own(zone):
    webhook, _secret = hooked(zone, "clerk")
    stranger = zone.actor(zone.leader)

    for operation in (
        operations.webhook_pause,
        operations.webhook_test,
        operations.webhook_remove,
        operations.webhook_secret_renew,
    ):
        with pytest.raises(NotVisible):
            operation(webhook_id=webhook.pk, actor=stranger, at=BEGINNING)


def test_a_paused_webhook_is_told_nothing_and_not_later_either(zone, life):
    webhook, _secret = hooked(zone, "clerk")
    actor = zone.actor(zone.clerk)
    operations.webhook_pause(webhook_id=webhook.pk, actor=actor, at=BEGINNING)
    life.bring("submitted")

    read_journal()

    assert told(webhook) == []
    with pytest.raises(Conflict):
        operations.webhook_pause(webhook_id=webhook.pk, actor=actor, at=BEGINNING)
    with pytest.raises(Conflict):
        operations.webhook_test(webhook_id=webhook.pk, actor=actor, at=BEGINNING)


def test_another_secret_signs_from_then_on(zone, receiver):
    webhook, before = hooked(zone, "clerk", receiver.url)
    actor = zone.actor(zone.clerk)

    after = operations.webhook_secret_renew(webhook_id=webhook.pk, actor=actor, at=BEGINNING)
    operations.webhook_test(webhook_id=webhook.pk, actor=actor, at=BEGINNING)
    sending.send_waiting(webhook.pk)

    ((headers, body),) = receiver.got
    signed = f"{headers['Yuanqi-Timestamp']}.".encode() + body
    assert after.secret != before
    assert headers["Yuanqi-Signature"] == (
        "v1=" + hmac.new(after.secret.encode(), signed, hashlib.sha256).hexdigest()
    )
    assert json.loads(body)["type"] == "yuanqi.integration.test"


def test_a_delivery_given_up_is_sent_again_by_hand(zone, life, wall, receiver):
    webhook, _secret = hooked(zone, "clerk", receiver.url)
    life.bring("submitted")
    read_journal(wall.now)
    webhook.deliveries.update(state=DeliveryState.GIVEN_UP, attempts=20)
    row = webhook.deliveries.get()

    operations.delivery_repeat(delivery_id=row.pk, actor=zone.actor(zone.clerk), at=wall.now)
    sending.send_waiting(webhook.pk)

    row.refresh_from_db()
    assert (row.state, row.attempts) == (DeliveryState.DELIVERED, 21)
