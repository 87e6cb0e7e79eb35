"""How the machine is: for the system administrator alone, what to see to standing first."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from tests.people import build_zone
from yuanqi.foundation import state, subscribers
from yuanqi.foundation.actors import Role
from yuanqi.foundation.models import Account, RoleGrant


def administrator(role: Role) -> Client:
    account = Account.objects.create(username=f"the-{role.value}")
    RoleGrant.objects.create(account=account, role=role.value)
    client = Client()
    client.force_login(account)
    return client


def words(client: Client) -> str:
    return client.get("/state/").content.decode()


def a_worker(seconds_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s)",
            [timedelta(seconds=seconds_ago)],
        )


@pytest.mark.parametrize("role", [Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.CENTRE, Role.LEADER])
def test_it_is_the_system_administrators_alone(zone, role):
    assert administrator(role).get("/state/").status_code == 404


def test_a_silent_worker_is_the_first_thing_to_see_to(zone):
    page = words(administrator(Role.SYSTEM_ADMIN))
    assert "没有处理进程在运行" in page
    assert page.index("没有处理进程在运行") < page.index("跟进日志的程序")

    a_worker(seconds_ago=61)
    assert "没有处理进程在运行" in words(administrator_again())
    a_worker(seconds_ago=5)
    assert "没有处理进程在运行" not in words(administrator_again())


def administrator_again() -> Client:
    client = Client()
    client.force_login(Account.objects.get(username="the-system_admin"))
    return client


def test_subscribers_that_lag_are_told_with_what_they_have_to_read(committed):
    build_zone()
    client = administrator(Role.SYSTEM_ADMIN)
    behind = {one.name: one.behind for one in state.read().followers}
    assert behind["notices"] > 0
    assert "“通知”落后了" in words(client)  # the zone's events are of another day
    subscribers.catch_up()
    assert "落后了" not in words(client)


def test_a_backup_that_is_missing_or_old_is_told(zone, tmp_path):
    client = administrator(Role.SYSTEM_ADMIN)
    with override_settings(VAR=tmp_path):
        assert "还没有做过备份" in words(client)
        made = timezone.now() - timedelta(days=3)
        told = {"made_at": made.isoformat(), "bytes": 2048, "name": "yuanqi-1.zip"}
        (tmp_path / state.LAST_BACKUP).write_text(json.dumps(told))
        page = words(client)
        assert "上一次备份在 3 天前" in page
        assert "yuanqi-1.zip" in page
        (tmp_path / state.LAST_BACKUP).write_text("no JSON")
        assert "还没有做过备份" in words(client)


def test_failed_jobs_are_counted_by_name(zone):
    client = administrator(Role.SYSTEM_ADMIN)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status)"
            " VALUES ('default', 'some.task', 'failed'), ('default', 'some.task', 'failed')"
        )
    page = words(client)
    assert "2 个后台任务失败了" in page
    assert "some.task" in page
