"""`yuanqi journal verify --all` over 300,000 events: how many a second, and is every one looked at?

Real: the embedded PostgreSQL, events chained by the journal and copied in, a life of eight events
for each of some 37,000 streams, some with personal values, six seals. One event is altered at the
end to show that such a run finds it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import Row, at_least
from yuanqi.foundation import postgres

ROOT = Path(__file__).resolve().parent.parent
STREAMS = 37_500
ROUNDS = 5

CHILD = """
import json, sys, time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar
import django
django.setup()
from django.db import connection, connections, transaction
from config.commands import bring_up_to_date
from yuanqi.foundation import seals, verify
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.journal import Audience, Event, Personal

streams, rounds = int(sys.argv[1]), int(sys.argv[2])

@dataclass(frozen=True)
class Raised(Event):
    kind: ClassVar[str] = "benchmark.request_raised"
    case_id: int
    number: str
    category: str
    level: str
    channel: str
    text_sha256: str
    caller: Personal

@dataclass(frozen=True)
class Moved(Event):
    kind: ClassVar[str] = "benchmark.clock_moved"
    case_id: int
    clock_id: int
    purpose: str
    department_id: int
    officer_id: int | None
    due_at: datetime
    warn_at: datetime
    parts: list

bring_up_to_date(verbosity=0)
start = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
people = [Actor(side=Side.PARK, account_id=number) for number in range(1, 400)]
for first in range(0, streams, streams // 5):
    with transaction.atomic():
        writer = Bulk()
        for case in range(first, min(first + streams // 5, streams)):
            where = {"stream": f"case:{case}", "audience": Audience.STAFF,
                     "enterprise_id": case % 806}
            at = start + timedelta(minutes=case)
            writer.record(
                Raised(case, f"YZ2026{case:07}", "ENV", "P2", "web", f"{case:064x}",
                       Personal("许若楠")),
                actor=people[case % 399], at=at, **where)
            for step in range(1, 8):
                moment = at + timedelta(hours=step)
                writer.record(
                    Moved(case, case * 8 + step, "resolve", case % 23, case % 399, moment, moment,
                          [{"department_id": case % 23, "working_minutes": 90 * step}]),
                    actor=people[(case + step) % 399], at=moment, **where)
        writer.flush()
    seals.make(at=start + timedelta(days=90, minutes=first))
with connection.cursor() as cursor:
    cursor.execute("ANALYZE journal_stream")
connection.close()
taken = []
for _round in range(rounds):
    begun = time.perf_counter()
    report = verify.run(whole=True)
    taken.append(time.perf_counter() - begun)
    assert report.intact, report.sentence
with connections["owner"].cursor() as cursor:
    cursor.execute("ALTER TABLE journal_event DISABLE TRIGGER USER")
    cursor.execute(
        "UPDATE journal_event SET payload = jsonb_set(payload, '{clock_id}', '1')"
        " WHERE stream = 'case:9000' AND seq = 5")
found = verify.run(whole=True).first_break
print(json.dumps({"events": report.events, "taken": taken, "found": found}))
"""


def run() -> Sequence[Row]:
    with tempfile.TemporaryDirectory(prefix="yuanqi-verify-") as directory:
        Path(directory).chmod(0o755)  # as root the server's own user must be able to pass
        env = {
            **{key: value for key, value in os.environ.items() if "DATABASE" not in key},
            "YUANQI_VAR": f"{directory}/var",
            "YUANQI_DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(ROOT),
        }
        with postgres.start(Path(env["YUANQI_VAR"]), tell=lambda _line: None):
            said = subprocess.run(
                [sys.executable, "-c", CHILD, str(STREAMS), str(ROUNDS)],
                env=env, check=True, stdout=subprocess.PIPE, text=True,
            ).stdout  # fmt: skip
    told = json.loads(said.splitlines()[-1])
    if "(case:9000, number 5, benchmark.clock_moved) was altered" not in told["found"]:
        raise RuntimeError(f"the altered event was not named: {told['found']!r}")
    rates = sorted(told["events"] / seconds for seconds in told["taken"])
    note = f"{told['events']:,} events; rounds {rates[0]:,.0f} to {rates[-1]:,.0f}"
    return [
        at_least("journal verify --all", rates[len(rates) // 2], "events a second", 50_000, note)
    ]
