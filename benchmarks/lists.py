"""The four lists for 100,000 enterprises with 24 months of figures: from rows to written entries.

The figures stand in PostgreSQL as the register keeps them, confirmed, and the months that are over
are packed, as every night leaves them. A first month is made (all who fit enter, each told by an
event of his own), then the month after it, when most stay.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Row, at_most

ROOT = Path(__file__).resolve().parent.parent
ENTERPRISES = 100_000
MONTHS = 24
CODES = ("output", "revenue", "tax", "staff", "power")


def run() -> Sequence[Row]:
    with tempfile.TemporaryDirectory(prefix="yuanqi-lists-") as directory:
        Path(directory).chmod(0o755)
        env = {**os.environ, "YUANQI_VAR": f"{directory}/var", "YUANQI_DEMO": "1"}
        env |= {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "config.settings"}
        for name in ("DATABASE_URL", "DATABASE_URL_OWNER"):
            env.pop(name, None)
        ended = subprocess.run(
            [sys.executable, "-m", "benchmarks.lists"],
            env=env, cwd=ROOT, check=True, capture_output=True, text=True,
        )  # fmt: skip
    found: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    note = "{entries:,.0f} entries, {events:,.0f} events; of it facts {facts:.1f} s"
    return [
        at_most(
            f"the four lists of {ENTERPRISES:,} enterprises, the first month",
            found["first"], "s", 10, note.format(**found),
        ),
        at_most("the month after it", found["second"], "s", 10),
        Row("memory at its highest", found["memory"], "MB"),
    ]  # fmt: skip


def _in_its_own_process() -> dict[str, float]:
    from yuanqi.foundation import postgres  # noqa: PLC0415 - Django reads the server's passwords

    var = Path(os.environ["YUANQI_VAR"])
    var.mkdir(parents=True, exist_ok=True)
    with postgres.start(var, tell=lambda line: None):
        import django  # noqa: PLC0415

        django.setup()
        from config import commands  # noqa: PLC0415

        commands.bring_up_to_date(verbosity=0)
        return _timed()


def _timed() -> dict[str, float]:
    from datetime import UTC, date, datetime  # noqa: PLC0415

    from yuanqi.foundation.actors import SYSTEM  # noqa: PLC0415
    from yuanqi.foundation.models import JournalEvent  # noqa: PLC0415
    from yuanqi.registry import facts  # noqa: PLC0415
    from yuanqi.registry.facts import figures, months  # noqa: PLC0415
    from yuanqi.steering import operations  # noqa: PLC0415
    from yuanqi.steering.models import Entry  # noqa: PLC0415

    _fill()
    found: dict[str, float] = {}
    for name, day in (("first", date(2026, 10, 10)), ("second", date(2026, 11, 10))):
        figures.pack(day, months.MONTHS)
        begun = time.perf_counter()
        operations.lists_make(
            month=day.replace(day=1), actor=SYSTEM, on=day,
            at=datetime(day.year, day.month, day.day, 3, tzinfo=UTC),
        )  # fmt: skip
        found[name] = time.perf_counter() - begun
        if name == "first":
            found["entries"] = Entry.objects.count()
            found["events"] = JournalEvent.objects.filter(kind="steering.standing_changed").count()
    # before the frame is read once more for its share of the time
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun = time.perf_counter()
    facts.wide(date(2026, 11, 10))
    found["facts"] = time.perf_counter() - begun
    return found


def _fill() -> None:
    """Enterprises as the register keeps them, and their confirmed figures, month by month."""
    from django.db import connection, transaction  # noqa: PLC0415

    from yuanqi.foundation.bulk import copy_rows  # noqa: PLC0415
    from yuanqi.registry.models import Enterprise  # noqa: PLC0415

    firms = [
        Enterprise(id=pk, uscc=f"B{pk:017}", name=f"试样 {pk} 有限公司",
                   short_name=f"试样 {pk}", is_industrial=True)
        for pk in range(1, ENTERPRISES + 1)
    ]  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        copy_rows(Enterprise, firms)
        cursor.execute("SELECT setseed(0.11)")
        cursor.execute(_FIGURES, [list(CODES), MONTHS - 1])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# sizes spread as those of firms are, and each measure of each firm goes its own way; a firm after
# the other, so that the indexes grow at their ends
_FIGURES = """
WITH trend AS MATERIALIZED (
    SELECT id, code, exp(4.5 + 2 * (random() + random() + random() - 1.5)) AS base,
           (ARRAY[0.7, 0.9, 1, 1, 1.05, 1.1, 1.3])[1 + floor(random() * 7)] AS trend
    FROM enterprise, unnest(%s::text[]) AS codes (code)
)
INSERT INTO indicator (enterprise_id, month, code, source, value, stated_at, confirmed_at)
SELECT id, (date '2026-10-01' - make_interval(months => back))::date, code, 'department',
       round((base * CASE WHEN back < 12 THEN trend ELSE 1 END
              * (0.96 + random() * 0.08))::numeric, 2), '2026-10-09', '2026-10-09'
FROM trend CROSS JOIN LATERAL generate_series(0, %s + (id * 0)::int) AS back
"""


if __name__ == "__main__":
    print(json.dumps(_in_its_own_process()))
