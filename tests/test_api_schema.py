"""The API against its own document: no failure of ours, no answer that it doesn't name.

Schemathesis draws calls from the document, right ones and wrong ones; half of them at requests
that exist, in every state, so that they come past the first refusal.
"""

import contextlib
import itertools
from collections.abc import Iterator

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api import token_for
from yuanqi.casework.models import Task

pytestmark = pytest.mark.django_db

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
ROLES = ("contact", "clerk", "safety_handler", "linked_officer", "leader")
STAGES = ("submitted", "dispatched", "accepted", "paused", "co_handling", "answered", "call_back")
EXAMPLES = {"positive": 3, "negative": 3}


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """The whole test is one transaction: no request may close its connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def ids(life) -> dict[str, Iterator[int]]:
    """Ids that exist, round and round: a request in each state, the tasks of them."""
    cases = [life.bring(stage) for stage in STAGES]
    tasks = list(Task.objects.filter(case__in=cases).values_list("pk", flat=True))
    return {"case_id": itertools.cycle(cases), "task_id": itertools.cycle(tasks)}


@pytest.mark.parametrize("who", ROLES)
def test_nothing_fails_and_every_answer_is_one_that_the_document_names(zone, ids, who, settings):
    settings.API_CALLS_A_MINUTE = 1_000_000
    app = get_wsgi_application()
    schema = schemathesis.openapi.from_wsgi(
        "/api/v1/openapi.json", app, config=SchemathesisConfig()
    )
    headers = {"Authorization": f"Bearer {token_for(zone, who)}"}
    called = 0
    found: list[str] = []

    def call(case: schemathesis.Case) -> None:
        nonlocal called
        called += 1
        wrong = {
            place.value for place, part in case.meta.components.items() if part.mode.is_negative
        }
        if not wrong and called % 2:
            for name in set(case.path_parameters or {}) & set(ids):
                case.path_parameters[name] = next(ids[name])
        response = case.call(app=app, headers=headers)
        # the Authorization that was drawn wrong was put right by ours
        checks = [*CHECKS, negative_data_rejection] if wrong - {"header", "cookie"} else CHECKS
        try:
            case.validate_response(response, checks=checks)
        except (Exception, BaseExceptionGroup) as failed:
            found.append(f"{case.operation.label}: {failed}")

    for operation in schema.get_all_operations():
        for mode, most in EXAMPLES.items():
            draw(operation.ok(), mode, most, call)

    assert found == []
    assert called > 100


def draw(operation, mode: str, most: int, call) -> None:
    """Call an operation with so many examples of a mode, the same ones each time."""
    strategy = operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode))

    @hypothesis.settings(
        max_examples=most,
        derandomize=True,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=strategy)
    def each(case):
        call(case)

    # nothing wrong can be said to an operation that asks nothing
    with contextlib.suppress(hypothesis.errors.Unsatisfiable):
        each()
