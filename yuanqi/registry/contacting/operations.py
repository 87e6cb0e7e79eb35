"""Coming to an enterprise: recording a call or a form, asking for a fact."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import formats, journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import Department, Officer

from ..models import Contact, ContactKind, Enterprise
from ..queries import enterprise_visible
from . import acts, asking
from .asking import Held
from .queries import may_contact
from .within import require_within

# a visit is recorded by its note, a fact asked for by `fact_ask`
_BY_HAND = frozenset({ContactKind.CALL, ContactKind.FORM, ContactKind.DATA})


@transaction.atomic
def contact_make(
    *, enterprise_id: int, kind: str, subject: str, reason: str = "", actor: Actor, at: datetime
) -> Contact:
    """Record that an officer called an enterprise, or asked it for a form or for data.

    Raises NotVisible, NotAllowed; Invalid without a subject, or beyond the budget without a reason.
    """
    enterprise = _locked(enterprise_id, actor)
    if kind not in _BY_HAND:
        raise Invalid(_("请选怎样联系的。"), "kind")
    if not subject.strip():
        raise Invalid(_("请写下为什么事联系，企业也看得到。"), "subject")
    reason = require_within(enterprise_id=enterprise.pk, reason=reason, at=at)
    department, officer = _whose(actor)
    return acts.contact_record(
        DIRECT, enterprise=enterprise, kind=ContactKind(kind), subject=subject,
        department=department, officer=officer, reason=reason, actor=actor, at=at,
    )  # fmt: skip


@transaction.atomic
def fact_ask(
    *, enterprise_id: int, field: str, why: str, reason: str = "", actor: Actor, at: datetime
) -> Contact | Held:
    """Ask an enterprise for a fact; where the park holds it, return that, and ask nobody.

    Raises NotVisible, NotAllowed; Invalid without saying what for, or beyond the budget without a
    reason; Conflict if it has been asked for the same lately and hasn't answered yet.
    """
    enterprise = _locked(enterprise_id, actor)
    known = asking.field_asked(field)
    found = asking.held(enterprise.pk, known, timezone.localdate(at))
    if found is not None:
        return found
    before = asking.asked_already(enterprise.pk, known, at)
    if before is not None:
        day = formats.day(before.at, now=at, tz=timezone.get_default_timezone())
        raise Conflict(
            _("%(who)s %(day)s 已经问过企业，等它答复就行，不用再问。")
            % {"who": asking.who(before), "day": day}
        )
    if not why.strip():
        raise Invalid(_("请写下用来做什么，企业看得到。"), "why")
    reason = require_within(enterprise_id=enterprise.pk, reason=reason, at=at)
    department, officer = _whose(actor)
    return acts.contact_record(
        DIRECT, enterprise=enterprise, kind=ContactKind.DATA, subject=why, asks=known.name,
        department=department, officer=officer, reason=reason, actor=actor, at=at,
    )  # fmt: skip


def _locked(enterprise_id: int, actor: Actor) -> Enterprise:
    found = enterprise_visible(enterprise_id, actor)
    if not may_contact(actor):
        raise NotAllowed(_("联系记录由园区人员登记。"))
    journal.lock(found.stream)
    found.refresh_from_db()
    if found.merged_into_id is not None:
        raise Conflict(_("这家企业已经并入另一条档案，请到那里登记。"))
    return found


def _whose(actor: Actor) -> tuple[Department, Officer]:
    officer = Officer.objects.select_related("department").get(pk=actor.officer_id)
    return officer.department, officer
