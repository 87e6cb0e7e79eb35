"""Tokens: kept as hashes, good for what and as long as they say, counted by the minute."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from tests.api import Caller, token_for
from tests.evidence import events, every_row
from tests.people import at
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.integration import operations, tokens
from yuanqi.integration.models import Token
from yuanqi.signin import acts as signin
from yuanqi.signin import entering

pytestmark = pytest.mark.django_db

NOW = at("11-05 10:00")


def make(zone, who="clerk", **more):
    values = {
        "name": "ERP",
        "scopes": ["requests:read"],
        "expires_at": NOW + timedelta(days=30),
        "actor": zone.actor(getattr(zone, who)),
        "at": NOW,
    }
    return operations.token_make(**{**values, **more})


def test_a_token_is_kept_as_a_hash_and_stands_nowhere_in_the_database(zone):
    shown = make(zone)

    row = Token.objects.get(pk=shown.id)
    assert row.sha256 == tokens.digest(shown.secret)
    assert shown.secret.startswith(row.prefix) and len(row.prefix) == 9
    with connection.cursor() as cursor:
        for table in ("api_token", "journal_event"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} AS t")
            assert shown.secret not in cursor.fetchone()[0]
    made = JournalEvent.objects.get(kind="integration.token_made")
    assert (made.stream, made.audience) == (f"account:{zone.clerk.account_id}", "audit")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": " "}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"expires_at": NOW}, "expires_at"),
        ({"expires_at": NOW + timedelta(days=367)}, "expires_at"),
    ],
)
def test_a_token_without_a_name_a_scope_or_an_end_is_refused(zone, values, field):
    before = every_row()

    with pytest.raises(Invalid) as refused:
        make(zone, **values)

    assert refused.value.field == field
    assert every_row() == before


def test_nobody_keeps_more_than_twenty(zone):
    for _number in range(20):
        make(zone)

    with pytest.raises(Conflict):
        make(zone)


def test_nobody_sees_or_revokes_somebody_elses(zone):
    shown = make(zone)
    before = events()

    with pytest.raises(NotVisible):
        operations.token_revoke(token_id=shown.id, actor=zone.actor(zone.leader), at=NOW)

    assert events() == before
    assert Token.objects.get(pk=shown.id).revoked_at is None


def test_a_token_ends_with_its_day_its_revocation_and_its_account(zone, wall):
    wall.set("11-05 10:00")
    secret = make(zone, expires_at=at("11-06 10:00")).secret
    revoked = make(zone)
    caller = Caller(secret)

    def status(token=secret):
        return Caller(token).get("queues").status_code

    assert status() == 200
    operations.token_revoke(token_id=revoked.id, actor=zone.actor(zone.clerk), at=NOW)
    assert status(revoked.secret) == 401
    wall.set("11-06 09:59")
    assert status() == 200
    wall.set("11-06 10:00")
    refused = caller.get("queues")
    assert refused.status_code == 401
    assert refused.json()["type"] == "/api/v1/problems/unauthorized"
    assert 'error="invalid_token"' in refused["WWW-Authenticate"]
    wall.set("11-05 11:00")
    type(zone.clerk.account).objects.filter(pk=zone.clerk.account_id).update(is_active=False)
    assert status() == 401


def test_a_token_waits_until_a_password_that_others_know_is_changed(zone):
    shown = make(zone)
    account = zone.clerk.account
    assert tokens.admit(shown.secret, at=NOW) is not None

    signin.require_new_password(account_id=account.pk, actor=SYSTEM, at=NOW)
    assert tokens.admit(shown.secret, at=NOW) is None

    signin.password_set(account, "zither-lantern-47", actor=SYSTEM, at=NOW)
    assert tokens.admit(shown.secret, at=NOW) is not None


def test_wrong_passwords_at_the_door_stop_no_program(zone):
    shown = make(zone)
    for _number in range(5):
        entering.password_check(
            username="clerk", password="wrong", address="192.0.2.7", device="", at=NOW
        )

    assert tokens.admit(shown.secret, at=NOW) is not None


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer x", "Bearer yq_x", "Basic eDp5", "yq_1"])
def test_a_wrong_token_never_falls_back_to_the_session(zone, given):
    client = Client()
    client.force_login(zone.clerk.account)

    assert client.get("/api/v1/queues").status_code == 200
    refused = client.get("/api/v1/queues", headers={"Authorization": given})
    assert refused.status_code == 401
    assert refused["Content-Type"] == "application/problem+json"


def test_a_session_writes_only_with_the_csrf_token(zone, life):
    case_id = life.bring("submitted")
    client = Client(enforce_csrf_checks=True)
    client.force_login(zone.clerk.account)
    path = f"/api/v1/requests/{case_id}/dispatches"
    body = {"lead_id": zone.safety.pk}
    before = events()

    bare = client.post(path, body, content_type="application/json")

    assert (bare.status_code, bare.json()["type"]) == (403, "/api/v1/problems/csrf")
    assert events() == before
    client.get("/requests/")
    marked = client.post(
        path,
        body,
        content_type="application/json",
        headers={"X-CSRFToken": client.cookies["csrftoken"].value},
    )
    assert marked.status_code == 201


@pytest.mark.parametrize(
    ("scopes", "operation", "status"),
    [
        (("requests:read",), "listRequests", 200),
        (("enterprises:read",), "listRequests", 403),
        (("requests:read",), "listEnterprises", 403),
        (("enterprises:read",), "listEnterprises", 200),
    ],
)
def test_a_token_reaches_as_far_as_its_scopes(zone, scopes, operation, status):
    answer = Caller(token_for(zone, "clerk", *scopes)).do(operation)

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["type"] == "/api/v1/problems/scope"
        assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]


def test_a_scope_gives_nobody_more_than_his_own_rights(zone, life):
    case_id = life.bring("submitted")
    before = events()

    answer = Caller(token_for(zone, "contact")).do(
        "dispatchRequest", {"lead_id": zone.safety.pk}, case_id=case_id
    )

    assert answer.status_code == 403
    assert answer.json()["type"] == "/api/v1/problems/not-allowed"
    assert events() == before + 1  # that the token was made


def test_too_many_calls_a_minute_are_told_when_to_come_again(zone, wall, settings):
    settings.API_CALLS_A_MINUTE = 3
    wall.set("11-05 10:00")
    caller = Caller(token_for(zone, "clerk"))

    answers = [caller.get("queues") for _time in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[3]["Retry-After"] == "60"
    assert answers[3].json()["detail"] == "每分钟最多 3 次，请 60 秒后再试。"
    wall.set("11-05 10:01")
    assert caller.get("queues").status_code == 200


def test_processes_count_a_tokens_calls_together_but_for_the_last_few(zone, monkeypatch, settings):
    settings.API_CALLS_A_MINUTE = 60  # a process writes every fourth call
    secret = make(zone).secret
    processes = [tokens._Unwritten(), tokens._Unwritten()]

    def call(process, seconds):
        monkeypatch.setattr(tokens, "_unwritten", processes[process])
        return tokens.admit(secret, at=NOW + timedelta(seconds=seconds)).left

    assert [call(0, second / 10) for second in range(5)] == [59, 58, 57, 56, 55]
    assert call(1, 0.5) == 54
    assert [call(0, second / 10) for second in range(6, 12)] == [53, 52, 51, 50, 49, 48]
    # at the latest after five seconds it is written whatever there is
    assert Token.objects.get().minute_calls == 10
    assert call(0, 7) == 47
    assert Token.objects.get().minute_calls == 13
    assert call(1, 60.5) == 59

    Token.objects.update(revoked_at=NOW)
    assert tokens.admit(secret, at=NOW + timedelta(seconds=61)) is None


def test_a_program_is_answered_in_the_language_of_its_account(zone):
    account = zone.clerk.account
    account.language = "en"
    account.save()

    answer = Caller(token_for(zone, "clerk")).get("nowhere")

    assert answer.status_code == 404
    assert Caller(token_for(zone, "clerk")).get("queues")["Content-Language"] == "en"
