"""A sudden decline asks for care by itself: a request for the enterprise, once a decline."""

import logging
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework.models import Case
from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import NotAllowed, YuanqiError
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.spells import GoesOn, always
from yuanqi.foundation.writer import DIRECT
from yuanqi.parameters import parameters
from yuanqi.registry.indicators import months_before
from yuanqi.registry.models import ContactPerson
from yuanqi.servicedesk.models import Level
from yuanqi.servicedesk.operations import request_raise
from yuanqi.servicedesk.queries import categories_standing

from ..events import CareRaised
from ..lists import DECLINE
from ..models import Care, Entry, Ruling
from ..parameters_defined import CARE_DAILY, CARE_MONTHS
from ..queries import entry_visible, newest_month
from ..wording import care_text
from .making import LISTS

log = logging.getLogger(__name__)
# what it is about is open yet: markets and suppliers, else whatever the park keeps for the rest
CATEGORIES = ("MKT", "OTH")


def cares_sweep(*, actor: Actor, at: datetime, goes_on: GoesOn = always) -> int:
    """Raise what the running list of declines asks for; return how many. One that fails holds up
    no other."""
    found = Entry.objects.filter(
        sheet__month=newest_month(), sheet__condition__code=DECLINE, is_on=True, cares=None
    ).exclude(ruling=Ruling.ON)
    raised = 0
    for entry_id in list(found.order_by("pk").values_list("pk", flat=True)):
        if not goes_on():
            break
        try:
            raised += care_raise(entry_id=entry_id, actor=actor, at=at) is not None
        except YuanqiError as refusal:
            log.warning("entry %d has no care request: %s", entry_id, refusal)
    return raised


@transaction.atomic
def care_raise(*, entry_id: int, actor: Actor, at: datetime) -> int | None:
    """Raise a care request for an enterprise in decline; None where none is due.

    None is due beyond what the park has set for a day, while one is open, within the park's term
    since the last one, or if nobody can
    be reached there. Twice, or by two workers at once, it is one. Raises NotAllowed for people;
    NotVisible.
    """
    if actor.side is not Side.SYSTEM:
        raise NotAllowed(_("关怀诉求由平台按清单提出。"))
    journal.lock(LISTS)
    entry = entry_visible(entry_id, actor)
    today = timezone.localdate(at)
    if not entry.is_on or entry.verdict is not True or not _is_due(entry, today):
        return None
    if Care.objects.filter(raised_at__date=today).count() >= parameters.value(CARE_DAILY, today):
        return None
    contact = (
        ContactPerson.objects.filter(enterprise=entry.enterprise, is_active=True)
        .order_by("-is_main", "pk")
        .first()
    )
    if contact is None:
        log.warning("enterprise %d has nobody to be cared for through", entry.enterprise_id)
        return None
    offered = categories_standing()
    category = next((code for code in CATEGORIES if code in offered), next(iter(offered)))
    case_id = request_raise(
        contact_id=contact.pk, category=category, level=Level.P2, text=care_text(entry),
        actor=actor, at=at,
    )  # fmt: skip
    DIRECT.insert(
        Care(
            enterprise=entry.enterprise,
            entry=entry,
            case=Case.objects.get(pk=case_id),
            raised_at=at,
        )
    )
    DIRECT.record(
        CareRaised(enterprise_id=entry.enterprise_id, case_id=case_id, month=entry.sheet.month),
        stream=entry.enterprise.stream,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
        enterprise_id=entry.enterprise_id,
    )
    return case_id


def _is_due(entry: Entry, today: date) -> bool:
    last = (
        Care.objects.filter(enterprise=entry.enterprise)
        .select_related("case")
        .order_by("-raised_at")
        .first()
    )
    if last is None:
        return True
    if last.case.closed_at is None:
        return False
    term = parameters.value(CARE_MONTHS, today)
    month = months_before(today.replace(day=1), term)
    return timezone.localdate(last.raised_at) < month.replace(day=min(today.day, 28))
