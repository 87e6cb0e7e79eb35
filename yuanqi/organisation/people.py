"""What the organisation knows of an account: which officer it is, and for whom he acts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yuanqi.foundation.actors import Side
from yuanqi.foundation.models import Account

from .models import Officer
from .queries import officers_represented


def officer_of(account: Account, at: datetime) -> Mapping[str, Any] | None:
    officer = (
        Officer.objects.select_related("department").filter(account=account, is_active=True).first()
    )
    if officer is None:
        return None
    return {
        "side": Side.PARK,
        "name": officer.name,
        "unit": officer.department.label,
        "officer_id": officer.pk,
        "department_id": officer.department_id,
        "acts_for": officers_represented(officer.pk, at),
    }
