"""The live process with 500 open pages: how soon after a commit do they hear, what does it take?

Real: `yuanqi live` over the embedded PostgreSQL, events written by the journal, streams read from
sockets. A writer goes on without the process and with it: what does being followed cost?
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from benchmarks.harness import Row, at_most
from yuanqi.foundation import postgres

OPEN = 500
ROUNDS = 40
WRITER_ROUNDS = 7
WRITES = 200
ROOT = Path(__file__).resolve().parent.parent

# a writer over the database of YUANQI_VAR: each line it is given is a stream that gets an event;
# it answers with the instant of the commit. Alone with a number it writes so many, and says how
# long that took.
WRITER = """
import sys, time
from dataclasses import dataclass
from typing import ClassVar
import django
django.setup()
from django.db import transaction
from django.utils import timezone
from yuanqi.foundation import journal
from yuanqi.foundation.actors import SYSTEM

@dataclass(frozen=True)
class Happened(journal.Event):
    kind: ClassVar[str] = "benchmark.happened"

def write(stream):
    with transaction.atomic():
        journal.record(Happened(), stream=stream, audience=journal.Audience.STAFF, actor=SYSTEM,
                       at=timezone.now())

write("case:0")
print("ready", flush=True)
for line in sys.stdin:
    asked = line.strip()
    if asked.isdecimal():
        begun = time.perf_counter()
        for number in range(int(asked)):
            write(f"case:{1000 + number % 50}")
        print(time.perf_counter() - begun, flush=True)
    else:
        write(asked)
        print(time.time(), flush=True)
"""


def run() -> Sequence[Row]:
    with tempfile.TemporaryDirectory(prefix="yuanqi-live-") as directory:
        Path(directory).chmod(0o755)  # as root the server's own user must be able to pass
        env = {
            **{key: value for key, value in os.environ.items() if "DATABASE" not in key},
            "YUANQI_VAR": f"{directory}/var",
            "YUANQI_DEMO": "1",
            "YUANQI_SECRET_KEY": "only for this benchmark",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(ROOT),
        }
        # the server is the benchmark's own: who leaves last would have to stop it
        with postgres.start(Path(env["YUANQI_VAR"]), tell=lambda _line: None):
            return _measured(env)


def _measured(env: dict[str, str]) -> Sequence[Row]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    subprocess.run([sys.executable, "-m", "config.cli", "migrate"], env=env, check=True,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER], env=env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    _asked(writer)
    _said(writer, str(WRITES))
    alone = [_said(writer, str(WRITES)) for _round in range(WRITER_ROUNDS)]
    live = subprocess.Popen(
        [sys.executable, "-m", "config.cli", "live", "--port", str(port)],
        env=env, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        _wait(f"http://127.0.0.1:{port}/live/health")
        before = _memory(live.pid)
        # 250 pages show one request, 250 another each
        topics = ["case:1"] * (OPEN // 2) + [f"case:{n}" for n in range(2, OPEN // 2 + 2)]
        streams = _Streams(port, topics, _passes(env, topics))
        after = _memory(live.pid)
        one = [streams.heard(f"case:{2 + n}", _said(writer, f"case:{2 + n}"), 1)
               for n in range(ROUNDS)]  # fmt: skip
        many = [streams.heard("case:1", _said(writer, "case:1"), OPEN // 2) for _n in range(ROUNDS)]
        followed = [_said(writer, str(WRITES)) for _round in range(WRITER_ROUNDS)]
        streams.close()
        begun = time.perf_counter()
        live.terminate()
        live.wait(30)
        stop = time.perf_counter() - begun
    finally:
        writer.kill()
        if live.poll() is None:
            os.killpg(live.pid, signal.SIGKILL)
    middle = sorted(one)[len(one) // 2] * 1000
    return [
        at_most("from commit to one page, p95", _p95(one) * 1000, "ms", 500,
                f"median {middle:.0f} ms; the tail is read every 250 ms"),
        at_most("from commit to the last of 250 pages, p95", _p95(many) * 1000, "ms", 600),
        Row("memory of the live process", before, "MB", note="no page listens"),
        at_most(f"memory more with {OPEN} open pages", after - before, "MB", 100),
        Row("an event written while it is followed", _each(followed), "ms"),
        Row("an event written before the live process starts",
            _each(alone), "ms"),
        at_most("stops when told, streams open", stop, "s", 5),
    ]  # fmt: skip


def _wait(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the live process doesn't answer")


def _asked(writer: subprocess.Popen[str]) -> str:
    assert writer.stdout is not None
    return writer.stdout.readline().strip()


def _said(writer: subprocess.Popen[str], line: str) -> float:
    assert writer.stdin is not None
    writer.stdin.write(line + "\n")
    writer.stdin.flush()
    return float(_asked(writer))


def _passes(env: dict[str, str], topics: Sequence[str]) -> list[str]:
    """Passes as the pages show them, signed with the benchmark's own key."""
    code = (
        "import sys, django; django.setup()\n"
        "from django.utils import timezone\n"
        "from yuanqi.web import live\n"
        "for topic in sys.stdin.read().split(): print(live.give(topic, at=timezone.now()))"
    )
    made = subprocess.run(
        [sys.executable, "-c", code], env=env, input="\n".join(topics), text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    return made.stdout.split()


class _Streams:
    """Many open streams, read as they speak."""

    def __init__(self, port: int, topics: Sequence[str], passes: Sequence[str]) -> None:
        self.selector = selectors.DefaultSelector()
        self.sockets = []
        since = int(time.time() * 1000)
        for topic, given in zip(topics, passes, strict=True):
            one = socket.create_connection(("127.0.0.1", port))
            asked = f"GET /live/events?pass={given}&since={since} HTTP/1.1\r\nHost: x\r\n\r\n"
            one.sendall(asked.encode())
            self.sockets.append(one)
            self.selector.register(one, selectors.EVENT_READ, topic)
        hello = 0
        while hello < len(topics):
            for key, _events in self.selector.select(10):
                hello += key.fileobj.recv(65536).count(b"event: hello")  # type: ignore[union-attr]

    def heard(self, topic: str, committed: float, count: int) -> float:
        """Seconds from the commit until `count` pages have been told."""
        told, deadline = 0, time.monotonic() + 10
        while told < count:
            assert time.monotonic() < deadline, f"{told} of {count} heard"
            for key, _events in self.selector.select(1):
                data = key.fileobj.recv(65536)  # type: ignore[union-attr]
                told += key.data == topic and b"event: wake" in data
        return time.time() - committed

    def close(self) -> None:
        for one in self.sockets[: OPEN // 2]:
            one.close()


def _memory(pid: int) -> float:
    """Megabytes that the process and its worker hold, shared pages counted once each."""
    total = 0
    for one in (pid, *_children(pid)):
        for line in Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _each(rounds: Sequence[float]) -> float:
    """Milliseconds of one write, in the median round."""
    return median(rounds) / WRITES * 1000


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95) - 1]
