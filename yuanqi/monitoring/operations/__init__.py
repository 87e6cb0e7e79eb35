"""Every write of key indicators, a file a subject; users import them from here."""

from .filings import (
    ExplainFirst,
    filing_accept,
    filing_ask_back,
    filing_remind,
    filing_save,
    filing_send,
    filings_follow,
)
from .rounds import filing_watch, round_open, sweep
from .targets import targets_import, targets_set

__all__ = [
    "ExplainFirst",
    "filing_accept",
    "filing_ask_back",
    "filing_remind",
    "filing_save",
    "filing_send",
    "filing_watch",
    "filings_follow",
    "round_open",
    "sweep",
    "targets_import",
    "targets_set",
]
