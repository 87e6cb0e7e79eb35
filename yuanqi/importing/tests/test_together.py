"""Two files at once, two who press at once, a job killed in the middle."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection

from tests.evidence import every_row
from tests.people import at, build_zone
from tests.together import at_once
from yuanqi.foundation.errors import Conflict
from yuanqi.importing import operations, progress, running, tasks
from yuanqi.importing.models import Import, ImportEntry
from yuanqi.registry.models import Enterprise

from . import zone_file
from .bringing import checked, csv_of, undone

NOON = at("11-22 12:00")
ROOT = Path(__file__).resolve().parents[3]
_JOB = """
import sys, django
django.setup()
from django.utils import timezone
from yuanqi.importing import running
print("begun", flush=True)
running.write(int(sys.argv[1]), timezone.now())
"""


@pytest.fixture
def zone(committed):
    return build_zone()


@pytest.fixture
def clerk(zone):
    return zone.actor(zone.clerk)


def confirmed(path, clerk):
    imported = checked(path, "enterprises", clerk, NOON)
    operations.import_confirm(import_id=imported.pk, common_choice="skip", actor=clerk, at=NOON)
    return imported


def test_two_files_with_the_same_firms_at_once_bring_each_firm_once(clerk, tmp_path):
    zone_file.write(tmp_path / "a.xlsx", mended=True)
    rows = [zone_file.HEADS, *(zone_file.firm(number) for number in range(400))]
    before = Enterprise.objects.count()
    first = confirmed(tmp_path / "a.xlsx", clerk)
    second = confirmed(csv_of(tmp_path / "b.csv", *rows), clerk)

    at_once(lambda: running.write(first.pk, NOON), lambda: running.write(second.pk, NOON))

    one, other = Import.objects.order_by("pk")
    assert (one.state, other.state) == ("done", "done")
    # what the first had brought says the same: the second leaves it alone
    assert one.made + other.made == zone_file.COUNT
    assert ImportEntry.objects.count() == zone_file.COUNT
    assert Enterprise.objects.count() == zone_file.COUNT + before


def test_of_two_who_confirm_at_once_one_is_told_that_it_is_done(clerk, tmp_path):
    zone_file.write(tmp_path / "a.xlsx", mended=True)
    imported = checked(tmp_path / "a.xlsx", "enterprises", clerk, NOON)

    def confirm():
        operations.import_confirm(import_id=imported.pk, common_choice="skip", actor=clerk, at=NOON)

    answers = at_once(confirm, confirm)

    assert sorted(type(answer) for answer in answers if answer) == [Conflict]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name LIKE '%write_import'"
        )
        assert cursor.fetchone() == (1,)


def test_a_killed_job_leaves_nothing_and_the_next_one_brings_all_in(clerk, tmp_path, committed):
    zone_file.write(tmp_path / "a.xlsx", mended=True)
    imported = confirmed(tmp_path / "a.xlsx", clerk)
    before = {name: digest for name, digest in every_row().items() if name != "import_progress"}
    name = connection.settings_dict["NAME"]
    environment = {**os.environ, "DATABASE_URL": committed.url(name)}

    with connection.cursor() as cursor:
        # the job stands still before its last step, so that it is killed in the middle
        cursor.execute("BEGIN")
        cursor.execute("LOCK TABLE import_entry IN ACCESS EXCLUSIVE MODE")
        job = subprocess.Popen(
            [sys.executable, "-c", _JOB, str(imported.pk)],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
        )
        assert job.stdout is not None
        assert job.stdout.readline() == b"begun\n"
        for _attempt in range(200):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                break
            time.sleep(0.05)
        os.kill(job.pid, signal.SIGKILL)
        job.wait(30)
        cursor.execute("ROLLBACK")
    after = {name: digest for name, digest in every_row().items() if name != "import_progress"}
    assert after == before

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert tasks.resume() == 1
    running.write(imported.pk, NOON)

    assert Import.objects.get(pk=imported.pk).made == zone_file.COUNT


def test_progress_is_seen_while_the_transaction_is_open(clerk, tmp_path, monkeypatch):
    zone_file.write(tmp_path / "a.xlsx", mended=True)
    imported = confirmed(tmp_path / "a.xlsx", clerk)
    seen = []
    merge = running._merge

    def watched(*rest):
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute(
                "SELECT phase, total, (SELECT count(*) FROM enterprise)"
                " FROM import_progress WHERE import_id = %s",
                [imported.pk],
            )
            seen.append(cursor.fetchone())
        other.close()
        return merge(*rest)

    monkeypatch.setattr(running, "_merge", watched)
    running.write(imported.pk, NOON)

    assert [(phase, total) for phase, total, _firms in seen] == [("writing", zone_file.COUNT)]
    assert seen[0][2] < zone_file.COUNT
    said = progress.of(imported.pk)
    assert said is not None
    assert said.total == zone_file.COUNT
    undone(Import.objects.get(pk=imported.pk), clerk, NOON)
