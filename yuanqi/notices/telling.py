"""Telling people: rows in their messages and, in the same transaction, what goes out to them.

Called by the subscribers of the slices above, which know the rules of who is told what. Running
again over the same events tells nobody twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from . import tasks
from .models import Channel, Choice, Delivery, Notice, Preference, When
from .queries import habits_in, when_for
from .transports import offered


@dataclass(frozen=True, slots=True)
class Word:
    """What one account is to be told: of which kind, because of which event."""

    account_id: int
    subject: str
    event_id: int
    kind: str
    at: datetime
    is_urgent: bool = False


@transaction.atomic
def tell(*, source: str, words: Sequence[Word], now: datetime) -> list[Notice]:
    """Write these notices and plan their sending; return those that are new.

    Of several words to one person for one event the first is kept.
    """
    told = set(
        Notice.objects.filter(
            event_id__in={word.event_id for word in words},
            account__in={word.account_id for word in words},
        ).values_list("account_id", "event_id")
    )
    fresh = []
    for word in words:
        if (word.account_id, word.event_id) not in told:
            told.add((word.account_id, word.event_id))
            fresh.append(
                Notice(
                    account_id=word.account_id,
                    source=source,
                    subject=word.subject,
                    event_id=word.event_id,
                    kind=word.kind,
                    at=word.at,
                    is_urgent=word.is_urgent,
                )
            )
    fresh = Notice.objects.bulk_create(fresh)
    if _plan(fresh, now):
        tasks.wake()
    return fresh


def _plan(notices: Sequence[Notice], now: datetime) -> bool:
    """Make or join the messages that carry these notices; say whether one is due already."""
    channels = _channels({notice.account_id for notice in notices})
    if not channels:
        return False
    pks = [channel.pk for own in channels.values() for channel in own]
    chosen = {
        (channel, group): when
        for channel, group, when in Choice.objects.filter(channel__in=pks).values_list(
            "channel_id", "group", "when"
        )
    }
    habits = {said.pk: habits_in(said) for said in Preference.objects.filter(pk__in=channels)}
    zone = timezone.get_default_timezone()
    # what nobody has begun to send takes further lines; whoever sends passes over locked rows
    open_ones = {
        (delivery.channel_id, delivery.when, delivery.due_at): delivery
        for delivery in Delivery.objects.select_for_update(of=("self",))
        .filter(channel__in=pks, state=Delivery.State.WAITING, attempts=0, due_at__gt=now)
        .order_by("id")
    }
    is_due = False
    for notice in notices:
        own = habits.get(notice.account_id) or habits_in(None)
        for channel in channels.get(notice.account_id, ()):
            when = when_for(notice, channel, chosen)
            if when is When.NEVER:
                continue
            if when is When.DIGEST:
                due = own.next_digest(now, zone)
            else:
                due = own.at_once(now, zone, is_urgent=notice.is_urgent)
            delivery = open_ones.get((channel.pk, when, due))
            if delivery is None:
                delivery = Delivery.objects.create(
                    channel=channel,
                    when=when,
                    is_urgent=notice.is_urgent and when is When.ONCE,
                    made_at=now,
                    due_at=due,
                    next_try_at=due,
                )
                if due > now:
                    open_ones[channel.pk, when, due] = delivery
            delivery.notices.add(notice)
            is_due = is_due or due <= now
    return is_due


def _channels(accounts: Iterable[int]) -> dict[int, list[Channel]]:
    """The channels in service of these accounts."""
    found: dict[int, list[Channel]] = defaultdict(list)
    for channel in Channel.objects.filter(
        account__in=accounts, verified_at__isnull=False, kind__in=offered()
    ).order_by("id"):
        found[channel.account_id].append(channel)
    return found
