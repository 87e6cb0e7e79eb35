"""A worker that is killed between effect and cursor: each delivery is made, and made once."""

from collections.abc import Iterator

import pytest
from django.db import connections

from tests.people import Zone, at, build_zone
from yuanqi.foundation import subscribers
from yuanqi.foundation.models import SubscriberCursor
from yuanqi.foundation.subscribers import Subscriber
from yuanqi.integration import deliveries, operations
from yuanqi.integration.models import WebhookDelivery
from yuanqi.servicedesk import operations as desk


@pytest.fixture
def park(committed) -> Iterator[Zone]:
    yield build_zone()
    for each in connections.all():
        each.close()


def told() -> list[str]:
    return list(WebhookDelivery.objects.order_by("id").values_list("kind", flat=True))


def read_to_the_end() -> None:
    while subscribers.run_once(Subscriber("webhooks", deliveries.handle)):
        pass


def test_a_worker_killed_between_effect_and_cursor_makes_each_delivery_once(park):
    operations.webhook_make(
        url="https://erp.example.com/yuanqi",
        kinds=(),
        actor=park.actor(park.clerk),
        at=at("11-05 08:00"),
    )
    desk.request_raise(
        contact_id=park.contact.pk,
        category="ENV",
        level="P2",
        text="废水怎么接入？",
        actor=park.actor(park.contact),
        at=at("11-05 10:00"),
    )

    def killed(events):
        deliveries.handle(events)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        subscribers.run_once(Subscriber("webhooks", killed))
    assert told() == []
    read_to_the_end()
    assert told() == ["servicedesk.request_raised"]
    # a cursor that was set back, as by a restored backup
    SubscriberCursor.objects.filter(name="webhooks").update(xid=0, event_id=0)
    read_to_the_end()

    assert told() == ["servicedesk.request_raised"]
