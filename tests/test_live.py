"""What happens on one page appears on another: the live process, its streams, their stand-in."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress

import psycopg
import pytest
from django.utils import timezone

from config.live import Follower, Hub, Listener
from tests.test_faults import WAIT_SECONDS, place_for_a_database, postmaster, until
from yuanqi.foundation import postgres
from yuanqi.web import live

processes = pytest.mark.processes
LONG_AGO = 0


def at_once(coroutine) -> object:
    return asyncio.run(asyncio.wait_for(coroutine, WAIT_SECONDS))


def drained(listener: Listener) -> set[str]:
    found = set(listener.pending)
    listener.pending.clear()
    listener.news.clear()
    return found


# --- the hub ----------------------------------------------------------------------------------


def test_whoever_listens_is_woken_by_his_topics_and_by_no_others():
    async def play():
        hub = Hub(LONG_AGO)
        handler = hub.join({"case:1", "account:7"}, since_ms=2**53)
        contact = hub.join({"case:1/open"}, since_ms=2**53)
        hub.publish(live.woken_by("case:1", "staff", 5))
        hub.publish(live.woken_by("case:2", "enterprise", 6))
        return drained(handler), drained(contact)

    assert at_once(play()) == ({"case:1"}, set())


def test_a_slow_page_is_told_once_however_much_happens():
    async def play():
        hub = Hub(LONG_AGO)
        slow = hub.join({"case:1"}, since_ms=2**53)
        for _time in range(1000):
            hub.publish(["case:1"])
        return len(slow.pending)

    assert at_once(play()) == 1


def test_lists_hear_of_a_storm_once(monkeypatch):
    monkeypatch.setattr("config.live.LEDGER_SECONDS", 0.05)

    async def play():
        hub = Hub(LONG_AGO)
        clerk = hub.join({live.LEDGER}, since_ms=2**53)
        told = 0
        for case in range(50):
            hub.publish(live.woken_by(f"case:{case}", "staff", 5))
        before = set(clerk.pending)
        await clerk.news.wait()
        told += len(drained(clerk))
        await asyncio.sleep(0.1)
        return before, told, drained(clerk)

    assert at_once(play()) == (set(), 1, set())


def test_who_comes_back_is_told_what_was_woken_meanwhile():
    async def play():
        hub = Hub(began_ms=1)
        hub.publish(["case:1"])
        before, after = LONG_AGO + 2, 2**53
        return [
            (drained(listener), listener.everything)
            for listener in (
                hub.join({"case:1"}, since_ms=int(time.time() * 1000) - 1000),
                hub.join({"case:2"}, since_ms=int(time.time() * 1000) - 1000),
                hub.join({"case:1"}, since_ms=after),
                hub.join({"case:1"}, since_ms=before),  # longer ago than is remembered
            )
        ]

    assert at_once(play()) == [
        ({"case:1"}, False), (set(), False), (set(), False), ({"case:1"}, True),
    ]  # fmt: skip


def test_who_listened_before_the_process_began_looks_at_all():
    async def play():
        hub = Hub()
        return hub.join({"case:1"}, since_ms=hub.began_ms - 1).everything

    assert at_once(play()) is True


def test_who_has_left_is_forgotten():
    async def play():
        hub = Hub(LONG_AGO)
        gone = hub.join({"case:1"}, since_ms=2**53)
        hub.part(gone)
        hub.publish(["case:1"])
        return drained(gone), hub.listeners, dict(hub._by_topic)

    assert at_once(play()) == (set(), set(), {})


# --- the follower -----------------------------------------------------------------------------

# as much of the two tables as the follower reads
# as after a restore: the journal's ids of transactions are ahead of the cluster's own
TABLES = """
CREATE FUNCTION journal_offset() RETURNS bigint LANGUAGE sql IMMUTABLE
    AS $$ SELECT 5000000000::bigint $$;
CREATE TABLE journal_event (
    id bigserial PRIMARY KEY, stream text, audience text DEFAULT 'staff', enterprise_id bigint,
    xid bigint DEFAULT pg_current_xact_id()::text::bigint + journal_offset());
CREATE INDEX ON journal_event (xid, id);
CREATE TABLE notice (id bigserial PRIMARY KEY, account_id bigint);
"""
EVENT = "INSERT INTO journal_event (stream) VALUES (%s)"


class Heard:
    """Stands in for the hub: what the follower passes on, in the order of its looks."""

    def __init__(self) -> None:
        self.looks: list[set[str]] = []
        self.resyncs = 0

    def publish(self, topics) -> None:
        self.looks.append(set(topics) - {live.LEDGER})

    def resync(self) -> None:
        self.resyncs += 1

    @property
    def topics(self) -> list[str]:
        return sorted(topic for look in self.looks for topic in look)


@pytest.fixture(scope="module")
def tails(databases) -> Iterator[str]:
    """A database with the follower's two tables."""
    name = f"tails_{databases.worker}"
    postgres.drop_database(databases.server, name)
    postgres.create_database(databases.server, name)
    with psycopg.connect(databases.url(name, owner=True)) as owner:
        owner.execute(TABLES)
    yield databases.url(name, owner=True)
    postgres.drop_database(databases.server, name)


@asynccontextmanager
async def looking(url: str) -> AsyncIterator[tuple[Heard, Callable]]:
    heard = Heard()
    follower = Follower(heard, {"conninfo": url})
    async with await follower._connect() as connection:
        await follower.look(connection)
        yield heard, lambda: follower.look(connection)


def test_what_is_committed_is_passed_on_once(tails):
    async def play():
        async with looking(tails) as (heard, look):
            with psycopg.connect(tails, autocommit=True) as writer:
                writer.execute(EVENT, ["case:1"])
                await look()
                writer.execute(EVENT, ["case:2"])
                await look()
                await look()
            return heard.looks

    assert at_once(play()) == [{"case:1"}, {"case:2"}]


def test_what_commits_late_is_not_missed_and_holds_up_nobody(tails):
    """The first to write is the last to commit: its event has the lower number."""

    async def play():
        async with looking(tails) as (heard, look):
            with psycopg.connect(tails) as slow, psycopg.connect(tails, autocommit=True) as quick:
                slow.execute(EVENT, ["case:1"])
                quick.execute(EVENT, ["case:2"])
                await look()
                quick.execute(EVENT, ["case:3"])
                await look()
                slow.commit()
                await look()
                await look()
            return heard.looks

    assert at_once(play()) == [{"case:2"}, {"case:3"}, {"case:1"}]


def test_what_is_rolled_back_wakes_nobody(tails):
    async def play():
        async with looking(tails) as (heard, look):
            with psycopg.connect(tails) as writer:
                writer.execute(EVENT, ["case:1"])
                await look()
                writer.rollback()
            await look()
            return heard.looks

    assert at_once(play()) == []


def test_notices_are_passed_on_once_also_those_that_commit_late(tails):
    notice = "INSERT INTO notice (account_id) VALUES (%s)"

    async def play():
        async with looking(tails) as (heard, look):
            with psycopg.connect(tails) as slow, psycopg.connect(tails, autocommit=True) as quick:
                slow.execute(notice, [1])
                quick.execute(notice, [2])
                await look()
                slow.commit()
                await look()
                await look()
            return heard.looks

    assert at_once(play()) == [{"account:2"}, {"account:1"}]


def test_another_database_in_the_same_place_makes_everybody_look(tails):
    async def play():
        async with looking(tails) as (heard, look):
            heard_by = look.__closure__
            follower = next(
                c.cell_contents for c in heard_by if isinstance(c.cell_contents, Follower)
            )
            follower.upto += 1_000_000  # as if the other one had come further
            await look()
            await look()
            with psycopg.connect(tails, autocommit=True) as writer:
                writer.execute(EVENT, ["case:9"])
            await look()
            return heard.resyncs, heard.looks

    assert at_once(play()) == (1, [{"case:9"}])


@processes
def test_a_database_that_is_killed_and_started_again_loses_nobody_his_news():
    """What was committed while the follower was away is passed on when it is back."""
    with place_for_a_database() as var, postgres.start(var, tell=lambda _line: None) as handle:
        where = {"conninfo": handle.server.dsn("owner")}
        with psycopg.connect(handle.server.dsn("owner")) as owner:
            owner.execute(TABLES)

        async def play() -> list[str]:
            heard = Heard()
            following = asyncio.create_task(Follower(heard, where).run())
            await asyncio.sleep(0.6)
            await asyncio.to_thread(write, "case:1")
            while heard.topics != ["case:1"]:
                await asyncio.sleep(0.05)
            os.kill(postmaster(var), signal.SIGQUIT)
            await asyncio.to_thread(start_again)
            await asyncio.to_thread(write, "case:2")
            while heard.topics != ["case:1", "case:2"]:
                await asyncio.sleep(0.05)
            following.cancel()
            return heard.topics

        def write(stream: str) -> None:
            with psycopg.connect(handle.server.dsn("owner"), autocommit=True) as writer:
                writer.execute(EVENT, [stream])

        def start_again() -> None:
            with suppress(psycopg.OperationalError):
                while True:
                    psycopg.connect(handle.server.dsn("owner"), connect_timeout=2).close()
            again.append(postgres.start(var, tell=lambda _line: None))

        again: list[postgres.Handle] = []
        try:
            assert at_once(play()) == ["case:1", "case:2"]
        finally:
            for one in again:
                one.__exit__(None, None, None)


# --- the process ------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(env: dict[str, str], *arguments: str, url: str) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "config.cli", *arguments], env=env, start_new_session=True
    )

    def answers() -> bool:
        assert process.poll() is None, f"{arguments[0]} ended before it answered"
        with suppress(OSError):
            return urllib.request.urlopen(url, timeout=2).status == 200
        return False

    until(answers)
    return process


def stopped(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


class Stream:
    """One open stream, read as a browser reads it."""

    def __init__(self, port: int, *topics: str, given=None, **query: str) -> None:
        now = given or timezone.now()
        passes = [("pass", live.give(topic, at=now)) for topic in topics]
        asked = urllib.parse.urlencode([*passes, *query.items()])
        self.answer = urllib.request.urlopen(
            f"http://127.0.0.1:{port}/live/events?{asked}", timeout=WAIT_SECONDS
        )

    def next(self) -> tuple[str, list[str]]:
        kind = self.answer.readline().decode().strip()
        data = self.answer.readline().decode().strip()
        assert self.answer.readline() == b"\n"
        return kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))["topics"]

    def until(self, kind: str) -> list[str]:
        deadline = time.monotonic() + WAIT_SECONDS
        while (said := self.next())[0] != kind:
            assert time.monotonic() < deadline, f"never said {kind}"
        return said[1]


@pytest.fixture
def live_process(committed, tmp_path, settings) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    from django.db import connection

    port = free_port()
    env = {
        **os.environ,
        "YUANQI_VAR": str(tmp_path),
        "YUANQI_SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/a_pool_in_transaction_mode",
        "DATABASE_URL_DIRECT": committed.url(connection.settings_dict["NAME"]),
    }
    url = f"http://127.0.0.1:{port}/live/health"
    process = started(env, "live", "--port", str(port), url=url)
    yield port, process
    stopped(process)


def record(stream: str) -> None:
    """An event of a case, as an operation writes it."""
    from dataclasses import dataclass
    from typing import ClassVar

    from django.db import transaction

    from yuanqi.foundation import journal
    from yuanqi.foundation.actors import SYSTEM

    @dataclass(frozen=True)
    class Happened(journal.Event):
        kind: ClassVar[str] = "test.happened"

    with transaction.atomic():
        journal.record(
            Happened(),
            stream=stream,
            audience=journal.Audience.STAFF,
            actor=SYSTEM,
            at=timezone.now(),
        )


@processes
def test_the_process_tells_who_shows_a_pass_and_nobody_else(live_process):
    port, _process = live_process
    stream = Stream(port, "case:1", "account:7", since=str(int(time.time() * 1000)))
    assert stream.next() == ("hello", [])
    assert stream.answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert stream.answer.headers["Cache-Control"] == "no-store, no-transform"
    assert "Set-Cookie" not in stream.answer.headers

    record("case:2")
    record("case:1")

    assert stream.next() == ("wake", ["case:1"])
    old = timezone.now() - timezone.timedelta(minutes=16)
    assert Stream(port, "case:1", given=old).next() == ("expired", [])
    for path in ("/live/events", "/live/events?pass=nonsense", "/live/events?pass=a&pass=b"):
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}{path}")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/live/else")
    with pytest.raises(urllib.error.HTTPError, match="405"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/live/events", data=b"x")


@processes
def test_the_process_stops_when_told_though_streams_are_open(live_process):
    port, process = live_process
    streams = [Stream(port, "case:1") for _number in range(40)]
    for stream in streams:
        assert stream.next() == ("hello", [])

    begun = time.monotonic()
    process.terminate()

    assert process.wait(10) == 0
    assert time.monotonic() - begun < 8
    assert [stream.until("bye") for stream in streams] == [[]] * 40


@processes
def test_no_stream_outlives_a_killed_server(live_process):
    port, process = live_process
    stream = Stream(port, "case:1")
    assert stream.next() == ("hello", [])

    process.kill()

    assert stream.until("bye") == []
    until(lambda: not listens(port))


def listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False
