"""Wrong passwords: counted by all processes together, locked at the limit, told to nobody."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from tests.people import PASSWORD, build_zone
from tests.together import at_once
from yuanqi.audit import kinds as audit_kinds
from yuanqi.audit import retention
from yuanqi.foundation.actors import Role, actor_for
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent, JournalPersonal
from yuanqi.signin import doors, entering, operations
from yuanqi.signin.models import Door, Origin, UnknownAttempt

from .doing import NOW, account, is_in, kinds, put, security_admin, sign_in

HERE = {"address": "192.0.2.7", "device": "Firefox · Linux"}


def check(username: str, password: str, when=NOW, **where):
    return entering.password_check(
        username=username, password=password, at=when, **{**HERE, **where}
    )


def lock(username: str, when=NOW) -> None:
    for _number in range(5):
        check(username, "wrong", when)


def test_the_right_password_lets_in_and_is_told(db, client):
    person = account("zhou")

    response = sign_in(client, "zhou")

    assert response.status_code == 302
    assert is_in(client)
    assert kinds(person.pk) == ["signin.signed_in"]
    event = JournalEvent.objects.get(kind="signin.signed_in")
    assert event.audience == "audit"
    assert event.payload["methods"] == ["password"]
    assert JournalPersonal.objects.get(event=event).value == "127.0.0.1"


def test_a_name_in_capitals_and_with_blanks_is_the_same(db):
    person = account("zhou")

    assert check(" ZHOU ", PASSWORD) == person


def test_a_wrong_password_an_unknown_name_and_a_closed_account_are_answered_alike(db):
    account("zhou")
    closed = account("closed")
    closed.is_active = False
    closed.save()
    answers = [
        sign_in(Client(), "zhou", "wrong"),
        sign_in(Client(), "nobody", "wrong"),
        sign_in(Client(), "closed"),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    words = [answer.context["form"].errors.as_text() for answer in answers]
    assert words[0] == words[1] == words[2]
    assert "用户名或密码不对" in words[0]


def test_known_and_unknown_names_lock_at_the_same_try_with_the_same_words(db):
    account("zhou")
    said: dict[str, list[str]] = {"zhou": [], "nobody": []}
    for name, words in said.items():
        for _number in range(6):
            try:
                check(name, "wrong")
                words.append("wrong")
            except entering.TooMany as error:
                words.append(error.message)

    assert said["zhou"] == said["nobody"]
    assert said["zhou"] == ["wrong"] * 5 + [
        "错得太多，先停一停：11-05 10:30 以后再试。忘了密码请找系统管理员重设。"
    ]


def test_an_unknown_name_costs_the_same_hashing_as_a_known_one(db, monkeypatch):
    account("zhou")
    work = []
    monkeypatch.setattr(entering, "make_password", lambda text: work.append("unknown"))
    monkeypatch.setattr(
        "yuanqi.foundation.models.Account.check_password",
        lambda self, text: bool(work.append("known")),
    )

    check("zhou", "wrong")
    check("nobody", "wrong")

    assert work == ["known", "unknown"]


def test_failures_of_an_account_are_in_its_journal_without_the_password(db):
    person = account("zhou")

    lock("zhou")

    assert kinds(person.pk) == ["signin.failed"] * 5 + ["signin.locked"]
    assert [
        event.payload["failures"] for event in JournalEvent.objects.filter(kind="signin.failed")
    ] == [1, 2, 3, 4, 5]
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload::text FROM journal_event UNION SELECT value FROM "
                       "journal_personal")  # fmt: skip
        assert not any("wrong" in row[0] for row in cursor.fetchall())
    assert not UnknownAttempt.objects.exists()


def test_failures_of_no_account_are_rows_that_expire_and_keep_no_name(db):
    check("hunter2-typed-in-the-wrong-field", "wrong")

    row = UnknownAttempt.objects.get()
    assert (row.address, row.device) == ("192.0.2.7", "Firefox · Linux")
    assert row.name == doors.name_of("hunter2-typed-in-the-wrong-field")
    assert "hunter2" not in row.name
    assert not JournalEvent.objects.exists()

    kind = next(one for one in retention.registered() if one.name == "signin-unknown-attempts")
    assert kind.days(NOW) == 190
    assert kind.remove(NOW) == 0
    assert kind.remove(NOW + timedelta(seconds=1)) == 1
    assert not UnknownAttempt.objects.exists()


def test_a_locked_account_lets_nobody_in_until_its_time(db):
    account("zhou")
    lock("zhou")

    with pytest.raises(entering.TooMany):
        check("zhou", PASSWORD, NOW + timedelta(minutes=29))
    assert check("zhou", PASSWORD, NOW + timedelta(minutes=30)) is not None
    assert not Door.objects.exists()


def test_a_right_password_forgets_the_wrong_ones_before_it(db):
    account("zhou")
    for _number in range(4):
        check("zhou", "wrong")

    assert check("zhou", PASSWORD) is not None
    for _number in range(4):
        assert check("zhou", "wrong") is None


def test_wrong_ones_of_long_ago_do_not_count(db):
    account("zhou")
    for _number in range(4):
        check("zhou", "wrong")

    check("zhou", "wrong", NOW + timedelta(minutes=31))

    assert Door.objects.get().failures == 1


def test_how_many_and_how_long_are_the_parks_to_say(db):
    account("zhou")
    put("failures", 3)
    put("lock_minutes", 5)
    for _number in range(3):
        check("zhou", "wrong")

    with pytest.raises(entering.TooMany):
        check("zhou", PASSWORD, NOW + timedelta(minutes=4))
    assert check("zhou", PASSWORD, NOW + timedelta(minutes=5)) is not None


def test_one_address_may_try_so_often_whatever_the_names(db):
    account("zhou")
    for number in range(30):
        check(f"name{number}", "wrong")

    with pytest.raises(entering.TooMany):
        check("zhou", PASSWORD)
    assert check("zhou", PASSWORD, address="192.0.2.8") is not None
    assert check("zhou", PASSWORD, NOW + timedelta(minutes=5)) is not None


def test_right_passwords_use_up_nothing_of_an_address(db):
    account("zhou")

    for _number in range(40):
        assert check("zhou", PASSWORD) is not None
    assert Origin.objects.get().failures == 0


def test_a_clock_set_back_after_a_lock_does_not_lengthen_it_beyond_its_time(db):
    account("zhou")
    lock("zhou", NOW + timedelta(days=300))

    with pytest.raises(entering.TooMany):
        check("zhou", PASSWORD)
    with pytest.raises(entering.TooMany):
        check("zhou", PASSWORD, NOW + timedelta(minutes=29))
    assert check("zhou", PASSWORD, NOW + timedelta(minutes=30)) is not None


def test_a_clock_set_back_gives_an_address_no_endless_window(db):
    for number in range(31):
        try:
            check(f"name{number}", "wrong", NOW + timedelta(days=300))
        except entering.TooMany:
            assert number == 30

    account("zhou")
    assert check("zhou", PASSWORD) is not None


def test_ten_wrong_ones_at_once_lock_exactly_at_the_limit(committed):
    build_zone()
    person = account("zhou")
    looked_at = []
    real = type(person).check_password

    def counted(self, text):
        looked_at.append(text)
        return real(self, text)

    type(person).check_password = counted
    try:
        answers = at_once(*[lambda: check("zhou", "wrong")] * 10)
    finally:
        type(person).check_password = real

    assert len(looked_at) == 5
    assert sum(answer is None for answer in answers) == 5
    assert sum(isinstance(answer, entering.TooMany) for answer in answers) == 5
    assert sorted(kinds(person.pk)) == ["signin.failed"] * 5 + ["signin.locked"]
    assert Door.objects.get().failures == 5


def test_process_memory_plays_no_part(db, client):
    account("zhou")
    for _number in range(5):
        cache.clear()
        sign_in(client, "zhou", "wrong")

    assert "错得太多" in sign_in(client, "zhou").content.decode()
    assert not is_in(client)


# --- the security administrator ----------------------------------------------------------------


def test_the_security_administrator_sees_a_lockout_and_lifts_it(db, client):
    person = account("zhou")
    lock("zhou")
    actor = security_admin()

    operations.lockout_lift(account_id=person.pk, reason="本人来电", actor=actor, at=NOW)

    assert check("zhou", PASSWORD) is not None
    event = JournalEvent.objects.get(kind="signin.lockout_lifted")
    assert event.payload == {"reason": "本人来电"}
    assert event.actor == f"account:{actor.account_id}"


@pytest.mark.parametrize(
    "role", [None, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.CENTRE, Role.LEADER]
)
def test_nobody_else_lifts_one(db, role):
    person = account("zhou")
    lock("zhou")
    other = actor_for(account("other", *([role] if role else [])), NOW)

    with pytest.raises(NotAllowed):
        operations.lockout_lift(account_id=person.pk, reason="因为", actor=other, at=NOW)
    with pytest.raises(entering.TooMany):
        check("zhou", PASSWORD)


def test_nobody_lifts_his_own(db):
    actor = security_admin()
    lock("secadmin")

    with pytest.raises(NotAllowed):
        operations.lockout_lift(account_id=actor.account_id, reason="我", actor=actor, at=NOW)


def test_a_lift_wants_a_reason_a_lock_and_an_account(db):
    person = account("zhou")
    actor = security_admin()
    with pytest.raises(Conflict):
        operations.lockout_lift(account_id=person.pk, reason="因为", actor=actor, at=NOW)
    with pytest.raises(NotVisible):
        operations.lockout_lift(account_id=987654, reason="因为", actor=actor, at=NOW)
    lock("zhou")
    with pytest.raises(Invalid):
        operations.lockout_lift(account_id=person.pk, reason=" ", actor=actor, at=NOW)
    assert not JournalEvent.objects.filter(kind="signin.lockout_lifted").exists()


def test_what_happens_at_the_door_is_said_in_words(db):
    ours = [kind for kind in audit_kinds.known() if kind.startswith("signin.")]
    assert len(ours) == 13
    assert all(kind in audit_kinds._sentences for kind in ours)

    account("zhou")
    lock("zhou")
    said = [
        audit_kinds.sentence_of(event.kind, event.payload)
        for event in JournalEvent.objects.order_by("id")
    ]
    assert said[0] == "登录失败：密码不对，连续第 1 次"
    assert said[-1] == "连续失败 5 次，账号锁定 30 分钟"


def test_counts_that_hold_nobody_are_swept(db):
    account("zhou")
    check("zhou", "wrong")
    lock("nobody")

    doors.sweep(at=NOW + timedelta(minutes=29))
    assert (Door.objects.count(), Origin.objects.count()) == (2, 0)
    doors.sweep(at=NOW + timedelta(minutes=61))
    assert Door.objects.count() == 0
