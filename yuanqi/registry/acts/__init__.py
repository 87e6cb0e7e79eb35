"""What operations and bulk loads do alike: rows of the registers with their events.

Each creates (`title`) or changes (`title_change`, which returns whether anything differed) through
a writer; none checks a permission, none opens a transaction.
"""

from .enterprises import (
    area,
    area_change,
    enterprise,
    enterprise_change,
    enterprise_merge,
    group,
    group_change,
)
from .facts import fact, fact_change, fact_confirm, fact_return
from .indicators import (
    indicator,
    indicator_change,
    indicators,
    indicators_change,
    indicators_confirm,
    indicators_return,
)
from .people import contact, contact_change, contact_retire, link, link_change, link_end
from .profile import (
    address,
    address_change,
    address_remove,
    certificate,
    certificate_change,
    certificate_remove,
    investor,
    investor_change,
    investor_remove,
    title,
    title_change,
    title_remove,
)
from .projects import (
    investment,
    investment_change,
    milestone,
    milestone_change,
    project,
    project_change,
    project_gate_waived,
    project_stage,
)

__all__ = [
    "address", "address_change", "address_remove", "area", "area_change", "certificate",
    "certificate_change", "certificate_remove", "contact", "contact_change", "contact_retire",
    "enterprise", "enterprise_change", "enterprise_merge", "fact", "fact_change", "fact_confirm",
    "fact_return", "group", "group_change", "indicator",
    "indicator_change", "indicators", "indicators_change", "indicators_confirm",
    "indicators_return", "investment", "investment_change", "investor", "investor_change",
    "investor_remove", "link", "link_change", "link_end", "milestone", "milestone_change",
    "project", "project_change", "project_gate_waived", "project_stage", "title",
    "title_change", "title_remove",
]  # fmt: skip
