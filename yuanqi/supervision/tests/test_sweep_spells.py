"""Much may be due at once: it is done a spell at a time, and the worker can always end."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.people import at, build_zone
from yuanqi.casework.models import ClockRecord
from yuanqi.foundation import spells
from yuanqi.foundation.models import JournalEvent, JournalStream
from yuanqi.supervision import operations, tasks
from yuanqi.supervision.models import Supervision
from yuanqi.supervision.operations import Swept, sweep, sweep_on
from yuanqi.supervision.tests.test_sweep import accepted, raised

ROOT = Path(__file__).resolve().parents[3]
LATE = at("11-19 18:00")


def times(count: int) -> Callable[[], bool]:
    """Goes on so many times."""
    left = iter(range(count))
    return lambda: next(left, None) is not None


def escalated() -> list[int]:
    return sorted(Supervision.objects.values_list("case_id", flat=True))


@pytest.mark.django_db
def test_a_sweep_that_is_stopped_says_how_far_it_came_and_the_next_does_the_rest(zone):
    ids = [accepted(zone) for _number in range(5)]

    assert sweep_on(at=LATE, goes_on=times(2)) == Swept(2, reached=ids[1])
    assert escalated() == ids[:2]
    assert sweep_on(at=LATE, after=ids[1], goes_on=times(2)) == Swept(2, reached=ids[3])
    assert sweep_on(at=LATE, after=ids[3]) == Swept(1)
    assert escalated() == ids
    assert sweep(at=LATE) == 0


@pytest.mark.django_db
def test_a_case_that_fails_in_every_sweep_holds_up_no_other(zone, monkeypatch):
    ids = [accepted(zone) for _number in range(3)]
    watch = operations.case_watch

    def failing(*, case_id, at):
        if case_id == ids[0]:
            raise RuntimeError("unlucky")
        return watch(case_id=case_id, at=at)

    monkeypatch.setattr(operations, "case_watch", failing)

    assert sweep_on(at=LATE, goes_on=times(2)) == Swept(1, reached=ids[1])
    assert sweep_on(at=LATE, after=ids[1], goes_on=times(2)) == Swept(1)
    assert escalated() == ids[1:]
    monkeypatch.undo()
    assert sweep(at=LATE) == 1
    assert escalated() == ids


def waiting() -> list[tuple[str, int]]:
    """The sweeps that wait for a worker, and after which case they begin."""
    jobs = ProcrastinateJob.objects.filter(task_name="yuanqi.supervision.tasks.sweep")
    return [(job.status, job.args["after"]) for job in jobs]


@pytest.mark.django_db
def test_what_a_spell_leaves_over_waits_behind_other_jobs_once(zone, monkeypatch):
    ids = [raised(zone) for _number in range(3)]
    due(ids)
    context = SimpleNamespace(should_abort=lambda: False)
    monkeypatch.setattr(spells, "of", lambda _context: times(2))

    tasks.sweep.func(context, timestamp=0)
    assert (escalated(), waiting()) == (ids[:2], [("todo", ids[1])])

    ProcrastinateJob.objects.all().delete()
    tasks.sweep.func(context, timestamp=0, after=ids[1])
    assert (escalated(), waiting()) == (ids, [])


@pytest.mark.django_db
def test_a_spell_ends_when_its_time_is_over_or_the_worker_stops():
    stops = iter([False, True])
    context = SimpleNamespace(should_abort=lambda: next(stops))
    goes_on = spells.of(context, seconds=60)

    assert [goes_on(), goes_on()] == [True, False]
    assert not spells.of(context, seconds=-1)()


def due(ids: list[int]) -> None:
    """Let the limits of these cases have passed yesterday."""
    now = timezone.now()
    ClockRecord.objects.filter(case__in=ids, stopped_at__isnull=True).update(
        due_at=now - timedelta(days=1), warn_at=now - timedelta(days=2)
    )


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def waits_for_a_row(pid: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND %s = ANY(pg_blocking_pids(pid))",
            [pid],
        )
        return cursor.fetchone()[0] == 1


@pytest.mark.processes
def test_a_worker_told_to_stop_in_mid_sweep_ends_with_the_case_in_hand(committed, tmp_path):
    zone = build_zone()
    ids = [raised(zone) for _number in range(4)]
    due(ids)
    tasks.sweep.defer(timestamp=0)
    name = connection.settings_dict["NAME"]
    env = {
        **os.environ,
        "YUANQI_VAR": str(tmp_path),
        "YUANQI_SECRET_KEY": settings.SECRET_KEY,
        "DATABASE_URL": committed.url(name),
        "DATABASE_URL_OWNER": committed.url(name, owner=True),
    }
    with transaction.atomic():
        # somebody has the second case in hand: the sweep comes as far as this
        JournalStream.objects.select_for_update().get(name=f"case:{ids[1]}")
        worker = subprocess.Popen([sys.executable, "-m", "config.cli", "worker"], cwd=ROOT, env=env)
        try:
            pid = connection.connection.info.backend_pid
            until(lambda: waits_for_a_row(pid))
            worker.terminate()
            time.sleep(1)
            assert worker.poll() is None
            assert escalated() == ids[:1]
        except BaseException:
            worker.kill()
            raise

    assert worker.wait(20) == 0
    assert escalated() == ids[:2]

    assert sweep(at=timezone.now()) == 2
    assert escalated() == ids
    told = JournalEvent.objects.filter(kind="supervision.case_escalated")
    assert told.count() == 4
