"""What the machines' keepers see: ids of requests, figures, health; and nothing about people."""

import json
import logging
import re

import pytest
from django.db import OperationalError
from django.test import Client, override_settings

from yuanqi.foundation import logs, state

pytestmark = pytest.mark.django_db


def test_an_answer_bears_the_id_that_the_proxy_gave_or_one_of_its_own():
    given = Client().get("/account/login/", headers={"X-Request-ID": "proxy-0001.a"})
    assert given["X-Request-ID"] == "proxy-0001.a"
    own = Client().get("/account/login/")
    assert re.fullmatch(r"[0-9a-f]{16}", own["X-Request-ID"])


@pytest.mark.parametrize("nonsense", ["short", "a" * 65, "two words in it", "line\tbreak-in"])
def test_an_id_that_is_none_is_not_repeated(nonsense):
    answer = Client().get("/account/login/", headers={"X-Request-ID": nonsense})
    assert re.fullmatch(r"[0-9a-f]{16}", answer["X-Request-ID"])


def test_the_line_of_a_request_names_no_query(caplog):
    with caplog.at_level(logging.INFO, logger="yuanqi.foundation.telemetry"):
        Client().get("/account/login/?next=/search/%3Fq%3D13800000000")
    (record,) = [one for one in caplog.records if one.name == "yuanqi.foundation.telemetry"]
    assert record.getMessage() == "GET /account/login/ 200"
    assert "13800000000" not in json.dumps(record.said)
    assert record.said["account"] is None


def test_a_line_as_json_holds_the_request_and_the_traceback():
    token = logs.current.set("0123456789abcdef")
    try:
        try:
            raise ValueError("坏了")
        except ValueError as error:
            info = (type(error), error, error.__traceback__)
        record = logging.LogRecord("a.b", logging.ERROR, __file__, 1, "did %s", ("this",), info)
        assert logs.WithRequestId().filter(record)
        line = json.loads(logs.JsonLines().format(record))
    finally:
        logs.current.reset(token)
    assert line["message"] == "did this"
    assert line["level"] == "ERROR"
    assert line["request"] == "0123456789abcdef"
    assert line["traceback"].endswith("ValueError: 坏了")


def test_health_is_answered_under_any_name_and_without_tls():
    with override_settings(SECURE_SSL_REDIRECT=True, ALLOWED_HOSTS=["yuanqi.example.org"]):
        answer = Client().get("/healthz", headers={"host": "10.0.0.7"})
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "workers": 0}


def test_health_fails_when_the_database_does_not_answer(monkeypatch):
    def away() -> int:
        raise OperationalError("no server")

    monkeypatch.setattr(state, "workers_alive", away)
    answer = Client().get("/healthz")
    assert answer.status_code == 503
    assert answer.json() == {"status": "failed", "database": "no answer"}


def test_figures_are_for_whoever_knows_the_token():
    assert Client().get("/metrics").status_code == 404
    with override_settings(METRICS_TOKEN="a-long-token"):
        assert Client().get("/metrics").status_code == 404
        wrong = Client().get("/metrics", headers={"Authorization": "Bearer other"})
        assert wrong.status_code == 404
        Client().get("/account/login/")
        right = Client().get("/metrics", headers={"Authorization": "Bearer a-long-token"})
    text = right.content.decode()
    assert right.status_code == 200
    assert re.search(
        r'yuanqi_requests_total\{method="GET",status="200",view="account_login"\} \d+', text
    )
    assert 'yuanqi_subscriber_behind_events{subscriber="figures"} 0.0' in text
    assert "yuanqi_workers 0.0" in text


def test_the_state_says_how_far_each_subscriber_has_read(zone):
    found = {one.name: one for one in state.read().followers}
    behind = found["figures"]
    assert behind.behind > 0
    assert behind.since is not None


def test_no_migration_is_missing_in_a_database_that_is_up_to_date():
    assert state.migrations_missing() == []
