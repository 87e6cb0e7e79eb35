"""Faults: processes and databases that are killed, disks that are full.

What was accepted is there afterwards, what was not has left nothing, and the next start recovers
by itself. Real processes and SIGKILL throughout; the page of a failure says what it is.
"""

import errno
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import include, path

from tests.people import build_zone
from yuanqi.casework.models import Case
from yuanqi.foundation import verify
from yuanqi.foundation.postgres import keeper, place
from yuanqi.web import errors

ROOT = Path(__file__).resolve().parent.parent
WAIT_SECONDS = 90
processes = pytest.mark.processes

# A program that uses the embedded database of YUANQI_VAR: it raises requests one after another
# and says each one's id once its transaction is committed, or says what is there.
LOAD = """
import os, sys
from pathlib import Path
from yuanqi.foundation import postgres
with postgres.start(Path(os.environ["YUANQI_VAR"]), tell=lambda line: None):
    import django
    django.setup()
    from django.core.management import call_command
    from django.db import connection, connections
    from django.utils import timezone
    from tests.people import build_zone
    from yuanqi.casework.models import Case
    from yuanqi.foundation import grants, seals, verify
    from yuanqi.registry.models import ContactPerson
    from yuanqi.foundation.actors import actor_for
    from yuanqi.servicedesk import operations as desk
    what = sys.argv[1]
    if what == "prepare":
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        grants.apply(program="yuanqi")
        connections["owner"].close()
        build_zone()
        print("prepared", flush=True)
    elif what == "load":
        contact = ContactPerson.objects.get(account__username="contact")
        actor = actor_for(contact.account, timezone.now())
        for number in range(100000):
            case_id = desk.request_raise(
                contact_id=contact.pk, category="ENV", level="P2", text=f"第 {number} 件",
                actor=actor, at=timezone.now(),
            )
            print(case_id, flush=True)
            if number % 7 == 0:
                seals.make(at=timezone.now())
    else:
        print(*Case.objects.order_by("pk").values_list("pk", flat=True))
        print(verify.run(whole=True).sentence)
    for one in connections.all():
        one.close()
"""


@contextmanager
def place_for_a_database() -> Iterator[Path]:
    """A directory that root's system user may enter too; emptied when the server has gone."""
    base = Path(tempfile.mkdtemp(prefix="yuanqi-test-"))
    base.chmod(0o755)
    var = base / "var"
    try:
        yield var
    finally:
        found = place.find(var)
        until(lambda: not found.run.exists() or keeper.free(found.run / "keeper.lock"))
        for left_over in (base, found.sockets, *([found.home] if found.home != found.var else [])):
            shutil.rmtree(left_over, ignore_errors=True)


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def program(var: Path, what: str) -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE_URL")}
    return subprocess.Popen(
        [sys.executable, "-c", LOAD, what],
        cwd=ROOT,
        env={**env, "YUANQI_VAR": str(var), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(var: Path, what: str) -> list[str]:
    process = program(var, what)
    out, err = process.communicate(timeout=WAIT_SECONDS * 2)
    assert process.returncode == 0, err[-2000:]
    return out.splitlines()


def hear(process: subprocess.Popen[str], count: int) -> list[int]:
    return [int(process.stdout.readline()) for _ in range(count)]


def the_rest(process: subprocess.Popen[str]) -> list[int]:
    """What it still said; a last line without its end was never said."""
    # not by `communicate`: what `readline` has read ahead would be lost to it
    out = process.stdout.read()
    process.wait(WAIT_SECONDS)
    process.stderr.read()
    return [int(line) for line in out.splitlines(keepends=True) if line.endswith("\n")]


def check(var: Path, said: list[int]) -> list[int]:
    """All that was said to be accepted is there; at most one more was, and had no time to be.

    Returns what is there.
    """
    ids, sentence = run(var, "check")
    there = [int(number) for number in ids.split()]
    assert len(set(said)) == len(said)
    assert there[: len(said)] == said
    assert len(there) - len(said) <= 1
    assert sentence.startswith("intact: "), sentence
    return there


def postmaster(var: Path) -> int:
    return int((place.find(var).data / "postmaster.pid").read_text().split()[0])


def children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


@processes
def test_what_was_accepted_outlives_killed_programs_and_killed_databases():
    """One park, killed three ways one after another; each next start is an ordinary one."""
    with place_for_a_database() as var:
        assert run(var, "prepare") == ["prepared"]

        # the program alone, in the midst of its work
        process = program(var, "load")
        said = hear(process, 25)
        os.kill(process.pid, signal.SIGKILL)
        said += the_rest(process)
        said = check(var, said)

        # the database: its first process, then all others
        process = program(var, "load")
        said += hear(process, 25)
        first = postmaster(var)
        others = children(first)
        os.kill(first, signal.SIGKILL)
        for other in others:
            with suppress(ProcessLookupError):  # unless it noticed first
                os.kill(other, signal.SIGKILL)
        said += the_rest(process)
        assert process.returncode != 0  # it could not go on, and said so
        said = check(var, said)

        # both at once, as when the machine loses its power
        process = program(var, "load")
        said += hear(process, 25)
        first = postmaster(var)
        for victim in (*children(first), first, process.pid):
            with suppress(ProcessLookupError):  # some leave by themselves meanwhile
                os.kill(victim, signal.SIGKILL)
        said += the_rest(process)
        check(var, said)


# --- the pages, while their processes are killed --------------------------------------


@dataclass
class Visitor:
    """A contact's browser that sends a form again when the connection breaks, or is asked to."""

    port: int
    session: str
    done: list[str] = field(default_factory=list)
    broken: int = 0
    put_off: int = 0
    errors: list[object] = field(default_factory=list)

    def ask(self, method: str, url: str, form: dict[str, str] | None = None) -> tuple:
        body = urllib.parse.urlencode(form or {})
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={'a' * 32}"}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["X-CSRFToken"] = "a" * 32
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=15)
            try:
                server.request(method, url, body, headers)
                answer = server.getresponse()
                page = answer.read().decode()
                if answer.status != 503:
                    return answer.status, answer.getheader("Location"), page
                self.put_off += 1
            except (OSError, http.client.HTTPException):
                self.broken += 1
            finally:
                server.close()
            assert time.monotonic() < deadline, "the site is gone"
            time.sleep(0.05)

    def raise_one(self, number: int, contact: int) -> None:
        status, _location, page = self.ask("GET", "/requests/new/")
        assert status == 200, (status, page[:500])
        key = re.search(r'name="once"[^>]*value="([^"]+)"', page).group(1)
        form = {
            "once": key, "text": f"第 {number} 件：废水怎么接入？", "level": "P2", "seen": "on",
            "contact": str(contact), "category": "", "other_category": "ENV",
        }  # fmt: skip
        status, location, page = self.ask("POST", "/requests/new/", form)
        assert status == 303, (status, page[:500])
        self.done.append(location)


@contextmanager
def serving(databases, var: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    name = connection.settings_dict["NAME"]
    env = {
        **os.environ,
        "YUANQI_VAR": str(var),
        "YUANQI_DEMO": "1",
        "YUANQI_SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": databases.url(name),
        "DATABASE_URL_OWNER": databases.url(name, owner=True),
    }
    subprocess.run(
        [sys.executable, "-m", "config.cli", "manage", "collectstatic", "--noinput", "-v", "0"],
        cwd=ROOT, env=env, check=True, timeout=WAIT_SECONDS,
    )  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "config.cli", "serve", "--port", str(port), "--workers", "2"],
        cwd=ROOT,
        env=env,
        start_new_session=True,
    )
    try:
        until(lambda: answers(port))
        yield port, process
    finally:
        process.terminate()
        try:
            process.wait(20)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def answers(port: int) -> bool:
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        server.request("GET", "/account/login/")
        return server.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        server.close()


def cut_connections(databases) -> None:
    """End every connection of the site's, in the midst of whatever it does."""
    with psycopg.connect(databases.server.dsn("superuser"), autocommit=True) as superuser:
        superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND usename = %s",
            [connection.settings_dict["NAME"], databases.server.app_user],
        )


@processes
def test_a_form_sent_while_workers_and_connections_die_is_carried_out_once(committed, tmp_path):
    zone = build_zone()
    client = Client()
    client.force_login(zone.contact.account)
    session = client.cookies["sessionid"].value

    with serving(committed, tmp_path) as (port, process):
        visitor = Visitor(port, session)

        def visit() -> None:
            try:
                for number in range(30):
                    visitor.raise_one(number, zone.contact.pk)
            except BaseException as error:
                visitor.errors.append(error)

        thread = threading.Thread(target=visit)
        thread.start()
        killed = 0
        while thread.is_alive() and killed < 6:
            count = len(visitor.done)
            until(lambda count=count: len(visitor.done) > count + 2 or not thread.is_alive())
            if killed % 2:
                cut_connections(committed)
            else:
                os.kill(children(process.pid)[0], signal.SIGKILL)
            killed += 1
        thread.join(WAIT_SECONDS)
        assert visitor.errors == []
        assert killed >= 3
        assert len(children(process.pid)) >= 1

    connection.close()  # it was cut with the others
    texts = list(Case.objects.order_by("pk").values_list("request__text", flat=True))
    assert texts == [f"第 {number} 件：废水怎么接入？" for number in range(30)]
    assert visitor.done == [f"/requests/{pk}/" for pk in Case.objects.values_list("pk", flat=True)]
    assert verify.run(whole=True).first_break == ""


@processes
def test_no_worker_outlives_a_killed_server(committed, tmp_path):
    """It would hold the port, and go on serving old code beside the next start's."""
    with serving(committed, tmp_path) as (port, process):
        workers = children(process.pid)
        os.kill(process.pid, signal.SIGKILL)
        process.wait(WAIT_SECONDS)

        until(lambda: not any(alive(worker) for worker in workers))
        assert len(workers) == 2
        assert not answers(port)


def alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


# --- what the pages say ---------------------------------------------------------------


def failing(error: BaseException) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        if isinstance(error, psycopg.Error):
            # as Django hands it on
            raise OperationalError("the database says no") from error
        raise error

    return view


class Starting(psycopg.OperationalError):
    sqlstate = "57P03"


FAILURES = {
    "full": (psycopg.errors.DiskFull("could not extend file"), 507, "存储空间"),
    "no-space": (OSError(errno.ENOSPC, "No space left on device"), 507, "存储空间"),
    "refused": (psycopg.OperationalError("connection refused"), 503, "系统正在启动或维护"),
    "starting": (Starting("the database system is starting up"), 503, "系统正在启动或维护"),
    "shut-down": (psycopg.errors.AdminShutdown("terminating"), 503, "系统正在启动或维护"),
    "crashed": (psycopg.errors.CrashShutdown("terminating"), 503, "系统正在启动或维护"),
    "crowded": (psycopg.errors.TooManyConnections("sorry"), 503, "系统正在启动或维护"),
    "closed": (psycopg.InterfaceError("the connection is closed"), 503, "系统正在启动或维护"),
    "ring": (psycopg.errors.DeadlockDetected("deadlock"), 500, "系统出了错"),
    "slip": (KeyError("slip"), 500, "系统出了错"),
}

urlpatterns = [
    *(path(f"fails/{name}/", failing(error)) for name, (error, _status, _text) in FAILURES.items()),
    path("", include("config.urls")),
]
handler500 = errors.server_error


@pytest.mark.django_db
@pytest.mark.parametrize("name", FAILURES)
def test_a_failure_is_called_by_its_name(name):
    _error, status, text = FAILURES[name]
    with override_settings(ROOT_URLCONF="tests.test_faults"):
        answer = Client(raise_request_exception=False).get(f"/fails/{name}/")

    assert answer.status_code == status
    assert text in answer.content.decode()
    assert answer.get("Retry-After") == ("30" if status == 503 else None)


def test_a_page_asked_for_while_the_database_is_away_says_so(committed):
    """The account behind the session can't be read: the failure comes before any view."""
    zone = build_zone()
    client = Client(raise_request_exception=False)
    client.force_login(zone.contact.account)
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        answer = client.get("/")
    finally:
        connection.close()
        connection.settings_dict.update(before)

    assert answer.status_code == 503
    assert answer["Retry-After"] == "30"
    assert client.get("/").status_code in (200, 302)


def test_the_page_of_a_failure_needs_neither_database_nor_context(committed):
    connection.close()
    host = connection.settings_dict["HOST"]
    connection.settings_dict["HOST"] = "/nowhere"
    try:
        answer = errors.server_error(RequestFactory().get("/"))
    finally:
        connection.settings_dict["HOST"] = host

    assert answer.status_code == 500
    assert "系统出了错" in answer.content.decode()
