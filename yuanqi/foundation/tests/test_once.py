"""A repeated POST does nothing twice."""

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections

from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.models import Account, OnceKey
from yuanqi.foundation.once import forget, once

KEPT = timedelta(days=30)

NOW = datetime(2026, 11, 5, 2, 0, tzinfo=UTC)


@pytest.fixture
def account(db) -> Account:
    return Account.objects.create(username="contact")


class Act:
    """Counts how often it is done, and names a new result each time."""

    def __init__(self) -> None:
        self.done = 0

    def __call__(self) -> str:
        self.done += 1
        return f"/requests/{self.done}/"


def test_a_repeat_is_sent_to_the_first_result_and_does_nothing(account):
    act, key = Act(), str(uuid4())

    assert once(account_id=account.pk, key=key, at=NOW, act=act) == "/requests/1/"
    assert once(account_id=account.pk, key=key, at=NOW, act=act) == "/requests/1/"
    assert act.done == 1


def test_another_form_and_another_account_are_no_repeats(account):
    act, key = Act(), str(uuid4())
    colleague = Account.objects.create(username="colleague")

    once(account_id=account.pk, key=key, at=NOW, act=act)
    once(account_id=colleague.pk, key=key, at=NOW, act=act)
    once(account_id=account.pk, key=str(uuid4()), at=NOW, act=act)

    assert act.done == 3


@pytest.mark.parametrize("key", ["", "no key", "7"])
def test_a_client_without_a_key_is_served_without_protection(account, key):
    act = Act()

    once(account_id=account.pk, key=key, at=NOW, act=act)
    once(account_id=account.pk, key=key, at=NOW, act=act)

    assert act.done == 2
    assert not OnceKey.objects.exists()


def test_a_refusal_frees_the_key_so_that_the_form_may_be_sent_again(account):
    key = str(uuid4())

    def refuse() -> str:
        raise Conflict("not now")

    with pytest.raises(Conflict):
        once(account_id=account.pk, key=key, at=NOW, act=refuse)

    assert not OnceKey.objects.exists()
    assert once(account_id=account.pk, key=key, at=NOW, act=Act()) == "/requests/1/"


def test_two_at_the_same_instant_wait_for_each_other_and_one_acts(committed):
    account = Account.objects.create(username="contact")
    act, key = Act(), str(uuid4())
    is_acting, may_finish = threading.Event(), threading.Event()
    locations: list[str] = []

    def slow() -> str:
        is_acting.set()
        assert may_finish.wait(20)
        return act()

    def send(action) -> None:
        try:
            locations.append(once(account_id=account.pk, key=key, at=NOW, act=action))
        finally:
            connections.close_all()

    first = threading.Thread(target=send, args=[slow])
    second = threading.Thread(target=send, args=[act])
    first.start()
    assert is_acting.wait(20)
    second.start()
    _wait_until_somebody_waits()
    assert act.done == 0
    may_finish.set()
    first.join(20)
    second.join(20)

    assert locations == ["/requests/1/", "/requests/1/"]
    assert act.done == 1


def test_when_the_first_of_two_is_refused_the_second_acts(committed):
    account = Account.objects.create(username="contact")
    act, key = Act(), str(uuid4())
    is_acting, may_finish = threading.Event(), threading.Event()
    outcomes: list[str] = []

    def refuse() -> str:
        is_acting.set()
        assert may_finish.wait(20)
        raise Conflict("not now")

    def send(action) -> None:
        try:
            outcomes.append(once(account_id=account.pk, key=key, at=NOW, act=action))
        except Conflict:
            outcomes.append("refused")
        finally:
            connections.close_all()

    first = threading.Thread(target=send, args=[refuse])
    second = threading.Thread(target=send, args=[act])
    first.start()
    assert is_acting.wait(20)
    second.start()
    _wait_until_somebody_waits()
    may_finish.set()
    first.join(20)
    second.join(20)

    assert sorted(outcomes) == ["/requests/1/", "refused"]
    assert act.done == 1


def _wait_until_somebody_waits() -> None:
    """Return once a session of this database waits for another's lock."""
    pause = threading.Event()
    for _attempt in range(2000):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                " WHERE NOT l.granted AND a.datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
        pause.wait(0.01)
    raise AssertionError("nobody waits for anybody")


def test_keys_are_forgotten_when_nobody_sends_the_form_again(account):
    for days in (29, 31, 400):
        once(
            account_id=account.pk,
            key=str(uuid4()),
            at=NOW - timedelta(days=days),
            act=lambda days=days: f"/{days}/",
        )

    assert forget(before=NOW - KEPT, most=100) == 2

    assert [row.location for row in OnceKey.objects.all()] == ["/29/"]
    assert forget(before=NOW - KEPT, most=100) == 0
