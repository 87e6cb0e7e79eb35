"""A hand-over: opened as a link follows another's, noted by who leaves, confirmed by who comes."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.errors import Conflict, NotAllowed
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.writer import DIRECT
from yuanqi.registry.models import Link

from ..events import HandoverConfirmed, HandoverNoted, HandoverOpened
from ..models import Handover
from ..queries import handover_visible, may_keep

# a link written down so long after it began is history brought in: nothing is left to hand over
LATE = timedelta(days=31)


@transaction.atomic
def handover_open(*, link_id: int, actor: Actor, at: datetime) -> Handover | None:
    """Open the hand-over that a link brings, if it follows another officer's; once.

    A link whose officer is changed before it has begun is handed over to the new one. Called by
    the subscriber, whoever began the link: a round, the centre on the enterprise's page, the
    leaving of an officer.
    """
    link = Link.objects.select_related("enterprise").filter(pk=link_id).first()
    today = timezone.localdate(at)
    if link is None or (link.until_on is not None and link.until_on <= today):
        return None
    journal.lock(link.enterprise.stream)
    there = Handover.objects.filter(link=link).first()
    if there is not None:
        if there.to_officer_id != link.officer_id and there.confirmed_at is None:
            DIRECT.update(there, to_officer_id=link.officer_id)
            _tell(_opened(there), there, actor, at)
        return there
    before = Link.objects.filter(
        enterprise=link.enterprise_id, role=link.role, until_on=link.from_on
    ).first()
    if before is None or before.officer_id == link.officer_id or link.from_on < today - LATE:
        return None
    made = DIRECT.insert(
        Handover(
            link=link, enterprise=link.enterprise, role=link.role, from_on=link.from_on,
            from_officer_id=before.officer_id, to_officer_id=link.officer_id,
        )
    )  # fmt: skip
    _tell(_opened(made), made, actor, at)
    return made


@transaction.atomic
def handover_note(*, handover_id: int, note: str, actor: Actor, at: datetime) -> Handover:
    """Write what the successor should know: by who hands over, or the centre in his place.

    Raises NotVisible, NotAllowed; Conflict once it is confirmed.
    """
    found = handover_visible(handover_id, actor)
    if found.from_officer_id not in actor.officer_ids and not may_keep(actor):
        raise NotAllowed(_("交接说明由移交的干部写。"))
    journal.lock(found.enterprise.stream)
    found.refresh_from_db()
    if found.confirmed_at is not None:
        raise Conflict(_("接手的干部已经确认，不能再改说明。"))
    DIRECT.update(found, note=note.strip(), note_at=at)
    event = HandoverNoted(
        handover_id=found.pk, enterprise_id=found.enterprise_id, note_sha256=sha256_of(found.note)
    )
    _tell(event, found, actor, at)
    return found


@transaction.atomic
def handover_confirm(*, handover_id: int, actor: Actor, at: datetime) -> Handover:
    """Confirm having taken the enterprise over: by the successor, or who acts for him.

    Raises NotVisible; NotAllowed for everybody else, the centre too; Conflict if confirmed.
    """
    found = handover_visible(handover_id, actor)
    if found.to_officer_id not in actor.officer_ids:
        raise NotAllowed(_("交接由接手的干部本人确认。"))
    journal.lock(found.enterprise.stream)
    found.refresh_from_db()
    if found.to_officer_id not in actor.officer_ids:
        raise NotAllowed(_("交接由接手的干部本人确认。"))
    if found.confirmed_at is not None:
        raise Conflict(_("这家已经确认过了。"))
    DIRECT.update(found, confirmed_at=at, confirmed_by_id=actor.account_id)
    event = HandoverConfirmed(
        handover_id=found.pk, enterprise_id=found.enterprise_id, officer_id=found.to_officer_id
    )
    _tell(event, found, actor, at)
    return found


def _opened(found: Handover) -> HandoverOpened:
    return HandoverOpened(
        handover_id=found.pk, enterprise_id=found.enterprise_id,
        from_officer_id=found.from_officer_id, to_officer_id=found.to_officer_id,
        role=found.role, from_on=found.from_on,
    )  # fmt: skip


def _tell(event: Event, found: Handover, actor: Actor, at: datetime) -> None:
    DIRECT.record(
        event, stream=found.enterprise.stream, audience=Audience.STAFF, actor=actor, at=at,
        enterprise_id=found.enterprise_id,
    )  # fmt: skip
