"""The keeper: a small process that is the server's parent and outlives the program.

Started by the supervisor as a file of its own, without site-packages, in its own session:
Ctrl-C in a terminal does not reach it, nor the server. It stops the server when the last
user's lock is gone, which the kernel sees to also after `kill -9`. It must be the server's
parent, so that a killed postmaster is reaped even where process 1 reaps nothing.

Takes one argument, a JSON object; exits 0 once it holds its locks, else with a code below.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

ANOTHER_KEEPER = 3
SERVER_STILL_THERE = 4

_LOOK_EVERY = 0.2  # seconds
_STOP_WITHIN = 300  # seconds for the last checkpoint; then without it, to be recovered


def lock(path: str | os.PathLike[str], *, wait: float = 0.0) -> int | None:
    """Return a descriptor that holds `path` alone, or None after `wait` seconds."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    until = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                os.close(descriptor)
                return None
            time.sleep(0.02)
        else:
            return descriptor


def free(path: str | os.PathLike[str]) -> bool:
    """Whether nobody holds `path` at this moment."""
    descriptor = lock(path)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def main() -> None:
    order = json.loads(sys.argv[1])
    run = order["run"]
    mine = lock(f"{run}/keeper.lock", wait=5)
    if mine is None:
        sys.exit(ANOTHER_KEEPER)
    servers = None
    if order["launch"]:
        # The server and all its processes inherit this one: while it is held, some of them live.
        servers = lock(f"{run}/server.lock", wait=15)
        if servers is None:
            sys.exit(SERVER_STILL_THERE)
    if os.fork():
        os._exit(0)
    stopping: list[bool] = []
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    server = None
    if servers is not None:
        server = launch(order, servers)
        os.close(servers)
    watch(order, server, stopping)
    os.close(mine)


def launch(order: dict[str, Any], servers: int) -> subprocess.Popen[bytes]:
    with open(order["log"], "wb", buffering=0) as log:
        try:
            return subprocess.Popen(  # noqa: S603
                [f"{order['programs']}/postgres", "-D", order["data"]],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(servers,),
                **order["child"],
            )
        except OSError as error:
            log.write(f"error: {error}\n".encode())
            sys.exit(1)


def watch(
    order: dict[str, Any], server: subprocess.Popen[bytes] | None, stopping: list[bool]
) -> None:
    """Return when the server is down: by itself, or stopped here because nobody uses it."""
    run = order["run"]
    while server.poll() is None if server else responds(order):
        if stopping:
            stop(order, server)
        elif free(f"{run}/users.lock"):
            starting = lock(f"{run}/start.lock")
            if starting is not None:  # nobody is just coming in
                if free(f"{run}/users.lock"):
                    stop(order, server)
                os.close(starting)
        time.sleep(_LOOK_EVERY)


def responds(order: dict[str, Any]) -> bool:
    return client(order, "pg_isready", "-q", "-h", order["sockets"], "-U", "postgres") in (0, 1)


def stop(order: dict[str, Any], server: subprocess.Popen[bytes] | None) -> None:
    if server is None:  # another keeper's child, whose keeper was killed
        wait = str(_STOP_WITHIN)
        client(order, "pg_ctl", "stop", "-D", order["data"], "-m", "fast", "-w", "-t", wait)
        return
    for word, seconds in ((signal.SIGINT, _STOP_WITHIN), (signal.SIGQUIT, 10), (signal.SIGKILL, 5)):
        server.send_signal(word)
        try:
            server.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return


def client(order: dict[str, Any], name: str, *arguments: str) -> int:
    return subprocess.run(  # noqa: S603
        [f"{order['programs']}/{name}", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
        **order["child"],
    ).returncode


if __name__ == "__main__":
    main()
