"""What a benchmark is made of: rows, alternating rounds, a description of the machine."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Row:
    """One measured figure beside what is aimed at."""

    name: str
    value: float
    unit: str
    aim: str = ""
    is_met: bool | None = None  # None where nothing is aimed at
    note: str = ""

    def as_json(self) -> dict[str, object]:
        kept = asdict(self) | {"value": float(f"{self.value:.6g}")}
        return {key: value for key, value in kept.items() if value not in ("", None)}


def at_least(name: str, value: float, unit: str, aim: float, note: str = "") -> Row:
    return Row(name, value, unit, f">= {aim:g}", value >= aim, note)


def at_most(name: str, value: float, unit: str, aim: float, note: str = "") -> Row:
    return Row(name, value, unit, f"<= {aim:g}", value <= aim, note)


def seconds_per_round(
    candidates: Mapping[str, Callable[[], object]], rounds: int = 9
) -> dict[str, list[float]]:
    """Seconds of each round of each candidate. They take turns, in an order that turns too, so
    that a busy neighbour hits all alike; one round before the first isn't measured."""
    for candidate in candidates.values():
        candidate()
    taken: dict[str, list[float]] = {name: [] for name in candidates}
    names = list(candidates)
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            begun = time.perf_counter()
            candidates[name]()
            taken[name].append(time.perf_counter() - begun)
    return taken


def median_ratio(slow: list[float], fast: list[float]) -> float:
    """The median over rounds of how many times faster `fast` was in the same round."""
    return median(one / other for one, other in zip(slow, fast, strict=True))


def machine() -> dict[str, object]:
    """What the figures were measured on; nothing that names the host."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "cpu": _cpu_model(),
        "memory_gib": round(memory / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        # a shared machine is now fast, now slow: what it was like, to compare figures by
        "ten_million_additions_s": round(_additions(), 2),
    }


def _additions() -> float:
    """Seconds of processor time that ten million additions take: the best of three."""
    taken = []
    for _again in range(3):
        begun, total = time.process_time(), 0
        for number in range(10_000_000):
            total += number
        taken.append(time.process_time() - begun)
    return min(taken)


def _cpu_model() -> str:
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown"
