"""The pages of tokens and webhooks: secrets are shown once, each sees one's own."""

import pytest

from tests.evidence import events
from tests.life import sent
from yuanqi.foundation.models import JournalEvent
from yuanqi.integration import deliveries, tokens
from yuanqi.integration.models import DeliveryState, Token, Webhook

pytestmark = pytest.mark.django_db

HOOK = "https://erp.example.com/yuanqi"


def test_a_token_is_shown_once_and_sending_the_form_again_makes_no_second(client_of):
    page = client_of("clerk")
    form = sent(name="ERP", scopes=["requests:read"], days="90")

    first = page.post("/integration/tokens/", form)
    again = page.post("/integration/tokens/", form)

    row = Token.objects.get()
    shown = first.content.decode()
    assert first.status_code == 201
    secret = next(word for word in shown.split("<code")[1].split(">")[1].split("<")[:1])
    assert tokens.digest(secret) == row.sha256
    assert again.status_code == 303
    assert secret not in page.get("/integration/").content.decode()


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({"name": "", "scopes": ["requests:read"], "days": "90"}, "给哪个程序用"),
        ({"name": "ERP", "days": "90"}, "可以做什么"),
        ({"name": "ERP", "scopes": ["requests:read"], "days": "3650"}, "有效期"),
    ],
)
def test_a_token_form_that_lacks_something_comes_back_open(client_of, form, says):
    before = events()

    answer = client_of("clerk").post("/integration/tokens/", sent(**form))

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert 'id="new-token" open' in answer.content.decode()
    assert (events(), Token.objects.count()) == (before, 0)


def test_an_address_inside_the_house_is_refused_at_its_field(client_of):
    answer = client_of("clerk").post("/integration/webhooks/", sent(url="https://10.0.0.5/"))

    assert answer.status_code == 422
    assert "要由系统管理员先放行" in answer.content.decode()
    assert not Webhook.objects.exists()


def test_an_enterprise_is_not_offered_events_of_supervision(client_of):
    page = client_of("contact")

    assert "督办" not in page.get("/integration/").content.decode().split("new-webhook", 1)[1]
    refused = page.post("/integration/webhooks/", sent(url=HOOK, groups=["supervision"]))
    assert refused.status_code == 422


def test_deliveries_are_shown_with_how_they_went(client_of, zone, life, django_assert_num_queries):
    page = client_of("clerk")
    page.post("/integration/webhooks/", sent(url=HOOK, groups=["intake"]))
    webhook = Webhook.objects.get()
    Webhook.objects.update(made_at="2026-11-05T00:00:00Z")
    life.bring("dispatched")
    deliveries.deliveries_make(list(JournalEvent.objects.order_by("id")), now=life.wall.now)
    first, second = webhook.deliveries.order_by("id")
    webhook.deliveries.filter(pk=first.pk).update(attempts=2, answered=500)
    webhook.deliveries.filter(pk=second.pk).update(
        attempts=1, answered=204, took_ms=31, state=DeliveryState.DELIVERED
    )
    page = client_of("clerk")  # days have gone by: the first session has ended
    page.get(f"/integration/webhooks/{webhook.pk}/")

    with django_assert_num_queries(WEBHOOK_QUERIES):
        shown = page.get(f"/integration/webhooks/{webhook.pk}/").content.decode()

    assert "HTTP 500" in shown
    assert "已送达，HTTP 204，31 毫秒" in shown
    assert "2611-0001" in shown
    assert client_of("leader").get(f"/integration/webhooks/{webhook.pk}/").status_code == 404
    again = page.post(f"/integration/deliveries/{first.pk}/repeats/")
    assert again.status_code in (303, 409)


# the session and who it is, the shell, the webhook, its deliveries, their requests
WEBHOOK_QUERIES = 9


def test_what_can_be_done_to_a_webhook_is_done_by_its_buttons(client_of):
    page = client_of("clerk")
    page.post("/integration/webhooks/", sent(url=HOOK))
    webhook = Webhook.objects.get()
    here = f"/integration/webhooks/{webhook.pk}/"

    assert page.post(f"{here}tests/").status_code == 303
    assert webhook.deliveries.get().kind == deliveries.TEST
    assert page.post(f"{here}pauses/").status_code == 303
    assert page.post(f"{here}pauses/").status_code == 409
    assert "已暂停" in page.get(here).content.decode()
    assert page.post(f"{here}resumptions/").status_code == 303
    renewed = page.post(f"{here}secrets/")
    assert (renewed.status_code, "yqs_" in renewed.content.decode()) == (201, True)
    assert page.post(f"{here}removals/").status_code == 303
    assert page.get(here).status_code == 404
