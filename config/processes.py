"""The long-running processes: pages, worker, and the demo that runs them all."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from yuanqi.foundation import subscribers

_PAUSE_SECONDS = 1.0
_PARENT = "YUANQI_PARENT"


def serve(host: str, port: int, workers: int) -> int:
    """Serve the pages until told to stop."""
    _leave_with_parent()
    Granian(
        "config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        log_access=False,
        log_level=LogLevels.warning,
        respawn_failed_workers=True,
    ).serve()
    return 0


def worker() -> int:
    """Run jobs and periodic work, and keep the subscribers at the journal's end."""
    _leave_with_parent()
    stop = threading.Event()
    follower = threading.Thread(target=_follow, args=(stop,), daemon=True)
    follower.start()
    try:
        call_command("procrastinate", "worker", "--delete-jobs", "successful", "--concurrency", "2")
    finally:
        stop.set()
        follower.join(timeout=10)
    return 0


def _follow(stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            subscribers.catch_up()
        except Exception:
            # the cursor has not moved: the next round takes the same events again
            subscribers.log.exception("a subscriber failed; it will be run again")
            connection.close()
        stop.wait(_PAUSE_SECONDS)
    connection.close()


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
    from yuanqi.demo.accounts import demo_accounts  # noqa: PLC0415

    from config import commands  # noqa: PLC0415
    from yuanqi.demo import park  # noqa: PLC0415

    say = _Steps()
    port = port or _free_port(host)
    say("数据库 database")
    commands.bring_up_to_date(verbosity=0)
    say("静态文件 static files")
    collect_static()
    park.load(tell=say)
    connection.close()
    children = [
        _child("worker"),
        _child("serve", "--host", host, "--port", str(port)),
    ]
    # a terminal's Ctrl-C reaches this process alone: the children have sessions of their own
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        say.ready(host, port, demo_accounts())
        while all(child.poll() is None for child in children):
            time.sleep(0.3)
        print("yuanqi: a process ended by itself; stopping", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\n停止 stopping …", flush=True)
        return 0
    finally:
        _stop(children)


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _free_port(host: str) -> int:
    """Return 8000, or the next port that nobody listens on."""
    for port in range(8000, 8100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    raise SystemExit("yuanqi: ports 8000 to 8099 are all taken; choose one with --port")


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
