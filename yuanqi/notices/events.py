"""What people change about where they are told. Addresses stay in their rows."""

from dataclasses import dataclass
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class ChannelAdded(Event):
    kind: ClassVar[str] = "notices.channel_added"
    channel: str


@dataclass(frozen=True)
class ChannelVerified(Event):
    kind: ClassVar[str] = "notices.channel_verified"
    channel: str


@dataclass(frozen=True)
class ChannelRemoved(Event):
    kind: ClassVar[str] = "notices.channel_removed"
    channel: str


@dataclass(frozen=True)
class ChoicesSaved(Event):
    kind: ClassVar[str] = "notices.choices_saved"
    choices: dict[str, str]  # of each channel and group: once, digest, never
    quiet: str  # "22:00-07:00", or nothing
    digest_at: str
