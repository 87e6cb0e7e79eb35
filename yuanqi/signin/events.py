"""What happens at the door. No password, code or secret is ever in an event."""

from dataclasses import dataclass
from typing import ClassVar

from yuanqi.foundation.journal import Event, Personal


@dataclass(frozen=True)
class SignedIn(Event):
    """`methods`: "password", "city" (the city's identity), "totp", "recovery"."""

    kind: ClassVar[str] = "signin.signed_in"
    methods: list[str]
    address: Personal
    device: str


@dataclass(frozen=True)
class SignInFailed(Event):
    """`what`: "password", "code", "closed"."""

    kind: ClassVar[str] = "signin.failed"
    what: str
    failures: int
    address: Personal
    device: str


@dataclass(frozen=True)
class AccountLocked(Event):
    kind: ClassVar[str] = "signin.locked"
    failures: int
    minutes: int
    address: Personal


@dataclass(frozen=True)
class LockoutLifted(Event):
    kind: ClassVar[str] = "signin.lockout_lifted"
    reason: str


@dataclass(frozen=True)
class SignedOut(Event):
    kind: ClassVar[str] = "signin.signed_out"


@dataclass(frozen=True)
class SessionsEnded(Event):
    """`why`: "own", "administrator", "password", "roles", "closed", "factor"."""

    kind: ClassVar[str] = "signin.sessions_ended"
    count: int
    why: str
    reason: str


@dataclass(frozen=True)
class PasswordChanged(Event):
    kind: ClassVar[str] = "signin.password_changed"


@dataclass(frozen=True)
class NewPasswordRequired(Event):
    kind: ClassVar[str] = "signin.new_password_required"


@dataclass(frozen=True)
class SecondFactorEnrolled(Event):
    kind: ClassVar[str] = "signin.second_factor_enrolled"


@dataclass(frozen=True)
class SecondFactorRemoved(Event):
    kind: ClassVar[str] = "signin.second_factor_removed"
    by_owner: bool
    reason: str


@dataclass(frozen=True)
class RecoveryCodesRenewed(Event):
    kind: ClassVar[str] = "signin.recovery_codes_renewed"
    count: int


@dataclass(frozen=True)
class CityIdentityBound(Event):
    kind: ClassVar[str] = "signin.city_identity_bound"
    issuer: str
    subject: Personal
    by_owner: bool


@dataclass(frozen=True)
class CityIdentityUnbound(Event):
    kind: ClassVar[str] = "signin.city_identity_unbound"
    by_owner: bool
    reason: str
