"""Every write to the rules: somebody drafts, another confirms, and it holds from a day on."""

from .deciding import version_publish, version_send_back, version_withdraw
from .drafting import condition_add, draft_save, draft_submit, version_take_back
from .naming import condition_rename

__all__ = [
    "condition_add",
    "condition_rename",
    "draft_save",
    "draft_submit",
    "version_publish",
    "version_send_back",
    "version_take_back",
    "version_withdraw",
]
