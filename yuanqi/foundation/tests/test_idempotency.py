"""A call sent again under its key acts once, also when both come at the same instant."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections

from tests.api import Caller, token_for
from tests.people import Zone, at, build_zone
from tests.together import at_once
from yuanqi.casework.models import Case
from yuanqi.foundation import idempotency
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.idempotency import Answer, KeyReused, carried_out_in_parts, carried_out_once
from yuanqi.foundation.models import IdempotencyKey, JournalEvent

NOW = at("11-05 10:00")


@pytest.fixture
def raised(zone) -> tuple[Caller, dict]:
    body = {
        "contact_id": zone.contact.pk,
        "category": "ENV",
        "level": "P2",
        "text": "废水怎么接入？",
    }
    return Caller(token_for(zone, "contact")), body


@pytest.mark.django_db
def test_a_repeat_gets_the_first_answer_and_nothing_is_done(raised):
    caller, body = raised

    first = caller.do("raiseRequest", body, key="k1")
    again = caller.do("raiseRequest", body, key="k1")

    assert first.status_code == again.status_code == 201
    assert again.content == first.content
    assert again["Location"] == first["Location"]
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_a_key_used_for_another_call_is_refused(raised):
    caller, body = raised
    caller.do("raiseRequest", body, key="k1")

    other = caller.do("raiseRequest", {**body, "level": "P3"}, key="k1")

    assert other.status_code == 422
    assert other.json()["type"] == "/api/v1/problems/key-reused"
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_a_refusal_leaves_the_key_free_for_the_mended_call(raised):
    caller, body = raised

    refused = caller.do("raiseRequest", {**body, "category": "NONE"}, key="k1")
    mended = caller.do("raiseRequest", body, key="k1")

    assert (refused.status_code, mended.status_code) == (422, 201)
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_two_accounts_may_choose_the_same_key(zone, raised):
    caller, body = raised
    caller.do("raiseRequest", body, key="1")

    other = Caller(token_for(zone, "stranger")).do(
        "raiseRequest", {**body, "contact_id": zone.stranger.pk}, key="1"
    )

    assert other.status_code == 201
    assert Case.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("key", [" ", "k k", "k" * 201, "键"])
def test_a_key_that_is_none_is_refused(raised, key):
    caller, body = raised

    refused = caller.do("raiseRequest", body, key=key)

    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["Idempotency-Key"]
    assert Case.objects.count() == 0


@pytest.mark.django_db
def test_keys_older_than_the_term_are_forgotten(zone):
    account_id = zone.clerk.account_id
    for hours, key in ((49, "old"), (47, "young")):
        made = NOW - timedelta(hours=hours)
        IdempotencyKey.objects.create(account_id=account_id, key=key, digest="", at=made)

    assert idempotency.forget(before=NOW - timedelta(hours=48), most=100) == 1
    assert [row.key for row in IdempotencyKey.objects.all()] == ["young"]


@pytest.mark.django_db
def test_work_in_many_transactions_that_was_killed_may_be_sent_again_after_a_while(zone):
    call = {"account_id": zone.clerk.account_id, "key": "b", "digest": "d"}
    IdempotencyKey.objects.create(**call, at=NOW)

    with pytest.raises(Conflict):
        carried_out_in_parts(**call, at=NOW + timedelta(minutes=9), act=lambda: Answer(201, "{}"))
    done = carried_out_in_parts(
        **call, at=NOW + timedelta(minutes=11), act=lambda: Answer(201, "{}")
    )
    again = carried_out_in_parts(**call, at=NOW + timedelta(minutes=12), act=pytest.fail)

    assert (done.status, done.is_repeat) == (201, False)
    assert (again.status, again.is_repeat) == (201, True)


@pytest.mark.django_db
def test_work_in_many_transactions_that_failed_leaves_no_key(zone):
    call = {"account_id": zone.clerk.account_id, "key": "b", "digest": "d", "at": NOW}

    def fail() -> Answer:
        raise OSError("the disk")

    with pytest.raises(OSError, match="the disk"):
        carried_out_in_parts(**call, act=fail)

    assert not IdempotencyKey.objects.exists()


# --- at the same instant -----------------------------------------------------------------------


@pytest.fixture
def park(committed) -> Iterator[Zone]:
    yield build_zone()
    for each in connections.all():
        each.close()


def test_of_the_same_call_sent_twice_at_once_one_acts_and_both_are_told_the_same(park):
    account_id = park.clerk.account_id
    acted = []

    def send() -> Answer:
        def act() -> Answer:
            acted.append(1)
            return Answer(201, f'{{"n": {len(acted)}}}', "/x")

        return carried_out_once(account_id=account_id, key="k", digest="d", at=NOW, act=act)

    answers = at_once(*[send] * 6)

    assert acted == [1]
    assert {(answer.status, answer.body, answer.location) for answer in answers} == {
        (201, '{"n": 1}', "/x")
    }
    assert sorted(answer.is_repeat for answer in answers) == [False] + [True] * 5


def test_of_two_calls_with_one_key_at_once_one_is_told_that_it_is_taken(park):
    account_id = park.clerk.account_id

    def send(digest: str) -> Answer:
        return carried_out_once(
            account_id=account_id, key="k", digest=digest, at=NOW, act=lambda: Answer(201, digest)
        )

    answers = at_once(lambda: send("a"), lambda: send("b"))

    assert sorted(type(answer).__name__ for answer in answers) == ["Answer", "KeyReused"]
    assert any(isinstance(answer, KeyReused) for answer in answers)


def test_a_raise_sent_six_times_at_once_is_raised_once(park):
    token = token_for(park, "contact")
    body = {
        "contact_id": park.contact.pk,
        "category": "ENV",
        "level": "P2",
        "text": "废水怎么接入？",
    }

    answers = at_once(*[lambda: Caller(token).post("requests", body, key="one")] * 6)

    assert [answer.status_code for answer in answers] == [201] * 6
    assert len({answer.content for answer in answers}) == 1
    assert Case.objects.count() == 1
    assert JournalEvent.objects.filter(kind="servicedesk.request_raised").count() == 1
