"""Beyond the month's budget an enterprise is come to only for a reason that is written down."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation.errors import Invalid

from .queries import Use, use_of


def require_within(*, enterprise_id: int, reason: str, at: datetime, field: str = "reason") -> str:
    """Return the reason to keep with a contact: empty within the budget.

    Called under the lock of the enterprise's stream, so that of two who come at once the second
    is counted. Raises Invalid at `field` if the budget is used up and no reason is given.
    """
    use = use_of(enterprise_id, timezone.localdate(at))
    if not use.is_used_up:
        return ""
    reason = reason.strip()
    if not reason:
        raise Invalid(beyond(use), field)
    return reason


def beyond(use: Use) -> str:
    """What somebody is told who would come once too often."""
    return _(
        "这家企业这个月已经联系 %(used)s 次，园区定的是最多 %(budget)s 次。"
        "能合并就合并；一定要现在联系，请写明理由，企业也看得到。"
    ) % {"used": use.used, "budget": use.budget}
