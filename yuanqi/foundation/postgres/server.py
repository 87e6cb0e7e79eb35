"""The address of an embedded server and the passwords of its three roles."""

import secrets
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from psycopg.conninfo import make_conninfo

from yuanqi.foundation.postgres import place as places

DATABASE = "yuanqi"
SUPERUSER = "postgres"  # used by the supervisor alone
OWNER = "yuanqi_owner"  # owns the database, runs migrations
APP = "yuanqi"  # the program's role: owns nothing

Role = Literal["app", "owner", "superuser"]


@dataclass(frozen=True, slots=True)
class Server:
    """Where the embedded server answers; passwords are empty until it was first started."""

    host: str  # the socket's directory
    port: int
    dbname: str
    home: Path
    secrets: Path
    owner_password: str = field(repr=False)
    app_password: str = field(repr=False)
    superuser_password: str = field(repr=False)
    owner_user: str = OWNER
    app_user: str = APP
    superuser: str = SUPERUSER

    def dsn(self, role: Role = "app", *, dbname: str | None = None) -> str:
        """Return the connection string of a role, as libpq and psycopg take it."""
        user, password = {
            "app": (self.app_user, self.app_password),
            "owner": (self.owner_user, self.owner_password),
            "superuser": (self.superuser, self.superuser_password),
        }[role]
        return make_conninfo(
            host=self.host,
            port=self.port,
            dbname=dbname or self.dbname,
            user=user,
            password=password,
        )

    def psql_hint(self) -> str:
        """Return a line for a shell that opens psql on the database with the program's role."""
        word = shlex.quote(str(self.secrets / self.app_user))
        return (
            f'PGPASSWORD="$(cat {word})" {shlex.quote(str(places.program("psql")))} '
            f"-h {shlex.quote(self.host)} -p {self.port} -U {self.app_user} {self.dbname}"
        )


def locate(var: Path) -> Server:
    """Return where the server of `var` answers once it runs. Changes nothing.

    Passwords are empty where their files are not there yet, or are not the caller's to read.
    """
    return describe(places.find(var))


def describe(place: places.Place) -> Server:
    """Return the server of a place."""
    return Server(
        host=str(place.sockets),
        port=places.PORT,
        dbname=DATABASE,
        home=place.home,
        secrets=place.secrets,
        owner_password=_read(place.secrets / OWNER),
        app_password=_read(place.secrets / APP),
        superuser_password=_read(place.secrets / SUPERUSER),
    )


def make_passwords(place: places.Place, *roles: str) -> None:
    """Write a random password for each of these roles that has none."""
    for role in roles:
        if not _read(place.secrets / role):
            keep_password(place, role, new_password())


def new_password() -> str:
    """Return a random password."""
    return secrets.token_urlsafe(24)


def keep_password(place: places.Place, role: str, password: str) -> None:
    """Write a role's password into a file that one user alone may read."""
    places.write_whole(place.secrets / role, password, place)


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return ""
