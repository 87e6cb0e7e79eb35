"""What people do with their notices: read them, and say where else they want them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from secrets import compare_digest

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.journal import Audience, Event

from . import wording
from .events import ChannelAdded, ChannelRemoved, ChannelVerified, ChoicesSaved
from .models import Channel, ChannelTrial, Choice, Delivery, Notice, Preference, When
from .timing import Habits

MOST_TRIALS = 6  # codes and test messages an hour
CODE_LASTS = timedelta(minutes=15)
MOST_TRIES = 5  # at one code


@transaction.atomic
def notice_open(*, notice_id: int, actor: Actor, at: datetime) -> str:
    """Mark a notice read; return where it leads, nothing if the actor may no longer see that.

    Raises NotVisible for somebody else's.
    """
    notice = Notice.objects.filter(pk=notice_id, account=actor.account_id).first()
    if notice is None:
        raise NotVisible(notice_id)
    Notice.objects.filter(pk=notice_id, read_at__isnull=True).update(read_at=at)
    return wording.lines_of([notice], actor)[notice.pk].url


@transaction.atomic
def notices_read(*, actor: Actor, at: datetime) -> int:
    """Mark all of the actor's notices read; returns how many were not."""
    return Notice.objects.filter(account=actor.account_id, read_at__isnull=True).update(read_at=at)


@transaction.atomic
def trial_count(*, kind: str, actor: Actor, at: datetime) -> None:
    """Count a code or test message that is about to be sent.

    Raises Conflict when there were too many within the hour: nobody's telephone is to be rung by
    way of the park.
    """
    journal.lock(_stream(actor))
    since = at - timedelta(hours=1)
    ChannelTrial.objects.filter(account=actor.account_id, at__lte=since).delete()
    if ChannelTrial.objects.filter(account=actor.account_id).count() >= MOST_TRIALS:
        raise Conflict(_("一小时里发得太多了，请过一会儿再试。"))
    ChannelTrial.objects.create(account_id=actor.account_id, kind=kind, at=at)


@transaction.atomic
def channel_add(
    *, kind: str, address: str, secret: str = "", code: str, actor: Actor, at: datetime
) -> Channel:
    """Keep an address to which a code has just been sent; it serves once the code comes back.

    It takes the place of the one of that kind, and what waited for that one isn't sent any more.
    """
    journal.lock(_stream(actor))
    channel, _made = Channel.objects.update_or_create(
        account_id=actor.account_id,
        kind=kind,
        defaults={
            "address": address,
            "secret": secret,
            "added_at": at,
            "verified_at": None,
            "code_hash": _code_hash(actor, code),
            "code_at": at,
            "code_tries": 0,
        },
    )
    _drop_waiting(channel)
    _tell(ChannelAdded(kind), actor, at)
    return channel


@transaction.atomic
def channel_confirm(*, kind: str, code: str, actor: Actor, at: datetime) -> bool:
    """Take a channel into service if this is its code; a wrong one counts and returns False.

    Raises NotVisible; Conflict when the code is too old, was tried too often or has served.
    """
    journal.lock(_stream(actor))
    channel = _own(kind, actor)
    if channel.is_verified:
        raise Conflict(_("这个地址已经验证过了。"))
    if at - channel.code_at > CODE_LASTS or channel.code_tries >= MOST_TRIES:
        raise Conflict(_("验证码失效了，请重新发一次。"))
    if not compare_digest(channel.code_hash, _code_hash(actor, code)):
        channel.code_tries += 1
        channel.save(update_fields=["code_tries"])
        return False
    channel.verified_at = at
    channel.code_hash = ""
    channel.save(update_fields=["verified_at", "code_hash"])
    _tell(ChannelVerified(kind), actor, at)
    return True


@transaction.atomic
def channel_remove(*, kind: str, actor: Actor, at: datetime) -> None:
    """Forget an address and what was sent to it. Raises NotVisible."""
    journal.lock(_stream(actor))
    _own(kind, actor).delete()
    _tell(ChannelRemoved(kind), actor, at)


@transaction.atomic
def choices_save(
    *, choices: Mapping[tuple[str, str], When], habits: Habits, actor: Actor, at: datetime
) -> None:
    """Keep what goes where and when: `choices` by kind of channel and group.

    Raises NotVisible for a channel that the actor hasn't; Invalid for an unknown group or quiet
    hours with one end.
    """
    journal.lock(_stream(actor))
    if (habits.quiet_from is None) != (habits.quiet_until is None):
        raise Invalid(_("免打扰要写清从几点到几点。"), "quiet_until")
    known = {code for code, _group in wording.groups(actor)}
    if unknown := {group for _kind, group in choices} - known:
        raise Invalid(", ".join(sorted(unknown)))
    channels = {
        channel.kind: channel for channel in Channel.objects.filter(account=actor.account_id)
    }
    for kind, group in choices:
        if kind not in channels:
            raise NotVisible(kind)
        Choice.objects.update_or_create(
            channel=channels[kind], group=group, defaults={"when": choices[kind, group]}
        )
    Preference.objects.update_or_create(
        account_id=actor.account_id,
        defaults={
            "quiet_from": habits.quiet_from,
            "quiet_until": habits.quiet_until,
            "digest_at": habits.digest_at,
        },
    )
    quiet = ""
    if habits.quiet_from is not None and habits.quiet_until is not None:
        quiet = f"{habits.quiet_from:%H:%M}-{habits.quiet_until:%H:%M}"
    said = {
        f"{kind}_{group.replace('.', '_')}": when.value for (kind, group), when in choices.items()
    }
    _tell(ChoicesSaved(said, quiet, f"{habits.digest_at:%H:%M}"), actor, at)


@transaction.atomic
def delivery_again(*, delivery_id: int, actor: Actor, at: datetime) -> None:
    """Send one's own message once more that was given up, from now for another two days.

    Raises NotVisible; Conflict if it is on its way or has arrived.
    """
    changed = Delivery.objects.filter(
        pk=delivery_id, channel__account=actor.account_id, state=Delivery.State.GIVEN_UP
    ).update(state=Delivery.State.WAITING, due_at=at, next_try_at=at, error="", detail="")
    if changed:
        return
    if not Delivery.objects.filter(pk=delivery_id, channel__account=actor.account_id).exists():
        raise NotVisible(delivery_id)
    raise Conflict(_("这一条已经送到，或者正在发。"))


def _own(kind: str, actor: Actor) -> Channel:
    channel = (
        Channel.objects.select_for_update().filter(account=actor.account_id, kind=kind).first()
    )
    if channel is None:
        raise NotVisible(kind)
    return channel


def _drop_waiting(channel: Channel) -> None:
    channel.deliveries.filter(state=Delivery.State.WAITING).update(state=Delivery.State.NEEDLESS)


def _code_hash(actor: Actor, code: str) -> str:
    return salted_hmac("yuanqi.notices.code", f"{actor.account_id} {code}").hexdigest()


def _stream(actor: Actor) -> str:
    return f"account:{actor.account_id}"


def _tell(event: Event, actor: Actor, at: datetime) -> None:
    journal.record(event, stream=_stream(actor), audience=Audience.AUDIT, actor=actor, at=at)
