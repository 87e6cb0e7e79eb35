"""Every write to a request that is more than a write to a case."""

from .dispatching import (
    CoHandler,
    request_accept,
    request_dispatch,
    request_redispatch,
    request_return,
)
from .ending import (
    request_answer,
    request_call_back,
    request_merge,
    request_refuse,
    request_reopen,
    request_withdraw,
)
from .raising import request_raise

__all__ = [
    "CoHandler",
    "request_accept",
    "request_answer",
    "request_call_back",
    "request_dispatch",
    "request_merge",
    "request_raise",
    "request_redispatch",
    "request_refuse",
    "request_reopen",
    "request_return",
    "request_withdraw",
]
