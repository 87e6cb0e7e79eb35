"""The quarterly review: every open account with its last sign-in, surplus ones marked."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yuanqi.foundation import pages, sheets
from yuanqi.foundation.models import Account

from .. import operations, rules
from ..policy import surplus_after
from ..queries import Line, accounts_visible_to, all_lines, lines_of
from .accounts import BY_NAME


@login_required
@require_GET
def review(request: HttpRequest) -> HttpResponse | FileResponse:
    """Open accounts by username, those to be closed marked; as a workbook with all of them."""
    rules.require_manager(request.actor)
    now = timezone.now()
    listed = accounts_visible_to(request.actor).filter(is_active=True).select_related("holder")
    if request.GET.get("export") == "xlsx":
        return _workbook(request, listed, now)
    since = now - surplus_after()
    page = pages.keyset_page(listed, BY_NAME, request.GET.get(pages.AFTER, ""))
    foot = pages.foot(request, page)
    foot["text"] = ""
    context = {
        "page_title": _("账号清查"),
        "lines": [(line, why(line, since)) for line in lines_of(page.rows)],
        "days": surplus_after().days,
        "page": page,
        "count": pages.count_of(listed),
        "foot": foot,
    }
    return render(request, "access/review.html", context)


def why(line: Line, since: datetime) -> str:
    """Why an account is surplus; nothing where it isn't."""
    if line.has_left:
        return _("人员已离岗")
    if line.is_unused(since):
        return _("长期没有登录") if line.account.last_login else _("开通后没有登录过")
    return ""


def _workbook(request: HttpRequest, listed: QuerySet[Account], now: datetime) -> FileResponse:
    since = now - surplus_after()
    surplus = 0

    def rows() -> Iterator[tuple[object, ...]]:
        nonlocal surplus
        for line in all_lines(listed):
            reason = why(line, since)
            surplus += bool(reason)
            yield (
                line.account.username,
                line.name,
                line.unit,
                rules.said(line.roles),
                line.account.created_at,
                line.account.last_login,
                reason,
            )

    columns = [
        sheets.Column(_("用户名"), 16),
        sheets.Column(_("姓名"), 12),
        sheets.Column(_("单位"), 24),
        sheets.Column(_("角色"), 24),
        sheets.Column(_("开通"), 18, "at"),
        sheets.Column(_("上次登录"), 18, "at"),
        sheets.Column(_("多余账号"), 20),
    ]
    target = sheets.temporary()
    count = sheets.write(
        target,
        title=_("账号清查"),
        columns=columns,
        rows=rows(),
        tz=timezone.get_default_timezone(),
    )
    operations.review_export(accounts=count, surplus=surplus, actor=request.actor, at=now)
    day = timezone.localdate(now).isoformat()
    return sheets.download(target, _("账号清查 %(day)s.xlsx") % {"day": day})
