"""A park served as `yuanqi serve` and `yuanqi worker` do, with what each of them burns.

The park is a directory with an embedded cluster in it (`YUANQI_VAR` of its programs). Whoever
measures gives a copy: requests are written into it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from yuanqi.foundation import postgres

_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE = 300  # seconds
_LITTLE = 300  # events: what a minute of a large park brings by itself

# Prints what the clients play: who calls by which token, and what each life says. Texts are those
# of the park, so that search and rules have real ones to work on.
_PREPARE = """
import json, random, sys
from datetime import timedelta
import django
django.setup()
from django.utils import timezone
from yuanqi.casework.models import Message
from yuanqi.foundation.actors import Role, actor_for
from yuanqi.foundation.api import Scope
from yuanqi.foundation.models import Account
from yuanqi.integration.models import Token
from yuanqi.integration.operations import token_make
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.models import ContactPerson
from yuanqi.servicedesk.models import Category, ServiceRequest

chance = random.Random(20261122)
now = timezone.now()
Token.objects.filter(name="benchmark", revoked_at=None).update(revoked_at=now)

def token(account):
    actor = actor_for(account, now)
    return token_make(name="benchmark", scopes=list(Scope), actor=actor, at=now,
                      expires_at=now + timedelta(days=2)).secret

contacts = list(ContactPerson.objects.filter(is_active=True, account__is_active=True)
                .select_related("account").order_by("id")[:60])
leads, handlers = {}, {}
for officer in (Officer.objects.filter(is_active=True, account__is_active=True,
                                       account__grants__role=Role.HANDLER)
                .select_related("account", "department").order_by("id")):
    if officer.department.kind == Department.Kind.BUREAU:
        handlers.setdefault(officer.department_id, officer)
categories = [c for c in Category.objects.order_by("code") if c.lead_id in handlers]
clerks = list(Officer.objects.filter(is_active=True, account__is_active=True,
                                     account__grants__role=Role.CENTRE)
              .select_related("account").order_by("id")[:3])
asked = list(ServiceRequest.objects.order_by("-case_id").values_list("text", flat=True)[:400])
said = list(Message.objects.filter(kind="answer").order_by("-id")
            .values_list("body", flat=True)[:400])
by = {}
for account in {p.account for p in (*contacts, *handlers.values(), *clerks)}:
    by[account.pk] = token(account)
lives = []
for number in range(600):
    category, contact = chance.choice(categories), chance.choice(contacts)
    lives.append({
        "enterprise": by[contact.account_id],
        "centre": by[chance.choice(clerks).account_id],
        "lead": by[handlers[category.lead_id].account_id],
        "raise": {"contact_id": contact.pk, "category": category.code,
                  "level": chance.choice(["P2", "P3", "P3", "P4"]), "text": chance.choice(asked)},
        "dispatch": {"lead_id": category.lead_id},
        "answer": {"body": chance.choice(said)},
    })
print(json.dumps(lives))
"""


@dataclass
class Served:
    """The pages at a port, the worker behind them, and the database of both."""

    var: Path
    port: int
    env: dict[str, str]
    server: postgres.Server
    pages: subprocess.Popen[bytes]
    worker: subprocess.Popen[bytes]

    def prepared(self) -> list[dict[str, Any]]:
        """Lives to be played, with the tokens of those who play them."""
        made = subprocess.run(
            [sys.executable, "-c", _PREPARE], env=self.env, check=True, capture_output=True,
            text=True,
        )  # fmt: skip
        return json.loads(made.stdout)

    def ask(self, query: str, *values: Any) -> tuple[Any, ...]:
        with psycopg.connect(self.server.dsn(), autocommit=True) as connection:
            row = connection.execute(query, values).fetchone()
        assert row is not None
        return row

    def wait_until_quiet(self) -> None:
        """Wait until little is written: in a park that was left alone for hours limits have
        passed meanwhile, and the worker says so of each."""
        deadline = time.monotonic() + 12 * _PATIENCE
        (last,) = self.ask("SELECT max(id) FROM journal_event")
        while time.monotonic() < deadline:
            time.sleep(65)  # longer than from one sweep to the next
            before = last
            (last,) = self.ask("SELECT max(id) FROM journal_event")
            if last - before <= _LITTLE:
                return
        raise RuntimeError("the park doesn't come to rest")

    def wait_until_followed(self) -> float:
        """Seconds until every subscriber has read what has been written up to now."""
        begun = time.perf_counter()
        xid, last = self.ask("SELECT xid, id FROM journal_event ORDER BY xid DESC, id DESC LIMIT 1")
        while self.ask(
            "SELECT count(*) = 0 OR bool_or((xid, event_id) < (%s, %s)) FROM journal_cursor",
            xid, last,
        )[0]:  # fmt: skip
            if time.perf_counter() - begun > _PATIENCE:
                raise RuntimeError("the subscribers don't catch up")
            time.sleep(0.05)
        return time.perf_counter() - begun

    def seconds_burnt(self) -> dict[str, float]:
        """CPU seconds so far of the pages, the worker, and PostgreSQL, ended processes included."""
        postmaster = int((self.server.home / "pg" / "postmaster.pid").read_text().split()[0])
        return {
            "pages": _burnt(self.pages.pid),
            "worker": _burnt(self.worker.pid),
            "postgres": _burnt(postmaster),
        }


def _burnt(pid: int) -> float:
    """CPU seconds of a process, its living children, and those that it has waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return 0.0
    own = sum(int(ticks) for ticks in fields[11:15]) / _TICKS
    return own + sum(_burnt(int(child)) for child in children)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(var: Path, **more: str) -> Iterator[Served]:
    """Serve this park until the block ends; `more` goes into the programs' environment."""
    env = {
        **{k: v for k, v in os.environ.items() if "DATABASE" not in k and "YUANQI" not in k},
        "YUANQI_VAR": str(var),
        "YUANQI_DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        # a hotline's program calls for a whole city, and says so in its settings
        "YUANQI_API_CALLS": "1000000",
        **more,
    }
    port = free_port()
    with postgres.start(var, tell=lambda _line: None) as handle:
        _run(env, "migrate")
        pages = _started(env, "serve", "--port", str(port))
        worker = _started(env, "worker")
        try:
            _wait(port, pages)
            yield Served(var, port, env, handle.server, pages, worker)
        finally:
            for one in (pages, worker):
                one.send_signal(signal.SIGTERM)
            for one in (pages, worker):
                try:
                    one.wait(30)
                except subprocess.TimeoutExpired:
                    os.killpg(one.pid, signal.SIGKILL)
                    one.wait()


def _run(env: dict[str, str], *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "config.cli", *arguments],
        env=env, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def _started(env: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "config.cli", *arguments],
        env=env, stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def _wait(port: int, pages: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline and pages.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the pages don't answer")


def played(program: str, asked: Sequence[Any] | dict[str, Any]) -> dict[str, Any]:
    """Run a client in a process of its own, so that it measures as an outsider; its last word."""
    made = subprocess.run(
        [sys.executable, "-c", program], input=json.dumps(asked), check=True, capture_output=True,
        text=True,
    )  # fmt: skip
    return json.loads(made.stdout)
