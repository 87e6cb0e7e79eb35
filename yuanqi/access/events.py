"""What happens to accounts and to what they may do. The audit administrator reads it."""

from dataclasses import dataclass
from typing import ClassVar

from yuanqi.foundation.journal import Event, Personal


@dataclass(frozen=True)
class AccountOpened(Event):
    kind: ClassVar[str] = "access.account_opened"
    account_id: int
    username: Personal
    roles: list[str]  # those of the first three, and of a demo park; else none


@dataclass(frozen=True)
class HolderNamed(Event):
    kind: ClassVar[str] = "access.holder_named"
    account_id: int
    name: Personal


@dataclass(frozen=True)
class AccountBound(Event):
    kind: ClassVar[str] = "access.account_bound"
    account_id: int
    bearer: str  # "officer:3", "contact:7"


@dataclass(frozen=True)
class AccountUnbound(Event):
    kind: ClassVar[str] = "access.account_unbound"
    account_id: int
    bearer: str


@dataclass(frozen=True)
class AccountClosed(Event):
    kind: ClassVar[str] = "access.account_closed"
    account_id: int
    reason: str
    roles: list[str]  # what it lost with it


@dataclass(frozen=True)
class AccountReopened(Event):
    kind: ClassVar[str] = "access.account_reopened"
    account_id: int
    reason: str


@dataclass(frozen=True)
class PasswordReset(Event):
    kind: ClassVar[str] = "access.password_reset"
    account_id: int
    proposal_id: int | None  # of an administrator's account: two persons did it


@dataclass(frozen=True)
class RoleProposed(Event):
    kind: ClassVar[str] = "access.role_proposed"
    account_id: int
    proposal_id: int
    act: str
    role: str
    reason: str


@dataclass(frozen=True)
class RoleGranted(Event):
    kind: ClassVar[str] = "access.role_granted"
    account_id: int
    proposal_id: int
    role: str
    proposed_by: int


@dataclass(frozen=True)
class RoleRevoked(Event):
    kind: ClassVar[str] = "access.role_revoked"
    account_id: int
    proposal_id: int | None  # None: taken by one, which is the safe direction
    role: str
    reason: str


@dataclass(frozen=True)
class ProposalRefused(Event):
    kind: ClassVar[str] = "access.proposal_refused"
    account_id: int
    proposal_id: int
    act: str
    role: str
    reason: str


@dataclass(frozen=True)
class ProposalWithdrawn(Event):
    kind: ClassVar[str] = "access.proposal_withdrawn"
    account_id: int
    proposal_id: int
    act: str
    role: str
    reason: str


@dataclass(frozen=True)
class ProposalExpired(Event):
    kind: ClassVar[str] = "access.proposal_expired"
    account_id: int
    proposal_id: int
    act: str
    role: str


@dataclass(frozen=True)
class AccountsExported(Event):
    """Somebody took the list of accounts; his search may name a person, so it isn't told."""

    kind: ClassVar[str] = "access.accounts_exported"
    accounts: int
    role: str
    state: str
    is_searched: bool


@dataclass(frozen=True)
class ReviewExported(Event):
    kind: ClassVar[str] = "access.review_exported"
    accounts: int
    surplus: int
