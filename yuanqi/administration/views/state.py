"""How the machine is, for the system administrator: what to see to first, then everything."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from yuanqi.foundation import state
from yuanqi.foundation.state import State
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.queries import current_calendar

from ..queries import require_system

LAG_TOLD = timedelta(minutes=5)
BACKUP_LATE = timedelta(days=2)
DISK_LOW = 10  # per cent
_YEAR_AHEAD = timedelta(days=45)  # the next year's holidays are published in November

FOLLOWERS = {
    "notices": gettext_lazy("通知"),
    "search": gettext_lazy("搜索"),
    "figures": gettext_lazy("统计"),
    "webhooks": gettext_lazy("接口推送"),
}


@dataclass(frozen=True, slots=True)
class ToDo:
    """Something that isn't as it should be, and what to do about it."""

    text: str
    do: str
    is_grave: bool = False
    url: str = ""  # where it is done, if it is done on a page


@dataclass(frozen=True, slots=True)
class FollowerLine:
    label: str
    name: str
    behind: str
    since: datetime | None


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Show the machine's state; nothing here says what the data is about."""
    require_system(request.actor)
    now = timezone.now()
    found = state.read()
    context = {
        "page_title": _("运行状态"),
        "todos": (todos := list(_todos(found, now))),
        "is_grave": any(one.is_grave for one in todos),
        "now": now,
        "state": found,
        "alive": found.workers_alive(now),
        "heard": found.workers[0] if found.workers else None,
        "followers": [
            FollowerLine(
                str(FOLLOWERS.get(one.name, one.name)), one.name, _counted(one.behind), one.since
            )
            for one in found.followers
        ],
        "unsealed": _counted(found.unsealed),
        "disk_free": filesizeformat(found.disk_free),
        "disk_total": filesizeformat(found.disk_total),
        "disk_share": _free_share(found),
        "database": filesizeformat(found.database_bytes),
        "server": _server(),
        "backup_size": filesizeformat(found.backup.bytes) if found.backup else "",
    }
    return render(request, "administration/state.html", context)


def _counted(count: int) -> str:
    return f"{state.COUNTED:,}+" if count > state.COUNTED else f"{count:,}"


def _free_share(found: State) -> int:
    return found.disk_free * 100 // max(found.disk_total, 1)


def _server() -> str:
    version = connection.pg_version  # 180004 is 18.4
    return f"PostgreSQL {version // 10000}.{version % 10000}"


def _todos(found: State, now: datetime) -> Iterator[ToDo]:
    if not found.workers_alive(now):
        yield ToDo(
            _("没有处理进程在运行：通知、搜索、统计和到期检查都停着。"),
            _("在服务器上运行 yuanqi worker。"),
            is_grave=True,
        )
    if missing := state.migrations_missing():
        yield ToDo(
            _("数据库有 %(count)s 处没有升级到这一版。") % {"count": len(missing)},
            _("在服务器上运行 yuanqi migrate，页面可以照常使用。"),
            is_grave=True,
        )
    for one in found.followers:
        if one.since and now - one.since > LAG_TOLD:
            yield ToDo(
                _("“%(name)s”落后了 %(count)s 条记录。")
                % {"name": FOLLOWERS.get(one.name, one.name), "count": _counted(one.behind)},
                _("看处理进程的日志，里面写着它卡在哪里。"),
            )
    failed = sum(row.count for row in found.jobs if row.status == "failed")
    if failed:
        yield ToDo(
            _("%(count)s 个后台任务失败了。") % {"count": failed},
            _("下面“后台任务”里有它们的名字，原因在处理进程的日志里。"),
        )
    if found.unsealed and (found.sealed_at is None or now - found.sealed_at > state.SEAL_LATE):
        yield ToDo(
            _("日志已经半个多小时没有封存。"),
            _("处理进程每 10 分钟封存一次；也可以运行 yuanqi journal seal。"),
        )
    if _free_share(found) < DISK_LOW:
        yield ToDo(
            _("磁盘只剩 %(share)s%%。") % {"share": _free_share(found)},
            _("腾出空间；满了以后写不进去，已有的不会丢。"),
            is_grave=True,
        )
    if found.backup is None:
        yield ToDo(_("这台机器上还没有做过备份。"), _("每天运行 yuanqi backup，存到别的地方。"))
    elif now - found.backup.made_at > BACKUP_LATE:
        days = (now - found.backup.made_at).days
        yield ToDo(
            _("上一次备份在 %(days)s 天前。") % {"days": days}, _("看看每天的备份任务为什么停了。")
        )
    if work_calendar(current_calendar()).is_provisional(timezone.localdate(now + _YEAR_AHEAD)):
        yield ToDo(
            _("明年的工作日历还没有发布，跨年的时限暂按周末推算。"),
            _("放假通知公布后，在“工作日历”里载入并发布。"),
            url=reverse("administration:calendar"),
        )
