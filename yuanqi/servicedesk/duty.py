"""Who of the park has a request in hand at an instant, nobody being judge in his own cause."""

from collections.abc import Collection
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework import duty
from yuanqi.casework.duty import DATABASE, centre_at
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.organisation.models import Department, Officer
from yuanqi.organisation.roster import standing

from .acts import Intake


def intake_at(at: datetime, bars: Collection[str] = ()) -> Intake:
    """To whom intake belongs now. Raises Conflict if a complaint leaves nobody to take it in."""
    try:
        return Intake(*duty.intake(DATABASE, centre_at(at), at, bars))
    except LookupError:
        raise Conflict(_("被投诉单位之上还没有可以受理的负责人，请直接联系管委会。"))


def answering(department: Department, at: datetime, bars: Collection[str] = ()) -> Officer:
    """Who answers for a department now. Raises Invalid for a department of nobody."""
    try:
        return duty.answering(DATABASE, department, at, bars)
    except LookupError:
        raise Invalid(
            _("%(unit)s还没有人员，请先请系统管理员登记。") % {"unit": department.label}, "lead"
        )


def self_of(actor: Actor) -> Officer:
    assert actor.officer_id is not None, "only an officer may do what the park does"
    return standing(timezone.now()).officers[actor.officer_id]
