"""More than the machine can do: refused at once, politely, and the rest answered as usual."""

import json
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any

from config.shedding import Shedding

WAIT_SECONDS = 20


class Door:
    """An application whose requests stay inside until the door is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.began = threading.Semaphore(0)
        self.served = 0

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        self.began.release()
        assert self.opened.wait(WAIT_SECONDS)
        self.served += 1
        start("200 OK", [])
        return [b"done"]


class Caller(threading.Thread):
    def __init__(self, edge: Shedding, path: str = "/") -> None:
        super().__init__()
        self.edge, self.path = edge, path
        self.status = ""
        self.headers: dict[str, str] = {}
        self.body = b""
        self.start()

    def run(self) -> None:
        def start(status: str, headers: list[tuple[str, str]]) -> None:
            self.status, self.headers = status, dict(headers)

        self.body = b"".join(self.edge({"PATH_INFO": self.path}, start))


def settled(edge: Shedding, inside: int) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while edge._inside != inside:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_one_more_than_may_wait_is_refused_and_all_others_are_served():
    door = Door()
    edge = Shedding(door, threads=2, waiting=3, patience=WAIT_SECONDS)
    callers = [Caller(edge) for _ in range(5)]
    settled(edge, 5)

    late = Caller(edge)
    late.join(WAIT_SECONDS)
    assert late.status == "503 Service Unavailable"
    assert 2 <= int(late.headers["Retry-After"]) <= 8
    assert int(late.headers["Content-Length"]) == len(late.body)
    assert "没有生效" in late.body.decode()

    door.opened.set()
    for caller in callers:
        caller.join(WAIT_SECONDS)
    assert [caller.status for caller in callers] == ["200 OK"] * 5
    assert door.served == 5
    settled(edge, 0)

    again = Caller(edge)
    again.join(WAIT_SECONDS)
    assert again.status == "200 OK"


def test_who_has_waited_too_long_is_refused_and_never_served():
    door = Door()
    edge = Shedding(door, threads=1, waiting=1, patience=0.05)
    first = Caller(edge)
    assert door.began.acquire(timeout=WAIT_SECONDS)
    second = Caller(edge)
    second.join(WAIT_SECONDS)
    assert second.status == "503 Service Unavailable"

    door.opened.set()
    first.join(WAIT_SECONDS)
    assert first.status == "200 OK"  # it had begun: however long it takes
    assert door.served == 1


def test_a_program_is_refused_in_its_own_words():
    door = Door()
    edge = Shedding(door, threads=1, waiting=0, patience=1)
    first = Caller(edge)
    assert door.began.acquire(timeout=WAIT_SECONDS)
    program = Caller(edge, "/api/v1/requests")
    program.join(WAIT_SECONDS)
    assert program.headers["Content-Type"] == "application/problem+json"
    told = json.loads(program.body)
    assert told["status"] == 503
    door.opened.set()
    first.join(WAIT_SECONDS)


def test_what_fails_leaves_its_place():
    def broken(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        raise RuntimeError("no")

    edge = Shedding(broken, threads=1, waiting=0, patience=1)
    for _ in range(3):
        try:
            edge({}, lambda *_: None)
        except RuntimeError:
            continue
        raise AssertionError("it was swallowed")
    assert edge._inside == 0
