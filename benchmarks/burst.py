"""Ten times more than the machine can do, for half a minute: who is served, and when is it over?

Enterprises raise requests over the API at the minutes of a rush: an open loop, which doesn't wait
for answers. Whoever finds no room is refused at once (503 with Retry-After). Before and after it
half of the sustainable load runs. Then each key that was sent is looked for in the ledger and in
the journal: what was answered is there once, what was refused isn't there, what was never answered
once or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg

from benchmarks.harness import Row, at_least, at_most
from benchmarks.lifecycle import park_of, played_round
from benchmarks.serving import Served, played, served

TIMES = 10
BEFORE, RUSH, AFTER = 15, 30, 25  # seconds
BUSY = 0.5  # of the sustainable load, before and after
WORSE = 1.5  # times as slow as before: still as before, in a second's few dozen acts

CLIENT = """
import asyncio, json, random, sys, time, uuid
asked = json.load(sys.stdin)
sent, free, chance = [], [], random.Random(20261122)

async def call(at):
    life = chance.choice(asked["lives"])
    key, body = str(uuid.uuid4()), json.dumps(life["raise"]).encode()
    one = {"at": at, "key": key, "status": 0, "id": None, "after": None, "retry": False}
    sent.append(one)
    line = None
    try:
        line = free.pop() if free else await asyncio.wait_for(
            asyncio.open_connection("127.0.0.1", asked["port"]), 20)
        reader, writer = line
        writer.write((
            "POST /api/v1/requests HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n"
            f"Authorization: Bearer {life['enterprise']}\\r\\nIdempotency-Key: {key}\\r\\n"
            "Content-Type: application/json\\r\\n"
            f"Content-Length: {len(body)}\\r\\n\\r\\n").encode() + body)
        head = (await asyncio.wait_for(reader.readuntil(b"\\r\\n\\r\\n"), 20)).lower()
        size = next((int(part.split(b":")[1]) for part in head.split(b"\\r\\n")
                     if part.startswith(b"content-length")), 0)
        said = await asyncio.wait_for(reader.readexactly(size), 20)
        one["status"] = int(head.split()[1])
        one["after"] = time.perf_counter() - begun - at
        one["retry"] = b"\\r\\nretry-after:" in head
        if one["status"] == 201:
            one["id"] = json.loads(said)["id"]
        free.append(line)
    except (OSError, EOFError, asyncio.TimeoutError, TimeoutError):
        if line: line[1].close()

async def main():
    tasks = []
    for start, seconds, rate in asked["parts"]:
        for number in range(int(seconds * rate)):
            at = start + number / rate
            pause = at - (time.perf_counter() - begun)
            if pause > 0: await asyncio.sleep(pause)
            tasks.append(asyncio.ensure_future(call(at)))
    await asyncio.gather(*tasks)

begun = time.perf_counter()
asyncio.run(main())
print(json.dumps({"sent": sent, "cpu": time.process_time()}))
"""


def run() -> Sequence[Row]:
    with park_of(1_000_000) as var, served(var) as park:
        park.wait_until_quiet()
        return _measured(park)


def _measured(park: Served) -> list[Row]:
    lives = park.prepared()
    played_round(park, lives, 5)
    # raises alone, as many at a time as can be, tell what is sustainable
    rate = _sustained(park, lives)
    newest = park.ask('SELECT max(id) FROM "case"')[0]
    easy = rate * BUSY
    parts = [(0, BEFORE, easy), (BEFORE, RUSH, rate * TIMES), (BEFORE + RUSH, AFTER, easy)]
    said = played(CLIENT, {"port": park.port, "lives": lives, "parts": parts})
    park.wait_until_followed()
    sent = said["sent"]
    rush = [one for one in sent if BEFORE <= one["at"] < BEFORE + RUSH]
    refused = [one for one in rush if one["status"] == 503]
    served_ = [one for one in rush if one["status"] == 201]
    silent = sum(one["status"] == 0 for one in sent)
    odd = sum(one["status"] not in (0, 201, 503) for one in sent)
    first = _p95(one["after"] for one in sent if one["at"] < BEFORE and one["status"] == 201)
    note = (
        f"{len(rush):,} calls in {RUSH} s, {len(served_):,} served, {len(refused):,} refused,"
        f" {silent} never answered; half the load before: p95 {first * 1000:.0f} ms;"
        f" the calling program shares the cores ({said['cpu']:.0f} s of CPU)"
    )
    return [
        Row("sustainable: requests raised in a second", rate, "a second", note="closed loop"),
        at_most("seconds after the rush until all is as before", _until_calm(sent, first), "s", 10,
                note),
        at_least("refused with 503 and Retry-After, of all that weren't served",
                 100 * _share([one["status"] == 503 and one["retry"] for one in sent
                               if one["status"] != 201]), "%", 100,
                 f"{odd} answered with anything else"),
        at_most("a refusal, p95", _p95(one["after"] for one in refused) * 1000, "ms", 1000),
        at_most("accepted writes missing or doubled", _wrong(park, sent, newest), "writes", 0,
                f"each of {len(sent):,} keys looked for in the ledger and the journal"),
    ]  # fmt: skip


def _sustained(park: Served, lives: list[dict[str, Any]]) -> float:
    """Raises a second of eight clients who each wait for their answer, over ten seconds."""
    said = played(CLOSED, {"port": park.port, "lives": lives, "seconds": 10, "clients": 8})
    park.wait_until_followed()
    return float(said["done"]) / 10


CLOSED = """
import asyncio, http.client, json, sys, threading, time, uuid
asked = json.load(sys.stdin)
until, done = time.perf_counter() + asked["seconds"], []

def play(number):
    line, place = http.client.HTTPConnection("127.0.0.1", asked["port"]), number
    while time.perf_counter() < until:
        life = asked["lives"][place % len(asked["lives"])]
        place += asked["clients"]
        line.request("POST", "/api/v1/requests", json.dumps(life["raise"]).encode(), {
            "Authorization": "Bearer " + life["enterprise"], "Content-Type": "application/json",
            "Idempotency-Key": str(uuid.uuid4())})
        answer = line.getresponse()
        answer.read()
        if answer.status == 201: done.append(1)

threads = [threading.Thread(target=play, args=(n,)) for n in range(asked["clients"])]
for one in threads: one.start()
for one in threads: one.join()
print(json.dumps({"done": len(done)}))
"""


def _until_calm(sent: list[dict[str, Any]], before: float) -> float:
    """Seconds after the rush from which on every second is as quick as before, none refused."""
    calm_from = 0
    for second in range(AFTER):
        start = BEFORE + RUSH + second
        these = [one for one in sent if start <= one["at"] < start + 1]
        is_calm = all(one["status"] == 201 for one in these) and _p50(
            one["after"] for one in these
        ) <= max(before * WORSE, 0.05)
        if not is_calm:
            calm_from = second + 1
    return calm_from


def _wrong(park: Served, sent: list[dict[str, Any]], newest: int) -> int:
    """How many keys don't stand where their answers say, and how many cases have no key."""
    with psycopg.connect(park.server.dsn(), autocommit=True) as connection:
        kept = dict(
            connection.execute(
                "SELECT key, location FROM idempotency_key WHERE key = ANY(%s)",
                [[one["key"] for one in sent]],
            ).fetchall()
        )
        raised: dict[int, int] = dict(
            connection.execute(
                "SELECT c.id, (SELECT count(*) FROM journal_event e"
                " WHERE e.stream = 'case:' || c.id AND e.kind = 'servicedesk.request_raised')"
                ' FROM "case" c WHERE c.id > %s',
                [newest],
            ).fetchall()
        )
    wrong = 0
    for one in sent:
        place = kept.get(one["key"])
        case_id = int(place.rpartition("/")[2]) if place else None
        if one["status"] == 201:
            wrong += case_id != one["id"]
        elif one["status"] == 503:
            wrong += case_id is not None
        if case_id is not None:
            wrong += raised.pop(case_id, 0) != 1
    return wrong + len(raised)


def _share(answers: list[bool]) -> float:
    return sum(answers) / len(answers) if answers else 1.0


def _p95(values: Any) -> float:
    ordered = sorted(value for value in values if value is not None)
    return ordered[int(len(ordered) * 0.95) - 1] if ordered else 0.0


def _p50(values: Any) -> float:
    ordered = sorted(value for value in values if value is not None)
    return ordered[len(ordered) // 2] if ordered else 0.0
