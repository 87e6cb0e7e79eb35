"""More than the machine can do is refused politely, at once, and cheaply.

Requests run on a few threads; some more wait in line for as long as somebody still waits for an
answer; whoever comes then is told to come again (503 with Retry-After) before Django has touched
it. So what was accepted is answered as usual, and after a rush all is as before within seconds.
"""

import random
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLong
from typing import Any

from prometheus_client import Counter

SHED = Counter("yuanqi_requests_shed_total", "Requests refused because too many were waiting.")

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

_PAGE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>503 · 园企</title>
<h1>现在用的人太多</h1><p>这一步没有生效，已经提交的内容都在。请过 {wait} 秒再试一次。</p>
<p lang="en">Too many people at once. This step had no effect; please try again in {wait} s.</p>
"""
_PROBLEM = (
    '{{"type": "about:blank", "title": "Too many requests at once", "status": 503,'
    ' "detail": "Nothing was done. Try again in {wait} seconds."}}'
)
_SHORTEST_WAIT, _LONGEST_WAIT = 2, 8  # seconds; spread, so that not all come back together


class Shedding:
    """A WSGI application that runs `threads` requests at a time and lets `waiting` wait.

    One that has stood in line for `patience` seconds is refused too: it has not begun, so nothing
    was done. An answer that is streamed is made while it is sent, outside of the threads.
    """

    def __init__(
        self, application: Application, *, threads: int, waiting: int, patience: float
    ) -> None:
        self.application = application
        self.most = threads + waiting
        self.patience = patience
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._inside = 0
        self._count = threading.Lock()

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        with self._count:
            is_room = self._inside < self.most
            self._inside += is_room
        if not is_room:
            return _refuse(environ, start_response)
        try:
            return self._in_line(environ, start_response)
        finally:
            with self._count:
                self._inside -= 1

    def _in_line(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        turn: Future[Iterable[bytes]] = self._pool.submit(self.application, environ, start_response)
        try:
            return turn.result(self.patience)
        except TooLong:
            if turn.cancel():
                return _refuse(environ, start_response)
        except CancelledError:
            return _refuse(environ, start_response)
        return turn.result()  # it had its turn and takes its time


def _refuse(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    SHED.inc()
    wait = random.randint(_SHORTEST_WAIT, _LONGEST_WAIT)  # noqa: S311 - only spreads
    is_api = environ.get("PATH_INFO", "").startswith("/api/")
    body = (_PROBLEM if is_api else _PAGE).format(wait=wait).encode()
    kind = "application/problem+json" if is_api else "text/html; charset=utf-8"
    start_response(
        "503 Service Unavailable",
        [
            ("Content-Type", kind),
            ("Content-Length", str(len(body))),
            ("Retry-After", str(wait)),
            ("Cache-Control", "no-store"),
        ],
    )
    return [body]
