"""Run the benchmarks, print them as a table, keep them in benchmarks/results.json."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import benchmarks
from benchmarks.harness import Row, machine

RESULTS = Path(__file__).with_name("results.json")
_NOT_A_BENCHMARK = {"harness", "__main__"}


def found() -> dict[str, Callable[[], Sequence[Row]]]:
    """Each module here with a `run()`, by name."""
    names = sorted(module.name for module in iter_modules(benchmarks.__path__))
    modules = {
        name: import_module(f"benchmarks.{name}") for name in names if name not in _NOT_A_BENCHMARK
    }
    return {name: module.run for name, module in modules.items() if hasattr(module, "run")}


def table(rows: Sequence[Row]) -> str:
    lines = []
    for row in rows:
        figure = f"{row.value:,.0f}" if row.value >= 1000 else f"{row.value:,.3g}"
        verdict = {True: "met", False: "MISSED", None: ""}[row.is_met]
        lines.append(f"  {row.name:<62}{figure:>12} {row.unit:<22}{row.aim:>10}  {verdict}")
        if row.note:
            lines.append(f"    {row.note}")
    return "\n".join(lines)


def main() -> int:
    benchmarks_by_name = found()
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(benchmarks_by_name)}; default all")
    names = parser.parse_args().names or list(benchmarks_by_name)
    unknown = set(names) - set(benchmarks_by_name)
    if unknown:
        parser.error(f"no benchmark {', '.join(sorted(unknown))}")

    kept = json.loads(RESULTS.read_text())["benchmarks"] if RESULTS.exists() else {}
    missed = 0
    for name in names:
        print(f"{name} …", flush=True)
        rows = benchmarks_by_name[name]()
        print(table(rows), flush=True)
        missed += sum(row.is_met is False for row in rows)
        kept[name] = {
            "measured_on": f"{datetime.now(UTC):%Y-%m-%d}",
            "machine": machine(),
            "rows": [row.as_json() for row in rows],
        }
    results = {"benchmarks": {name: kept[name] for name in benchmarks_by_name if name in kept}}
    RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
