"""What happens to rounds of links, wishes and hand-overs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from yuanqi.foundation.journal import Event


@dataclass(frozen=True)
class RoundDrafted(Event):
    """A round was begun; `base_id` names the round that it changes in its course."""

    kind: ClassVar[str] = "linking.round_drafted"
    round_id: int
    name: str
    from_on: date
    until_on: date
    base_id: int | None
    enterprises: int
    seats: int


@dataclass(frozen=True)
class RoundScoped(Event):
    """Scopes, days or capacities of a draft were changed, and its enterprises looked up afresh."""

    kind: ClassVar[str] = "linking.round_scoped"
    round_id: int
    from_on: date
    until_on: date
    is_everyone: bool
    industries: Sequence[str]
    lists: Sequence[str]
    titles: Sequence[str]
    stages: Sequence[int]
    leader_capacity: int
    head_capacity: int
    deputy_capacity: int
    enterprises: int
    seats: int


@dataclass(frozen=True)
class RoundDiscarded(Event):
    kind: ClassVar[str] = "linking.round_discarded"
    round_id: int
    name: str


@dataclass(frozen=True)
class SeatChanged(Event):
    """How many enterprises an officer serves in a round; nought: he takes no part."""

    kind: ClassVar[str] = "linking.seat_changed"
    round_id: int
    officer_id: int
    before: int
    capacity: int


@dataclass(frozen=True)
class VariantsAsked(Event):
    kind: ClassVar[str] = "linking.variants_asked"
    round_id: int
    revision: int


@dataclass(frozen=True)
class VariantTaken(Event):
    """The pairs of a variant were taken into the draft."""

    kind: ClassVar[str] = "linking.variant_taken"
    round_id: int
    code: str
    moves: int
    unplaced: int


@dataclass(frozen=True)
class PairSet(Event):
    """Somebody set the officers of an enterprise in a draft by hand."""

    kind: ClassVar[str] = "linking.pair_set"
    round_id: int
    enterprise_id: int
    lead_before_id: int | None
    lead_id: int | None
    second_before_id: int | None
    second_id: int | None


@dataclass(frozen=True)
class RoundPublished(Event):
    """A round's pairs hold from a day on; counts are of links begun, ended, kept."""

    kind: ClassVar[str] = "linking.round_published"
    round_id: int
    name: str
    from_on: date
    begun: int
    ended: int
    kept: int
    officers: Sequence[int]


@dataclass(frozen=True)
class WishStated(Event):
    """A wish of a pair, or a conflict of interest. Why stands with the wish."""

    kind: ClassVar[str] = "linking.wish_stated"
    wish_id: int
    enterprise_id: int
    officer_id: int
    wish: str


@dataclass(frozen=True)
class WishWithdrawn(Event):
    kind: ClassVar[str] = "linking.wish_withdrawn"
    wish_id: int
    enterprise_id: int
    officer_id: int
    wish: str


@dataclass(frozen=True)
class HandoverOpened(Event):
    """An enterprise goes from one officer to another, who has to confirm."""

    kind: ClassVar[str] = "linking.handover_opened"
    handover_id: int
    enterprise_id: int
    from_officer_id: int
    to_officer_id: int
    role: int
    from_on: date


@dataclass(frozen=True)
class HandoverNoted(Event):
    """He who hands over has written what his successor should know."""

    kind: ClassVar[str] = "linking.handover_noted"
    handover_id: int
    enterprise_id: int
    note_sha256: str


@dataclass(frozen=True)
class HandoverConfirmed(Event):
    kind: ClassVar[str] = "linking.handover_confirmed"
    handover_id: int
    enterprise_id: int
    officer_id: int


@dataclass(frozen=True)
class HandoverReminded(Event):
    """The successor has not confirmed for days: he was reminded, or the service centre told."""

    kind: ClassVar[str] = "linking.handover_reminded"
    handover_id: int
    enterprise_id: int
    to_officer_id: int
    is_centre: bool


@dataclass(frozen=True)
class LinksExported(Event):
    kind: ClassVar[str] = "linking.links_exported"
    query: str
    rows: int
