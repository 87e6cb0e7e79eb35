"""A setting counts from its day on; what was before keeps its value; whoever sets it is known."""

import json
import threading
from datetime import date, time, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.utils.translation import override

from tests.evidence import events, every_row
from tests.people import at
from tests.together import at_once
from yuanqi.foundation.actors import NOBODY, SYSTEM, Actor, Role, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import Account
from yuanqi.parameters import parameters, store
from yuanqi.parameters.models import ParameterValue
from yuanqi.parameters.operations import parameter_set, parameter_withdraw
from yuanqi.parameters.parameters import Parameter

NOW = at("11-02 09:00")
TODAY = date(2026, 11, 2)
DAYS, SHARE, RATE, MODE, FROM, NAME = (
    f"test.{name}" for name in ("days", "share", "on", "mode", "from", "name")
)
SECRET = "test.idle_minutes"


@pytest.fixture(autouse=True)
def known(monkeypatch):
    """Some parameters of each kind; what was remembered of other tests is forgotten."""
    monkeypatch.setattr(parameters, "_defined", dict(parameters._defined))
    store.forget()
    for parameter in (
        Parameter(key=DAYS, kind="integer", default=3, least=1, most=30, label="天数", group="t"),
        Parameter(
            key=SHARE, kind="decimal", default="0.25", least=0, most=1, label="比例", group="t"
        ),
        Parameter(key=RATE, kind="boolean", default=True, label="开", group="t"),
        Parameter(
            key=MODE,
            kind="choice",
            default="a",
            choices=(("a", "甲"), ("b", "乙")),
            label="方式",
            group="t",
        ),
        Parameter(key=FROM, kind="time", default=time(22), label="从", group="t"),
        Parameter(key=NAME, kind="text", default="", most=5, label="名称", group="t"),
        Parameter(
            key=SECRET,
            kind="integer",
            default=30,
            label="闲置",
            group="signin",
            role=Role.SECURITY_ADMIN,
        ),
    ):
        parameters.define(parameter)
    yield
    store.forget()


def admin(role: Role) -> Actor:
    account = Account.objects.create(username=role.value)
    return Actor(side=Side.PARK, account_id=account.pk, roles=frozenset({role.value}))


def put(key=DAYS, value=5, valid_from=TODAY, **more):
    given = {"reason": "试行", "actor": SYSTEM, "at": NOW} | more
    return parameter_set(key=key, value=value, valid_from=valid_from, **given)


@pytest.mark.django_db
def test_the_default_holds_until_another_value_is_set():
    assert parameters.value(DAYS, TODAY) == 3
    assert parameters.value(SHARE, TODAY) == Decimal("0.25")
    assert parameters.value(FROM, TODAY) == time(22)


@pytest.mark.django_db
def test_a_value_counts_from_its_day_and_changes_nothing_before():
    put(value=5, valid_from=date(2026, 11, 10))
    put(value=9, valid_from=date(2026, 12, 1))

    assert parameters.value(DAYS, date(2026, 11, 9)) == 3
    assert parameters.value(DAYS, date(2026, 11, 10)) == 5
    assert parameters.value(DAYS, date(2026, 11, 30)) == 5
    assert parameters.value(DAYS, date(2026, 12, 1)) == 9
    assert parameters.value(DAYS, date(2030, 1, 1)) == 9


@pytest.mark.django_db
def test_one_set_in_between_holds_until_the_next_day_that_was_planned():
    put(value=9, valid_from=date(2026, 12, 1))
    put(value=5, valid_from=date(2026, 11, 10))

    assert parameters.value(DAYS, date(2026, 11, 30)) == 5
    assert parameters.value(DAYS, date(2026, 12, 1)) == 9


@pytest.mark.django_db
def test_of_two_for_one_day_the_later_set_counts_and_both_are_kept():
    put(value=5)
    put(value=6, at=NOW + timedelta(hours=1))

    assert parameters.value(DAYS, TODAY) == 6
    assert list(ParameterValue.objects.order_by("id").values_list("value", flat=True)) == [5, 6]


@pytest.mark.django_db
def test_setting_a_value_is_told_with_old_and_new():
    actor = admin(Role.SYSTEM_ADMIN)

    put(value="7", valid_from=date(2026, 11, 10), document_no="云高管〔2026〕18 号", actor=actor)

    with connection.cursor() as cursor:
        cursor.execute("SELECT stream, kind, audience, actor, payload FROM journal_event")
        rows = cursor.fetchall()
    assert [row[:4] for row in rows] == [
        ("parameters", "parameters.set", "staff", f"account:{actor.account_id}")
    ]

    assert json.loads(rows[0][4]) == {
        "key": DAYS,
        "old": 3,
        "new": 7,
        "valid_from": "2026-11-10",
        "reason": "试行",
        "document_no": "云高管〔2026〕18 号",
    }


@pytest.mark.django_db
def test_what_the_security_administrator_sets_is_for_the_audit_only():
    put(SECRET, 20, actor=admin(Role.SECURITY_ADMIN))

    with connection.cursor() as cursor:
        cursor.execute("SELECT audience FROM journal_event")
        assert cursor.fetchall() == [("audit",)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "role"),
    [
        (DAYS, Role.SECURITY_ADMIN),
        (DAYS, Role.AUDIT_ADMIN),
        (DAYS, Role.LEADER),
        (SECRET, Role.SYSTEM_ADMIN),
        (SECRET, Role.AUDIT_ADMIN),
    ],
)
def test_none_of_the_three_sets_what_is_anothers(key, role):
    actor = admin(role)
    before = every_row()

    with pytest.raises(NotAllowed):
        put(key, 20, actor=actor)

    assert every_row() == before


@pytest.mark.django_db
def test_nobody_sets_nothing_and_an_unknown_key_does_not_exist():
    before = every_row()
    with pytest.raises(NotAllowed):
        put(actor=NOBODY)
    with pytest.raises(NotVisible):
        put("test.unknown")
    assert every_row() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "given", "message"),
    [
        (DAYS, "三", "请填整数，例如 3。"),
        (DAYS, "", "请填整数，例如 3。"),
        (DAYS, True, "请填整数，例如 3。"),
        (DAYS, 2.5, "请填整数，例如 3。"),
        (DAYS, "0", "不能小于 1。"),
        (DAYS, 31, "不能大于 30。"),
        (DAYS, 10**20, "这个数太大了。"),
        (SHARE, "NaN", "请填数字，例如 0.25。"),
        (SHARE, "1e999999", "这个数太大了。"),
        (SHARE, 0.5, "请填数字，例如 0.25。"),
        (SHARE, "1.5", "不能大于 1。"),
        (SHARE, "0.00001", "小数点后最多 4 位。"),
        (RATE, "maybe", "请选是或否。"),
        (MODE, "c", "请从列出的里面选一个。"),
        (FROM, "25:00", "请填时间，例如 08:30。"),
        (FROM, "22:00:01", "请填时间，例如 08:30。"),
        (NAME, "云泽高新技术", "最多 5 个字。"),
        (NAME, "a\0b", "请填文字。"),
    ],
)
def test_a_value_of_another_kind_or_out_of_bounds_is_refused_in_words(key, given, message):
    before = every_row()

    with override("zh-hans"), pytest.raises(Invalid) as refused:
        put(key, given)

    assert (refused.value.message, refused.value.field) == (message, "value")
    assert every_row() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "given", "meant"),
    [
        (DAYS, " 12 ", 12),
        (DAYS, "１２", 12),
        (SHARE, "0.50", Decimal("0.5")),
        (RATE, "false", False),
        (MODE, "b", "b"),
        (FROM, "07:30", time(7, 30)),
        (NAME, "云泽", "云泽"),
    ],
)
def test_what_somebody_writes_is_read_as_what_is_meant(key, given, meant):
    put(key, given)

    found = parameters.value(key, TODAY)
    assert (found, type(found)) == (meant, type(meant))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"valid_from": date(2026, 11, 1)}, "valid_from"),
        ({"valid_from": date(2062, 11, 1)}, "valid_from"),
        ({"reason": "  "}, "reason"),
        ({"reason": "因" * 201}, "reason"),
        ({"document_no": "号" * 61}, "document_no"),
    ],
)
def test_a_value_needs_a_day_to_come_and_a_reason(change, field):
    before = every_row()

    with pytest.raises(Invalid) as refused:
        put(**change)

    assert refused.value.field == field
    assert every_row() == before


@pytest.mark.django_db
def test_a_value_that_holds_anyway_is_not_set_again():
    before = every_row()
    with pytest.raises(Conflict):
        put(value=3)
    assert every_row() == before


@pytest.mark.django_db
def test_a_value_to_come_is_withdrawn_and_what_was_before_goes_on():
    row = put(value=9, valid_from=date(2026, 12, 1))

    parameter_withdraw(value_id=row.pk, reason="会议推迟", actor=SYSTEM, at=NOW)

    assert parameters.value(DAYS, date(2026, 12, 1)) == 3
    row.refresh_from_db()
    assert (row.withdrawn_at, row.withdrawn_reason) == (NOW, "会议推迟")
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM journal_event WHERE kind = 'parameters.withdrawn'")
        assert '"holds": 3' in str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_value_that_holds_already_or_is_withdrawn_cannot_be_withdrawn():
    held = put(value=5)
    gone = put(value=9, valid_from=date(2026, 12, 1))
    parameter_withdraw(value_id=gone.pk, reason="会议推迟", actor=SYSTEM, at=NOW)
    before = every_row()

    for row in (held, gone):
        with pytest.raises(Conflict):
            parameter_withdraw(value_id=row.pk, reason="再想想", actor=SYSTEM, at=NOW)

    assert every_row() == before


@pytest.mark.django_db
def test_bounds_that_became_narrower_leave_the_default(monkeypatch):
    put(value=29)
    monkeypatch.setitem(
        parameters._defined,
        DAYS,
        Parameter(key=DAYS, kind="integer", default=3, most=10, label="天数", group="t"),
    )

    assert parameters.value(DAYS, TODAY) == 3


def test_a_definition_that_contradicts_itself_is_refused():
    with pytest.raises(ValueError, match="default"):
        Parameter(key="a", kind="integer", default=0, least=1, label="", group="t")
    with pytest.raises(ValueError, match="kind"):
        Parameter(key="a", kind="colour", default=0, label="", group="t")
    with pytest.raises(ValueError, match="choices"):
        Parameter(key="a", kind="choice", default="a", label="", group="t")
    with pytest.raises(ValueError, match="sets nothing"):
        Parameter(key="a", kind="boolean", default=True, label="", group="t", role=Role.LEADER)
    with pytest.raises(ValueError, match="twice"):
        parameters.define(Parameter(key=DAYS, kind="integer", default=4, label="天数", group="t"))


# the memory ----------------------------------------------------------------------------------


def _commit(value: int, valid_from: date = TODAY) -> None:
    put(value=value, valid_from=valid_from)


def test_a_value_is_read_without_a_query(committed, django_assert_num_queries):
    parameters.value(DAYS, TODAY)

    with django_assert_num_queries(0):
        assert parameters.value(DAYS, TODAY) == 3
        assert parameters.value(SHARE, date(2027, 1, 1)) == Decimal("0.25")
    with transaction.atomic(), django_assert_num_queries(0):
        assert parameters.value(DAYS, TODAY) == 3


def test_the_process_that_sets_a_value_reads_it_at_once(committed):
    assert parameters.value(DAYS, TODAY) == 3

    _commit(5)

    assert parameters.value(DAYS, TODAY) == 5


def test_a_transaction_reads_what_it_has_set_and_others_do_not_before_it_commits(committed):
    assert parameters.value(DAYS, TODAY) == 3
    elsewhere: list[int] = []

    def look() -> None:
        elsewhere.append(parameters.value(DAYS, TODAY))
        connection.close()

    with transaction.atomic():
        _commit(5)
        assert parameters.value(DAYS, TODAY) == 5
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()

    assert elsewhere == [3]
    assert parameters.value(DAYS, TODAY) == 5


def test_what_is_rolled_back_was_never_set(committed):
    class Stop(Exception):
        pass

    with pytest.raises(Stop), transaction.atomic():
        _commit(5)
        raise Stop
    assert parameters.value(DAYS, TODAY) == 3
    with transaction.atomic():
        with pytest.raises(Stop), transaction.atomic():
            _commit(5)
            raise Stop
        assert parameters.value(DAYS, TODAY) == 3


def test_a_transaction_stays_with_what_it_has_read(committed):
    with transaction.atomic():
        assert parameters.value(DAYS, TODAY) == 3
        assert at_once(lambda: _commit(5)) == [None]
        assert parameters.value(DAYS, TODAY) == 3
    assert parameters.value(DAYS, TODAY) == 5


def test_another_process_sees_it_within_five_seconds(committed, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(store, "time", SimpleNamespace(monotonic=lambda: now[0]))
    assert parameters.value(DAYS, TODAY) == 3
    # another process: nobody here empties the memory
    monkeypatch.setattr(store, "forget", lambda: None)
    _commit(5)

    now[0] = 1004.9
    assert parameters.value(DAYS, TODAY) == 3
    now[0] = 1005.0
    assert parameters.value(DAYS, TODAY) == 5


def test_what_was_being_read_while_another_set_it_is_not_remembered(committed, monkeypatch):
    load = store._load
    once = [True]

    def slow():
        found = load()
        if once.pop() if once else False:
            at_once(lambda: _commit(5))  # commits between the reading and the remembering
        return found

    monkeypatch.setattr(store, "_load", slow)
    parameters.value(DAYS, TODAY)

    assert parameters.value(DAYS, TODAY) == 5


def test_two_who_set_the_same_value_at_once_set_it_once(committed):
    answers = at_once(lambda: put(value=5), lambda: put(value=5))

    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "ParameterValue"]
    assert ParameterValue.objects.count() == 1
    assert events() == 1
