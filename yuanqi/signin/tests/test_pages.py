"""The administrators' pages of sign-in, and each person's own: who sees what, at what cost."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.evidence import every_row
from yuanqi.foundation.actors import Role
from yuanqi.foundation.models import JournalEvent
from yuanqi.parameters import parameters
from yuanqi.signin import entering
from yuanqi.signin.models import AccountSecurity, Door

from .doing import account, enrol, is_in

HERE = {"address": "192.0.2.7", "device": "Firefox · Linux"}
ACTS = ["lockouts/lifted", "sessions/ended", "factor/removal", "password/demand"]


def lock(username: str) -> None:
    for _number in range(5):
        entering.password_check(username=username, password="wrong", at=timezone.now(), **HERE)


@pytest.fixture
def zhou(db):
    return account("zhou")


@pytest.fixture
def admin(db, client):
    client.force_login(account("sec", Role.SECURITY_ADMIN))
    return client


def test_the_list_shows_who_is_locked_and_where_unknown_names_were_tried(zhou, admin):
    lock("zhou")
    lock("nobody-at-all")

    html = admin.get("/signin/").content.decode()

    assert html.count("zhou") == 1
    assert "192.0.2.7" in html
    assert "nobody-at-all" not in html


def test_the_list_costs_the_same_however_many_are_locked(zhou, admin):
    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            admin.get("/signin/")
        return len(found)

    cost()
    empty = cost()
    for number in range(5):
        account(f"person{number}")
        lock(f"person{number}")

    assert cost() == empty


def test_a_username_leads_to_its_account(zhou, admin):
    assert admin.get("/signin/?q=ZHOU")["Location"] == f"/signin/accounts/{zhou.pk}/"
    assert "没有叫“nobody”的账号" in admin.get("/signin/?q=nobody").content.decode()


def test_a_lock_is_lifted_on_its_page_once(zhou, admin):
    lock("zhou")
    page = f"/signin/accounts/{zhou.pk}/"
    once = str(admin.get(page).context["lift_form"]["once"].value())
    form = {"lift-reason": "本人来电", "lift-once": once}

    assert admin.post(page + "lockouts/lifted/", form).status_code == 303
    assert admin.post(page + "lockouts/lifted/", form).status_code == 303

    assert not Door.objects.exists()
    assert JournalEvent.objects.filter(kind="signin.lockout_lifted").count() == 1


def test_what_was_written_stays_when_a_lift_is_refused(zhou, admin):
    page = f"/signin/accounts/{zhou.pk}/"

    answer = admin.post(page + "lockouts/lifted/", {"lift-reason": "本人来电"})

    assert answer.status_code == 409
    assert "没有锁定" in answer.content.decode()


def test_a_lost_app_is_taken_off_with_a_reason(zhou, admin):
    enrol(zhou, timezone.now())
    page = f"/signin/accounts/{zhou.pk}/factor/removal/"

    assert admin.post(page, {"factor-reason": " "}).status_code == 422
    assert entering.is_enrolled(zhou.pk)
    assert admin.post(page, {"factor-reason": "手机丢失"}).status_code == 303
    assert not entering.is_enrolled(zhou.pk)


def test_a_new_password_is_demanded(zhou, admin):
    other = Client()
    other.force_login(zhou)

    admin.post(f"/signin/accounts/{zhou.pk}/password/demand/")

    assert AccountSecurity.objects.get(account=zhou).must_change_password
    assert not is_in(other)


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "role", [None, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.LEADER, Role.CENTRE]
)
def test_nobody_else_does_any_of_it(zhou, client, role, act):
    client.force_login(account("other", *([role] if role else [])))
    enrol(zhou, timezone.now())
    lock("zhou")
    before = every_row()

    answer = client.post(
        f"/signin/accounts/{zhou.pk}/{act}/",
        {"lift-reason": "x", "end-reason": "x", "factor-reason": "x", "session": ""},
    )

    assert answer.status_code == 403
    assert every_row() == before


@pytest.mark.parametrize("act", ACTS)
def test_he_does_none_of_it_to_himself(db, client, act):
    own = account("sec", Role.SECURITY_ADMIN)
    client.force_login(own)
    lock("sec")
    before = every_row()

    answer = client.post(
        f"/signin/accounts/{own.pk}/{act}/",
        {"lift-reason": "x", "factor-reason": "x", "end-reason": "x", "session": "x"},
    )

    # his own session he may end: there is no such one here
    assert answer.status_code == (404 if act == "sessions/ended" else 403)
    assert every_row() == before


@pytest.mark.parametrize(
    ("role", "lists", "account_page"),
    [
        (None, 403, 403),
        (Role.SECURITY_ADMIN, 200, 200),
        (Role.SYSTEM_ADMIN, 403, 200),
        (Role.AUDIT_ADMIN, 403, 403),
        (Role.LEADER, 403, 403),
    ],
)
def test_who_sees_the_pages(zhou, client, role, lists, account_page):
    client.force_login(account("other", *([role] if role else [])))

    assert client.get("/signin/").status_code == lists
    assert client.get(f"/signin/accounts/{zhou.pk}/").status_code == account_page


def test_the_system_administrator_sees_no_sessions_and_no_locks(zhou, client):
    other = Client(headers={"user-agent": "Chrome Windows"})
    other.post("/account/login/", {"login": "zhou", "password": "correct horse battery"})
    client.force_login(account("sys", Role.SYSTEM_ADMIN))

    html = client.get(f"/signin/accounts/{zhou.pk}/").content.decode()

    assert "127.0.0.1" not in html
    assert "锁定" not in html


def test_an_unknown_account_is_not_found(admin):
    assert admin.get("/signin/accounts/987654/").status_code == 404


def test_all_rules_of_sign_in_are_the_security_administrators(db):
    ours = [one for one in parameters.defined() if one.group == "signin"]

    assert len(ours) == 13
    assert {one.role for one in ours} == {Role.SECURITY_ADMIN}


def test_ones_own_page_needs_somebody(client, db):
    assert client.get("/account/")["Location"].startswith("/account/login/")


def test_the_sign_in_page_tells_nothing_of_the_program_and_is_kept_by_nobody(client, db):
    answer = client.get("/account/login/")

    assert "no-store" in answer["Cache-Control"]
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
