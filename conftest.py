"""What all tests stand on: settings for tests, and a real PostgreSQL with databases to spare.

The server is the program's own embedded one, in a temporary directory; tests run as the
program's role, never as the owner. Each xdist worker has a server, and a template database in it.
"""

import os
import shutil
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
    """A file's tests go to one worker (`--dist loadgroup`): what they share is made once. The long
    ones of whole journeys come first, so that nobody waits for them at the end."""
    for item in items:
        path = item.nodeid.partition("::")[0]
        # each role looks at all of its pages: one worker would be the last by minutes
        is_apart = path == "tests/test_accessibility.py"
        item.add_marker(pytest.mark.xdist_group(item.nodeid if is_apart else path))
    items.sort(key=lambda item: not item.nodeid.startswith("tests/"))


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

    def make_template(self) -> None:
        postgres.drop_database(self.server, self.template)
        postgres.create_database(self.server, self.template)
        self.use(self.template)
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        grants.apply(program=self.server.app_user)
        connections["owner"].close()

    def copy(self) -> str:
        """Make a fresh database from the template and use it; returns its name."""
        self.count += 1
        name = f"test_{self.worker}_{self.count}"
        postgres.drop_database(self.server, name)
        postgres.create_database(self.server, name, template=self.template)
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
