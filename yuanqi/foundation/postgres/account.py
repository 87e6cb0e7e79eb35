"""The system user that the embedded server runs as, and what it can reach."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

SYSTEM_USER = "yuanqi-pg"


class PostgresError(Exception):
    """The embedded database cannot be used; the message says what it needs."""


@dataclass(frozen=True, slots=True)
class Account:
    """The system user the server runs as; `uid` is None until it has been created."""

    name: str
    uid: int | None = None
    gid: int | None = None
    groups: tuple[int, ...] = ()

    def may(self, path: Path, wanted: int) -> bool:
        """Whether the mode of `path` grants `wanted` (bits as in `os.R_OK`, `os.X_OK`)."""
        found = path.stat()
        if self.uid is not None and found.st_uid == self.uid:
            bits = found.st_mode >> 6
        elif self.gid is not None and found.st_gid in (self.gid, *self.groups):
            bits = found.st_mode >> 3
        else:
            bits = found.st_mode
        return bits & wanted == wanted

    def barrier(self, path: Path) -> Path | None:
        """Return the outermost directory that keeps this user from `path`, or None."""
        existing = nearest_existing(path)
        for step in (*reversed(existing.parents), existing):
            if step.is_dir() and not self.may(step, os.X_OK):
                return step
        return None


def named(name: str) -> Account | None:
    """Return a system user by name, or None."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    groups = tuple(os.getgrouplist(name, entry.pw_gid))
    return Account(name, entry.pw_uid, entry.pw_gid, groups)


def owner_of_data(data: Path) -> Account:
    """Return the user that the data belongs to: the server can run as nobody else."""
    found = data.stat()
    name = user_name(found.st_uid)
    # The server runs without an entry in passwd; only initdb needs one.
    return named(name) or Account(name, found.st_uid, found.st_gid)


def owner_of_directory(var: Path) -> Account | None:
    """The ordinary user to whom `var`, or the directory it will be made in, belongs."""
    uid = nearest_existing(var).stat().st_uid
    return named(user_name(uid)) if uid != 0 else None


def create_system_user() -> None:
    """Create the user that the server runs as in directories of root's own."""
    ways = (
        f"useradd --system --user-group --no-create-home --home-dir /nonexistent "
        f"--shell /usr/sbin/nologin {SYSTEM_USER}",
        f"adduser -S -D -H -h /nonexistent -s /sbin/nologin {SYSTEM_USER}",  # busybox
    )
    said = ["neither useradd nor adduser is installed"]
    for way in map(str.split, ways):
        program = shutil.which(way[0], path="/usr/sbin:/sbin:/usr/bin:/bin")
        if program is not None:
            done = subprocess.run([program, *way[1:]], capture_output=True, text=True, check=False)  # noqa: S603
            if named(SYSTEM_USER) is not None:  # by us, or by another start at the same moment
                return
            said.append(f"{way[0]}: {done.stderr.strip()}")
    raise PostgresError(
        f"PostgreSQL refuses to run as root and needs a system user {SYSTEM_USER}, which could not "
        f"be created ({said[-1]}). Create it, or run the program as an ordinary user."
    )


def nearest_existing(path: Path) -> Path:
    """Return `path`, or its nearest ancestor that exists."""
    return next(step for step in (path, *path.parents) if os.path.exists(step))


def user_name(uid: int) -> str:
    """The name of a user, for sentences."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
