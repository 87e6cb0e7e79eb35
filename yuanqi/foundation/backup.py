"""`yuanqi backup` and `yuanqi restore`: the whole platform in one file, without its keys.

The file is a ZIP: `manifest.json` (written last, with every member's SHA-256), `database.dump` (of
pg_dump, one snapshot), `files/…` (uploads, named by their hash), `facts/…` (what was known of
enterprises, a file a month, which can't be worked out again), `seals/seals.jsonl`. Seals are
copied before the snapshot and uploads after it, so that nothing in the file names what is missing.
Keys (`YUANQI_SECRET_KEY`, `YUANQI_SEAL_KEY`) go into a file of their own, if at all: who holds a
backup should not be able to forge seals.
"""

import errno
import hashlib
import json
import os
import re
import subprocess
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, ClassVar

from django.conf import settings
from django.db import connections, transaction
from psycopg.conninfo import make_conninfo

from . import grants, journal, postgres, state, verify
from .actors import SYSTEM
from .journal import Audience, Event

FORMAT = 2  # 1 had no facts
DUMP, MANIFEST, SEALS = "database.dump", "manifest.json", "seals/seals.jsonl"
STREAM = "platform"
_CHUNK = 1 << 20
_TOLD_EVERY = 256 << 20  # bytes
# what lies beside the database: the setting that says where, which of it is ours, by its first part
_PLACES = {
    "files": ("FILES_ROOT", re.compile(r"files/[0-9a-f]{2}/[0-9a-f]{64}")),
    "facts": ("FACTS_ROOT", re.compile(r"facts/[0-9]{4}-[0-9]{2}\.parquet")),
}
_KEYS = ("YUANQI_SECRET_KEY", "YUANQI_SEAL_KEY")
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)

Tell = Callable[[str], None]


class BackupError(Exception):
    """Why there is no backup, or nothing was restored, and what to do."""


@dataclass(frozen=True)
class BackupMade(Event):
    kind: ClassVar[str] = "foundation.backup_made"
    name: str
    bytes: int
    sha256: str  # of the manifest, which holds everything else's


@dataclass(frozen=True)
class Restored(Event):
    kind: ClassVar[str] = "foundation.restored"
    name: str
    made_at: datetime
    manifest: str
    events: int


# --- making one -----------------------------------------------------------------------------


def make(target: Path, *, keys: Path | None, at: datetime, tell: Tell) -> Path:
    """Write a backup to `target` (a new file, or a directory to name it in); returns its path.

    Whole or not at all: it stands under its name only once it is on the disk. Raises BackupError.
    """
    if target.is_dir():
        target = target / f"yuanqi-{at:%Y%m%d-%H%M%S}.zip"
    for path in (target, *([keys] if keys else [])):
        if path.exists():
            raise BackupError(f"{path} is there already; choose another name.")
    partial = target.with_name(target.name + ".partial")
    try:
        manifest = _write(partial, at, tell)
        if keys:
            _write_keys(keys)
        os.replace(partial, target)
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise BackupError(
                f"The disk that holds {target.parent} is full. No backup was made and nothing was "
                "left there; earlier backups are as they were. Free some space, or choose another "
                "disk."
            ) from error
        raise BackupError(f"{target} could not be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)
    size = target.stat().st_size
    _note(target, size, at)
    _record(BackupMade(name=target.name, bytes=size, sha256=manifest), at)
    return target


def _write(path: Path, at: datetime, tell: Tell) -> str:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            members: dict[str, str] = {}
            sealed = Path(settings.VAR) / SEALS
            if sealed.exists():
                with sealed.open("rb") as source:
                    members[SEALS] = _put(archive, SEALS, source)
            tell("database …")
            with _dumping() as source:
                members[DUMP] = _put(archive, DUMP, source, tell)
            tell("files …")
            for name, stored in _stored_files():
                with stored.open("rb") as source:
                    members[name] = _put(archive, name, source)
            text = json.dumps(
                {"format": FORMAT, "made_at": journal.instant(at), "members": members},
                indent=1,
            ).encode()
            archive.writestr(MANIFEST, text)
        file.flush()
        os.fsync(file.fileno())
    return hashlib.sha256(text).hexdigest()


def _put(archive: zipfile.ZipFile, name: str, source: IO[bytes], tell: Tell | None = None) -> str:
    """Copy a stream into the archive; returns its SHA-256."""
    digest, done, told = hashlib.sha256(), 0, 0
    with archive.open(name, "w", force_zip64=True) as member:
        while chunk := source.read(_CHUNK):
            member.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if tell and done - told >= _TOLD_EVERY:
                told = done
                tell(f"database … {done >> 20} MB")
    return digest.hexdigest()


def _stored_files() -> Iterator[tuple[str, Path]]:
    for first, (setting, ours) in _PLACES.items():
        root = Path(getattr(settings, setting))
        for path in sorted(root.rglob("*")):
            name = f"{first}/{path.relative_to(root).as_posix()}"
            if ours.fullmatch(name):
                yield name, path


def _is_ours(name: str) -> bool:
    place = _PLACES.get(name.partition("/")[0])
    return place is not None and place[1].fullmatch(name) is not None


@contextmanager
def _dumping() -> Iterator[IO[bytes]]:
    """pg_dump's output, of one snapshot; BackupError unless it ends well."""
    command = ["pg_dump", "--format=custom", "--compress=gzip:4", "--no-owner", "--no-privileges"]
    with _program(command, stdout=subprocess.PIPE) as running:
        assert running.stdout is not None
        yield running.stdout


def _write_keys(path: Path) -> None:
    told = {"YUANQI_SECRET_KEY": settings.SECRET_KEY, "YUANQI_SEAL_KEY": settings.SEAL_KEY}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(told, file)
        file.flush()
        os.fsync(file.fileno())


def _note(target: Path, size: int, at: datetime) -> None:
    """Let the state page say when the last backup was made."""
    told = {"made_at": at.isoformat(), "bytes": size, "name": target.name}
    (Path(settings.VAR) / state.LAST_BACKUP).write_text(json.dumps(told), "utf-8")


# --- bringing one back ----------------------------------------------------------------------


def restore(
    source: Path, *, keys: Path | None, at: datetime, migrate: Callable[[], None], tell: Tell
) -> verify.Report:
    """Bring a backup into an empty database; returns what verifying its whole journal said.

    Checked before anything is touched; the database's part is one transaction. `migrate` brings an
    older backup's tables to this version. Raises BackupError.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            manifest, digest = _checked(archive, tell)
            _require_empty()
            if keys:
                _take_keys(keys)
            tell("files …")
            _restore_files(archive, manifest)
            tell("database …")
            _restore_database(archive)
    except zipfile.BadZipFile as error:
        raise BackupError(f"{source} is no backup of Yuanqi, or it was cut short.") from error
    except OSError as error:
        raise BackupError(f"{source} could not be restored: {error.strerror or error}.") from error
    migrate()
    tell("the journal …")
    report = verify.run(whole=True)
    made_at = datetime.fromisoformat(manifest["made_at"])
    _record(Restored(source.name, made_at, digest, report.events), at)
    return report


def _checked(archive: zipfile.ZipFile, tell: Tell) -> tuple[dict[str, Any], str]:
    """Return the manifest, every member held against it."""
    names = archive.namelist()
    if MANIFEST not in names or DUMP not in names:
        raise BackupError("This ZIP is no backup of Yuanqi: it has no manifest or no database.")
    text = archive.read(MANIFEST)
    manifest: dict[str, Any] = json.loads(text)
    if manifest.get("format") not in range(1, FORMAT + 1):
        raise BackupError("This backup was made by a later version; restore it with that one.")
    members: dict[str, str] = manifest["members"]
    if sorted(names) != sorted([MANIFEST, *members]):
        raise BackupError("The backup holds other files than it says: it was changed.")
    tell("checking …")
    for name, expected in members.items():
        if name not in (DUMP, SEALS) and not _is_ours(name):
            raise BackupError(f"The backup holds a file that doesn't belong there: {name!r}.")
        digest = hashlib.sha256()
        with archive.open(name) as member:
            while chunk := member.read(_CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != expected:
            raise BackupError(f"{name} in the backup is not what was written: it is damaged.")
    return manifest, hashlib.sha256(text).hexdigest()


def _require_empty() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        tables = cursor.fetchone()[0]
    if tables:
        raise BackupError(
            f"The database is in use ({tables} tables); nothing was changed. Restore into a new "
            "one: set YUANQI_VAR to a new directory (or DATABASE_URL to an empty database)."
        )


def _take_keys(path: Path) -> None:
    """Put the keys of the backup in place of this installation's, which has sealed nothing yet."""
    try:
        told = json.loads(path.read_text("utf-8"))
        found = {name: str(told[name]) for name in _KEYS}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BackupError(f"{path} holds no keys of a backup.") from error
    for name, value in found.items():
        kept = Path(settings.SECRETS) / name.lower()
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(value)
    settings.SECRET_KEY, settings.SEAL_KEY = (found[name] for name in _KEYS)


def _restore_files(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    """Write what lies beside the database. Done twice, or half, it does no harm: names are hashes
    or months."""
    for name in manifest["members"]:
        if name == DUMP:
            continue
        first, rest = name.split("/", 1)
        place = _PLACES.get(first)
        inside = Path(getattr(settings, place[0])) / rest if place else Path(settings.VAR) / SEALS
        for directory in (inside.parent.parent, inside.parent):
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial = inside.with_name(f"incoming-{inside.name}")
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with archive.open(name) as member, os.fdopen(descriptor, "wb") as file:
            while chunk := member.read(_CHUNK):
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, inside)


def _restore_database(archive: zipfile.ZipFile) -> None:
    """One transaction: tables, rows, and ids of transactions that come after all restored."""
    read = ["pg_restore", "--no-owner", "--no-privileges", "--file=-"]
    run = ["psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1"]
    with _program([*run, f"--output={os.devnull}", "--file=-"], stdin=subprocess.PIPE) as psql:
        assert psql.stdin is not None
        with _program(
            read, connected=False, stdin=subprocess.PIPE, stdout=psql.stdin
        ) as pg_restore:
            assert pg_restore.stdin is not None
            with archive.open(DUMP) as member:
                while chunk := member.read(_CHUNK):
                    pg_restore.stdin.write(chunk)
        psql.stdin.write(_AFTERWARDS)
    grants.apply(program=settings.DATABASES["default"]["USER"])
    with connections["owner"].cursor() as cursor:
        cursor.execute("ANALYZE")  # a dump brings rows, not what the planner knows of them


# see migration 0005 of the foundation
_AFTERWARDS = b"""
SET search_path = public;
DO $do$
DECLARE highest bigint;
BEGIN
    SELECT greatest(
        0,
        (SELECT max(xid) FROM journal_event),
        (SELECT max(upto_xid) FROM journal_seal),
        (SELECT max(xid) FROM journal_cursor)
    ) INTO highest;
    EXECUTE format(
        'CREATE OR REPLACE FUNCTION journal_offset() RETURNS bigint'
        ' LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT %s::bigint $$', highest);
END $do$;
"""


# --- what both need -------------------------------------------------------------------------


@contextmanager
def _program(
    command: list[str], *, connected: bool = True, **streams: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """Run one of PostgreSQL's programs as the owner of the database, passwords in no argument."""
    owner = connections["owner"].settings_dict
    where = make_conninfo(
        host=owner["HOST"] or None,
        port=owner["PORT"] or None,
        user=owner["USER"],
        dbname=owner["NAME"],
        **owner.get("OPTIONS", {}),
    )
    program, *rest = command
    if connected:
        rest.append(f"--dbname={where}")
    environment = {
        "PATH": "/usr/bin:/bin",
        "LC_ALL": "C",
        "PGPASSWORD": owner["PASSWORD"],
        "PGCLIENTENCODING": "UTF8",
    }
    with tempfile.TemporaryFile() as words:
        running = subprocess.Popen(  # noqa: S603 - constants and our own settings
            [str(postgres.program(program)), *rest], stderr=words, env=environment, **streams
        )
        try:
            yield running
            if running.stdin:
                running.stdin.close()
        except BrokenPipeError:
            pass  # it ended early, and says why
        except BaseException:
            if running.poll() in (None, 0):
                running.kill()
                running.wait()
                raise
        if running.wait():
            words.seek(0)
            said = words.read().decode(errors="replace").strip()
            raise BackupError(f"{program}: {said.splitlines()[0] if said else 'ended early'}")


def _record(event: Event, at: datetime) -> None:
    with transaction.atomic():
        journal.lock(STREAM)
        journal.record(event, stream=STREAM, audience=Audience.AUDIT, actor=SYSTEM, at=at)
