"""The OpenAPI document is whole, public, and says who may call what."""

import json

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def document() -> dict:
    response = Client().get("/api/v1/openapi.json")
    assert response.status_code == 200
    return json.loads(response.content)


def test_the_document_is_public_and_names_every_operation_once():
    found = document()

    names = [
        operation["operationId"] for path in found["paths"].values() for operation in path.values()
    ]
    assert found["openapi"] == "3.1.0"
    assert len(names) == len(set(names))
    assert {"raiseRequest", "listRequests", "dispatchRequest", "mergeRequest"} <= set(names)
