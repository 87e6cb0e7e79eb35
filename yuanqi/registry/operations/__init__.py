"""Every write to the registers."""

from .enterprises import (
    area_change,
    area_create,
    code_checked,
    enterprise_change,
    enterprise_register,
    group_create,
    group_join,
    group_leave,
)
from .fact_fields import field_add, field_change, field_retire
from .facts import fact_confirm, fact_return, fact_state
from .indicators import indicators_confirm, indicators_return, indicators_state, source_of
from .people import (
    contact_add,
    contact_change,
    contact_make_main,
    contact_retire,
    link_begin,
    link_end,
    link_hand_over,
)
from .profile import profile_add, profile_change, profile_remove
from .projects import (
    milestone_change,
    milestone_set,
    project_change,
    project_create,
    project_investment_state,
    project_stage_reach,
)

__all__ = [
    "area_change", "area_create", "code_checked", "contact_add", "contact_change",
    "contact_make_main", "contact_retire", "enterprise_change", "enterprise_register",
    "fact_confirm", "fact_return", "fact_state", "field_add", "field_change", "field_retire",
    "group_create", "group_join", "group_leave", "indicators_confirm", "indicators_return",
    "indicators_state", "link_begin", "link_end", "link_hand_over", "milestone_change",
    "milestone_set", "profile_add", "profile_change", "profile_remove", "project_change",
    "project_create", "project_investment_state", "project_stage_reach", "source_of",
]  # fmt: skip
