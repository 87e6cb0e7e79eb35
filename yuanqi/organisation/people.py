"""What the organisation knows of an account: which officer it is, and for whom he acts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.models import Account

from .roster import standing


def officer_of(account: Account, at: datetime, _known: Actor) -> Mapping[str, Any] | None:
    roster = standing(at)
    officer = roster.by_account.get(account.pk)
    if officer is None:
        return None
    return {
        "side": Side.PARK,
        "name": officer.name,
        "unit": officer.department.label,
        "officer_id": officer.pk,
        "department_id": officer.department_id,
        "acts_for": roster.represented_by(officer.pk, at),
    }
