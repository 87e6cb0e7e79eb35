"""Every write to accounts and to what they may do."""

from .accounts import (
    account_bind,
    account_close,
    account_open,
    account_open_for,
    account_reopen,
    account_unbind,
    holder_name,
    password_reset,
)
from .review import accounts_export, review_export
from .roles import (
    Confirmed,
    reset_propose,
    role_confirm,
    role_propose,
    role_refuse,
    role_revoke,
    role_withdraw,
)

__all__ = [
    "Confirmed",
    "account_bind",
    "account_close",
    "account_open",
    "account_open_for",
    "account_reopen",
    "account_unbind",
    "accounts_export",
    "holder_name",
    "password_reset",
    "reset_propose",
    "review_export",
    "role_confirm",
    "role_propose",
    "role_refuse",
    "role_revoke",
    "role_withdraw",
]
