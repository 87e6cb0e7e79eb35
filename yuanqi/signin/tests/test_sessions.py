"""Sessions: idle and whole time, on the server; seen, ended, fixed to nobody else's key."""

from datetime import timedelta

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.people import PASSWORD
from yuanqi.foundation.actors import Role, actor_for
from yuanqi.foundation.errors import NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.signin import acts, operations, sessions, store
from yuanqi.signin.models import Session
from yuanqi.signin.store import SessionStore, digest

from .doing import GOOD, NOW, account, is_in, kinds, put, security_admin, sign_in


def signed_in(username: str = "zhou", **headers: str) -> Client:
    client = Client(headers=headers)
    assert sign_in(client, username).status_code == 302
    return client


def key(client: Client) -> str:
    return client.cookies["sessionid"].value


def row(client: Client) -> Session:
    return Session.objects.get(key=digest(key(client)))


def move(client: Client, **ago: float) -> None:
    """Let a session have been seen last, and begun, so long ago."""
    found = row(client)
    shift = timedelta(**ago)
    Session.objects.filter(key=found.key).update(
        started_at=found.started_at - shift,
        seen_at=found.seen_at - shift,
        expires_at=found.expires_at - shift,
    )


@pytest.fixture
def zhou(db):
    return account("zhou")


def test_a_session_knows_its_person_its_place_and_its_device(zhou):
    client = signed_in(user_agent="Mozilla/5.0 (Windows NT 10.0) Chrome/126 Safari/537.36")

    found = row(client)

    assert found.account_id == zhou.pk
    assert (found.address, found.device) == ("127.0.0.1", "Chrome · Windows")
    assert found.expires_at - found.started_at == timedelta(hours=8)


def test_the_cookies_key_stands_nowhere_in_the_database(zhou):
    client = signed_in()

    assert not Session.objects.filter(key=key(client)).exists()
    assert key(client) not in row(client).data


def test_half_an_hour_without_a_click_ends_it(zhou):
    client = signed_in()
    move(client, minutes=29)
    assert is_in(client)
    move(client, minutes=30)
    assert not is_in(client)


def test_eight_hours_end_it_whatever_one_does(zhou):
    client = signed_in()
    found = row(client)
    Session.objects.filter(key=found.key).update(expires_at=timezone.now() + timedelta(seconds=9))
    assert is_in(client)
    Session.objects.filter(key=found.key).update(expires_at=timezone.now())
    assert not is_in(client)


def test_staff_and_enterprises_may_have_different_times(zone):
    put("idle_minutes_enterprise", 60, when=timezone.now())
    staff, firm = signed_in("clerk"), signed_in("contact")
    assert (row(staff).is_staff, row(firm).is_staff) == (True, False)

    for client in (staff, firm):
        move(client, minutes=31)

    assert not is_in(staff)
    assert is_in(firm)


def test_an_administrator_counts_as_staff(db):
    account("sec", Role.SECURITY_ADMIN)

    assert row(signed_in("sec")).is_staff


def test_presence_is_written_once_a_minute_and_costs_nothing_between(zhou):
    client = signed_in()
    is_in(client)
    with CaptureQueriesContext(connection) as now:
        client.get("/account/session/")
    assert not [q for q in now if "UPDATE" in q["sql"]]
    # the session and its account: what every signed-in page asks anyway
    assert len(now) == 2

    move(client, seconds=61)
    before = row(client).seen_at
    with CaptureQueriesContext(connection) as later:
        client.get("/account/session/")
    assert len([q for q in later if "UPDATE" in q["sql"]]) == 1
    assert row(client).seen_at > before


@pytest.mark.parametrize("how", [{"path": "/news/bell/"}, {"path": "/", "live": True}])
def test_what_a_page_fetches_by_itself_is_nobodys_presence(zhou, how):
    client = signed_in()
    move(client, minutes=5)
    before = row(client).seen_at

    client.get(how["path"], headers={"X-Live": "1"} if how.get("live") else {})

    assert row(client).seen_at == before


def test_a_clock_set_back_gives_no_session_more_than_a_whole_one(zhou):
    client = signed_in()
    move(client, days=-300)

    assert is_in(client)

    found = row(client)
    assert found.seen_at <= timezone.now()
    assert found.started_at <= timezone.now()
    assert found.expires_at <= timezone.now() + timedelta(hours=8)


def test_signing_in_takes_another_key_than_the_one_brought(zhou):
    client = Client()
    session = SessionStore()
    session["planted"] = "by somebody else"
    session.save()
    planted = session.session_key
    client.cookies["sessionid"] = planted

    sign_in(client, "zhou")

    assert key(client) != planted
    assert not Session.objects.filter(key=digest(planted)).exists()
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert not is_in(thief)


def test_an_invented_key_is_not_taken_over(zhou):
    client = Client()
    client.cookies["sessionid"] = "a" * 32

    sign_in(client, "zhou")

    assert key(client) != "a" * 32


def test_signing_out_ends_it_on_the_server_and_is_told(zhou):
    client = signed_in()
    kept = key(client)

    client.post("/account/logout/")

    assert not Session.objects.filter(key=digest(kept)).exists()
    assert kinds(zhou.pk) == ["signin.signed_in", "signin.signed_out"]


# --- one's own ---------------------------------------------------------------------------------


def test_each_sees_his_own_sessions_and_ends_another(zhou):
    account("other")
    here, there, others = signed_in(), signed_in(), signed_in("other")

    page = here.get("/account/").context["sessions"]
    assert {one.handle for one in page} == {row(here).key, row(there).key}
    assert [one.is_this for one in page if one.handle == row(here).key] == [True]

    handle = row(there).key
    assert here.post("/account/sessions/ended/", {"session": handle}).status_code == 303
    assert not is_in(there)
    assert is_in(here)
    assert is_in(others)
    assert kinds(zhou.pk)[-1] == "signin.sessions_ended"


def test_nobody_ends_somebody_elses(zhou):
    account("other")
    here, others = signed_in(), signed_in("other")

    answer = here.post("/account/sessions/ended/", {"session": row(others).key})

    assert answer.status_code == 404
    assert is_in(others)


def test_all_others_end_at_once(zhou):
    here, *others = (signed_in() for _number in range(3))

    here.post("/account/sessions/others/ended/")

    assert is_in(here)
    assert not any(is_in(other) for other in others)


def test_a_changed_password_ends_the_other_sessions(zhou):
    here, there = signed_in(), signed_in()
    form = {"oldpassword": PASSWORD, "password1": GOOD, "password2": GOOD}

    assert here.post("/account/password/change/", form).status_code == 303

    assert is_in(here)
    assert not is_in(there)
    assert Session.objects.filter(account=zhou).count() == 1


def test_a_closed_account_is_out_at_once(zhou):
    client = signed_in()

    zhou.is_active = False
    zhou.save()

    assert not is_in(client)


def test_what_takes_away_rights_ends_all_sessions(zhou):
    client = signed_in()

    count = acts.sessions_end_all(account_id=zhou.pk, why="roles", actor=security_admin(), at=NOW)

    assert count == 1
    assert not is_in(client)
    event = JournalEvent.objects.get(kind="signin.sessions_ended")
    assert event.payload == {"count": 1, "why": "roles", "reason": ""}


# --- the security administrator's --------------------------------------------------------------


def test_the_security_administrator_sees_and_ends_all_of_an_account(zhou):
    client = signed_in()
    account("sec", Role.SECURITY_ADMIN)
    admin = signed_in("sec")
    page = f"/signin/accounts/{zhou.pk}/"
    assert len(admin.get(page).context["sessions"]) == 1

    answer = admin.post(page + "sessions/ended/", {"end-reason": "设备丢失", "session": ""})

    assert answer.status_code == 303
    assert not is_in(client)
    event = JournalEvent.objects.get(kind="signin.sessions_ended")
    assert event.payload == {"count": 1, "why": "administrator", "reason": "设备丢失"}


def test_without_a_reason_nothing_ends(zhou):
    client = signed_in()
    account("sec", Role.SECURITY_ADMIN)

    answer = signed_in("sec").post(
        f"/signin/accounts/{zhou.pk}/sessions/ended/", {"end-reason": "", "session": ""}
    )

    assert answer.status_code == 422
    assert is_in(client)


@pytest.mark.parametrize("role", [None, Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.LEADER])
def test_nobody_else_ends_anothers(zhou, role):
    client = signed_in()
    other = actor_for(account("other", *([role] if role else [])), NOW)

    with pytest.raises(NotAllowed):
        operations.sessions_end_all(account_id=zhou.pk, reason="x", actor=other, at=NOW)
    with pytest.raises(NotAllowed):
        operations.session_end(
            handle=row(client).key, account_id=zhou.pk, reason="x", actor=other, at=NOW
        )

    assert is_in(client)


def test_an_administrator_of_security_names_a_session_of_that_account(zhou):
    account("other")
    others = signed_in("other")

    with pytest.raises(NotVisible):
        operations.session_end(
            handle=row(others).key,
            account_id=zhou.pk,
            reason="x",
            actor=security_admin(),
            at=NOW,
        )
    assert is_in(others)


# --- what is over is swept ---------------------------------------------------------------------


def test_what_is_over_is_swept_a_day_later(zhou):
    living, lapsed, old = signed_in(), signed_in(), signed_in()
    now = timezone.now()
    move(lapsed, hours=2)
    move(old, days=2)
    anonymous = SessionStore()
    anonymous["x"] = 1
    anonymous.save()
    Session.objects.filter(account=None).update(expires_at=now)

    assert store.sweep(at=now) == 2

    assert set(Session.objects.values_list("key", flat=True)) == {row(living).key, row(lapsed).key}
    assert [one.handle for one in sessions.of(zhou, at=now)] == [row(living).key]


# --- a form that was open meanwhile ------------------------------------------------------------


def lapse(client: Client) -> None:
    move(client, minutes=31)


def test_a_form_sent_too_late_does_nothing_and_loses_nothing(zone):
    client = signed_in("contact")
    lapse(client)
    text = "二号厂房西侧门口路面塌陷，\n货车绕行。"

    answer = client.post(
        "/requests/new/",
        {"text": text, "category": "TRA", "password": "geheim geheim", "once": "x" * 40},
        headers={"referer": "http://testserver/requests/new/?from=1"},
    )

    html = answer.content.decode()
    assert answer.status_code == 403
    assert "没有提交" in html
    assert text in html
    assert "geheim" not in html
    assert "x" * 40 not in html
    assert "/account/login/?next=%2Frequests%2Fnew%2F%3Ffrom%3D1" in html


def test_what_was_written_is_shown_as_text(zone):
    client = signed_in("contact")
    lapse(client)

    answer = client.post("/requests/new/", {"text": "<script>alert(1)</script> 一"})

    assert "<script>alert" not in answer.content.decode()


def test_a_fragment_is_told_where_to_sign_in_and_the_page_stays(zone):
    client = signed_in("contact")
    lapse(client)

    answer = client.post("/requests/new/", {"text": "一二三"}, headers={"HX-Request": "true"})

    assert answer.status_code == 403
    assert answer["HX-Retarget"] == "#messages"
    assert 'target="_blank"' in answer.content.decode()


def test_after_signing_in_again_the_open_form_is_still_good(zhou):
    client = Client(enforce_csrf_checks=True)
    client.get("/account/login/")
    token = client.cookies["csrftoken"].value
    sign_in(client, "zhou", csrfmiddlewaretoken=token)
    first = client.cookies["csrftoken"].value
    assert first != token
    lapse(client)

    client.get("/account/login/")
    sign_in(client, "zhou", csrfmiddlewaretoken=first)

    assert is_in(client)
    assert client.cookies["csrftoken"].value == first
    answer = client.post("/account/sessions/others/ended/", {"csrfmiddlewaretoken": first})
    assert answer.status_code == 303


def test_somebody_else_in_the_same_browser_gets_another_token(zhou):
    account("other")
    client = Client(enforce_csrf_checks=True)
    client.get("/account/login/")
    token = client.cookies["csrftoken"].value
    sign_in(client, "zhou", csrfmiddlewaretoken=token)
    first = client.cookies["csrftoken"].value
    lapse(client)

    sign_in(client, "other", csrfmiddlewaretoken=first)

    assert is_in(client)
    assert client.cookies["csrftoken"].value != first


def test_a_lapsed_session_is_nobodys(zhou):
    client = signed_in()
    lapse(client)

    assert client.get("/account/session/").json() == {"left": 0}
    assert "太久没有操作" in client.get("/account/login/").content.decode()
    data = SessionStore(key(client)).load()
    assert not {SESSION_KEY, HASH_SESSION_KEY, BACKEND_SESSION_KEY} & set(data)
