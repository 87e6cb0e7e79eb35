"""What is inside the embedded server: the cluster, its settings, roles and databases."""

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from yuanqi.foundation.postgres import memory
from yuanqi.foundation.postgres.account import PostgresError, nearest_existing
from yuanqi.foundation.postgres.place import (
    MAJOR_VERSION,
    PORT,
    Place,
    Tell,
    give_to_server,
    write_whole,
)
from yuanqi.foundation.postgres.server import SUPERUSER, Server

_STAGING = "pg-init-"


def child_options(place: Place) -> dict[str, Any]:
    """How a program of the server is started: as its user, with nothing of our environment."""
    options: dict[str, Any] = {
        "cwd": "/",
        "env": {"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
        "umask": 0o077,
        "start_new_session": True,
    }
    if place.account is not None:
        options |= {
            "user": place.account.uid,
            "group": place.account.gid,
            "extra_groups": list(place.account.groups),
        }
    return options


def initialise(place: Place, programs: Path, password: str, tell: Tell) -> None:
    """Make the data directory: in a directory aside, then renamed, so never half of it."""
    if place.data.exists() and any(place.data.iterdir()):
        raise PostgresError(
            f"{place.data} holds files but no database (PG_VERSION is missing). Restore it from a "
            "backup, or move it away to begin with an empty database."
        )
    for left_over in place.home.glob(f"{_STAGING}*"):  # of a start that was interrupted
        shutil.rmtree(left_over, ignore_errors=True)
    tell(f"Database: first start, making {place.data}.")
    staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=place.home))
    try:
        word = staging / "password"
        word.touch(mode=0o600)
        word.write_text(password, "ascii")
        give_to_server(word, place)
        give_to_server(staging, place)
        # The builtin provider needs the system's locale only for the C library's categories.
        locale = "C.UTF-8" if sys.platform == "linux" else "C"
        _run(
            place,
            [
                *(programs / "initdb", "-D", staging / "data", "-U", SUPERUSER),
                *("--auth=scram-sha-256", f"--pwfile={word}", "--data-checksums"),
                *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                f"--locale={locale}",
            ],
            "make the database",
        )
        if place.data.exists():
            place.data.rmdir()
        (staging / "data").rename(place.data)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def check_version(place: Place) -> None:
    """Refuse data of another major version: PostgreSQL would, with less to go on."""
    found = (place.data / "PG_VERSION").read_text("ascii").strip()
    if found != MAJOR_VERSION:
        raise PostgresError(
            f"{place.data} was written by PostgreSQL {found}, and this program brings "
            f"{MAJOR_VERSION}. Restore a backup made with the earlier program into a new directory."
        )


def write_settings(place: Place) -> None:
    """Write the server's settings; it reads them at each start."""
    total = memory.available_bytes()
    settings = {
        "listen_addresses": "",
        "port": PORT,
        "unix_socket_directories": f'"{place.sockets}"',
        "unix_socket_permissions": "0700",
        "max_connections": 200,
        "password_encryption": "scram-sha-256",
        "shared_buffers": _megabytes(min(total // 4, 2 * memory.GIB), at_least=32),
        "effective_cache_size": _megabytes(total // 2, at_least=64),
        "maintenance_work_mem": _megabytes(min(total // 16, memory.GIB // 2), at_least=32),
        "random_page_cost": 1.1,
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_compression": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "on",
        "log_directory": "log",
        "log_filename": "postgresql-%a.log",  # a week of files, each overwritten after seven days
        "log_rotation_age": "1d",
        "log_rotation_size": 0,
        "log_truncate_on_rotation": "on",
        "log_line_prefix": "%m [%p] %u@%d ",
        "log_lock_waits": "on",
    }
    lines = ["# Written by Yuanqi at each start of its embedded server; changes are lost."]
    for name, value in settings.items():
        quoted = str(value).replace("'", "''")
        lines.append(f"{name} = '{quoted}'")
    path = place.data / "postgresql.auto.conf"
    write_whole(path, "\n".join(lines) + "\n", place, for_server=True)


def reset_superuser(place: Place, programs: Path, password: str) -> None:
    """Give the superuser a new password while the server is down: the file with it was lost."""
    verifier = scram_verifier(password)
    _run(
        place,
        [programs / "postgres", "--single", "-D", place.data, "postgres"],
        "set a new password",
        typed=f"ALTER ROLE {SUPERUSER} PASSWORD '{verifier}'\n",
    )


def prepare(server: Server) -> None:
    """Make the two roles and the database where they are missing; set passwords that differ."""
    with _superuser(server, "postgres") as connection:
        for role, password in (
            (server.owner_user, server.owner_password),
            (server.app_user, server.app_password),
        ):
            found = connection.execute(
                "SELECT rolpassword FROM pg_authid WHERE rolname = %s", [role]
            ).fetchone()
            if found is not None and _matches(found[0], password):
                continue
            act = (
                "CREATE ROLE {} LOGIN PASSWORD {}" if found is None else "ALTER ROLE {} PASSWORD {}"
            )
            connection.execute(
                sql.SQL(act).format(sql.Identifier(role), sql.Literal(scram_verifier(password)))
            )
        missing = not connection.execute(
            "SELECT FROM pg_database WHERE datname = %s", [server.dbname]
        ).rowcount
    if missing:
        create_database(server, server.dbname)
    else:
        _prepare_database(server, server.dbname)


def create_database(server: Server, name: str, *, template: str | None = None) -> None:
    """Create a database that the owner role owns and the program's role may connect to.

    `template` must have no other connections. Raises psycopg's DuplicateDatabase.
    """
    statement = sql.SQL("CREATE DATABASE {} OWNER {}").format(
        sql.Identifier(name), sql.Identifier(server.owner_user)
    )
    if template is not None:
        statement += sql.SQL(" TEMPLATE {}").format(sql.Identifier(template))
    with _superuser(server, "postgres") as connection:
        connection.execute(statement)
    _prepare_database(server, name)


def drop_database(server: Server, name: str) -> None:
    """Drop a database if it is there, ending the connections to it."""
    with _superuser(server, "postgres") as connection:
        connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )


def scram_verifier(password: str, *, salt: bytes | None = None, iterations: int = 4096) -> str:
    """Return what PostgreSQL stores for a password (RFC 5803), so that logs never see it."""
    salt = salt or secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    server_key = hmac.digest(salted, b"Server Key", "sha256")
    stored_key = hashlib.sha256(client_key).digest()
    first, second, third = (base64.b64encode(p).decode() for p in (salt, stored_key, server_key))
    return f"SCRAM-SHA-256${iterations}:{first}${second}:{third}"


def _matches(verifier: str | None, password: str) -> bool:
    if verifier is None or not verifier.startswith("SCRAM-SHA-256$"):
        return False
    iterations, salt = verifier.split("$")[1].split(":")
    return verifier == scram_verifier(
        password, salt=base64.b64decode(salt), iterations=int(iterations)
    )


def _prepare_database(server: Server, name: str) -> None:
    """Leave to the owner role alone what PostgreSQL grants to everybody."""
    database, owner, app = map(sql.Identifier, (name, server.owner_user, server.app_user))
    with _superuser(server, name) as connection:
        done = connection.execute(
            """
            SELECT pg_get_userbyid(nspowner) = %(owner)s
                   AND has_database_privilege(%(app)s, current_database(), 'CONNECT')
                   AND NOT has_database_privilege('public', current_database(), 'CONNECT')
            FROM pg_namespace WHERE nspname = 'public'
            """,
            {"owner": server.owner_user, "app": server.app_user},
        ).fetchone()
        if done == (True,):
            return
        with connection.transaction():
            for statement in (
                "ALTER SCHEMA public OWNER TO {owner}",
                "REVOKE ALL ON SCHEMA public FROM PUBLIC",
                "GRANT USAGE ON SCHEMA public TO {app}",
                "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
                "GRANT CONNECT ON DATABASE {database} TO {app}",
            ):
                connection.execute(
                    sql.SQL(statement).format(database=database, owner=owner, app=app)
                )


@contextlib.contextmanager
def _superuser(server: Server, dbname: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    dsn = server.dsn("superuser", dbname=dbname)
    with contextlib.closing(psycopg.connect(dsn, autocommit=True)) as connection:
        yield connection


def _megabytes(amount: int, *, at_least: int) -> str:
    return f"{max(amount // 2**20, at_least)}MB"


def _run(
    place: Place, command: Sequence[str | os.PathLike[str]], what: str, *, typed: str = ""
) -> None:
    done = subprocess.run(  # noqa: S603
        command,
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
        **child_options(place),
    )
    if done.returncode:
        raise PostgresError(in_words(place, f"could not {what}", done.stdout))


def in_words(place: Place, what: str, said: str) -> str:
    """Make a sentence of a failure and what the server's programs said about it."""
    free = shutil.disk_usage(nearest_existing(place.home)).free // 2**20
    if "No space left on device" in said or "Disk quota exceeded" in said:
        return (
            f"PostgreSQL {what}: the disk that holds {place.home} is full ({free} MB free). "
            "Free some space and start again; nothing was lost."
        )
    told = [line for line in said.splitlines() if line.strip()]
    grave = [line for line in told if any(w in line for w in ("FATAL", "PANIC", "error:"))]
    last = (grave or told or ["it said nothing"])[-1].strip()
    return f"PostgreSQL {what}: {last} (logs: {place.data / 'log'}, {place.start_log})"
