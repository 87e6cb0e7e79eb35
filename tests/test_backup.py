"""A backup is whole or not there; a restore is whole, into an empty platform, and verified."""

import errno
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings
from django.utils import timezone

from config.commands import bring_up_to_date
from tests.people import build_zone
from yuanqi.foundation import backup, files, journal, postgres, seals, state, verify
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.backup import BackupError, BackupMade
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.models import JournalEvent, StoredFile, SubscriberCursor
from yuanqi.foundation.subscribers import Subscriber, run_once
from yuanqi.registry.models import Enterprise

NOON = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)
BYTES = b"%PDF-1.4 a permit"
MONTH = b"a month of facts"


def quiet(_line: str) -> None:
    pass


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A machine's own directory: uploads, seals, secrets."""
    var = tmp_path / "var"
    var.mkdir()
    with override_settings(VAR=var, FILES_ROOT=var / "files", SECRETS=var / "secrets"):
        yield var


@pytest.fixture
def park(committed, place) -> Path:
    """A park with an upload and a sealed journal; returns its directory."""
    build_zone()
    digest = "ab" * 32
    path = files.path_of(digest)
    path.parent.mkdir(parents=True)
    path.write_bytes(BYTES)
    StoredFile.objects.create(
        sha256=digest, size=len(BYTES), content_type="application/pdf", stored_at=NOON
    )
    Path(settings.FACTS_ROOT).mkdir(parents=True)
    (Path(settings.FACTS_ROOT) / "2026-10.parquet").write_bytes(MONTH)
    assert seals.make(at=NOON)
    return place


def elsewhere(committed, tmp_path: Path) -> tuple[str, Path]:
    """A fresh machine: an empty database and an empty directory."""
    name = f"fresh_{committed.worker}"
    postgres.drop_database(committed.server, name)
    postgres.create_database(committed.server, name)
    committed.use(name)
    var = tmp_path / "fresh"
    var.mkdir(exist_ok=True)
    return name, var


def migrate() -> None:
    bring_up_to_date(verbosity=0)


def contents() -> list[tuple[object, ...]]:
    """Every event but those that backup and restore write of themselves."""
    found = JournalEvent.objects.exclude(stream=backup.STREAM).order_by("id")
    return list(found.values_list("id", "xid", "stream", "seq", "hash"))


def test_what_is_restored_elsewhere_is_what_was_there_and_verifies(committed, park, tmp_path):
    before = contents()
    firms = list(Enterprise.objects.order_by("pk").values_list("uscc", flat=True))
    kept = backup.make(tmp_path / "one.zip", keys=tmp_path / "keys", at=NOON, tell=quiet)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600

    _name, var = elsewhere(committed, tmp_path)
    with override_settings(
        VAR=var,
        FILES_ROOT=var / "files",
        FACTS_ROOT=var / "facts",
        SECRETS=var / "secrets",
        SEAL_KEY="of the new machine",
    ):
        report = backup.restore(kept, keys=tmp_path / "keys", at=NOON, migrate=migrate, tell=quiet)
        assert report.intact, report.sentence
        assert report.events == len(before)  # the backup was noted after its snapshot
        assert contents() == before
        assert list(Enterprise.objects.order_by("pk").values_list("uscc", flat=True)) == firms
        assert files.path_of("ab" * 32).read_bytes() == BYTES
        assert (var / "facts" / "2026-10.parquet").read_bytes() == MONTH
        assert verify.run(whole=True).intact


def test_what_is_written_after_a_restore_comes_after_all_that_was_restored(
    committed, park, tmp_path
):
    """Though the new cluster counts its transactions from the beginning."""
    far = 10**12
    last = JournalEvent.objects.latest("id")
    SubscriberCursor.objects.create(name="reader", xid=far, event_id=last.pk)
    kept = backup.make(tmp_path / "one.zip", keys=None, at=NOON, tell=quiet)
    _name, var = elsewhere(committed, tmp_path)
    with override_settings(VAR=var, FILES_ROOT=var / "files"):
        backup.restore(kept, keys=None, at=NOON, migrate=migrate, tell=quiet)
        seen: list[str] = []
        reader = Subscriber("reader", lambda events: seen.extend(one.kind for one in events))
        with transaction.atomic():
            journal.record(
                BackupMade(name="later", bytes=1, sha256=""),
                stream="platform",
                audience=Audience.AUDIT,
                actor=SYSTEM,
                at=NOON,
            )
        assert JournalEvent.objects.latest("id").xid > far
        run_once(reader)
        assert seen == ["foundation.restored", "foundation.backup_made"]


def test_a_used_database_is_left_as_it_is(committed, park, tmp_path):
    kept = backup.make(tmp_path / "one.zip", keys=None, at=NOON, tell=quiet)
    before = contents()
    with pytest.raises(BackupError, match="in use"):
        backup.restore(kept, keys=None, at=NOON, migrate=migrate, tell=quiet)
    assert contents() == before


@pytest.mark.parametrize("member", ["database.dump", "seals/seals.jsonl", "files"])
def test_a_damaged_backup_is_told_before_anything_is_touched(committed, park, tmp_path, member):
    kept = backup.make(tmp_path / "one.zip", keys=None, at=NOON, tell=quiet)
    damaged = tmp_path / "damaged.zip"
    with zipfile.ZipFile(kept) as source, zipfile.ZipFile(damaged, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            target.writestr(name, text[:-1] + b"?" if name.startswith(member) else text)
    _name, var = elsewhere(committed, tmp_path)
    with override_settings(VAR=var, FILES_ROOT=var / "files"):
        with pytest.raises(BackupError, match="damaged"):
            backup.restore(damaged, keys=None, at=NOON, migrate=migrate, tell=quiet)
        assert list(var.iterdir()) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchone()[0] == 0


def test_a_file_that_would_lie_elsewhere_is_refused(committed, park, tmp_path):
    kept = backup.make(tmp_path / "one.zip", keys=None, at=NOON, tell=quiet)
    wicked = tmp_path / "wicked.zip"
    with zipfile.ZipFile(kept) as source, zipfile.ZipFile(wicked, "w") as target:
        manifest = json.loads(source.read("manifest.json"))
        manifest["members"]["../outside"] = "0" * 64
        target.writestr("../outside", b"")
        for name in manifest["members"]:
            if name != "../outside":
                target.writestr(name, source.read(name))
        target.writestr("manifest.json", json.dumps(manifest))
    with pytest.raises(BackupError, match="doesn't belong"):
        backup.restore(wicked, keys=None, at=NOON, migrate=migrate, tell=quiet)
    assert not (tmp_path / "outside").exists()


def test_a_cut_off_file_is_no_backup(committed, park, tmp_path):
    kept = backup.make(tmp_path / "one.zip", keys=None, at=NOON, tell=quiet)
    kept.write_bytes(kept.read_bytes()[:-200])
    with pytest.raises(BackupError, match="cut short"):
        backup.restore(kept, keys=None, at=NOON, migrate=migrate, tell=quiet)


def test_on_a_full_disk_there_is_no_backup_and_the_one_before_stands(
    committed, park, tmp_path, monkeypatch
):
    first = backup.make(tmp_path / "one.zip", keys=None, at=NOON, tell=quiet)
    was, noted = first.read_bytes(), state.last_backup()

    def full(*_arguments: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(backup, "_put", full)
    with pytest.raises(BackupError, match="is full"):
        backup.make(tmp_path / "two.zip", keys=None, at=NOON, tell=quiet)
    assert sorted(path.name for path in tmp_path.glob("*.zip*")) == ["one.zip"]
    assert first.read_bytes() == was
    assert state.last_backup() == noted


def test_a_backup_is_never_written_over(committed, park, tmp_path):
    target = tmp_path / "one.zip"
    target.write_bytes(b"mine")
    with pytest.raises(BackupError, match="already"):
        backup.make(target, keys=None, at=NOON, tell=quiet)
    assert target.read_bytes() == b"mine"


def test_a_backup_is_told_in_the_journal_and_on_the_state_page(committed, park, tmp_path):
    at = timezone.now()
    made = backup.make(tmp_path, keys=None, at=at, tell=quiet)
    event = JournalEvent.objects.get(kind=BackupMade.kind)
    assert event.payload["name"] == made.name
    assert event.audience == Audience.AUDIT
    told = state.last_backup()
    assert told is not None
    assert (told.name, told.bytes, told.made_at) == (made.name, made.stat().st_size, at)
