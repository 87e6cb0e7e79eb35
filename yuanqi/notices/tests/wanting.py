"""People who want to be told elsewhere too, a clock moved by hand, and a way out to watch."""

from datetime import datetime

from yuanqi.foundation.models import Account
from yuanqi.notices.models import Channel, Choice, Delivery, Notice, Preference
from yuanqi.notices.telling import Word, tell
from yuanqi.notices.transports import Message, Undelivered

NO_EVENT = 1_000_000


class Out:
    """Takes the place of the ways out: keeps what was sent, or refuses as it is told to."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, Message]] = []
        self.refusal: Undelivered | None = None
        self.tried = 0

    def __call__(self, kind: str, address: str, secret: str, message: Message) -> None:
        self.tried += 1
        if self.refusal is not None:
            raise self.refusal
        self.sent.append((kind, address, message))

    @property
    def subjects(self) -> list[str]:
        return [message.subject for _kind, _address, message in self.sent]


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def wants(account: Account, kind: str = "mail", address: str = "a@b.example", **chosen) -> Channel:
    """Give somebody a channel in service; `chosen`: group of the service desk to `When`."""
    added = datetime.fromisoformat("2026-01-01T00:00:00+08:00")
    channel = Channel.objects.create(
        account=account,
        kind=kind,
        address=address,
        added_at=added,
        verified_at=added,
        code_at=added,
    )
    for group, when in chosen.items():
        Choice.objects.create(channel=channel, group=f"servicedesk.{group}", when=when)
    return channel


def habits(account: Account, quiet_from=None, quiet_until=None, digest_at="17:00") -> None:
    Preference.objects.update_or_create(
        account=account,
        defaults={"quiet_from": quiet_from, "quiet_until": quiet_until, "digest_at": digest_at},
    )


def told(account: Account, case_id: int, kind: str, at: datetime, event_id: int, **more) -> Notice:
    """Tell somebody something about a case, of an event that says nothing more."""
    words = [Word(account.pk, f"case:{case_id}", NO_EVENT + event_id, kind, at, **more)]
    (notice,) = tell(
        source="servicedesk",
        words=words,
        now=at,
    )
    return notice


def states() -> list[tuple[str, str]]:
    return list(Delivery.objects.order_by("id").values_list("when", "state"))
