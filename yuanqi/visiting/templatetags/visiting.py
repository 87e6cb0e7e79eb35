"""How a plan of visits reads in templates."""

from django import template
from django.utils import timezone

from ..plans import VisitPlan
from ..wording import why

register = template.Library()


@register.filter
def visit_why(plan: VisitPlan) -> str:
    """Why an enterprise is to be visited then."""
    return why(plan, timezone.localdate())
