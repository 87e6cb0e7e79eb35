"""The watchers' addresses: `/healthz` for whoever balances load, `/metrics` for Prometheus."""

import hmac
import logging
import os
import time
from collections.abc import Callable, Iterator

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY, Collector

from . import state

log = logging.getLogger(__name__)


def healthz(request: HttpRequest) -> HttpResponse:
    """Return 200 while pages can be served: the database answers. 503 otherwise.

    Workers that are silent are told and don't make a page server unhealthy: taking it out of the
    balance would not bring them back.
    """
    try:
        alive = state.workers_alive()
    except (DatabaseError, InterfaceError, OperationalError) as error:
        log.warning("healthz: the database doesn't answer: %s", type(error).__name__)
        connection.close()
        return _answer({"status": "failed", "database": "no answer"}, 503)
    return _answer({"status": "ok", "database": "ok", "workers": alive}, 200)


def _answer(told: dict[str, object], status: int) -> HttpResponse:
    return JsonResponse(told, status=status, headers={"Cache-Control": "no-store"})


def metrics(request: HttpRequest) -> HttpResponse:
    """Return the figures to whoever knows the token; without one set there is nothing here."""
    token = settings.METRICS_TOKEN
    given = request.headers.get("Authorization", "")
    if not token or not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
        return HttpResponse(status=404)
    registry = CollectorRegistry()
    # the counts of all server processes, where there are several
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
    else:
        registry.register(_Counted())
    registry.register(_Gauges())
    return HttpResponse(
        generate_latest(registry),
        content_type=CONTENT_TYPE_LATEST,
        headers={"Cache-Control": "no-store"},
    )


class _Counted(Collector):
    """What this one process has counted of ours."""

    def collect(self) -> Iterator[Metric]:
        return (one for one in REGISTRY.collect() if one.name.startswith("yuanqi_"))


class _Gauges(Collector):
    """The machine's state at this moment."""

    def collect(self) -> Iterator[Metric]:
        began = time.perf_counter()
        now = timezone.now()
        found = state.read()
        yield _gauge("workers", "Workers heard of within a minute.", found.workers_alive(now))
        behind = GaugeMetricFamily(
            "yuanqi_subscriber_behind_events",
            f"Events not read yet, counted up to {state.COUNTED}.",
            labels=["subscriber"],
        )
        lag = GaugeMetricFamily(
            "yuanqi_subscriber_behind_seconds",
            "Age of the oldest event not read yet.",
            labels=["subscriber"],
        )
        for one in found.followers:
            behind.add_metric([one.name], one.behind)
            age = (now - one.since).total_seconds() if one.since else 0.0
            lag.add_metric([one.name], max(0.0, age))
        yield behind
        yield lag
        jobs = GaugeMetricFamily(
            "yuanqi_jobs", "Jobs by kind and state.", labels=["task", "status"]
        )
        for row in found.jobs:
            jobs.add_metric([row.task, row.status], row.count)
        yield jobs
        if found.sealed_at:
            age = (now - found.sealed_at).total_seconds()
            yield _gauge("seal_age_seconds", "Age of the journal's last seal.", age)
        yield _gauge("unsealed_events", "Events that no seal covers yet.", found.unsealed)
        yield _gauge("database_bytes", "Size of the database.", found.database_bytes)
        yield _gauge("database_connections", "Open connections.", found.connections)
        yield _gauge("disk_free_bytes", "Free on the disk of YUANQI_VAR.", found.disk_free)
        if found.backup:
            age = (now - found.backup.made_at).total_seconds()
            yield _gauge("backup_age_seconds", "Age of the last backup.", age)
        yield _gauge("state_seconds", "Time this reading took.", time.perf_counter() - began)


def _gauge(name: str, told: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"yuanqi_{name}", told, value=value)


ANSWERS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/metrics": metrics,
}
