"""Rules over many enterprises: how do they stand beside polars written by hand, and others?

500 random rules of 3 to 8 conditions over 60 facts, 5 % of them missing: amounts with long
tails, truth values, codes, dates. Each rule is made several times from the same draw: as text, as
the polars expression that one would write by hand (quotients guarded against nought, nothing
else), and for the peers. Amounts below nought and divisors of nought occur.

Sizes: YUANQI_BENCH_ENTERPRISES (1,000,000), YUANQI_BENCH_RULES (500). Peers that aren't
installed are left out; requirements/bench.in names them.
"""

from __future__ import annotations

import os
import random
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib import import_module
from importlib.util import find_spec
from statistics import median
from typing import Any

import duckdb
import numpy as np
import polars as pl

from benchmarks.harness import Row, at_least, at_most, median_ratio, seconds_per_round
from yuanqi.domain.rules import Field, Rule, Schema, match_all, verdicts

ENTERPRISES = int(os.environ.get("YUANQI_BENCH_ENTERPRISES", "1000000"))
RULES = int(os.environ.get("YUANQI_BENCH_RULES", "500"))
ROUNDS = 5
AMOUNTS = [f"amount_{number}" for number in range(36)]
COUNTS = [f"count_{number}" for number in range(6)]
FLAGS = [f"flag_{number}" for number in range(8)]
CODES = [f"code_{number}" for number in range(6)]
DAYS = [f"day_{number}" for number in range(4)]
INDUSTRIES = [f"C{number}" for number in range(13, 44)]
MISSING = 0.05
MEMORY = 4.0  # GiB

SCHEMA = Schema(
    {name: Field(name, "number", "万元") for name in AMOUNTS}
    | {name: Field(name, "number", "人") for name in COUNTS}
    | {name: Field(name, "boolean") for name in FLAGS}
    | {name: Field(name, "string") for name in CODES}
    | {name: Field(name, "date") for name in DAYS}
)


@dataclass(frozen=True)
class Drawn:
    """One rule, as text and as each of the others would have it."""

    text: str
    by_hand: pl.Expr
    numpy: str  # over `fact("name")`
    zen: str

    def __and__(self, other: Drawn) -> Drawn:
        return Drawn(
            f"({self.text} AND {other.text})",
            self.by_hand & other.by_hand,
            f"({self.numpy} & {other.numpy})",
            f"({self.zen} and {other.zen})",
        )

    def __or__(self, other: Drawn) -> Drawn:
        return Drawn(
            f"({self.text} OR {other.text})",
            self.by_hand | other.by_hand,
            f"({self.numpy} | {other.numpy})",
            f"({self.zen} or {other.zen})",
        )


def run() -> Sequence[Row]:
    chance = random.Random(20261122)
    frame = _enterprises(ENTERPRISES)
    drawn = [_rule(chance, number) for number in range(RULES)]
    begun = time.perf_counter()
    rules = {f"rule_{number}": Rule.parse(each.text, SCHEMA) for number, each in enumerate(drawn)}
    parsing = time.perf_counter() - begun
    return [
        Row("enterprises", ENTERPRISES, "rows"),
        Row("rules", RULES, "rules"),
        at_most("parsing all rules", parsing, "s", 1),
        *_one_profile(rules, frame),
        *_frames(rules, drawn, frame),
    ]


def _one_profile(rules: Mapping[str, Rule], frame: pl.DataFrame) -> list[Row]:
    profiles = frame.head(200).to_dicts()

    def each(act: Callable[[Rule, dict[str, Any]], object]) -> float:
        taken = []
        for profile in profiles:
            begun = time.perf_counter()
            for rule in rules.values():
                act(rule, profile)
            taken.append(time.perf_counter() - begun)
        return median(taken[20:]) * 1000

    return [
        at_most("evaluate: one enterprise, all rules", each(Rule.evaluate), "ms", 15),
        at_most("explain: one enterprise, all rules", each(Rule.explain), "ms", 60),
    ]


def _frames(rules: Mapping[str, Rule], drawn: Sequence[Drawn], frame: pl.DataFrame) -> list[Row]:
    pairs = len(rules) * frame.height
    by_hand = [each.by_hand.alias(name) for name, each in zip(rules, drawn, strict=True)]
    found = verdicts(rules, frame)
    expected = frame.select(by_hand)
    agreeing = sum(found[name].equals(expected[name], null_equal=True) for name in rules)
    del found, expected
    counted = 0

    def rows() -> None:
        nonlocal counted
        counted = sum(part.height for part in match_all(rules, frame))

    candidates: dict[str, Callable[[], object]] = {
        "ours": lambda: verdicts(rules, frame),
        "by hand": lambda: frame.select(by_hand),
        "rows": rows,
    }
    taken = seconds_per_round(candidates, ROUNDS)
    ours = pairs / median(taken["ours"]) / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    rows_found = f"{counted:,} rows of {pairs:,} pairs are true or unknown"
    by_hand_speed = pairs / median(taken["by hand"]) / 1e6
    ratio = median_ratio(taken["by hand"], taken["ours"])
    matched = pairs / median(taken["rows"]) / 1e6
    made = [
        at_least("rules that agree with polars by hand", agreeing, "rules", len(rules)),
        Row("verdicts", ours, "million pairs/s"),
        Row("polars by hand", by_hand_speed, "million pairs/s"),
        at_least("verdicts beside polars by hand", ratio, "times", 0.8),
        at_least("match_all with rows", matched, "million pairs/s", 100, rows_found),
        at_most("peak memory, before the peers", memory, "GiB", MEMORY),
    ]
    for name, measure, aim, note in _peers(drawn, frame):
        speed = measure()
        if speed:
            told = f"{name}: {speed:,.3g} million pairs/s; {note}"
            made.append(at_least(f"verdicts beside {name}", ours / speed, "times", aim, told))
    return made


def _peers(
    drawn: Sequence[Drawn], frame: pl.DataFrame
) -> list[tuple[str, Callable[[], float], float, str]]:
    """Name, a way to its speed in million pairs a second, how many times as fast ours should be."""
    return [
        ("DuckDB", lambda: _duckdb(drawn, frame), 5, "the texts are SQL; verdicts are counted"),
        ("OpenFisca", lambda: _openfisca(drawn, frame), 3, "numpy, no unknown: nought instead"),
        ("zen engine", lambda: _zen(drawn, frame), 1000, "compiled expressions, complete profiles"),
    ]


def _duckdb(drawn: Sequence[Drawn], frame: pl.DataFrame) -> float:
    """The texts themselves are SQL; what they give is thrown away by counting."""
    with duckdb.connect() as connection:
        connection.execute("SET threads = 2")
        connection.execute("CREATE TABLE enterprise AS SELECT * FROM frame")
        wanted = ", ".join(f"count_if({each.text})" for each in drawn)
        taken = []
        for _round in range(2):
            begun = time.perf_counter()
            connection.execute(f"SELECT {wanted} FROM enterprise").fetchall()
            taken.append(time.perf_counter() - begun)
    return len(drawn) * frame.height / min(taken) / 1e6


def _openfisca(drawn: Sequence[Drawn], frame: pl.DataFrame) -> float:
    """Each rule is a variable with a formula. It has no unknown: what is missing is nought."""
    if find_spec("openfisca_core") is None:
        return 0.0
    entities = import_module("openfisca_core.entities")
    builder = import_module("openfisca_core.simulations").SimulationBuilder
    variable = import_module("openfisca_core.variables").Variable
    enterprise = entities.build_entity("enterprise", "enterprises", "", is_person=True)
    system = import_module("openfisca_core.taxbenefitsystems").TaxBenefitSystem([enterprise])
    month = import_module("openfisca_core.periods").DateUnit.MONTH
    common = {"entity": enterprise, "definition_period": month}
    kinds = {pl.Float64: float, pl.Boolean: bool, pl.String: str, pl.Date: float}
    for name, kind in frame.schema.items():
        system.add_variable(
            type(name, (variable,), common | {"value_type": kinds[kind.base_type()]})
        )
    for number, each in enumerate(drawn):
        body = compile(each.numpy, "rule", "eval")

        def formula(population, period, parameters, body=body):
            return eval(body, {"np": np, "fact": lambda name: population(name, period)})

        members = common | {"value_type": bool, "formula": formula}
        system.add_variable(type(f"rule_{number}", (variable,), members))
    period, count = "2026-11", min(frame.height, 200_000)
    part = frame.head(count)

    def judge() -> float:
        simulation = builder().build_default_simulation(system, count)
        for name, kind in part.schema.items():
            column = part.get_column(name)
            if kind == pl.Date:
                column = column.to_physical()
            filled = column.fill_null(
                "" if kind == pl.String else False if kind == pl.Boolean else 0
            )
            simulation.set_input(name, period, filled.to_numpy())
        begun = time.perf_counter()
        for number in range(len(drawn)):
            simulation.calculate(f"rule_{number}", period)
        return time.perf_counter() - begun

    return len(drawn) * count / min(judge() for _round in range(2)) / 1e6


def _zen(drawn: Sequence[Drawn], frame: pl.DataFrame) -> float:
    """A profile at a time; those with something missing are left out, it fails over them."""
    if find_spec("zen") is None:
        return 0.0
    zen = import_module("zen")
    days = [pl.col(name).to_physical() for name in DAYS]
    profiles = frame.head(20_000).with_columns(days).drop_nulls().head(200).to_dicts()
    compiled = [zen.compile_expression(each.zen) for each in drawn]
    begun = time.perf_counter()
    for profile in profiles:
        for each in compiled:
            each.evaluate(profile)
    return len(drawn) * len(profiles) / (time.perf_counter() - begun) / 1e6


def _enterprises(count: int) -> pl.DataFrame:
    chance = np.random.default_rng(20261122)
    columns: dict[str, pl.Series] = {}

    def keep(name: str, values: Any) -> None:
        absent = pl.Series(chance.random(count) < MISSING)
        columns[name] = pl.Series(name, values).set(absent, None)

    for name in AMOUNTS:
        values = chance.lognormal(7, 1.6, count).round(2)
        values[chance.random(count) < 0.02] = 0.0
        values[chance.random(count) < 0.03] *= -1
        keep(name, values)
    for name in COUNTS:
        keep(name, chance.lognormal(4, 1.3, count).round())
    for name in FLAGS:
        keep(name, chance.random(count) < chance.uniform(0.05, 0.6))
    for name in CODES:
        codes = pl.Series(INDUSTRIES).gather(chance.integers(0, len(INDUSTRIES), count))
        keep(name, codes)
    for name in DAYS:
        days = pl.Series(chance.integers(10_000, 20_400, count).astype("int32"))
        keep(name, days.cast(pl.Date))
    return pl.DataFrame(columns)


def _rule(chance: random.Random, number: int) -> Drawn:
    """3 to 8 conditions. A third of the rules are broad: they fit about half of all."""
    conditions = [_condition(chance) for _ in range(chance.randint(3, 8))]
    made = conditions[0]
    if number % 3 == 0:
        for each in conditions[1:-1]:
            made = made | each
        return _number(chance.choice(AMOUNTS), ">=", 200.0) & made
    for each in conditions[1:]:
        made = made & each if chance.random() < 0.7 else made | each
    return made


def _condition(chance: random.Random) -> Drawn:
    kind = chance.random()
    if kind < 0.4:
        name = chance.choice(AMOUNTS + COUNTS)
        bound = round(chance.lognormvariate(7 if name in AMOUNTS else 4, 1.2), 2)
        return _number(name, chance.choice([">=", "<"]), bound)
    if kind < 0.65:
        one, other = chance.sample(AMOUNTS, 2)
        sign = chance.choice([">=", "<"])
        if kind < 0.55:
            return _share(one, other, sign, round(chance.uniform(0.02, 2), 3))
        return _difference(one, other, chance.uniform(0.1, 1), sign, chance.randrange(2000))
    if kind < 0.75:
        name = chance.choice(AMOUNTS)
        low = round(chance.lognormvariate(6.5, 1), 2)
        both = _number(name, ">=", low) & _number(name, "<=", low * 8)
        return replace(both, text=f"{name} BETWEEN {low} AND {low * 8}")
    if kind < 0.85:
        name = chance.choice(FLAGS)
        return Drawn(name, pl.col(name), f'fact("{name}")', name)
    if kind < 0.95:
        return _code(chance.choice(CODES), chance.sample(INDUSTRIES, chance.randint(1, 6)))
    return _day(chance.choice(DAYS), date(2024, 1, 1) - timedelta(days=chance.randrange(7000)))


def _number(name: str, sign: str, bound: float) -> Drawn:
    text = f"{name} {sign} {bound}"
    return Drawn(
        text, _BY_HAND[sign](pl.col(name), bound), f'(fact("{name}") {sign} {bound})', text
    )


def _share(one: str, other: str, sign: str, bound: float) -> Drawn:
    share = pl.when(pl.col(other) != 0).then(pl.col(one) / pl.col(other))
    text = f"{one} / {other} {sign} {bound}"
    divided = f'fact("{one}") / np.where(fact("{other}") == 0, np.nan, fact("{other}"))'
    guarded = f"({other} != 0 and {text})"
    return Drawn(text, _BY_HAND[sign](share, bound), f"({divided} {sign} {bound})", guarded)


def _difference(one: str, other: str, part: float, sign: str, bound: float) -> Drawn:
    made = pl.col(one) - pl.col(other) * part
    text = f"{one} - {other} * {part} {sign} {bound}"
    numpy = f'(fact("{one}") - fact("{other}") * {part} {sign} {bound})'
    return Drawn(text, _BY_HAND[sign](made, bound), numpy, text)


def _code(name: str, chosen: Sequence[str]) -> Drawn:
    listed = ", ".join(f"'{code}'" for code in chosen)
    return Drawn(
        f"{name} IN ({listed})",
        pl.col(name).is_in(chosen),
        f'np.isin(fact("{name}"), [{listed}])',
        f"{name} in [{listed}]",
    )


def _day(name: str, day: date) -> Drawn:
    number = (day - date(1970, 1, 1)).days
    return Drawn(
        f"{name} >= DATE '{day}'",
        pl.col(name) >= day,
        f'(fact("{name}") >= {number})',
        f"{name} >= {number}",
    )


_BY_HAND: dict[str, Callable[[pl.Expr, float], pl.Expr]] = {
    ">=": lambda value, bound: value >= bound,
    "<=": lambda value, bound: value <= bound,
    "<": lambda value, bound: value < bound,
}
