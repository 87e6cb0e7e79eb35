"""Statements that a session prepares once: the same rows and the same errors as by a cursor."""

from datetime import UTC, datetime

import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext
from psycopg.pq import PipelineStatus

from yuanqi.foundation import prepared, wire
from yuanqi.foundation.models import Account

_PREPARED = "SELECT statement FROM pg_prepared_statements WHERE statement LIKE 'SELECT 7 +%%'"


def by_cursor(sql: str, *values: object) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


@pytest.mark.django_db
def test_rows_are_those_that_a_cursor_gives() -> None:
    sql = "SELECT %s::text, %s::bigint, %s::timestamptz, %s::bigint[], NULL::text, '5 %%'"
    given = ("茶", 7, datetime(2026, 2, 28, 23, 59, 59, 7, tzinfo=UTC), [1, 2])
    assert prepared.rows(sql, *given) == [(*given, None, "5 %")] == by_cursor(sql, *given)


@pytest.mark.django_db
def test_a_statement_is_prepared_once_however_large_its_numbers() -> None:
    sql = "SELECT 7 + %s::bigint"
    assert [prepared.row(sql, n) for n in (1, 2**40)] == [(8,), (2**40 + 7,)]
    assert by_cursor(_PREPARED) == [("SELECT 7 + $1::bigint",)]


@pytest.mark.django_db
def test_a_statement_without_rows_gives_none() -> None:
    assert prepared.rows("UPDATE account SET language = language WHERE id = %s", -1) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["2026-11-22 09:00:00+00", "2026-11-22 09:00:00.5+00", "0001-01-01 00:00:00+00"]
)
@pytest.mark.django_db
def test_instants_are_read_in_utc(text: str) -> None:
    read = prepared.row("SELECT %s::timestamptz", text)
    assert read == (datetime.fromisoformat(text),)
    assert read[0].tzinfo is UTC


@pytest.mark.django_db
def test_whoever_counts_statements_is_told_of_them() -> None:
    with CaptureQueriesContext(connection) as told:
        prepared.row("SELECT 7 + %s::bigint", 1)
    assert [one["sql"] for one in told] == ["SELECT 7 + $1::bigint"]


@pytest.mark.django_db
def test_errors_are_those_of_django() -> None:
    with pytest.raises(DataError), transaction.atomic():
        prepared.row("SELECT 1 / %s::bigint", 0)
    one = Account.objects.create(username="tea")
    with pytest.raises(IntegrityError), transaction.atomic():
        prepared.rows("INSERT INTO account SELECT (a).* FROM (SELECT a FROM account a) AS x")
    assert Account.objects.get() == one


@pytest.mark.django_db
def test_nothing_is_asked_in_a_broken_transaction() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            prepared.row("SELECT 1")
        transaction.set_rollback(False)


@pytest.mark.usefixtures("committed")
def test_what_is_written_belongs_to_the_transaction() -> None:
    stood = prepared.rows("SELECT name, version FROM standing ORDER BY name")
    with transaction.atomic():
        prepared.rows("UPDATE standing SET version = gen_random_uuid() WHERE %s", True)
        transaction.set_rollback(True)
    assert prepared.rows("SELECT name, version FROM standing ORDER BY name") == stood


@pytest.mark.usefixtures("committed")
def test_a_new_session_prepares_anew() -> None:
    prepared.row("SELECT 7 + %s::bigint", 1)
    connection.close()
    assert prepared.row("SELECT 7 + %s::bigint", 1) == (8,)


@pytest.mark.usefixtures("committed")
def test_a_session_that_is_cut_off_is_lost_as_django_knows_it_and_the_next_one_goes_on():
    (own,) = prepared.row("SELECT pg_backend_pid() FROM (SELECT %s::int) AS one", 1)
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [own])
    other.close()

    with pytest.raises(OperationalError):
        prepared.row("SELECT 7 + %s::bigint", 1)

    connection.close_if_unusable_or_obsolete()
    assert prepared.row("SELECT 7 + %s::bigint", 1) == (8,)


@pytest.mark.django_db
def test_a_session_forgets_when_it_has_prepared_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_MOST_PREPARED", 2)
    assert [prepared.row(f"SELECT {n} + %s::bigint", 1) for n in range(20)] == [
        (n + 1,) for n in range(20)
    ]
    several = [(f"SELECT {n} + %s::bigint", [1]) for n in range(3, 5)]
    with wire.meanwhile(several) as come:
        assert come() == [[(4,)], [(5,)]]
    (count,) = by_cursor("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'yuanqi_%%'")
    assert count[0] <= 2


# what the server works on meanwhile --------------------------------------------------------------

_SEVEN = ("SELECT 7 + %s::bigint", [1])
_SLOW = ("SELECT 9 FROM pg_sleep(0.05)", [])


def is_free() -> bool:
    return connection.connection.pgconn.pipeline_status == PipelineStatus.OFF


@pytest.mark.django_db
def test_rows_come_in_the_order_in_which_they_were_asked_for() -> None:
    with wire.meanwhile([_SLOW, _SEVEN, ("SELECT 1 WHERE false", [])]) as come:
        assert not is_free()
        assert come() == [[(9,)], [(8,)], []] == come()
        assert is_free()


@pytest.mark.django_db
def test_what_is_asked_meanwhile_waits_for_what_was_asked_before() -> None:
    for ask in (by_cursor, prepared.rows):
        with wire.meanwhile([_SLOW, _SEVEN]) as come:
            assert ask("SELECT 5") == [(5,)]
            assert come() == [[(9,)], [(8,)]]


@pytest.mark.django_db
def test_rows_that_nobody_took_leave_the_session_free() -> None:
    with wire.meanwhile([_SLOW]):
        pass
    with pytest.raises(ZeroDivisionError), wire.meanwhile([_SLOW]):
        raise ZeroDivisionError
    assert is_free()
    assert prepared.row("SELECT 5") == (5,)


@pytest.mark.django_db
def test_what_fails_meanwhile_is_raised_where_it_is_asked_for() -> None:
    with (
        pytest.raises(DataError),
        transaction.atomic(),
        wire.meanwhile([("SELECT 1 / %s::bigint", [0]), _SEVEN]) as come,
    ):
        come()
    assert is_free()


@pytest.mark.django_db
def test_whoever_counts_statements_is_told_of_those_too() -> None:
    with (
        CaptureQueriesContext(connection) as told,
        wire.meanwhile([_SEVEN]) as come,
    ):
        assert come() == [[(8,)]]
    assert [one["sql"] for one in told] == ["SELECT 7 + $1::bigint"]


@pytest.mark.usefixtures("committed")
def test_a_session_lost_meanwhile_is_told_as_such_and_replaced() -> None:
    killed = ("SELECT pg_terminate_backend(pg_backend_pid())", [])
    with pytest.raises(OperationalError), wire.meanwhile([killed, _SEVEN]) as come:
        come()
    connection.close()
    assert prepared.row(*_SEVEN[:1], 1) == (8,)
