"""Whole lives of requests over HTTP: raise, dispatch, accept, answer, evaluate and with it close.

Four clients with kept-alive connections call the API as a hotline's program does, each act by the
account that does it, each with an `Idempotency-Key`. The time ends when every subscriber (figures,
search, notices, webhooks) has read the last event. CPU a life is steadier than lives a second:
it doesn't ask what else the machine does.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import big
from benchmarks.harness import Row, at_least, at_most
from benchmarks.serving import Served, played, served

CLIENTS = 4
SECONDS = 20.0
ROUNDS = 3

CLIENT = """
import json, socket, sys, threading, time, uuid
asked = json.load(sys.stdin)
lives, until = asked["lives"], time.perf_counter() + asked["seconds"]
taken = {act: [] for act in ("raise", "dispatch", "accept", "answer", "evaluate")}
done, wrong = [], []

class Line:
    def __init__(self):
        self.socket = socket.create_connection(("127.0.0.1", asked["port"]))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, act, token, path, body):
        said = json.dumps(body).encode()
        begun = time.perf_counter()
        self.socket.sendall((
            f"POST /api/v1{path} HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\n"
            f"Authorization: Bearer {token}\\r\\n"
            f"Idempotency-Key: {uuid.uuid4()}\\r\\nContent-Type: application/json\\r\\n"
            f"Content-Length: {len(said)}\\r\\n\\r\\n").encode() + said)
        got = b""
        while b"\\r\\n\\r\\n" not in got:
            got += self.socket.recv(65536)
        head, _blank, rest = got.partition(b"\\r\\n\\r\\n")
        size = next(int(line.split(b":")[1]) for line in head.lower().split(b"\\r\\n")
                    if line.startswith(b"content-length"))
        while len(rest) < size:
            rest += self.socket.recv(65536)
        taken[act].append(time.perf_counter() - begun)
        if b" 201 " not in head.split(b"\\r\\n")[0]:
            wrong.append(f"{act}: {head.splitlines()[0].decode()} {rest[:300].decode()}")
            raise ValueError
        return json.loads(rest)

def play(number):
    line, place = Line(), number
    while time.perf_counter() < until and len(wrong) < 20:
        life = lives[place % len(lives)]
        place += asked["clients"]
        try:
            case = line.post("raise", life["enterprise"], "/requests", life["raise"])["id"]
            at = f"/requests/{case}"
            line.post("dispatch", life["centre"], at + "/dispatches", life["dispatch"])
            line.post("accept", life["lead"], at + "/acceptances", {})
            line.post("answer", life["lead"], at + "/answers", life["answer"])
            line.post("evaluate", life["enterprise"], at + "/evaluations",
                      {"level": 5, "is_resolved": True, "was_contacted": True})
            done.append(case)
        except ValueError:
            continue

begun = time.perf_counter()
threads = [threading.Thread(target=play, args=(n,)) for n in range(asked["clients"])]
for one in threads: one.start()
for one in threads: one.join()
print(json.dumps({"done": done, "wrong": wrong, "seconds": time.perf_counter() - begun,
                  "cpu": time.process_time(), "taken": taken}))
"""


@dataclass(frozen=True)
class Round:
    """One round: how many lives a second, and what a life cost of both cores, in milliseconds."""

    per_second: float
    cpu: dict[str, float]
    slowest: float  # of 100 acts the five slowest took longer than so many milliseconds
    behind: float  # seconds that the subscribers needed after the last answer


def played_round(park: Served, lives: list[dict[str, object]], seconds: float) -> Round:
    park.wait_until_followed()
    before = park.seconds_burnt()
    said = played(
        CLIENT, {"port": park.port, "lives": lives, "seconds": seconds, "clients": CLIENTS}
    )
    behind = park.wait_until_followed()
    burnt = {name: spent - before[name] for name, spent in park.seconds_burnt().items()}
    if said["wrong"]:
        raise RuntimeError(f"refused: {said['wrong'][:3]}")
    count = len(said["done"])
    acts = sorted(one for each in said["taken"].values() for one in each)
    return Round(
        count / (said["seconds"] + behind),
        {name: spent / count * 1000 for name, spent in burnt.items()},
        acts[int(len(acts) * 0.95) - 1] * 1000,
        behind,
    )


def run() -> Sequence[Row]:
    large, small = _figures(1_000_000, 100_000)
    cpu = {name: median(one.cpu[name] for one in large) for name in large[0].cpu}
    slower = 1 - median(one.per_second for one in large) / median(o.per_second for o in small)
    behind = max(one.behind for one in (*large, *small))
    return [
        at_least(
            "lifecycles a second, 1,000,000 requests in the ledger",
            median(one.per_second for one in large), "a second", 25,
            f"API by WSGI, {CLIENTS} clients, five calls a life, until the followers had caught up"
            f" ({behind:.1f} s after the last answer at most); the best figure published for a peer"
            " of this size is 6.3 a second, on 16 cores",
        ),
        at_most("slower than with 100,000 requests", slower * 100, "%", 10),
        Row("CPU of one lifecycle", sum(cpu.values()), "ms",
            note=", ".join(f"{name} {spent:.0f}" for name, spent in cpu.items())
            + f"; with 100,000 requests {median(sum(o.cpu.values()) for o in small):.0f} in all"),
        Row("one act, p95", median(one.slowest for one in large), "ms"),
    ]  # fmt: skip


def _figures(*sizes: int) -> list[list[Round]]:
    """The rounds of each park. Both stand served at once and are played in turns, so that what
    the machine does besides hits both alike; the one not played has nothing to do."""
    with ExitStack() as stack:
        parks = [stack.enter_context(served(stack.enter_context(park_of(size)))) for size in sizes]
        for park in parks:
            park.wait_until_quiet()
        lives = [park.prepared() for park in parks]
        for number, park in enumerate(parks):
            played_round(park, lives[number], SECONDS / 4)
        rounds: list[list[Round]] = [[] for _size in sizes]
        for turn in range(ROUNDS):
            numbers = range(len(parks))
            for number in numbers if turn % 2 else reversed(numbers):
                rounds[number].append(played_round(parks[number], lives[number], SECONDS))
        return rounds


@contextmanager
def park_of(requests: int) -> Iterator[Path]:
    """A park of this size to write into: a copy of the one that is kept, else one made for it."""
    name = f"YUANQI_BENCH_{requests}"
    kept = os.environ.get(name, "").strip()
    with ExitStack() as stack:
        if kept:
            os.environ[name] = str(stack.enter_context(_copy_of(Path(kept).absolute())))
            stack.callback(os.environ.__setitem__, name, kept)
        yield Path(stack.enter_context(big.park(requests)).env["YUANQI_VAR"])


@contextmanager
def _copy_of(park: Path) -> Iterator[Path]:
    """A copy of a park beside it, thrown away afterwards. Its server must not be running."""
    with tempfile.TemporaryDirectory(prefix="yuanqi-lifecycle-", dir=park.parent) as directory:
        Path(directory).chmod(0o755)  # as root the server's own user must be able to pass
        copy = Path(directory) / "var"
        # owners too: the server's files are its system user's
        subprocess.run(["cp", "-a", "--reflink=auto", str(park), str(copy)], check=True)
        yield copy
