"""A program that calls the API: in somebody's name, by a token, knowing the document only."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import cached_property
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.people import Zone
from yuanqi.foundation.api import Scope
from yuanqi.integration import operations

EVERY_SCOPE = tuple(scope.value for scope in Scope)


def token_for(zone: Zone, who: str, *scopes: str) -> str:
    """Make a token of somebody of the zone; without scopes it has all."""
    now = timezone.now()
    return operations.token_make(
        name="ERP",
        scopes=scopes or EVERY_SCOPE,
        expires_at=now + timedelta(days=90),
        actor=zone.actor(getattr(zone, who), now),
        at=now,
    ).secret


class Caller:
    """Calls by path, or by the operation's name as the document gives it."""

    def __init__(self, token: str = "") -> None:
        self.client = Client()
        self.token = token

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        files: list[Any] | None = None,
        **query: Any,
    ):
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if key:
            headers["Idempotency-Key"] = key
        more: dict[str, Any] = {"query_params": query} if query else {}
        if files is not None:
            return self.client.post(path, {"uploads": files}, headers=headers, **more)
        if method == "GET":
            return self.client.get(path, headers=headers, **more)
        return self.client.generic(
            method,
            path,
            json.dumps({} if body is None else body),
            content_type="application/json",
            headers=headers,
            **more,
        )

    def get(self, path: str, **query: Any):
        return self.call("GET", f"/api/v1/{path}", **query)

    def post(self, path: str, body: Any = None, **more: Any):
        return self.call("POST", f"/api/v1/{path}", body, **more)

    @cached_property
    def document(self) -> dict[str, Any]:
        return self.client.get("/api/v1/openapi.json").json()

    def operation(self, name: str) -> tuple[str, str]:
        """Return method and path of an operation."""
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                if operation["operationId"] == name:
                    return method.upper(), path
        raise LookupError(name)

    def do(self, name: str, body: Any = None, *, key: str = "", files=None, **values: Any):
        """Call an operation; values that its path doesn't name go into the query."""
        method, path = self.operation(name)
        for value in list(values):
            if f"{{{value}}}" in path:
                path = path.replace(f"{{{value}}}", str(values.pop(value)))
        return self.call(method, path, body, key=key, files=files, **values)


@pytest.fixture
def caller_of(zone: Zone) -> Callable[..., Caller]:
    """Return a program of somebody of the zone."""

    def enter(who: str, *scopes: str) -> Caller:
        return Caller(token_for(zone, who, *scopes))

    return enter
