"""The list of accounts as a workbook: what the page shows, narrowed as it is."""

from datetime import datetime

from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yuanqi.foundation import sheets
from yuanqi.foundation.models import Account
from yuanqi.signin.places import address_of

from .. import operations, rules
from ..queries import all_lines


def accounts_workbook(
    request: HttpRequest,
    listed: QuerySet[Account],
    now: datetime,
    *,
    role: str,
    state: str,
    is_searched: bool,
) -> FileResponse:
    """Raises Conflict for more than fifty thousand."""
    sheets.refuse_too_many(sheets.size_of(listed))
    target = sheets.temporary()
    count = sheets.write(
        target,
        title=pgettext("several", "账号"),
        columns=[
            sheets.Column(_("用户名"), 16),
            sheets.Column(_("姓名"), 12),
            sheets.Column(_("单位"), 24),
            sheets.Column(_("角色"), 24),
            sheets.Column(_("状态"), 8),
            sheets.Column(_("开通"), 18, "at"),
            sheets.Column(_("上次登录"), 18, "at"),
        ],
        rows=(
            (
                line.account.username,
                line.name,
                line.unit,
                rules.said(line.roles),
                _("启用") if line.account.is_active else _("停用"),
                line.account.created_at,
                line.account.last_login,
            )
            for line in all_lines(listed)
        ),
        tz=timezone.get_default_timezone(),
    )
    operations.accounts_export(
        accounts=count,
        role=role,
        state=state,
        is_searched=is_searched,
        address=address_of(request),
        actor=request.actor,
        at=now,
    )
    day = timezone.localdate(now)
    return sheets.download(target, f"{pgettext('several', '账号')}-{day:%Y%m%d}.xlsx")
