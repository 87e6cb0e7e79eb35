"""Readers of the journal: each event once, in order, none passed over, whoever dies or competes."""

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from django.db import DatabaseError, connection, transaction

from yuanqi.foundation import journal, subscribers
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.models import JournalEvent, StoredFile, SubscriberCursor
from yuanqi.foundation.subscribers import Subscriber, run_once

NOON = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)
WAIT_SECONDS = 20


@dataclass(frozen=True)
class Rang(Event):
    kind: ClassVar[str] = "test.rang"
    bell: str


def ring(bell: str, stream: str = "tower:1") -> None:
    """Record an event in the running transaction."""
    journal.record(Rang(bell), stream=stream, audience=Audience.STAFF, actor=SYSTEM, at=NOON)


def ring_and_commit(*bells: str) -> None:
    for bell in bells:
        with transaction.atomic():
            ring(bell)


class Listener:
    """A subscriber whose effect is a row for each event, and that remembers what it was handed."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.after = lambda: None  # what befalls the worker when its effect is written
        self.subscriber = Subscriber("listener", self)

    def __call__(self, events) -> None:
        self.batches.append([event.payload["bell"] for event in events])
        for event in events:
            StoredFile.objects.create(
                sha256=event.payload["bell"], size=0, content_type="", stored_at=NOON
            )
        self.after()

    def effects(self) -> list[str]:
        return list(StoredFile.objects.order_by("id").values_list("sha256", flat=True))

    def position(self) -> tuple[int, int] | None:
        return (
            SubscriberCursor.objects.filter(name="listener").values_list("xid", "event_id").first()
        )


@pytest.fixture
def listener(committed) -> Listener:
    return Listener()


@contextmanager
def thread(work):
    """Run `work` in a thread with a connection of its own; its failure fails the test."""
    failures: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as failure:
            failures.append(failure)
        finally:
            connection.close()

    running = threading.Thread(target=guarded)
    running.start()
    try:
        yield running
    finally:
        running.join(WAIT_SECONDS)
        assert not running.is_alive()
        if failures:
            raise failures[0]


def test_events_come_once_in_the_order_they_were_written(listener):
    ring_and_commit("one", "two")
    with transaction.atomic():
        ring("three", stream="tower:2")
        ring("four")

    assert run_once(listener.subscriber) == 4
    assert run_once(listener.subscriber) == 0
    ring_and_commit("five")
    assert run_once(listener.subscriber) == 1

    assert listener.batches == [["one", "two", "three", "four"], ["five"]]
    last = JournalEvent.objects.get(payload__bell="five")
    assert listener.position() == (last.xid, last.pk)


def test_a_new_subscriber_begins_with_the_first_event(listener):
    ring_and_commit("one", "two")
    run_once(listener.subscriber)
    handed: list[str] = []

    def later(events) -> None:
        handed.extend(event.payload["bell"] for event in events)

    assert run_once(Subscriber("later", later)) == 2
    assert handed == ["one", "two"]


def test_who_reads_but_a_few_kinds_is_handed_those_and_passes_over_the_others(
    listener, monkeypatch
):
    monkeypatch.setattr(subscribers, "_MOST_PASSED", 4)
    ring_and_commit("one", "two", "three", "four", "five", "six")
    other = Subscriber("listener", listener, frozenset({"test.other"}))

    assert [run_once(other, 2), run_once(other, 2), run_once(other, 2)] == [4, 2, 0]
    assert listener.batches == []

    mine = Subscriber("mine", listener, frozenset({Rang.kind}))
    while run_once(mine, 2):
        pass
    assert listener.batches == [["one", "two"], ["three", "four"], ["five", "six"]]


def test_a_batch_ends_where_it_is_told_even_inside_one_transaction(listener):
    with transaction.atomic():
        for bell in "abcde":
            ring(bell)

    assert [run_once(listener.subscriber, batch=2) for _round in range(4)] == [2, 2, 1, 0]

    assert listener.batches == [["a", "b"], ["c", "d"], ["e"]]


def test_what_is_rolled_back_was_never_an_event(listener):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ring("never")
        raise ZeroDivisionError
    ring_and_commit("real")

    run_once(listener.subscriber)

    assert listener.batches == [["real"]]


def test_a_handler_that_fails_leaves_neither_effect_nor_cursor(listener):
    ring_and_commit("one", "two")

    def fail() -> None:
        raise ZeroDivisionError

    listener.after = fail
    with pytest.raises(ZeroDivisionError):
        run_once(listener.subscriber)

    assert listener.effects() == []
    assert listener.position() is None
    listener.after = lambda: None
    assert run_once(listener.subscriber) == 2
    assert listener.effects() == ["one", "two"]


def test_a_worker_killed_between_effect_and_cursor_is_made_good_by_the_next(listener):
    ring_and_commit("one")
    run_once(listener.subscriber)
    before = listener.position()
    ring_and_commit("two")

    def die() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    listener.after = die
    with pytest.raises(DatabaseError):
        run_once(listener.subscriber)
    connection.close()

    assert listener.effects() == ["one"]
    assert listener.position() == before
    listener.after = lambda: None
    assert run_once(listener.subscriber) == 1
    assert listener.effects() == ["one", "two"]
    assert listener.batches == [["one"], ["two"], ["two"]]  # at least once, so idempotent


def test_of_two_workers_at_once_the_second_is_turned_away(listener):
    ring_and_commit("one", "two")
    inside, go_on = threading.Event(), threading.Event()
    sizes: list[int | None] = []

    def linger() -> None:
        inside.set()
        assert go_on.wait(WAIT_SECONDS)

    listener.after = linger
    with thread(lambda: sizes.append(run_once(listener.subscriber))):
        assert inside.wait(WAIT_SECONDS)
        try:
            assert run_once(listener.subscriber) is None
            # another subscriber isn't held up by this one
            assert run_once(Subscriber("another", lambda events: None)) == 2
        finally:
            go_on.set()

    assert sizes == [2]
    assert run_once(listener.subscriber) == 0
    assert listener.effects() == ["one", "two"]


def test_an_event_of_an_open_transaction_is_not_passed_over_by_a_later_one(listener):
    """The trap of reading by id or by time: the later transaction commits first."""
    written, commit = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            ring("early", stream="tower:slow")
            written.set()
            assert commit.wait(WAIT_SECONDS)

    with thread(slow):
        assert written.wait(WAIT_SECONDS)
        try:
            ring_and_commit("late")
            assert JournalEvent.objects.filter(payload__bell="late").exists()
            assert run_once(listener.subscriber) == 0
        finally:
            commit.set()

    assert run_once(listener.subscriber) == 2
    assert listener.batches == [["early", "late"]]


def test_an_older_transaction_that_writes_last_still_comes_first(listener):
    """Its event has the larger id: a cursor by id alone would skip it."""
    begun, write = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
            begun.set()
            assert write.wait(WAIT_SECONDS)
            ring("older", stream="tower:slow")

    with thread(slow):
        assert begun.wait(WAIT_SECONDS)
        try:
            ring_and_commit("younger")
            assert run_once(listener.subscriber) == 0
        finally:
            write.set()

    ids = dict(JournalEvent.objects.values_list("payload__bell", "id"))
    assert ids["older"] > ids["younger"]
    assert run_once(listener.subscriber) == 2
    assert listener.batches == [["older", "younger"]]


def test_one_subscriber_that_fails_does_not_starve_the_others(listener, monkeypatch):
    ring_and_commit("one")

    def fail(events) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(subscribers, "_subscribers", {})
    subscribers.subscribe("broken", fail)
    subscribers.subscribe("listener", listener)

    with pytest.raises(ExceptionGroup) as failures:
        subscribers.catch_up()

    assert [type(failure) for failure in failures.value.exceptions] == [ZeroDivisionError]
    assert listener.effects() == ["one"]
    assert not SubscriberCursor.objects.filter(name="broken").exists()


def test_catching_up_goes_on_until_nothing_is_left(listener, monkeypatch):
    monkeypatch.setattr(subscribers, "_subscribers", {})
    subscribers.subscribe("listener", listener)
    ring_and_commit("one")

    def one_more() -> None:
        if len(listener.batches) == 1:
            ring("two")

    listener.after = one_more

    assert subscribers.catch_up() == 2
    assert listener.batches == [["one"], ["two"]]


def test_subscribers_take_turns_so_that_one_with_much_to_read_holds_up_no_other(
    listener, monkeypatch
):
    turns = []
    slow = Subscriber("slow", lambda events: turns.append("slow"))
    quick = Subscriber("quick", lambda events: turns.append("quick"))
    monkeypatch.setattr(subscribers, "_subscribers", {"slow": slow, "quick": quick})
    ring_and_commit("one", "two", "three")

    assert subscribers.catch_up(batch=1) == 6

    assert turns == ["slow", "quick"] * 3
