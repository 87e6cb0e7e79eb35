"""Parks of a given size for benchmarks: reused where one is kept, made where none is.

`YUANQI_BENCH_1000000` and `YUANQI_BENCH_100000` name the YUANQI_VAR of a park of so many requests
that is kept; without them one is made in a temporary directory and thrown away. By hand:

    YUANQI_VAR=/srv/million yuanqi demo --enterprises 100000 --requests 1000000 --load-only
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from yuanqi.foundation import postgres

ROOT = Path(__file__).resolve().parent.parent
ENTERPRISES = 100_000


@dataclass(frozen=True)
class Park:
    """A park whose database runs; `env` is how programs come to it."""

    requests: int
    env: Mapping[str, str]
    made_in: float | None  # seconds, if it was made just now

    def start(self, module: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a program over this park that is told line by line what to do."""
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=dict(self.env), text=True, cwd=ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip


@contextmanager
def park(requests: int, enterprises: int = ENTERPRISES) -> Iterator[Park]:
    """A park of this size, its database running until the end."""
    with ExitStack() as stack:
        kept = os.environ.get(f"YUANQI_BENCH_{requests}", "").strip()
        if kept:
            var = Path(kept).absolute()
        else:
            directory = Path(tempfile.mkdtemp(prefix="yuanqi-big-"))
            directory.chmod(0o755)  # as root the server's own user must be able to pass
            stack.callback(shutil.rmtree, directory, ignore_errors=True)
            var = directory / "var"
        env = {
            **{key: value for key, value in os.environ.items() if "DATABASE" not in key},
            "YUANQI_VAR": str(var),
            "YUANQI_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(ROOT),
        }
        begun = time.perf_counter()
        # loaded as its own start would: a park that is there already is found, and migrated
        told = subprocess.run(
            [sys.executable, "-m", "config.cli", "demo", "--load-only",
             "--enterprises", str(enterprises), "--requests", str(requests)],
            env=env, cwd=ROOT, stdout=subprocess.DEVNULL if kept else None, check=False,
        )  # fmt: skip
        if told.returncode:
            raise RuntimeError(f"no park of {requests:,} requests in {var}")
        made_in = None if kept else time.perf_counter() - begun
        stack.enter_context(postgres.start(var, tell=lambda _line: None))
        yield Park(requests, env, made_in)


def said(program: subprocess.Popen[str], line: str) -> str:
    """Tell a program one line and return what it answers."""
    assert program.stdin is not None and program.stdout is not None
    program.stdin.write(line + "\n")
    program.stdin.flush()
    answer = program.stdout.readline()
    if not answer:
        raise RuntimeError(f"the program ended at {line!r}")
    return answer.strip()
