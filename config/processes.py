"""The long-running processes: pages, worker, and the demo that runs them all."""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from config import live as live_app
from config.memory import rarely_collected
from yuanqi.foundation import postgres, subscribers

_PAUSE_SECONDS = 1.0
_REFUSING = 8  # threads beside those that may wait
_PARENT = "YUANQI_PARENT"


def serve(host: str, port: int, workers: int) -> int:
    """Serve the pages until told to stop."""
    _leave_with_parent()
    watch_database()
    collect_static()
    _count_together(port)
    Granian(
        "config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        # most of them only wait for their turn, or refuse: config.shedding
        blocking_threads=settings.SERVE_THREADS + settings.SERVE_WAITING + _REFUSING,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()
    return 0


def _count_together(port: int) -> None:
    """Let the server's processes write their figures where each can read all (`/metrics`)."""
    place = settings.VAR / "metrics" / str(port)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(place)


def live(host: str, port: int) -> int:
    """Tell open pages what has changed, until told to stop."""
    _leave_with_parent()
    watch_database()
    _allow_files(live_app.MOST_LISTENERS + 200)
    Granian(
        "config.live:application",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        # listeners are in memory: one process hears of everything and tells its own pages
        workers=1,
        backlog=2048,
        backpressure=live_app.MOST_LISTENERS + 200,
        # open streams are never done: who is told to stop doesn't wait for them
        workers_kill_timeout=2,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()
    return 0


def _allow_files(count: int) -> None:
    """Each open stream is an open file; the system's usual limit is 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def worker() -> int:
    """Run jobs and periodic work, and keep the subscribers at the journal's end.

    A database that goes away and comes back interrupts the work, and doesn't end it.
    """
    _leave_with_parent()
    watch_database()
    rarely_collected()
    stop = threading.Event()
    follower = threading.Thread(target=_follow, args=(stop,), daemon=True)
    follower.start()
    try:
        while not _worked_to_the_end():
            time.sleep(2 * _PAUSE_SECONDS)
    finally:
        stop.set()
        follower.join(timeout=10)
    return 0


def _worked_to_the_end() -> bool:
    """Run the jobs' worker until it is told to stop; False if the database went away."""
    try:
        if asyncio.run(_work()):
            return True
    except (psycopg.Error, DatabaseError, ConnectorException):
        pass
    _warn("the worker lost the database and tries again")
    return False


async def _work() -> bool:
    """Run jobs; returns whether a signal ended it (else its connection did)."""
    told = False

    def stop() -> None:
        nonlocal told
        told = True
        working.cancel()

    # the connector of Django's pages can't wait for jobs: the worker has its own
    with app.replace_connector(app.connector.get_worker_connector()) as worker:
        async with worker.open_async():
            working = asyncio.ensure_future(
                worker.run_worker_async(
                    concurrency=2,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                    # who runs when it ends is told at once, and waited for
                    shutdown_graceful_timeout=0,
                )
            )
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, stop)
            with contextlib.suppress(asyncio.CancelledError):
                await working
    return told


def _follow(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            subscribers.catch_up(patient=True, goes_on=lambda: not stop.is_set())
        except Exception as failed:
            # the cursor has not moved: the next round takes the same events again
            if not _lost_the_database(failed):
                subscribers.log.exception("a subscriber failed; it will be run again")
            connection.close()
        stop.wait(_PAUSE_SECONDS)
    connection.close()


def _lost_the_database(failed: BaseException) -> bool:
    if isinstance(failed, BaseExceptionGroup):
        return all(_lost_the_database(one) for one in failed.exceptions)
    return isinstance(failed, OperationalError | InterfaceError)


def watch_database() -> None:
    """Start the embedded server again if it was killed under us: pages recover by themselves."""
    if not settings.EMBEDDED:
        return

    def watch() -> None:
        handles: list[postgres.Handle] = []  # released when the process ends
        while True:
            time.sleep(2 * _PAUSE_SECONDS)
            try:
                psycopg.connect(postgres.locate(settings.VAR).dsn(), connect_timeout=5).close()
            except psycopg.OperationalError as error:
                if error.sqlstate is not None:
                    continue  # it answered: full, or starting up
                try:
                    handles.append(postgres.start(settings.VAR, tell=_warn))
                except postgres.PostgresError as reason:
                    _warn(str(reason))

    threading.Thread(target=watch, daemon=True).start()


def _warn(line: str) -> None:
    print(f"yuanqi: {line}", file=sys.stderr, flush=True)


def collect_static() -> None:
    """Gather and compress the static files, if they changed since."""
    stamp = settings.STATIC_ROOT / ".collected"
    sources = Path(settings.ROOT / "yuanqi" / "web" / "static")
    newest = max(path.stat().st_mtime for path in sources.rglob("*") if path.is_file())
    if stamp.exists() and stamp.stat().st_mtime >= newest:
        return
    call_command("collectstatic", verbosity=0, interactive=False)
    stamp.touch()


def demo(host: str, port: int | None) -> int:
    """Prepare the demo park if it isn't there, run pages and worker, stop cleanly."""
    # the demo's own modules come last: they need the tables
    from config import commands  # noqa: PLC0415
    from yuanqi.demo import park, past  # noqa: PLC0415
    from yuanqi.demo.accounts import demo_accounts  # noqa: PLC0415

    say = _Steps()
    port = port or _free_port(host)
    live_port = _free_port(host, after=port)
    os.environ["YUANQI_LIVE_URL"] = f":{live_port}"
    say("数据库 database")
    commands.bring_up_to_date(verbosity=0)
    say("静态文件 static files")
    collect_static()
    rarely_collected()  # a quarter of the loading went into looking for rings among its rows
    park.load(tell=say)
    connection.close()
    children = [
        _child("worker"),
        _child("serve", "--host", host, "--port", str(port)),
        _child("live", "--host", host, "--port", str(live_port)),
    ]
    # a terminal's Ctrl-C reaches this process alone: the children have sessions of their own
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    watch_database()
    behind: list[subprocess.Popen[bytes]] = []
    try:
        _wait_until_answered(host, port, children)
        say.ready(host, port, demo_accounts())
        if past.is_missing():
            behind.append(_child("demo-past"))
        connection.close()
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
        print("yuanqi: a process ended by itself; stopping", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n停止 stopping …", flush=True)
        return 0
    finally:
        _stop([*behind, *children])


def demo_past() -> int:
    """Write the demo park's older requests, giving way to whoever reads pages meanwhile.

    Stopped, it leaves whole months; the next start goes on.
    """
    from yuanqi.demo import past  # noqa: PLC0415 - needs the tables

    _leave_with_parent()
    os.nice(15)
    past.load(tell=_Steps())
    return 0


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _free_port(host: str, after: int = 7999) -> int:
    """Return 8000, or the next port (after the one taken) that nobody listens on."""
    for port in range(after + 1, after + 101):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise SystemExit(
        f"yuanqi: ports {after + 1} to {after + 100} are all taken; choose one with --port"
    )


def _wait_until_answered(host: str, port: int, children: list[subprocess.Popen[bytes]]) -> None:
    """Return once somebody listens, or a child has ended."""
    while all(child.poll() is None for child in children):
        with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
            return
        time.sleep(0.1)


def _child(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "config.cli", *arguments],
        start_new_session=True,
        env={**os.environ, _PARENT: str(os.getpid())},
    )


def _leave_with_parent() -> None:
    """Stop when the demo that started this process is gone, however it went."""
    parent = os.environ.get(_PARENT)
    if parent is None:
        return

    def watch() -> None:
        while os.getppid() == int(parent):
            time.sleep(_PAUSE_SECONDS)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, daemon=True).start()


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + 15
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def steps() -> "_Steps":
    """Progress for whoever watches the terminal, from now on."""
    return _Steps()


class _Steps:
    """Progress for whoever watches the terminal, with the seconds since the start."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self, what: str) -> None:
        print(f"[{time.monotonic() - self._began:5.1f} s] {what}", flush=True)

    def ready(self, host: str, port: int, accounts: "list[dict[str, str]]") -> None:
        self("就绪 ready")
        print(f"\n  http://{host}:{port}/\n")
        for account in accounts:
            print(f"  {account['username']:<10} {account['password']:<18} {account['label']}")
        print("\n  Ctrl-C 停止 stops\n", flush=True)
