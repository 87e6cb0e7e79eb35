"""One rule, one answer: profiles one by one, DuckDB, PostgreSQL and Spark beside each other."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import duckdb
import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yuanqi.domain.rules import Field, Rule, Schema
from yuanqi.domain.tests.rule_reference import SCHEMA, profiles, rules

Rows = Sequence[dict[str, Any]]
Engine = Callable[[Sequence[Rule], Rows], list[list[bool | None]]]

EXAMPLES = settings().max_examples
COLUMNS = {"number": "double precision", "boolean": "boolean", "string": "text", "date": "date"}
once = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def judged(made: Sequence[Rule], rows: Rows) -> list[list[bool | None]]:
    return [[rule.evaluate(row) for rule in made] for row in rows]


def table(quote: Callable[[str], str] = lambda name: '"' + name.replace('"', '""') + '"') -> str:
    return ", ".join(f"{quote(field.name)} {COLUMNS[field.type]}" for field in SCHEMA)


@pytest.fixture(scope="module")
def in_duckdb() -> Iterator[Engine]:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE profile (row_number integer, {table()})")

        def run(made: Sequence[Rule], rows: Rows) -> list[list[bool | None]]:
            connection.execute("DELETE FROM profile")
            marks = ", ".join("?" * (1 + len(SCHEMA.fields)))
            connection.executemany(
                f"INSERT INTO profile VALUES ({marks})",
                [[n, *(row[f.name] for f in SCHEMA)] for n, row in enumerate(rows)],
            )
            wanted = ", ".join(rule.to_sql("duckdb") for rule in made)
            found = connection.execute(f"SELECT {wanted} FROM profile ORDER BY row_number")
            return [list(row) for row in found.fetchall()]

        yield run


@pytest.fixture(scope="module")
def postgres(databases, django_db_setup: None) -> Iterator[psycopg.Connection]:
    url = databases.url(databases.shared, owner=True)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def in_postgres(postgres: psycopg.Connection) -> Engine:
    postgres.execute(f"CREATE TEMP TABLE profile (row_number integer, {table()})")

    def run(made: Sequence[Rule], rows: Rows) -> list[list[bool | None]]:
        postgres.execute("DELETE FROM profile")
        marks = ", ".join(["%s"] * (1 + len(SCHEMA.fields)))
        postgres.cursor().executemany(
            f"INSERT INTO profile VALUES ({marks})",
            [[n, *(row[f.name] for f in SCHEMA)] for n, row in enumerate(rows)],
        )
        wanted = ", ".join(rule.to_sql("postgres") for rule in made)
        found = postgres.execute(f"SELECT {wanted} FROM profile ORDER BY row_number")
        return [list(row) for row in found.fetchall()]

    return run


@pytest.fixture(scope="module")
def in_spark() -> Iterator[Engine]:
    if shutil.which("java") is None:
        pytest.skip("no Java here: Spark isn't held against the others")
    from pyspark.sql import SparkSession, types

    kinds = {
        "number": types.DoubleType(),
        "boolean": types.BooleanType(),
        "string": types.StringType(),
        "date": types.DateType(),
    }
    columns = types.StructType(
        [types.StructField("row_number", types.IntegerType())]
        + [types.StructField(field.name, kinds[field.type]) for field in SCHEMA]
    )
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )

    def run(made: Sequence[Rule], rows: Rows) -> list[list[bool | None]]:
        filled = [(n, *(row[field.name] for field in SCHEMA)) for n, row in enumerate(rows)]
        frame = session.createDataFrame(filled, columns).coalesce(1)
        frame.createOrReplaceTempView("profile")
        wanted = ", ".join(f"{rule.to_sql('spark')} AS v{n}" for n, rule in enumerate(made))
        found = session.sql(f"SELECT row_number, {wanted} FROM profile ORDER BY row_number")
        return [list(row)[1:] for row in found.collect()]

    yield run
    session.stop()


@settings(once, max_examples=EXAMPLES // 2)
@given(st.lists(rules, min_size=1, max_size=6), st.lists(profiles, min_size=1, max_size=6))
def test_duckdb_says_what_one_profile_at_a_time_says(in_duckdb, texts, rows):
    made = [Rule.parse(text, SCHEMA) for text in texts]

    assert in_duckdb(made, rows) == judged(made, rows)


@settings(once, max_examples=EXAMPLES // 2)
@given(st.lists(rules, min_size=1, max_size=6), st.lists(profiles, min_size=1, max_size=6))
def test_postgresql_says_what_one_profile_at_a_time_says(in_postgres, texts, rows):
    made = [Rule.parse(text, SCHEMA) for text in texts]

    assert in_postgres(made, rows) == judged(made, rows)


@settings(once, max_examples=max(1, EXAMPLES // 100))
@given(st.lists(rules, min_size=30, max_size=40), st.lists(profiles, min_size=10, max_size=20))
def test_spark_says_what_one_profile_at_a_time_says(in_spark, texts, rows):
    made = [Rule.parse(text, SCHEMA) for text in texts]

    assert in_spark(made, rows) == judged(made, rows)


def test_facts_named_like_the_parts_that_sql_names_are_told_apart(postgres):
    names = ("v1", "V2", "t_v3", "v 4")
    schema = Schema({name: Field(name, "number") for name in names})
    text = "v1"
    for _level in range(6):
        text = f'ROUND(LEAST({text}, V2 / t_v3 % "v 4" + v1), 2)'
    rule = Rule.parse(f"{text} = 0.5", schema)
    facts = {"v1": 0.5, "V2": 7.5, "t_v3": 1.0, "v 4": 2.0}
    given = ", ".join(
        f'CAST({value} AS double precision) AS "{name}"' for name, value in facts.items()
    )

    with duckdb.connect() as connection:
        found = connection.execute(f"SELECT {rule.to_sql('duckdb')} FROM (SELECT {given})")
        assert found.fetchall() == [(True,)]
    found = postgres.execute(f"SELECT {rule.to_sql('postgres')} FROM (SELECT {given}) AS profile")
    assert found.fetchall() == [(True,)]
    assert rule.evaluate(facts) is True
