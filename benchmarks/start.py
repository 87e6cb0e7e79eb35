"""`make demo` from a fresh clone, as a newcomer starts it: the first time, and the second.

The clone has no environment and no data; packages come from the installer's cache where it has
one. Each time ends when the pages answer a request.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Row, at_most

ROOT = Path(__file__).resolve().parent.parent
_PATIENCE = 600


def run() -> Sequence[Row]:
    with tempfile.TemporaryDirectory(prefix="yuanqi-start-") as directory:
        # as root the server's own user must be able to pass
        Path(directory).chmod(0o755)
        clone = Path(directory) / "yuanqi"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
        first, second = _seconds_to_ready(clone), _seconds_to_ready(clone)
    return [
        at_most("first make demo, from a fresh clone to an answered page", first, "s", 90),
        at_most("second make demo, its data kept", second, "s", 10),
    ]


def _seconds_to_ready(clone: Path) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {key: value for key, value in os.environ.items() if not key.startswith("YUANQI_")}
    begun = time.perf_counter()
    subprocess.run(["make", "-s", ".venv/.run"], cwd=clone, env=env, check=True)
    demo = subprocess.Popen(
        [str(clone / ".venv/bin/yuanqi"), "demo", "--port", str(port)],
        cwd=clone,
        env=env,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        while time.perf_counter() - begun < _PATIENCE:
            if demo.poll() is not None:
                raise RuntimeError(f"the demo ended by itself with {demo.returncode}")
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/account/login/").close()
            except OSError:
                time.sleep(0.05)
            else:
                return time.perf_counter() - begun
        raise RuntimeError("the demo never answered")
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(60)
