"""The machine's clock is set back an hour in the middle of a morning: nothing is lost, nothing is
said twice, and on no request does time run backwards."""

import pytest

from tests.people import Zone, at
from yuanqi.casework.models import Case
from yuanqi.foundation.models import JournalEvent
from yuanqi.integration import deliveries
from yuanqi.integration import operations as integration
from yuanqi.integration.models import Webhook
from yuanqi.notices.models import Delivery, Notice
from yuanqi.notices.sending import send_due
from yuanqi.notices.tests.wanting import Clock, Out, wants
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.notices import notices_make
from yuanqi.supervision.operations import sweep

pytestmark = pytest.mark.django_db

BEFORE, AFTER = at("11-05 10:30"), at("11-05 09:30")  # the wall, before and after it was set


@pytest.fixture
def raised(zone) -> int:
    return raise_at("11-05 10:00", zone)


def raise_at(when: str, zone: Zone) -> int:
    return desk.request_raise(
        contact_id=zone.contact.pk,
        category="ENV",
        level="P2",
        text="废水怎么接入？",
        actor=zone.actor(zone.contact),
        at=at(when),
    )


def journal() -> list[JournalEvent]:
    return list(JournalEvent.objects.order_by("xid", "id"))


def test_on_no_request_does_time_run_backwards(zone, raised):
    act = {"case_id": raised, "actor": zone.actor(zone.clerk)}
    desk.request_dispatch(**act, lead_id=zone.safety.pk, at=BEFORE)

    desk.request_accept(case_id=raised, actor=zone.actor(zone.safety_handler), at=AFTER)

    stream = JournalEvent.objects.filter(stream=f"case:{raised}").order_by("seq")
    assert [event.at for event in stream] == [at("11-05 10:00"), BEFORE, BEFORE]
    case = Case.objects.get(pk=raised)
    assert case.state == "in_progress"
    assert case.acted_at == BEFORE
    assert [held.start_at for held in case.holdings.order_by("id")] == [
        at("11-05 10:00"), BEFORE, BEFORE,
    ]  # fmt: skip
    sign = case.clocks.filter(purpose="sign").order_by("id").last()
    assert (sign.started_at, sign.stopped_at) == (BEFORE, BEFORE)


def test_the_page_of_a_request_from_the_hour_that_has_not_come_yet_is_read(
    zone, raised, client, monkeypatch
):
    monkeypatch.setattr("django.utils.timezone.now", lambda: AFTER)
    for who in (zone.contact, zone.clerk):
        client.force_login(who.account)

        assert client.get(f"/requests/{raised}/").status_code == 200
        assert client.get("/requests/").status_code == 200
        assert client.get("/").status_code in (200, 302)


def test_everybody_is_still_told_and_once(zone, raised, monkeypatch, settings):
    settings.MAIL_IS_SET_UP = True
    wants(zone.clerk.account)
    out = Out()
    monkeypatch.setattr("yuanqi.notices.transports.send", out)
    clock = Clock(BEFORE)
    notices_make(journal(), now=BEFORE)
    send_due(clock)
    sent = len(out.sent)
    again = raise_at("11-05 09:31", zone)
    clock.now = AFTER

    notices_make(journal(), now=AFTER)
    send_due(clock)

    told = Notice.objects.filter(account=zone.clerk.account).order_by("id")
    assert list(told.values_list("subject", flat=True)) == [f"case:{raised}", f"case:{again}"]
    assert sent == 1 and len(out.sent) == 2
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_a_webhook_made_before_is_told_what_happens_after(zone, raised):
    made = integration.webhook_make(
        url="https://erp.example.com/yuanqi", kinds=(), actor=zone.actor(zone.clerk), at=BEFORE
    )
    again = raise_at("11-05 09:31", zone)

    deliveries.deliveries_make(journal(), now=AFTER)
    deliveries.deliveries_make(journal(), now=BEFORE)

    # what was raised before anybody asked is still none of its news
    told = Webhook.objects.get(pk=made.id).deliveries.values_list("subject", flat=True)
    assert list(told) == [str(again)]


def test_a_limit_passes_once(zone, raised):
    late = at("11-05 18:00")  # nobody has dispatched it
    sweep(at=late)
    said = JournalEvent.objects.count()

    assert sweep(at=at("11-05 17:00")) == 0
    assert sweep(at=at("11-05 18:01")) == 0
    assert JournalEvent.objects.count() == said
