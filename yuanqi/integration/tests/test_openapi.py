"""The OpenAPI document is whole and public; what goes wrong is a problem, whoever found it."""

import pytest
from django.test import Client
from psycopg import OperationalError

from tests.api import Caller
from tests.evidence import events
from yuanqi.casework.queries import Act
from yuanqi.foundation import problems
from yuanqi.foundation.api import Scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def operations() -> dict[str, dict]:
    document = Caller().document
    return {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for operation in path.values()
    }


def test_the_document_is_public_and_names_every_operation_once():
    document = Caller().document

    names = [
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
    ]
    assert document["openapi"] == "3.1.0"
    assert len(names) == len(set(names)) >= 40
    assert document["servers"] == [{"url": "/"}]


def test_every_act_that_the_pages_know_has_its_operation(operations):
    done = {
        act for operation in operations.values() for act in operation.get("x-act", "").split(",")
    }

    # removing a file is done on its own page
    assert {act.value for act in Act} - {Act.REMOVE_FILE.value} <= done


def test_every_operation_names_its_scopes_and_its_refusals(operations):
    for name, operation in operations.items():
        ways = operation["security"]
        scopes = {scope for way in ways for scope in way.get("token", [])}
        assert scopes and scopes <= set(Scope), name
        assert {"400", "401", "403", "404", "422", "429"} <= set(operation["responses"]), name
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == [problems.MEDIA_TYPE], (name, status)


def test_whatever_writes_takes_an_idempotency_key_and_a_session_needs_the_csrf_token(operations):
    for name, operation in operations.items():
        takes = {parameter["name"] for parameter in operation.get("parameters", [])}
        writes = "201" in operation["responses"]
        assert ("Idempotency-Key" in takes) == writes, name
        sessions = [way for way in operation["security"] if "session" in way]
        assert sessions == [{"session": [], "csrf": []} if writes else {"session": []}], name


@pytest.mark.parametrize("name", sorted(problems.KINDS))
def test_each_type_of_problem_can_be_looked_up(name):
    found = Client().get(f"{problems.BASE}{name}").json()

    assert found["type"] == f"{problems.BASE}{name}"
    assert found["title"] and found["way_out"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind"),
    [
        ("GET", "/api/v1/nothing", None, 404, "not-found"),
        ("GET", "/api/v2/requests", None, 404, "not-found"),
        ("DELETE", "/api/v1/requests", None, 405, "method"),
        ("POST", "/api/v1/requests", b"{", 400, "bad-request"),
        ("POST", "/api/v1/requests", b"\xff", 400, "bad-request"),
        ("POST", "/api/v1/requests", b"[]", 422, "invalid"),
        ("POST", "/api/v1/requests", b'"' + b"x" * (1 << 20) + b'"', 413, "too-large"),
        ("GET", "/api/v1/requests/x", None, 422, "invalid"),
        ("GET", f"/api/v1/requests/{10**30}", None, 422, "invalid"),
        ("POST", "/api/v1/files", b"torn", 422, "invalid"),
    ],
)
def test_whatever_is_wrong_with_a_call_is_told_as_a_problem(
    zone, caller_of, method, path, body, status, kind
):
    caller = caller_of("clerk")
    before = events()

    answer = caller.client.generic(
        method,
        path,
        body or b"",
        content_type="application/json",
        headers={"Authorization": f"Bearer {caller.token}"},
    )

    assert answer.status_code == status
    assert answer["Content-Type"] == problems.MEDIA_TYPE
    assert answer.json()["type"] == f"{problems.BASE}{kind}"
    assert events() == before


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [(ValueError("a slip of ours"), 500, "server-error"), (OperationalError(), 503, "unavailable")],
)
def test_our_own_failures_are_problems_too(zone, caller_of, monkeypatch, error, status, kind):
    caller = caller_of("clerk")
    caller.client.raise_request_exception = False

    def fail(*_asked):
        raise error

    monkeypatch.setattr("yuanqi.servicedesk.ledger.queues_of", fail)
    answer = caller.get("queues")

    assert (answer.status_code, answer.json()["type"]) == (status, f"{problems.BASE}{kind}")
    assert "slip" not in answer.content.decode()
    assert ("Retry-After" in answer) == (status == 503)
