"""Every write of rounds, wishes and hand-overs."""

from .editing import round_edit
from .handovers import (
    LATE,
    handover_confirm,
    handover_note,
    handover_open,
    handover_watch,
    sweep,
)
from .publishing import round_publish
from .rounds import Terms, round_discard, round_draft, round_scope, seat_set
from .variants import capacity_relax, variant_take, variants_ask
from .wishes import wish_state, wish_withdraw

__all__ = [
    "LATE",
    "Terms",
    "capacity_relax",
    "handover_confirm",
    "handover_note",
    "handover_open",
    "handover_watch",
    "round_discard",
    "round_draft",
    "round_edit",
    "round_publish",
    "round_scope",
    "seat_set",
    "sweep",
    "variant_take",
    "variants_ask",
    "wish_state",
    "wish_withdraw",
]
