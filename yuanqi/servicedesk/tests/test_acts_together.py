"""Two who send at the same instant: the same form is carried out once, of two acts one wins."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from tests.evidence import events
from tests.life import Life, sent
from tests.people import build_zone
from yuanqi.casework.models import Task
from yuanqi.foundation.models import OnceKey


@pytest.fixture
def life(committed, wall, files_root) -> Life:
    return Life(build_zone(), wall)


def client_of(life: Life, who: str) -> Client:
    client = Client()
    client.force_login(getattr(life.zone, who).account)
    return client


def together(*sendings: Callable[[], Any]) -> list[Any]:
    """Send at the same instant, each from its own thread; return the responses in order."""
    barrier = threading.Barrier(len(sendings))
    responses: list[Any] = [None] * len(sendings)

    def run(index: int, sending: Callable[[], Any]) -> None:
        try:
            barrier.wait(20)
            responses[index] = sending()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(sendings)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return responses


@pytest.mark.parametrize(
    ("name", "stage", "who", "data", "recorded"),
    [
        ("accept", "dispatched", "safety_handler", {}, 1),
        ("message", "accepted", "contact", {"kind": "talk", "body": "报告周五出"}, 1),
        (
            "evaluate",
            "answered",
            "contact",
            {"level": "5", "is_resolved": "yes", "was_contacted": "yes"},
            2,
        ),
    ],
)
def test_the_same_form_sent_twice_at_once_is_carried_out_once(
    life, name, stage, who, data, recorded
):
    case_id = life.bring(stage)
    url, count, form = reverse(f"servicedesk:{name}", args=[case_id]), events(), sent(**data)
    one, two = client_of(life, who), client_of(life, who)

    responses = together(lambda: one.post(url, form), lambda: two.post(url, form))

    assert [response.status_code for response in responses] == [303, 303]
    assert {response["Location"] for response in responses} == {
        reverse("servicedesk:request", args=[case_id])
    }
    assert events() == count + recorded
    assert OnceKey.objects.count() == 1


def test_of_two_who_accept_at_once_one_wins_and_the_other_is_told_by_whom(life):
    case_id = life.bring("dispatched")
    url, count = reverse("servicedesk:accept", args=[case_id]), events()
    one, two = client_of(life, "safety_handler"), client_of(life, "safety_colleague")

    responses = together(lambda: one.post(url, sent()), lambda: two.post(url, sent()))

    assert sorted(response.status_code for response in responses) == [303, 409]
    winner = Task.objects.get(case_id=case_id, kind="lead").officer
    loser = next(response for response in responses if response.status_code == 409)
    assert f"刚被安环局{winner.name}签收，不用再签。" in loser.content.decode()
    assert events() == count + 1
