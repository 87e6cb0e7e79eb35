"""Retention: each kind its days, never below the law's; in batches; what was removed is told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from tests.evidence import every_row
from yuanqi.audit import operations, reading, retention
from yuanqi.audit.models import AccessRead, RetentionRun
from yuanqi.foundation import files_sweep
from yuanqi.foundation.actors import Role, actor_for
from yuanqi.foundation.errors import Invalid
from yuanqi.foundation.models import (
    Account,
    IdempotencyKey,
    JournalEvent,
    OnceKey,
    RoleGrant,
    StoredFile,
)
from yuanqi.parameters import operations as parameters
from yuanqi.parameters import parameters as values
from yuanqi.registry.models import Certificate

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC).replace(microsecond=0)


def days_ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def read(zone, *ago: int) -> None:
    for days in ago:
        reading.note(
            actor=zone.actor(zone.clerk), at=days_ago(days), subject="enterprise:1", what="phone"
        )


def test_each_kind_is_removed_after_its_days_and_told(zone):
    read(zone, 366, 364, 1)
    account = zone.clerk.account
    for days in (31, 29):
        OnceKey.objects.create(
            account=account, key=f"00000000-0000-0000-0000-0000000000{days}", at=days_ago(days)
        )
    for hours in (49, 47):
        IdempotencyKey.objects.create(
            account=account, key=str(hours), digest="", at=NOW - timedelta(hours=hours)
        )

    runs = {run.kind: run for run in operations.retention_run(at=NOW)}

    assert AccessRead.objects.count() == 2
    assert [str(row.key)[-2:] for row in OnceKey.objects.all()] == ["29"]
    assert [row.key for row in IdempotencyKey.objects.all()] == ["47"]
    counts = {name: runs[name].removed for name in ("access-log", "once-keys", "idempotency-keys")}
    assert counts == {"access-log": 1, "once-keys": 1, "idempotency-keys": 1}
    assert runs["access-log"].before == days_ago(365)
    told = JournalEvent.objects.filter(kind="audit.retention_ran").values_list("payload", flat=True)
    assert {one["data"]: one["removed"] for one in told} == {
        kind.name: runs[kind.name].removed for kind in retention.registered()
    }


def test_more_than_a_batch_is_removed_in_several(zone, monkeypatch):
    read(zone, *[400] * 7)
    kind = next(kind for kind in retention.registered() if kind.name == "access-log")
    monkeypatch.setattr("yuanqi.audit.keeping.BATCH", 3)

    assert [kind.remove(days_ago(365)) for _batch in range(4)] == [3, 3, 1, 0]


def test_logs_are_kept_for_six_months_whatever_is_set(zone):
    security = Account.objects.create(username="security")
    RoleGrant.objects.create(account=security, role=Role.SECURITY_ADMIN.value)
    before = every_row()

    with pytest.raises(Invalid):
        parameters.parameter_set(
            key="retention.access_log_days", value=183, valid_from=NOW.date() + timedelta(days=1),
            reason="省空间", actor=actor_for(security, NOW), at=NOW,
        )  # fmt: skip

    assert every_row() == before
    assert values.find("retention.access_log_days").least == 184


def test_a_kind_that_fails_does_not_keep_the_others(zone, monkeypatch):
    def broken(before: datetime) -> int:
        raise OSError("no space left on device")

    kind = retention.Kind("broken", "坏", "retention.once_keys_days", lambda before: 1, broken)
    monkeypatch.setitem(retention._kinds, "broken", kind)
    read(zone, 400)

    runs = {run.kind: run for run in operations.retention_run(at=NOW)}

    assert (runs["broken"].failure, runs["broken"].removed) == ("OSError", 0)
    assert runs["access-log"].removed == 1
    assert RetentionRun.objects.filter(failure="").count() == len(runs) - 1


def test_the_page_says_what_is_kept_and_what_was_removed(zone):
    read(zone, 400)
    operations.retention_run(at=NOW)
    auditor = Account.objects.create(username="auditor")
    RoleGrant.objects.create(account=auditor, role=Role.AUDIT_ADMIN.value)
    client = Client()
    client.force_login(auditor)

    answer = client.get("/audit/retention/")

    lines = {one["kind"].name: (one["days"], one["recent"]) for one in answer.context["kinds"]}
    assert lines["access-log"] == (365, 1)
    assert [(one["run"].kind, one["run"].removed) for one in answer.context["rows"]] == [
        ("access-log", 1)
    ]


def test_a_file_that_any_row_keeps_is_kept(zone):
    """Not attachments alone: a certificate's bytes were once taken for a refused upload's."""
    kept, free = (
        StoredFile.objects.create(sha256=sign * 64, size=1, content_type="x", stored_at=NOW)
        for sign in "ab"
    )
    Certificate.objects.create(enterprise=zone.enterprise, name="排污许可证", file=kept)

    assert files_sweep.named([kept.sha256, free.sha256]) == {kept.sha256}
