"""What hangs on departments here: the categories that they usually lead, or are asked about.

A category that went on naming a closed unit would propose it for every new request.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.organisation.merging import Work
from yuanqi.organisation.models import Department, Officer

from .category_rules import STREAM, department_replace
from .models import Category, CategoryChange


class Categories:
    """Offered categories, and what was decided of them for a later day."""

    stays_with_person = True

    def of_officer(self, officer: Officer, at: datetime) -> Work | None:
        return None

    def of_department(self, department: Department, at: datetime) -> Work | None:
        today = timezone.localdate(at)
        named = Q(lead=department) | Q(co_handlers__contains=department.pk)
        offered = Q(retired_on=None) | Q(retired_on__gt=today)
        codes = {*Category.objects.filter(named, offered).values_list("pk", flat=True)}
        for change in CategoryChange.objects.filter(applied_at=None):
            if names_department(change.values, department.pk):
                codes.add(change.category_id)
        if not codes:
            return None
        return Work(label=_("诉求类别"), count=len(codes), streams=(STREAM,))

    def officer_to(self, officer: Officer, to: Officer, *, actor: Actor, at: datetime) -> None:
        return None

    def department_to(
        self, department: Department, into: Department, *, actor: Actor, at: datetime
    ) -> None:
        """The other department is proposed in its stead, from today on."""
        department_replace(department=department, into=into, actor=actor, at=at)

    def officer_moved(self, officer: Officer, before: Department) -> None:
        return None


CATEGORIES = Categories()


def names_department(values: dict[str, Any], department_id: int) -> bool:
    return values.get("lead_id") == department_id or department_id in values.get("co_handlers", ())
