"""Starting, sharing and stopping the embedded server.

Four locks (flock) in one directory; the kernel drops a lock with the process that held it,
also after `kill -9`, so nothing here trusts a process number:

- start.lock   alone, around starting and stopping;
- users.lock   shared, by every process that uses the server, for as long as it does;
- keeper.lock  alone, by the keeper (keeper.py), which stops the server after its last user;
- server.lock  alone, by the server's own processes, who inherit it: free means none is left.
"""

import contextlib
import fcntl
import json
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import pq

from yuanqi.foundation.postgres import cluster, keeper
from yuanqi.foundation.postgres import place as places
from yuanqi.foundation.postgres import server as servers
from yuanqi.foundation.postgres.account import PostgresError
from yuanqi.foundation.postgres.place import Place, Tell
from yuanqi.foundation.postgres.server import Server

_START_WITHIN = 600  # seconds, crash recovery included
_RETRY_WITHIN = 15  # seconds for the remains of a killed server to disappear
_STOP_WITHIN = 330  # seconds; the keeper gives the last checkpoint 300
_TELL_EVERY = 5  # seconds
_LOOK_EVERY = 0.03  # seconds

# What PostgreSQL says while a killed server is still in the way.
_REMAINS = re.compile(r'lock file "[^"]+" already exists|shared memory block .* still in use')

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Handle:
    """One process's use of the server. The server runs until the last handle is released."""

    server: Server
    _place: Place = field(repr=False)
    _users: int | None = field(repr=False)

    def release(self) -> None:
        """Leave the server; when this was its last user, return once it has stopped."""
        if self._users is None:
            return
        os.close(self._users)
        self._users = None
        until = time.monotonic() + _STOP_WITHIN
        while keeper.free(self._lock("users.lock")) and time.monotonic() < until:
            if not keeper.free(self._lock("keeper.lock")):
                time.sleep(_LOOK_EVERY)
            elif _ping(self._place) in (pq.Ping.OK, pq.Ping.REJECT):
                _keep(self._place, launch=False)  # its keeper was killed
            else:
                return

    def __enter__(self) -> "Handle":
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _lock(self, name: str) -> Path:
        return self._place.run / name


def start(var: Path, *, tell: Tell = logger.info) -> Handle:
    """Start the server of `var`, or join the one that runs; return when it takes connections.

    Waits up to 600 seconds for recovery after a crash and says so through `tell`. Raises
    PostgresError with what is needed.
    """
    place = places.find(var)
    try:
        place = places.settle(place, tell)
        return _start(place, tell)
    except OSError as error:
        said = f"{error.strerror or error}: {error.filename}" if error.filename else str(error)
        raise PostgresError(cluster.in_words(place, "could not start", said)) from error
    except psycopg.Error as error:
        said = f"{error} (server at {place.sockets})"
        raise PostgresError(cluster.in_words(place, "could not be prepared", said)) from error


def _start(place: Place, tell: Tell) -> Handle:
    with _alone(place, tell):
        users = os.open(place.run / "users.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(users, fcntl.LOCK_SH)
            _bring_up(place, tell)
            if keeper.free(place.run / "keeper.lock"):
                _keep(place, launch=False)
            servers.make_passwords(place, servers.OWNER, servers.APP)
            server = servers.describe(place)
            if not server.superuser_password:
                raise PostgresError(
                    f"{place.secrets / servers.SUPERUSER} was lost while the database runs. Stop "
                    "every process that uses it; the next start sets a new password."
                )
            cluster.prepare(server)
        except BaseException:
            os.close(users)
            raise
    return Handle(server, place, users)


@contextlib.contextmanager
def _alone(place: Place, tell: Tell) -> Iterator[None]:
    path = place.run / "start.lock"
    held = keeper.lock(path, wait=2)
    if held is None:
        tell("Database: waiting for another process that is starting or stopping it.")
        held = keeper.lock(path, wait=_START_WITHIN)
    if held is None:
        raise PostgresError(
            f"Another process has been starting or stopping the database for {_START_WITHIN} "
            f"seconds (it holds {path}). See {place.start_log}, or end that process."
        )
    try:
        yield
    finally:
        os.close(held)


def _bring_up(place: Place, tell: Tell) -> None:
    """Return when the server takes connections, starting it if none of its processes is left."""
    began = told = time.monotonic()
    launched = False
    while (state := _ping(place)) != pq.Ping.OK:
        now = time.monotonic()
        if state != pq.Ping.REJECT and keeper.free(place.run / "server.lock"):
            if not launched:
                _make_ready(place, tell)
            else:
                said = _last_words(place, began)
                if now - began > _RETRY_WITHIN or not _REMAINS.search(said):
                    raise PostgresError(cluster.in_words(place, "could not start", said))
            _clear_remains(place)
            _keep(place, launch=True, tell=tell)
            launched = True
        elif now - began > _START_WITHIN:
            raise PostgresError(
                f"The database does not take connections after {_START_WITHIN} seconds. Its log "
                f"is in {place.data / 'log'}."
            )
        elif now - told > _TELL_EVERY:
            told = now
            doing = "recovering after an unclean stop" if state == pq.Ping.REJECT else "starting"
            tell(f"Database: {doing}, {now - began:.0f} seconds so far.")
        time.sleep(_LOOK_EVERY)


def _make_ready(place: Place, tell: Tell) -> None:
    programs = places.server_programs(place, tell)
    if not (place.data / "PG_VERSION").exists():
        servers.make_passwords(place, servers.SUPERUSER)
        cluster.initialise(place, programs, servers.describe(place).superuser_password, tell)
    elif not servers.describe(place).superuser_password:
        tell(f"Database: {place.secrets / servers.SUPERUSER} was lost; setting a new password.")
        password = servers.new_password()
        cluster.reset_superuser(place, programs, password)
        servers.keep_password(place, servers.SUPERUSER, password)
    cluster.check_version(place)
    cluster.write_settings(place)


def _keep(place: Place, *, launch: bool, tell: Tell = logger.info) -> None:
    """Start the keeper, and with `launch` the server as its child."""
    order = {
        "launch": launch,
        "run": str(place.run),
        "data": str(place.data),
        "sockets": str(place.sockets),
        "log": str(place.start_log),
        "programs": str(places.server_programs(place, tell)),
        "child": cluster.child_options(place),
    }
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-I", "-S", keeper.__file__, json.dumps(order)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        cwd="/",
        check=False,
    )
    if done.returncode == keeper.SERVER_STILL_THERE:
        raise PostgresError(
            f"Processes of a server that was killed still hold {place.data}. They should end "
            "within seconds; start again, or end them."
        )
    if done.returncode not in (0, keeper.ANOTHER_KEEPER):
        raise PostgresError(
            f"The process that watches over the database could not start ({sys.executable} ended "
            f"with {done.returncode})."
        )


def _ping(place: Place) -> int:
    answer = f"host='{place.sockets}' port={places.PORT} user=postgres connect_timeout=5"
    return pq.PGconn.ping(os.fsencode(answer))


def _last_words(place: Place, began: float) -> str:
    """What the server wrote since this start began: first to start.log, then to its own log."""
    since = time.time() - (time.monotonic() - began) - 1
    logs = [place.start_log, *sorted((place.data / "log").glob("*.log"))]
    words = []
    for log in logs:
        if log.exists() and log.stat().st_mtime >= since:
            with log.open("rb") as file:
                file.seek(max(0, log.stat().st_size - 8192))
                words.append(file.read().decode("utf-8", "replace"))
    return "\n".join(words)


def _clear_remains(place: Place) -> None:
    """Remove the lock files of a killed server, when no process of it is left.

    PostgreSQL refuses to start where they name a live process, and in a container that was
    started again that number is soon another program's. The named process is looked at all
    the same, for a server that somebody started by hand.
    """
    for left_over in (
        place.data / "postmaster.pid",
        place.sockets / f".s.PGSQL.{places.PORT}.lock",
    ):
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            if not _is_postgres(int(left_over.read_text("utf-8", "replace").split()[0])):
                left_over.unlink()


def _is_postgres(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text("utf-8", "replace")
    except OSError:
        return not Path("/proc/self/stat").exists()  # without /proc nobody can tell
    name, _, rest = status.partition("(")[2].rpartition(")")
    return name == "postgres" and rest.split()[0] != "Z"
