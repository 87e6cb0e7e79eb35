"""What `yuanqi live` runs: a page is told that something it shows has changed, and fetches it.

One ASGI application, one connection to the database. `Follower` reads the journal's tail,
`Hub` wakes who listens, `application` serves `/live/events` as server-sent events.
"""

import asyncio
import contextlib
import json
import logging
import os
import signal
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import django
import psycopg

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections  # noqa: E402

from config.leaving import leave_with_server  # noqa: E402
from yuanqi.web import live  # noqa: E402

log = logging.getLogger(__name__)

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

EVERY_SECONDS = 0.25  # how often the journal's tail is read
BEAT_SECONDS = 15.0  # a sign of life, so that neither proxies nor pages take silence for an end
LEDGER_SECONDS = 2.0  # lists hear of changes at most this often
REMEMBERED_SECONDS = 10 * 60
_MARGIN_MS = 2000  # the clocks of the machine that made the page and of this one
_RETRY_SECONDS = 1.0
_PATIENCE_SECONDS = 10
MOST_LISTENERS = 5000
MOST_PASSES = 8
_LONGEST_QUERY = 4096


def now_ms() -> int:
    return int(time.time() * 1000)


# --- who listens ------------------------------------------------------------------------------


@dataclass(eq=False, slots=True)
class Listener:
    """One open stream: what it waits for, and what it has not been told yet.

    Topics that are woken twice before they are sent are sent once: a slow page costs no memory.
    """

    topics: frozenset[str]
    pending: set[str] = field(default_factory=set)
    everything: bool = False  # what happened meanwhile is not known: look at all of it
    leaves: bool = False
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self, topic: str) -> None:
        self.pending.add(topic)
        self.news.set()

    def look_at_all(self) -> None:
        self.everything = True
        self.news.set()

    def leave(self) -> None:
        self.leaves = True
        self.news.set()


class Hub:
    """Wakes listeners by topic, and remembers for a while what was woken, for who comes back."""

    def __init__(self, began_ms: int | None = None) -> None:
        self.began_ms = now_ms() if began_ms is None else began_ms
        self.listeners: set[Listener] = set()
        self._by_topic: dict[str, set[Listener]] = defaultdict(set)
        self._woken: dict[str, int] = {}  # topic: when last, in order of that
        self._ledger_waits = False
        self.is_closed = False

    def join(self, topics: Iterable[str], since_ms: int) -> Listener:
        """Let a page listen; it is told at once what was woken since its own last news."""
        listener = Listener(frozenset(topics))
        self.listeners.add(listener)
        for topic in listener.topics:
            self._by_topic[topic].add(listener)
        oldest = max(self.began_ms, now_ms() - int(REMEMBERED_SECONDS * 1000))
        if since_ms < oldest:
            listener.look_at_all()
        for topic in listener.topics:
            if self._woken.get(topic, -1) >= since_ms:
                listener.wake(topic)
        return listener

    def part(self, listener: Listener) -> None:
        self.listeners.discard(listener)
        for topic in listener.topics:
            self._by_topic[topic].discard(listener)
            if not self._by_topic[topic]:
                del self._by_topic[topic]

    def publish(self, topics: Iterable[str]) -> None:
        woken = set(topics)
        if live.LEDGER in woken:
            woken.discard(live.LEDGER)
            if not self._ledger_waits:
                self._ledger_waits = True
                asyncio.get_running_loop().call_later(LEDGER_SECONDS, self._publish_ledger)
        for topic in woken:
            self._wake(topic)
        self._forget()

    def _publish_ledger(self) -> None:
        self._ledger_waits = False
        self._wake(live.LEDGER)

    def _wake(self, topic: str) -> None:
        self._woken.pop(topic, None)
        self._woken[topic] = now_ms()
        for listener in self._by_topic.get(topic, ()):
            listener.wake(topic)

    def _forget(self) -> None:
        oldest = now_ms() - int(REMEMBERED_SECONDS * 1000)
        for topic in list(self._woken):
            if self._woken[topic] >= oldest:
                break
            del self._woken[topic]

    def resync(self) -> None:
        """What happened is not known: everybody looks at all he shows."""
        self.began_ms = now_ms()
        for listener in self.listeners:
            listener.look_at_all()

    def close(self) -> None:
        self.is_closed = True
        for listener in self.listeners:
            listener.leave()


# --- what happens -----------------------------------------------------------------------------

# Newly visible is what this statement's snapshot sees and the one before did not: transactions
# begun since, and those that were open then and have ended now. So nothing that commits late is
# missed, and a long transaction (an import) holds up nobody else's news.
_TAIL = """
SELECT pg_current_snapshot()::text,
    (SELECT max(id) FROM notice),
    (SELECT json_agg(found) FROM (
        SELECT stream, audience, enterprise_id FROM journal_event
        WHERE xid >= %(upto)s + journal_offset()
        UNION
        SELECT stream, audience, enterprise_id
        FROM unnest(%(open)s::bigint[]) AS was (xid)
        JOIN journal_event ON journal_event.xid = was.xid + journal_offset()
        WHERE pg_visible_in_snapshot(was.xid::text::xid8, pg_current_snapshot())
    ) AS found),
    (SELECT json_agg(found) FROM (
        SELECT id, account_id FROM notice WHERE id > %(notice)s
    ) AS found)
"""
_BEGIN = "SELECT pg_current_snapshot()::text, coalesce((SELECT max(id) FROM notice), 0)"
# notices are numbered before they are committed: one may come after its successors
_NOTICES_BACK = 200


class Follower:
    """Reads the journal's tail and the notices over one connection, and wakes the hub.

    It asks the database and is told nothing by the writers: they pay nothing for it. Where it
    stands is a snapshot, so that after a lost connection it goes on from there.
    """

    def __init__(self, hub: Hub, where: dict[str, Any]) -> None:
        self.hub = hub
        self.where = where
        self.upto: int | None = None  # the first transaction not yet begun at the last look
        self.open: list[int] = []  # those not yet ended
        self.notice = 0
        self._told: set[int] = set()  # notices newer than `notice` that were passed on

    async def run(self) -> None:
        """Follow for ever; a database that goes away and comes back interrupts only."""
        is_lost = False
        while True:
            try:
                async with await self._connect() as connection:
                    if is_lost:
                        log.warning("the live process has its database again")
                        is_lost = False
                    while True:
                        async with asyncio.timeout(_PATIENCE_SECONDS):
                            await self.look(connection)
                        await asyncio.sleep(EVERY_SECONDS)
            except (psycopg.Error, OSError, TimeoutError) as error:
                if not is_lost:
                    log.warning("the live process lost the database and tries again: %s", error)
                is_lost = True
                await asyncio.sleep(_RETRY_SECONDS)

    async def _connect(self) -> psycopg.AsyncConnection:
        # the tail's end moves all the time: each look is planned for where it is
        alone = {"autocommit": True, "prepare_threshold": None, "connect_timeout": 5}
        return await psycopg.AsyncConnection.connect(**{**self.where, **alone})

    async def look(self, connection: psycopg.AsyncConnection) -> None:
        """Pass on what has become visible since the last look."""
        if self.upto is None:
            row = await (await connection.execute(_BEGIN)).fetchone()
            assert row is not None
            self._stand_at(row[0])
            self.notice = row[1]
            return
        asked = {"upto": self.upto, "open": self.open, "notice": self.notice}
        row = await (await connection.execute(_TAIL, asked)).fetchone()
        assert row is not None
        snapshot, newest, events, notices = row
        before = self.upto
        self._stand_at(snapshot)
        topics = {
            topic
            for event in events or ()
            for topic in live.woken_by(event["stream"], event["audience"], event["enterprise_id"])
        }
        for notice in notices or ():
            if notice["id"] not in self._told:
                self._told.add(notice["id"])
                topics.add(live.account_topic(notice["account_id"]))
        self.notice = max(self.notice, (newest or 0) - _NOTICES_BACK)
        self._told = {told for told in self._told if told > self.notice}
        if self.upto < before:
            # another database stands in its place, a backup perhaps: numbers begin anew
            self.upto, self._told = None, set()
            self.hub.resync()
        elif topics:
            self.hub.publish(topics)

    def _stand_at(self, snapshot: str) -> None:
        _lowest, upto, running = snapshot.split(":")
        self.upto = int(upto)
        self.open = [int(number) for number in running.split(",") if number]


def database() -> dict[str, Any]:
    """Where the follower connects: a session of its own, beside a pool if there is one."""
    place = settings.DATABASE_DIRECT or connections["default"].settings_dict
    return {
        "host": place["HOST"],
        "port": place["PORT"] or None,
        "dbname": place["NAME"],
        "user": place["USER"],
        "password": place["PASSWORD"],
        **place.get("OPTIONS", {}),
        "application_name": "yuanqi live",
    }


# --- the application --------------------------------------------------------------------------


class Application:
    """`/live/events?pass=…&since=…` and `/live/health`."""

    def __init__(self) -> None:
        self.hub = Hub()
        self.following: asyncio.Task[None] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        leave_with_server()
        self.hub = Hub()
        self.following = asyncio.create_task(Follower(self.hub, database()).run())
        self.following.add_done_callback(_say_why)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._stop)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        self.following.cancel()
        self.hub.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _stop(self) -> None:
        """The server waits for its connections, and streams have no end: end them, then tell it
        by the other signal that it heeds."""
        self.hub.close()
        signal.raise_signal(signal.SIGINT)

    async def _serve(self, scope: Message, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if scope["method"] not in ("GET", "HEAD"):
            await _answer(send, 405, "GET only")
        elif path == "/live/health":
            alive = self.following is not None and not self.following.done()
            await _answer(send, 200 if alive else 503, f"{len(self.hub.listeners)} listening")
        elif path == "/live/events" and scope["method"] == "GET":
            await self._stream(scope, receive, send)
        else:
            await _answer(send, 404, "not here")

    async def _stream(self, scope: Message, receive: Receive, send: Send) -> None:
        given = scope["query_string"]
        if len(given) > _LONGEST_QUERY:
            await _answer(send, 414, "too long")
            return
        query = parse_qs(given.decode("latin-1"))
        passes = [live.read(text) for text in query.get("pass", [])[:MOST_PASSES]]
        known = [one for one in passes if one is not None]
        if not known or len(known) < len(passes):
            await _answer(send, 403, "no pass")
            return
        if self.hub.is_closed or len(self.hub.listeners) >= MOST_LISTENERS:
            await _answer(send, 503, "full")
            return
        await send({"type": "http.response.start", "status": 200, "headers": _STREAM})
        earliest = min(one.given_ms for one in known)
        left = earliest / 1000 + live.PASS_SECONDS - time.time()
        if left <= 0:
            await _say(send, "expired", more=False)
            return
        since = query.get("since", [""])[0]
        listener = self.hub.join(
            (one.topic for one in known),
            # a page has seen what there was when it was made, or what it was told last
            int(since) if since.isdecimal() else earliest - _MARGIN_MS,
        )
        gone = asyncio.create_task(_gone(receive, listener))
        try:
            await _say(send, "hello")
            expired = asyncio.get_running_loop().call_later(left, listener.leave)
            try:
                await self._tell(listener, send)
            finally:
                expired.cancel()
            await _say(send, "bye" if self.hub.is_closed else "expired", more=False)
        except (OSError, RuntimeError):
            pass  # the page has left while it was spoken to
        finally:
            self.hub.part(listener)
            gone.cancel()

    async def _tell(self, listener: Listener, send: Send) -> None:
        """Say what is woken, and now and then that nothing was; until it leaves."""
        while not listener.leaves:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_SECONDS):
                    await listener.news.wait()
            listener.news.clear()
            if listener.everything:
                listener.everything = False
                listener.pending.clear()
                await _say(send, "resync")
            elif listener.pending:
                topics = sorted(listener.pending)
                listener.pending.clear()
                await _say(send, "wake", topics)
            elif not listener.leaves:
                await _say(send, "beat")


def _say_why(following: asyncio.Task[None]) -> None:
    """Who follows never ends by himself: without him the process answers that it isn't well."""
    if not following.cancelled() and (error := following.exception()):
        log.critical("the live process follows the journal no longer", exc_info=error)


_STREAM = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),
    # a pass, not the origin, says who may listen; no cookie is read
    (b"access-control-allow-origin", b"*"),
    (b"x-content-type-options", b"nosniff"),
]


async def _say(send: Send, kind: str, topics: Iterable[str] = (), *, more: bool = True) -> None:
    data = json.dumps({"at": now_ms(), "topics": list(topics)}, separators=(",", ":"))
    body = f"event: {kind}\ndata: {data}\n\n".encode()
    await send({"type": "http.response.body", "body": body, "more_body": more})


async def _answer(send: Send, status: int, words: str) -> None:
    body = words.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"access-control-allow-origin", b"*"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.leave()


application = Application()
