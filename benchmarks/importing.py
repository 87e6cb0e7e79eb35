"""A hundred thousand enterprises from Excel: laid out, checked, brought in with their events.

The workbook is as a zone hands it in (eleven columns, codes with both check digits). Seconds are
those of the jobs, the writing of the workbook is not among them; memory is the highest that the
job's process held, and what it held more than with a thousand rows.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from benchmarks.harness import Row, at_least
from yuanqi.domain import uscc

ROOT = Path(__file__).resolve().parent.parent
ROWS = int(os.environ.get("YUANQI_BENCH_IMPORT_ROWS", "100000"))
_HEADS = (
    "统一社会信用代码", "企业名称", "行业", "行业代码", "工业企业", "地址", "成立日期", "经营状态",
    "法定代表人", "注册资本（万元）", "经营范围",
)  # fmt: skip
_TRADES = (
    ("精密陶瓷", "C3073"),
    ("电子材料", "C3985"),
    ("生物试剂", "C2770"),
    ("智能装备", "C3599"),
)


def firms(count: int) -> Iterator[list[Any]]:
    """Fictional firms, the same ones each time."""
    signs = "云泽松濑华澄启朗恒屿星禾瑞川明岚安泊景湛远筑"
    for number in range(count):
        trade, code = _TRADES[number % len(_TRADES)]
        name = "".join(signs[number // len(signs) ** place % len(signs)] for place in range(4))
        yield [
            uscc.make("91320594", f"MA{number:06d}"),
            f"{name}{trade}有限公司",
            trade,
            code,
            "是",
            f"云泽高新区星河路 {number % 900 + 1} 号",
            f"{2000 + number % 25}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
            "在营",
            f"示例{number % 1000}",
            number % 9000 + 100,
            f"{trade}的研发、生产和销售；货物进出口；技术服务",
        ]


def workbook(target: Path, count: int) -> None:
    with xlsxwriter.Workbook(str(target), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("企业")
        sheet.write_row(0, 0, _HEADS)
        for place, firm in enumerate(firms(count), start=1):
            sheet.write_row(place, 0, firm)


def run() -> Sequence[Row]:
    with tempfile.TemporaryDirectory(prefix="yuanqi-import-") as directory:
        Path(directory).chmod(0o755)
        files = {count: Path(directory) / f"{count}.xlsx" for count in (1000, ROWS)}
        for count, path in files.items():
            workbook(path, count)
        env = {**os.environ, "YUANQI_VAR": f"{directory}/var", "YUANQI_DEMO": "1"}
        env |= {"PYTHONPATH": str(ROOT), "DJANGO_SETTINGS_MODULE": "config.settings"}
        for name in ("DATABASE_URL", "DATABASE_URL_OWNER"):
            env.pop(name, None)
        small = _measured(env, files[1000])
        large = _measured(env, files[ROWS])
    rate = ROWS / (large["laid_out"] + large["checked"] + large["written"])
    parts = "laid out {laid_out:.1f} s, checked {checked:.1f} s, written {written:.1f} s"
    return [
        at_least(
            f"{ROWS:,} enterprises from Excel, checked and written with their events",
            rate, "rows/s", 3000, parts.format(**large),
        ),
        Row("memory of the job at its highest", large["memory"], "MB"),
        Row("more than with a thousand rows", large["memory"] - small["memory"], "MB"),
        Row("undone again, whole", ROWS / large["undone"], "rows/s"),
    ]  # fmt: skip


def _measured(env: dict[str, str], path: Path) -> dict[str, float]:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.importing", str(path)],
        env=env, cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return found


def _bring_in(path: Path) -> dict[str, float]:
    """In a process of its own: import the file into an empty register, and undo it."""
    from yuanqi.foundation import postgres  # noqa: PLC0415 - Django reads the server's passwords

    var = Path(os.environ["YUANQI_VAR"])
    var.mkdir(parents=True, exist_ok=True)
    with postgres.start(var, tell=lambda line: None):
        import django  # noqa: PLC0415

        django.setup()
        from config import commands  # noqa: PLC0415

        commands.bring_up_to_date(verbosity=0)
        return _timed(path)


def _timed(path: Path) -> dict[str, float]:
    from django.utils import timezone  # noqa: PLC0415

    from yuanqi.foundation.actors import Role, actor_for  # noqa: PLC0415
    from yuanqi.foundation.models import Account, RoleGrant  # noqa: PLC0415
    from yuanqi.importing import entries, operations, running, store  # noqa: PLC0415
    from yuanqi.importing.models import Import  # noqa: PLC0415

    account, _made = Account.objects.get_or_create(username="bench")
    RoleGrant.objects.get_or_create(account=account, role=Role.CENTRE.value)
    at = timezone.now()
    actor = actor_for(account, at)
    seconds = {}

    begun = time.perf_counter()
    with path.open("rb") as file:
        taken = store.take(path.name, iter(lambda: file.read(1 << 20), b""))
    imported = operations.import_begin(kind="enterprises", taken=taken, actor=actor, at=at)
    seconds["laid_out"] = time.perf_counter() - begun

    operations.import_match(
        import_id=imported.pk, matching=imported.matching, actor=actor, at=at
    )  # fmt: skip
    begun = time.perf_counter()
    running.check(imported.pk, at)
    seconds["checked"] = time.perf_counter() - begun

    operations.import_confirm(import_id=imported.pk, common_choice="skip", actor=actor, at=at)
    begun = time.perf_counter()
    running.write(imported.pk, at)
    seconds["written"] = time.perf_counter() - begun
    done = Import.objects.get(pk=imported.pk)
    assert (done.state, done.made) == ("done", imported.rows), (done.state, done.faults, done.note)

    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    operations.import_undo(import_id=imported.pk, actor=actor, at=at)
    begun = time.perf_counter()
    entries.undo(imported.pk, at)
    seconds["undone"] = time.perf_counter() - begun
    return {**seconds, "memory": memory}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_bring_in(Path(sys.argv[1]))) + "\n")
