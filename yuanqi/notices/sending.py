"""What is due goes out: claimed, sent, and written down how it went.

The claim is committed before anything is sent, so no two workers send the same message. Sending
stands outside any transaction. Each try has its row.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation

from yuanqi.foundation.actors import actor_for

from . import letters, transports, wording
from .models import Channel, Delivery, DeliveryAttempt, When
from .queries import Item, habits_of, when_for
from .timing import GIVEN_UP_AFTER, next_try

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)  # far longer than any way out takes to give up
MOST_A_RUN = 500

State = Delivery.State
Error = Delivery.Error


def send_due(clock: Callable[[], datetime]) -> int:
    """Send what is due now; return how many messages arrived.

    A way out that proves closed is left alone for the rest of the run: a mail server that is down
    costs one try a minute, not one for each message that waits.
    """
    arrived = 0
    closed: set[str] = set()
    for _count in range(MOST_A_RUN):
        delivery = claim(clock(), closed)
        if delivery is None:
            break
        error = _carry_out(delivery, clock)
        if error is Error.OUTAGE:
            closed.add(delivery.channel.kind)
        arrived += error is None
    return arrived


@transaction.atomic
def claim(at: datetime, closed: set[str]) -> Delivery | None:
    """Take the next message that is due, also one whose worker was killed; None if none is.

    In its owner's quiet hours it is put off to their end: they may be newer than the plan.
    """
    while True:
        delivery = (
            Delivery.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("channel__account")
            .filter(state__in=(State.WAITING, State.SENDING), next_try_at__lte=at)
            .exclude(channel__kind__in=closed)
            .order_by("next_try_at", "id")
            .first()
        )
        if delivery is None:
            return None
        if delivery.state == State.SENDING:
            _tries(delivery).update(error=Error.BROKEN)
            if at > delivery.due_at + GIVEN_UP_AFTER:
                # it has killed its workers for two days: let it rest
                delivery.state, delivery.error = State.GIVEN_UP, Error.BROKEN
                delivery.save(update_fields=["state", "error"])
                continue
        habits = habits_of(delivery.channel.account_id)
        quiet = habits.quiet_end(at, timezone.get_default_timezone())
        if quiet is not None and not delivery.is_urgent:
            delivery.state = State.WAITING
            delivery.next_try_at = quiet
            delivery.save(update_fields=["state", "next_try_at"])
            continue
        delivery.state = State.SENDING
        delivery.attempts += 1
        delivery.next_try_at = at + LEASE
        delivery.save(update_fields=["state", "attempts", "next_try_at"])
        DeliveryAttempt.objects.create(delivery=delivery, number=delivery.attempts, started_at=at)
        return delivery


def _carry_out(delivery: Delivery, clock: Callable[[], datetime]) -> Error | None:
    """Send a claimed message and write down how it went; return what went wrong."""
    channel = delivery.channel
    try:
        items = _still_wanted(delivery, clock())
        if not items:
            finish(delivery, clock(), state=State.NEEDLESS)
            return None
        with translation.override(channel.account.language):
            message = letters.notices(items, key=f"notice-{delivery.pk}")
        transports.send(channel.kind, channel.address, channel.secret, message)
    except transports.Undelivered as failed:
        log.warning("delivery %s by %s failed: %s", delivery.pk, channel.kind, failed)
        finish(delivery, clock(), failed=failed)
        return failed.error
    except Exception:
        # one message that can't be made holds up no other
        log.exception("delivery %s by %s broke off", delivery.pk, channel.kind)
        finish(delivery, clock(), failed=transports.Undelivered(Error.BROKEN))
        return Error.BROKEN
    finish(delivery, clock(), state=State.SENT)
    return None


def _still_wanted(delivery: Delivery, at: datetime) -> list[Item]:
    """The lines that are unread, still his to see and still wanted there, the oldest first."""
    channel: Channel = delivery.channel
    if not channel.is_verified or not channel.account.is_active:
        return []
    chosen = {(channel.pk, choice.group): choice.when for choice in channel.chosen.all()}
    notices = [
        notice
        for notice in delivery.notices.filter(read_at__isnull=True).order_by("at", "id")
        if when_for(notice, channel, chosen) is not When.NEVER
    ]
    with translation.override(channel.account.language):
        lines = wording.lines_of(notices, actor_for(channel.account, at))
    return [Item(n, lines[n.pk]) for n in notices if lines[n.pk].is_visible]


@transaction.atomic
def finish(
    delivery: Delivery,
    at: datetime,
    *,
    state: str = State.SENT,
    failed: transports.Undelivered | None = None,
) -> bool:
    """Write down how a try went; False if its lease had run out and another has taken it over.

    After 48 hours, or where another try would change nothing, it is given up, the reason kept.
    """
    values: dict[str, object] = {"state": state, "error": "", "detail": ""}
    if state == State.SENT:
        values["sent_at"] = at
    if failed is not None:
        again = next_try(delivery.attempts, at)
        gives_up = failed.is_final or again > delivery.due_at + GIVEN_UP_AFTER
        values = {
            "state": State.GIVEN_UP if gives_up else State.WAITING,
            "next_try_at": again,
            "error": failed.error,
            "detail": failed.detail,
        }
    _tries(delivery).update(ended_at=at, error=failed.error if failed else "")
    return bool(
        Delivery.objects.filter(
            pk=delivery.pk, state=State.SENDING, attempts=delivery.attempts
        ).update(**values)
    )


def _tries(delivery: Delivery) -> QuerySet[DeliveryAttempt]:
    return DeliveryAttempt.objects.filter(delivery=delivery, number=delivery.attempts)
