"""Every write of the four lists."""

from .caring import care_raise, cares_sweep
from .making import FACTS, RULE, entries_follow, keep_up, lists_make, versions_in_force
from .planning import plan_set
from .ruling import entry_confirm, entry_overrule

__all__ = [
    "FACTS",
    "RULE",
    "care_raise",
    "cares_sweep",
    "entries_follow",
    "entry_confirm",
    "entry_overrule",
    "keep_up",
    "lists_make",
    "plan_set",
    "versions_in_force",
]
