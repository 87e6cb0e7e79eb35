"""Every write of visits, a file a subject; users import them from here."""

from .confirming import visit_confirm
from .importing import visits_import
from .planning import visit_cancel, visit_plan, wish_end, wish_make
from .recording import Advised, Asked, Note, Promised, visit_record
from .reminding import calendar_link_renew, officer_remind, sweep

__all__ = [
    "Advised",
    "Asked",
    "Note",
    "Promised",
    "calendar_link_renew",
    "officer_remind",
    "sweep",
    "visit_cancel",
    "visit_confirm",
    "visit_plan",
    "visit_record",
    "visits_import",
    "wish_end",
    "wish_make",
]
