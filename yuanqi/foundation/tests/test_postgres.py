"""The embedded PostgreSQL. Real processes throughout, as root or as an ordinary user."""

import contextlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import pq

from yuanqi.foundation import postgres
from yuanqi.foundation.postgres import cluster, keeper, memory, place

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root meets this")
as_ordinary_user = pytest.mark.skipif(ROOT, reason="root is never refused by a mode")

# A process of its own that uses the server until a line comes in.
USER = """
import signal
import sys
from pathlib import Path
from yuanqi.foundation import postgres
assert "django" not in sys.modules
# whoever started the tests in the background has Ctrl-C ignored, and so would their children
signal.signal(signal.SIGINT, signal.default_int_handler)
handle = postgres.start(Path(sys.argv[1]), tell=lambda text: None)
try:
    print("ready", flush=True)
    sys.stdin.readline()
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.stdin.readline()
handle.release()
print("released", flush=True)
"""


@pytest.fixture
def var() -> Iterator[Path]:
    with directory_for_a_server() as var:
        yield var


@pytest.fixture(scope="module")
def running() -> Iterator[postgres.Server]:
    with directory_for_a_server() as var, postgres.start(var) as handle:
        yield handle.server


@contextlib.contextmanager
def directory_for_a_server(name: str = "var") -> Iterator[Path]:
    # pytest's own temporary directories are closed to root's system user.
    base = Path(tempfile.mkdtemp(prefix="yuanqi-test-"))
    base.chmod(0o755)
    try:
        yield base / name
    finally:
        found = place.find(base / name)
        wait_until(lambda: keeper.free(found.run / "keeper.lock") if found.run.exists() else True)
        for left_over in (base, found.sockets, *([found.home] if found.home != found.var else [])):
            shutil.rmtree(left_over, ignore_errors=True)


@contextlib.contextmanager
def user_of(var: Path, **options: object) -> Iterator[subprocess.Popen[str]]:
    process = begin(var, **options)
    try:
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def begin(var: Path, *, path: tuple[str, ...] = (), **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(var)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join((*path, *sys.path))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


def wait_until(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < until, "it did not come about within a minute"
        time.sleep(0.02)


def answers(server: postgres.Server) -> bool:
    dsn = f"host='{server.host}' port={server.port} user=postgres"
    return pq.PGconn.ping(os.fsencode(dsn)) == pq.Ping.OK


def is_down(var: Path) -> bool:
    """No process of the server is left, and none answers."""
    run = place.find(var).run
    return keeper.free(run / "server.lock") and not answers(postgres.locate(var))


def postmaster(var: Path) -> int:
    return int((place.find(var).data / "postmaster.pid").read_text().split()[0])


def keeper_of(server_process: int) -> int:
    """The parent of the postmaster."""
    answer = subprocess.run(
        ["ps", "-o", "ppid=", "-p", str(server_process)], capture_output=True, check=True
    )
    return int(answer.stdout)


def rows(server: postgres.Server, query: str, role: str = "superuser") -> list[tuple[object, ...]]:
    with psycopg.connect(server.dsn(role)) as connection:
        return connection.execute(query).fetchall()


def test_locating_changes_nothing_and_knows_no_password_before_the_first_start(tmp_path):
    server = postgres.locate(tmp_path / "var")

    assert list(tmp_path.iterdir()) == []
    assert (server.dbname, server.app_user, server.owner_user) == (
        "yuanqi",
        "yuanqi",
        "yuanqi_owner",
    )
    assert (server.app_password, server.owner_password, server.superuser_password) == ("", "", "")


@pytest.mark.processes
def test_the_server_is_located_where_it_answers_and_with_its_passwords(running):
    assert postgres.locate(running.home) == running
    assert rows(running, "SELECT current_user, current_database()", "app") == [("yuanqi", "yuanqi")]
    assert rows(running, "SELECT current_user", "owner") == [("yuanqi_owner",)]


@pytest.mark.processes
def test_the_server_keeps_what_is_committed_and_hears_nothing_from_the_network(running):
    settings = {
        "data_checksums": "on",
        "fsync": "on",
        "full_page_writes": "on",
        "listen_addresses": "",
        "max_connections": "200",
        "max_wal_size": "4GB",
        "synchronous_commit": "on",
        "TimeZone": "UTC",
    }
    found = {name: rows(running, f"SHOW {name}")[0][0] for name in settings}

    assert found == settings
    assert rows(
        running,
        "SELECT datlocprovider::text, datlocale, pg_encoding_to_char(encoding) FROM pg_database"
        " WHERE datname = 'yuanqi'",
    ) == [("b", "C.UTF-8", "UTF8")]


@pytest.mark.processes
def test_passwords_lie_in_private_files_and_are_needed(running):
    modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in running.secrets.iterdir()}
    assert modes == {"postgres": 0o600, "yuanqi_owner": 0o600, "yuanqi": 0o600}
    assert stat.S_IMODE(running.secrets.stat().st_mode) == 0o700
    assert stat.S_IMODE(Path(running.host).stat().st_mode) == 0o700

    for role in ("postgres", "yuanqi_owner", "yuanqi"):
        for password in ("", "guessed"):
            with pytest.raises(psycopg.OperationalError, match="password"):
                psycopg.connect(
                    host=running.host, port=running.port, user=role, password=password,
                    dbname="yuanqi",
                )  # fmt: skip
    for password in (running.app_password, running.owner_password, running.superuser_password):
        assert len(password) == 32
        assert password not in repr(running)


@pytest.mark.processes
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "CREATE DATABASE mine",
        "CREATE ROLE mine",
        "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER SCHEMA public OWNER TO yuanqi",
    ],
)
def test_the_programs_role_may_own_nothing(running, statement):
    with (
        psycopg.connect(running.dsn("app"), autocommit=True) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)

    owned = "SELECT count(*) FROM pg_shdepend WHERE refobjid = 'yuanqi'::regrole AND deptype = 'o'"
    assert rows(running, owned) == [(0,)]


@pytest.mark.processes
def test_the_owner_role_owns_database_and_schema_and_nobody_else_may_come_in(running):
    assert rows(
        running,
        "SELECT pg_get_userbyid(datdba), pg_get_userbyid(nspowner),"
        " has_database_privilege('public', 'yuanqi', 'CONNECT'),"
        " has_schema_privilege('public', 'public', 'USAGE')"
        " FROM pg_database, pg_namespace WHERE datname = 'yuanqi' AND nspname = 'public'",
    ) == [("yuanqi_owner", "yuanqi_owner", False, False)]
    assert rows(
        running,
        "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles"
        " WHERE rolname LIKE 'yuanqi%' ORDER BY 1",
    ) == [
        ("yuanqi", False, False, False, False),
        ("yuanqi_owner", False, False, False, False),
    ]


@pytest.mark.processes
def test_another_database_is_copied_from_a_template_and_dropped_while_in_use(running):
    postgres.create_database(running, "first")
    with psycopg.connect(running.dsn("owner", dbname="first")) as connection:
        connection.execute("CREATE TABLE kept (id int)")
        connection.execute("INSERT INTO kept VALUES (7)")
        connection.execute("GRANT SELECT ON kept TO yuanqi")

    postgres.create_database(running, "second", template="first")

    with psycopg.connect(running.dsn("app", dbname="second"), autocommit=True) as connection:
        assert connection.execute("SELECT id FROM kept").fetchall() == [(7,)]
        postgres.drop_database(running, "second")
        with pytest.raises(psycopg.errors.AdminShutdown):
            connection.execute("SELECT id FROM kept")
    postgres.drop_database(running, "first")
    postgres.drop_database(running, "first")
    names = "SELECT datname FROM pg_database WHERE datname IN ('first', 'second')"
    assert rows(running, names) == []


@pytest.mark.processes
def test_the_line_for_psql_opens_the_database(running):
    done = subprocess.run(
        f"{running.psql_hint()} -Atc 'SELECT current_user'",
        shell=True,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("yuanqi\n", "")


@pytest.mark.processes
def test_the_server_stops_with_its_last_user_and_keeps_its_data(var):
    first = postgres.start(var)
    second = postgres.start(var)
    with psycopg.connect(first.server.dsn("owner")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS id")

    first.release()
    first.release()
    assert rows(second.server, "SELECT id FROM kept", "owner") == [(7,)]

    second.release()
    assert is_down(var)

    with postgres.start(var) as third:
        assert third.server == first.server
        assert rows(third.server, "SELECT id FROM kept", "owner") == [(7,)]
    assert is_down(var)


@pytest.mark.processes
def test_two_processes_that_start_at_once_share_one_server(var):
    processes = [begin(var) for _ in range(2)]
    try:
        assert [p.stdout.readline() for p in processes] == ["ready\n", "ready\n"]
        at_first = postmaster(var)

        processes[0].communicate("leave\n")
        assert answers(postgres.locate(var))
        assert postmaster(var) == at_first
        assert len(list((place.find(var).data / "log").glob("*.log"))) == 1

        processes[1].communicate("leave\n")
        assert is_down(var)
    finally:
        for process in processes:
            process.kill()
            process.communicate()


@pytest.mark.processes
def test_the_server_stops_when_its_only_user_is_killed(var):
    with user_of(var) as owner:
        server = postgres.locate(var)
        assert answers(server)

        owner.kill()
        wait_until(lambda: is_down(var))

    with postgres.start(var) as handle:
        assert "was not properly shut down" not in logged(var)
        assert answers(handle.server)


@pytest.mark.processes
def test_ctrl_c_in_the_terminal_leaves_the_server_to_users_that_still_finish(var):
    with user_of(var, start_new_session=True) as owner:
        os.killpg(owner.pid, signal.SIGINT)
        assert owner.stdout.readline() == "interrupted\n"

        assert answers(postgres.locate(var))
        owner.stdin.write("finished\n")
        owner.stdin.flush()
        assert owner.stdout.readline() == "released\n"
        assert is_down(var)


@pytest.mark.processes
def test_after_the_postmaster_was_killed_the_next_start_recovers_what_was_committed(var):
    told = []
    with user_of(var):
        server = postgres.locate(var)
        with psycopg.connect(server.dsn("owner"), autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id")
            os.kill(postmaster(var), signal.SIGKILL)

        with postgres.start(var, tell=told.append) as handle:  # the first user is still there
            assert rows(handle.server, "SELECT count(*) FROM kept", "owner") == [(1000,)]
            assert "was not properly shut down; automatic recovery" in logged(var)


@pytest.mark.processes
def test_without_its_keeper_the_server_stops_with_its_last_user_all_the_same(var):
    with user_of(var) as owner:
        os.kill(keeper_of(postmaster(var)), signal.SIGKILL)
        wait_until(lambda: keeper.free(place.find(var).run / "keeper.lock"))
        assert answers(postgres.locate(var))

        owner.communicate("leave\n")
        assert is_down(var)


@pytest.mark.processes
def test_after_everything_was_killed_and_the_number_is_another_programs_it_starts(var):
    with user_of(var) as owner:
        server_process = postmaster(var)
        owner.kill()
        os.kill(keeper_of(server_process), signal.SIGKILL)
        os.kill(server_process, signal.SIGKILL)
    found = place.find(var)
    wait_until(lambda: keeper.free(found.run / "server.lock"))
    # As in a container that was started again: the number now belongs to a live process.
    other = subprocess.Popen(
        ["sleep", "600"], **({"user": found.account.uid} if found.account else {})
    )
    try:
        for left_over in (found.data / "postmaster.pid", found.sockets / ".s.PGSQL.5432.lock"):
            lines = left_over.read_text().splitlines(keepends=True)
            left_over.write_text("".join([f"{other.pid}\n", *lines[1:]]))

        with postgres.start(var) as handle:
            assert answers(handle.server)
            assert other.poll() is None
        assert is_down(var)
    finally:
        other.kill()
        other.wait()


@pytest.mark.processes
def test_a_first_start_that_was_killed_half_way_is_made_good_by_the_next(var):
    process = begin(var)
    home = place.find(var).home
    wait_until(lambda: home.exists() and any(home.glob("pg-init-*/data/base")))
    process.kill()
    process.communicate()
    assert not (home / "pg").exists()

    with postgres.start(var) as handle:
        assert rows(handle.server, "SELECT 1", "app") == [(1,)]


@pytest.mark.processes
def test_a_lost_password_of_the_superuser_is_replaced_and_told(var):
    with postgres.start(var) as handle:
        before = handle.server
    (before.secrets / "postgres").unlink()
    (before.secrets / "yuanqi").unlink()
    told = []

    with postgres.start(var, tell=told.append) as handle:
        assert handle.server.superuser_password != before.superuser_password
        assert handle.server.app_password != before.app_password
        assert handle.server.owner_password == before.owner_password
        assert rows(handle.server, "SELECT 1") == [(1,)]
        assert rows(handle.server, "SELECT 1", "app") == [(1,)]
    assert told == [f"Database: {before.secrets / 'postgres'} was lost; setting a new password."]


@pytest.mark.processes
def test_a_long_path_with_a_space_and_chinese_works_from_any_temporary_directory(monkeypatch):
    with directory_for_a_server(f"云泽 高新区/{'园企' * 20}/var") as var:
        with postgres.start(var) as handle:
            sockets = Path(handle.server.host)
            assert sockets.parent == Path("/tmp")
            assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
            assert rows(handle.server, "SELECT 1", "app") == [(1,)]
            assert (var / "pg" / "PG_VERSION").read_text() == "18\n"

            monkeypatch.setenv("TMPDIR", "/elsewhere")
            assert postgres.locate(var) == handle.server
        assert is_down(var)


@pytest.mark.processes
def test_a_socket_directory_that_is_somebody_elses_is_refused(tmp_path):
    with directory_for_a_server("with space") as var:
        sockets = place.find(var).sockets
        sockets.symlink_to(tmp_path)
        try:
            with pytest.raises(postgres.PostgresError, match="Remove it"):
                postgres.start(var)
            assert list(tmp_path.iterdir()) == []
        finally:
            sockets.unlink()


@pytest.mark.processes
def test_files_in_the_place_of_the_database_are_left_alone(var):
    found = place.find(var)
    found.data.mkdir(parents=True)
    (found.data / "letter").write_text("mine")
    if ROOT:
        os.chown(found.data, pwd.getpwnam("nobody").pw_uid, -1)

    with pytest.raises(postgres.PostgresError, match="holds files but no database"):
        postgres.start(var)

    assert [f.name for f in found.data.iterdir()] == ["letter"]
    assert is_down(var)


@pytest.mark.processes
def test_data_of_another_major_version_is_refused_with_the_way_out(var):
    with postgres.start(var):
        pass
    version = place.find(var).data / "PG_VERSION"
    version.write_text("16\n")

    with pytest.raises(postgres.PostgresError, match="written by PostgreSQL 16"):
        postgres.start(var)

    assert is_down(var)


@pytest.mark.processes
@as_root
def test_a_full_disk_is_said_and_the_next_start_recovers():
    with directory_for_a_server() as var:
        var.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=24m,mode=755", "tmpfs", str(var)],
            capture_output=True,
            check=False,
        )
        if mounted.returncode:
            pytest.skip("no right to mount a small disk here")
        try:
            with pytest.raises(postgres.PostgresError, match=r"disk that holds .* is full"):
                postgres.start(var)
            assert not (var / "pg").exists()

            subprocess.run(["mount", "-o", "remount,size=400m", str(var)], check=True)
            with postgres.start(var) as handle:
                assert rows(handle.server, "SELECT 1", "app") == [(1,)]

            filler = var / "filler"
            with contextlib.suppress(OSError), filler.open("wb") as file:
                while True:
                    file.write(bytes(1 << 16))
            with pytest.raises(postgres.PostgresError, match=r"disk that holds .* is full"):
                postgres.start(var)

            filler.unlink()
            with postgres.start(var) as handle:
                assert rows(handle.server, "SELECT 1", "app") == [(1,)]
        finally:
            wait_until(lambda: is_down(var))
            subprocess.run(["umount", str(var)], check=True)


@pytest.mark.processes
@as_root
def test_as_root_a_closed_parent_directory_stays_closed_and_the_data_go_elsewhere():
    told = []
    with directory_for_a_server("closed/var") as var:
        var.parent.mkdir(mode=0o700)
        before = {d: d.stat().st_mode for d in (var.parent, *var.parents)}

        with postgres.start(var, tell=told.append) as handle:
            assert rows(handle.server, "SELECT 1", "app") == [(1,)]
            assert postgres.locate(var) == handle.server

        assert {d: d.stat().st_mode for d in before} == before
        assert not var.exists()
        home = handle.server.home
        assert home.parent == Path("/var/lib/yuanqi")
        assert told[-2:] == [
            f"Database: yuanqi-pg may not enter {var.parent}, so the data are kept under "
            f"{home} (no mode was changed).",
            f"Database: first start, making {home / 'pg'}.",
        ]

        var.parent.chmod(0o755)  # data that are there are not exchanged for an empty database
        assert postgres.locate(var) == handle.server


@pytest.mark.processes
@as_root
def test_as_root_programs_in_a_closed_directory_are_copied_to_where_they_run():
    with directory_for_a_server() as var:
        wheel = place.programs().parents[1]
        site = var.parent / "closed"
        site.mkdir(mode=0o700)
        for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
            shutil.copytree(part, site / part.name, ignore=shutil.ignore_patterns("pginstall"))
        before = set(place.SYSTEM_HOME.glob("*"))
        try:
            with user_of(var, path=(str(site),)):
                running_from = Path(f"/proc/{postmaster(var)}/exe").readlink()
        finally:
            wait_until(lambda: is_down(var))
            copies = set(place.SYSTEM_HOME.glob("*")) - before
            for copy in copies:
                shutil.rmtree(copy)

        assert [copy in running_from.parents for copy in copies] == [True]
        assert stat.S_IMODE(site.stat().st_mode) == 0o700


@pytest.mark.processes
@as_root
def test_as_root_the_server_runs_as_the_user_whose_directory_it_is():
    nobody = pwd.getpwnam("nobody")
    with directory_for_a_server("clone/var") as var:
        var.parent.mkdir()
        os.chown(var.parent, nobody.pw_uid, nobody.pw_gid)

        with postgres.start(var):
            assert Path(f"/proc/{postmaster(var)}").stat().st_uid == nobody.pw_uid

        strangers = [f for f in (var, *var.rglob("*")) if f.lstat().st_uid != nobody.pw_uid]
        assert strangers == []


@pytest.mark.processes
@as_root
def test_as_root_a_system_user_owns_the_data_and_root_the_passwords(var):
    with postgres.start(var) as handle:
        served = place.find(var)
        owners = {
            path.name: pwd.getpwuid(path.stat().st_uid).pw_name
            for path in (var, served.data, served.sockets, served.run, handle.server.secrets)
        }

    assert owners == {
        "var": "root",
        "pg": "yuanqi-pg",
        "pg-socket": "yuanqi-pg",
        "pg-run": "root",
        "pg-secrets": "root",
    }


@pytest.mark.processes
@as_ordinary_user
def test_a_directory_of_somebody_else_is_refused_with_the_way_out(tmp_path):
    tmp_path.chmod(0o500)

    with pytest.raises(postgres.PostgresError, match="set YUANQI_VAR to a directory of your own"):
        postgres.start(tmp_path / "var")

    assert list(tmp_path.iterdir()) == []
    with pytest.raises(postgres.PostgresError, match="belongs to root"):
        postgres.start(Path("/usr/var-of-yuanqi"))


def test_a_full_disk_and_other_failures_become_sentences(tmp_path):
    there = place.Place(var=tmp_path, home=tmp_path, account=None)
    log = "LOG: starting\nFATAL:  could not write: No space left on device\nLOG: down"

    assert "is full" in cluster.in_words(there, "could not start", log)
    assert "free). Free some space and start again" in cluster.in_words(there, "failed", log)
    assert cluster.in_words(there, "could not start", "LOG: a\nFATAL:  no such key\nLOG: b") == (
        f"PostgreSQL could not start: FATAL:  no such key (logs: {tmp_path}/pg/log, "
        f"{tmp_path}/pg-run/start.log)"
    )


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/\n", {"sys/fs/cgroup/memory.max": "1073741824"}, 1073741824),
        (
            "0::/park/web\n",
            {
                "sys/fs/cgroup/park/web/memory.max": "max",
                "sys/fs/cgroup/park/memory.max": "536870912",
            },
            536870912,
        ),
        (
            "4:memory:/a\n3:cpu:/b\n",
            {
                "sys/fs/cgroup/memory/a/memory.limit_in_bytes": "268435456",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
            },
            268435456,
        ),
        ("0::/\n", {"sys/fs/cgroup/memory.max": "9223372036854771712"}, None),
        ("0::/\n", {}, None),
    ],
)
def test_memory_is_the_tightest_limit_around_the_program(tmp_path, groups, files, expected):
    for name, text in ({"proc/self/cgroup": groups} | files).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")

    assert memory.available_bytes(tmp_path) == (expected or physical)


def logged(var: Path) -> str:
    logs = (place.find(var).data / "log").glob("*.log")
    return "".join(log.read_text() for log in logs)
