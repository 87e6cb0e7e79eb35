"""The duty roster and absences, taken back: who was to be there, and isn't or is after all."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, NotVisible
from yuanqi.foundation.writer import DIRECT

from .models import Absence, DutyShift
from .operations import require_system
from .shifts import cancel, come_back


@transaction.atomic
def duty_cancel(*, shift_id: int, actor: Actor, at: datetime) -> None:
    """Take an officer off the roster from now on: the department's head, the system administrator.

    Raises NotVisible, NotAllowed; Conflict if the shift is over.
    """
    found = DutyShift.objects.filter(pk=shift_id).first()
    if found is None:
        raise NotVisible(shift_id)
    if not (actor.has(Role.HEAD) and actor.department_id == found.department_id):
        require_system(actor)
    journal.lock(f"department:{found.department_id}")
    shift = DutyShift.objects.filter(pk=shift_id).first()
    if shift is None or shift.end_at <= at:
        raise Conflict(_("这一班已经结束或取消，请看最新的值班表。"))
    cancel(DIRECT, shift, actor=actor, at=at)


@transaction.atomic
def absence_cancel(*, absence_id: int, actor: Actor, at: datetime) -> None:
    """Take an absence back, or come back early: the officer, his head, the system administrator.

    Raises NotVisible, NotAllowed; Conflict if it is over.
    """
    found = Absence.objects.select_related("officer").filter(pk=absence_id).first()
    if found is None:
        raise NotVisible(absence_id)
    own = actor.officer_id is not None and actor.officer_id == found.officer_id
    head = actor.has(Role.HEAD) and actor.department_id == found.officer.department_id
    if not own and not head:
        require_system(actor)
    journal.lock(f"officer:{found.officer_id}")
    absence = Absence.objects.filter(pk=absence_id).first()
    if absence is None or absence.end_at <= at:
        raise Conflict(_("这次外出已经结束或取消，请刷新再看。"))
    come_back(DIRECT, absence, actor=actor, at=at)
