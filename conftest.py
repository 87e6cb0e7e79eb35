"""What all tests stand on: settings for tests, and a real PostgreSQL with databases to spare.

The server is the program's own embedded one, in a temporary directory; tests run as the
program's role, never as the owner. Each xdist worker has a server, and a template database in it.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

_OURS = "YUANQI_TEST_VAR" not in os.environ
_RUN = Path(os.environ.get("YUANQI_TEST_VAR") or tempfile.mkdtemp(prefix="yuanqi-test-"))
os.environ["YUANQI_TEST_VAR"] = str(_RUN)  # the directory of one run, for all its workers
if _OURS:
    # as root the server runs as a system user, who must be able to pass
    _RUN.chmod(0o755)
# a server for each worker: seals and subscribers wait for open transactions, also of other
# databases of their server, and a neighbour's test is one for as long as it runs
_VAR = _RUN / os.environ.get("PYTEST_XDIST_WORKER", "")
os.environ["YUANQI_VAR"] = str(_VAR)
(_VAR / "static").mkdir(parents=True, exist_ok=True)
os.environ["YUANQI_DEMO"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
for name in ("DATABASE_URL", "DATABASE_URL_OWNER"):
    os.environ.pop(name, None)

import django  # noqa: E402
import hypothesis  # noqa: E402
import psycopg  # noqa: E402
import pytest  # noqa: E402
from django.conf import settings  # noqa: E402

# settings may have been read for the whole run before this worker knew its own directory
settings.FILES_ROOT = _VAR / "files"
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.STORAGES["staticfiles"]["BACKEND"] = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
)

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402

from yuanqi.foundation import grants, postgres  # noqa: E402

# the same examples each time, however busy the machine;
# HYPOTHESIS_PROFILE=search looks for new ones
hypothesis.settings.register_profile(
    "steady",
    deadline=None,
    derandomize=True,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.register_profile("search", deadline=None, max_examples=2000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

pytest_plugins = ["tests.people", "tests.desk", "tests.life", "tests.browser", "tests.api"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole journeys come first: with `--dist loadfile` nobody waits for a long file at the end."""
    items.sort(
        key=lambda item: (
            not item.nodeid.startswith("tests/"),
            item.get_closest_marker("browser") is None,
        )
    )


def pytest_unconfigure() -> None:
    """Take the whole run's directory away, once the server has stopped."""
    if not _OURS:
        return
    for _attempt in range(50):
        if not [*_RUN.glob("pg/postmaster.pid"), *_RUN.glob("*/pg/postmaster.pid")]:
            break
        time.sleep(0.2)
    shutil.rmtree(_RUN, ignore_errors=True)


class Databases:
    """The server, the migrated template of this worker, and copies of it."""

    def __init__(self, handle: postgres.Handle, worker: str) -> None:
        self.server = handle.server
        self.worker = worker
        self.template = f"template_{worker}"
        self.count = 0

    def use(self, name: str) -> None:
        """Point Django's connections at a database."""
        for alias, user, password in (
            ("default", self.server.app_user, self.server.app_password),
            ("owner", self.server.owner_user, self.server.owner_password),
        ):
            connections[alias].close()
            connections[alias].settings_dict.update(
                HOST=self.server.host,
                PORT=str(self.server.port),
                NAME=name,
                USER=user,
                PASSWORD=password,
                CONN_MAX_AGE=0,
            )

    def hurry(self) -> None:
        """Let the server leave to the system when its files reach the disk.

        They outlive a killed server as before; with the machine they may go.
        """
        with psycopg.connect(**self._superuser, dbname="postgres", autocommit=True) as connection:
            for name in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {name} = off")
            connection.execute("SELECT pg_reload_conf()")

    def make_template(self) -> None:
        """Migrate an empty database; of several workers one does, the others copy what it made."""
        postgres.drop_database(self.server, self.template)
        postgres.create_database(self.server, self.template)
        made = _RUN / "template.dump"
        with (_RUN / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not made.exists():
                self.use(self.template)
                call_command("migrate", database="owner", verbosity=0, interactive=False)
                grants.apply(program=self.server.app_user)
                connections["owner"].close()
                self._run("pg_dump", "--format=custom", "--compress=0", f"--file={made}")
                return
        self._run("pg_restore", "--exit-on-error", f"--dbname={self.template}", made)

    def _run(self, program: str, *arguments: str | Path) -> None:
        given = self._superuser
        env = {"PGHOST": given["host"], "PGPORT": given["port"], "PGUSER": given["user"]}
        subprocess.run(  # noqa: S603  a program of the wheel
            [postgres.program(program), *arguments],
            env={**env, "PGPASSWORD": given["password"], "PGDATABASE": self.template},
            check=True,
        )

    @property
    def _superuser(self) -> dict[str, str]:
        server = self.server
        return {
            "host": server.host,
            "port": str(server.port),
            "user": server.superuser,
            "password": server.superuser_password,
        }

    def copy(self, template: str = "") -> str:
        """Make a fresh database from a template, else the empty one, and use it; returns its name.

        Nobody may be connected to the template.
        """
        self.count += 1
        name = f"test_{self.worker}_{self.count}"
        postgres.drop_database(self.server, name)
        postgres.create_database(self.server, name, template=template or self.template)
        self.use(name)
        return name

    def url(self, name: str, *, owner: bool = False) -> str:
        user = self.server.owner_user if owner else self.server.app_user
        password = self.server.owner_password if owner else self.server.app_password
        return f"postgresql://{user}:{password}@/{name}?host={self.server.host}"


@pytest.fixture(scope="session")
def databases(django_db_blocker, worker_id: str) -> Iterator[Databases]:
    with postgres.start(_VAR, tell=lambda line: None) as handle, django_db_blocker.unblock():
        found = Databases(handle, worker_id)
        found.hurry()
        found.make_template()
        yield found
        for connection in connections.all():
            connection.close()


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def django_db_setup(databases: Databases, django_db_blocker) -> Iterator[None]:
    """Tests marked `django_db` share one copy, each in a transaction that is rolled back."""
    with django_db_blocker.unblock():
        name = databases.copy()
    databases.shared = name
    yield


@pytest.fixture
def committed(
    databases: Databases, django_db_setup: None, django_db_blocker
) -> Iterator[Databases]:
    """A database of its own for a test that commits, kills or competes; thrown away after."""
    with django_db_blocker.unblock():
        name = databases.copy()
        yield databases
        for connection in connections.all():
            connection.close()
        databases.use(databases.shared)
        postgres.drop_database(databases.server, name)


@pytest.fixture(autouse=True)
def _facts_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """Snapshots of facts are one test's own."""
    monkeypatch.setattr(settings, "FACTS_ROOT", _VAR / "facts" / uuid4().hex)
