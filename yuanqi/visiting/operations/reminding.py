"""Each officer is told in the morning how his visits stand; his calendar's link is renewed."""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import SYSTEM, Actor, Side
from yuanqi.foundation.errors import NotAllowed, YuanqiError
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.spells import GoesOn, always
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import Officer
from yuanqi.registry.models import LinkRole
from yuanqi.registry.queries import links_on

from ..events import CalendarLinkRenewed, VisitsDue
from ..models import Feed, Reminder
from ..plans import Standing, plans_of
from ..queries import require_officer

log = logging.getLogger(__name__)


@transaction.atomic
def officer_remind(*, officer_id: int, actor: Actor, at: datetime) -> Reminder | None:
    """Tell an officer how many of his enterprises wait for a visit; None if none does.

    Once a day, by however many workers. Raises NotAllowed for people.
    """
    if actor.side is not Side.SYSTEM:
        raise NotAllowed(_("走访提醒由平台发出。"))
    today = timezone.localdate(at)
    officer = Officer.objects.get(pk=officer_id)
    journal.lock(f"officer:{officer.pk}")
    if Reminder.objects.filter(officer=officer, on=today).exists():
        return None
    served = links_on(today).filter(officer=officer, role=LinkRole.LEAD)
    ids = list(served.filter(enterprise__merged_into=None).values_list("enterprise", flat=True))
    plans = [one for one in plans_of(ids, today).values() if one.planned is None]
    counts = {
        name: sum(one.standing is name for one in plans)
        for name in (Standing.OVERDUE, Standing.DUE, Standing.SILENT)
    }
    if not any(counts.values()):
        return None
    told = {name.value: count for name, count in counts.items()}
    row = DIRECT.insert(Reminder(officer=officer, on=today, **told))
    DIRECT.record(
        VisitsDue(officer_id=officer.pk, on=today, **told), stream=f"officer:{officer.pk}",
        audience=Audience.STAFF, actor=actor, at=at,
    )  # fmt: skip
    return row


def sweep(*, at: datetime, goes_on: GoesOn = always) -> int:
    """Remind every officer who serves enterprises; one that fails holds up no other."""
    today = timezone.localdate(at)
    told = set(Reminder.objects.filter(on=today).values_list("officer", flat=True))
    serving = links_on(today).filter(role=LinkRole.LEAD, officer__is_active=True)
    said = 0
    for officer_id in sorted(set(serving.values_list("officer", flat=True).order_by()) - told):
        if not goes_on():
            break
        try:
            said += officer_remind(officer_id=officer_id, actor=SYSTEM, at=at) is not None
        except YuanqiError as refusal:
            log.warning("officer %d could not be reminded: %s", officer_id, refusal)
    return said


@transaction.atomic
def calendar_link_renew(*, actor: Actor, at: datetime) -> Feed:
    """Give the actor's calendar a new link; the old one shows nothing any more.

    Raises NotVisible for who visits nobody.
    """
    require_officer(actor)
    journal.lock(f"account:{actor.account_id}")
    row, made = Feed.objects.get_or_create(account_id=actor.account_id)
    DIRECT.update(row, serial=row.serial + (0 if made else 1))
    DIRECT.record(
        CalendarLinkRenewed(serial=row.serial), stream=f"account:{actor.account_id}",
        audience=Audience.AUDIT, actor=actor, at=at,
    )  # fmt: skip
    return row
