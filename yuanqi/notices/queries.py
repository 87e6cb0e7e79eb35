"""Every read of notices: one's own, and nobody else's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from yuanqi.foundation import prepared
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import NotAllowed
from yuanqi.foundation.pages import Key, KeysetPage, keyset_page

from . import wording
from .models import Channel, Choice, Delivery, Notice, Preference, When
from .parameters_defined import usual_habits
from .timing import Habits

_NEWEST = (Key("at", descending=True), Key("id", descending=True))
SHOWN = 30  # deliveries
LATELY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Item:
    """One notice and what it says."""

    notice: Notice
    line: wording.Line

    @property
    def is_unread(self) -> bool:
        return self.notice.read_at is None


_UNREAD = "SELECT count(*) FROM notice WHERE account_id = %s AND read_at IS NULL"


def unread(actor: Actor) -> int:
    """How many of the actor's notices he hasn't read."""
    found = prepared.row(_UNREAD, actor.account_id)
    return found[0] if found else 0


def inbox(
    actor: Actor, cursor: str = "", *, is_unread: bool = False
) -> tuple[list[Item], KeysetPage[Notice]]:
    """A page of the actor's notices, the newest first, each in the active language."""
    found = Notice.objects.filter(account=actor.account_id)
    if is_unread:
        found = found.filter(read_at__isnull=True)
    page = keyset_page(found, _NEWEST, cursor)
    lines = wording.lines_of(page.rows, actor)
    return [Item(notice, lines[notice.pk]) for notice in page.rows], page


def channels_of(actor: Actor) -> dict[str, Channel]:
    """The actor's own channels, by kind."""
    return {channel.kind: channel for channel in Channel.objects.filter(account=actor.account_id)}


def habits_of(account_id: int | None) -> Habits:
    """When this person wants to be left alone; without a word from him the usual."""
    return habits_in(Preference.objects.filter(account=account_id).first())


def habits_in(said: Preference | None) -> Habits:
    if said is None:
        return usual_habits()
    return Habits(said.quiet_from, said.quiet_until, said.digest_at)


def chosen_by(actor: Actor) -> dict[tuple[str, str], When]:
    """What the actor decided, by kind of channel and group."""
    return {
        (choice.channel.kind, choice.group): When(choice.when)
        for choice in Choice.objects.filter(channel__account=actor.account_id).select_related(
            "channel"
        )
    }


def when_for(notice: Notice, channel: Channel, chosen: Mapping[tuple[int, str], str]) -> When:
    """How soon this notice goes to this channel; `chosen` by channel and group."""
    found = wording.group_of(notice.source, notice.kind)
    if found is None:
        return When.NEVER
    code, group = found
    return When(chosen.get((channel.pk, code), group.default))


@dataclass(frozen=True, slots=True)
class Sent:
    """A message to the outside as its owner sees it: the first of its lines, how many more."""

    delivery: Delivery
    line: wording.Line | None  # None: what it was about is gone
    more: int

    @property
    def is_failing(self) -> bool:
        """Whether it is tried again after it failed."""
        return self.delivery.state == Delivery.State.WAITING and bool(self.delivery.error)

    @property
    def is_given_up(self) -> bool:
        return self.delivery.state == Delivery.State.GIVEN_UP

    @property
    def is_sent(self) -> bool:
        return self.delivery.state == Delivery.State.SENT


def sent_to(actor: Actor) -> list[Sent]:
    """The actor's own last messages that left the program or were to leave it."""
    deliveries = list(
        Delivery.objects.filter(channel__account=actor.account_id)
        .select_related("channel")
        .prefetch_related("notices")
        .order_by("-made_at", "-id")[:SHOWN]
    )
    carried = {
        delivery.pk: sorted(delivery.notices.all(), key=lambda notice: (notice.at, notice.pk))
        for delivery in deliveries
    }
    firsts = {notices[0].pk: notices[0] for notices in carried.values() if notices}
    lines = wording.lines_of(list(firsts.values()), actor)
    return [
        Sent(
            delivery,
            lines[carried[delivery.pk][0].pk] if carried[delivery.pk] else None,
            max(len(carried[delivery.pk]) - 1, 0),
        )
        for delivery in deliveries
    ]


@dataclass(frozen=True, slots=True)
class Failing:
    """Of one kind of channel lately: how many went, how many didn't, and why."""

    kind: str
    error: str
    waiting: int
    given_up: int

    @property
    def kind_label(self) -> str:
        return str(Channel.Kind(self.kind).label)

    @property
    def error_label(self) -> str:
        return str(Delivery.Error(self.error).label)


def failing(actor: Actor, at: datetime) -> list[Failing]:
    """What lately fails to arrive, in numbers only: nobody's addresses, nobody's words.

    For the service centre and the system administrator. Raises NotAllowed.
    """
    if not actor.has(Role.CENTRE, Role.SYSTEM_ADMIN):
        raise NotAllowed
    rows = (
        Delivery.objects.filter(made_at__gt=at - LATELY)
        .exclude(error="")
        .exclude(state__in=(Delivery.State.SENT, Delivery.State.NEEDLESS))
        .values("channel__kind", "error")
        .annotate(
            waiting=Count("pk", filter=~Q(state=Delivery.State.GIVEN_UP)),
            given_up=Count("pk", filter=Q(state=Delivery.State.GIVEN_UP)),
        )
        .order_by("channel__kind", "error")
    )
    return [
        Failing(row["channel__kind"], row["error"], row["waiting"], row["given_up"]) for row in rows
    ]
