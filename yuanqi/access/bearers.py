"""Whose account it is: officers and contacts stand in slices above, which say so here.

A slice registers its register (from its `apps.py`); access asks all of them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db.models import QuerySet

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import Writer


@dataclass(frozen=True, slots=True)
class Bearer:
    """A person who has an account, or could have one."""

    kind: str  # "officer", "contact"
    pk: int
    name: str
    unit: str
    is_active: bool
    is_of_park: bool  # may hold business roles
    account_id: int | None = None
    url: str = ""  # the page that he stands on, for those who come from there

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.pk}"


class Register(Protocol):
    """The people of one kind."""

    kind: str

    def of(self, account_ids: Collection[int]) -> Mapping[int, Bearer]:
        """Who bears each of these accounts."""

    def matching(self, text: str) -> QuerySet[Any]:
        """The ids of the accounts whose bearer's name or unit has this text in it."""

    def waiting(self, text: str, most: int) -> Sequence[Bearer]:
        """Active people without an account whose name or unit has this text in it."""

    def find(self, pk: int) -> Bearer | None:
        """One of them, under a lock that lasts until the transaction ends."""

    def set_account(
        self, writer: Writer, pk: int, account: Account | None, *, actor: Actor, at: datetime
    ) -> None:
        """Write down whose account it is, or that he has none any more."""


_registers: dict[str, Register] = {}


def register(one: Register) -> None:
    """Let a slice say who its people are."""
    _registers[one.kind] = one


def of(account_ids: Collection[int]) -> dict[int, Bearer]:
    """Who bears each of these accounts; those of nobody are left out. A query a register."""
    found: dict[int, Bearer] = {}
    for one in _registers.values():
        found |= one.of(account_ids)
    return found


def of_one(account_id: int) -> Bearer | None:
    return of([account_id]).get(account_id)


def matching(text: str) -> list[QuerySet[Any]]:
    """The ids of accounts whose bearers match, a queryset a register."""
    return [one.matching(text) for one in _registers.values()]


def waiting(text: str = "", *, kinds: Collection[str] = (), most: int = 50) -> list[Bearer]:
    """Active people without an account, of all kinds or of these."""
    found: list[Bearer] = []
    for kind, one in _registers.items():
        if not kinds or kind in kinds:
            found += one.waiting(text, most)
    return found


def find(kind: str, pk: int) -> Bearer | None:
    one = _registers.get(kind)
    return one.find(pk) if one else None


def set_account(
    writer: Writer, bearer: Bearer, account: Account | None, *, actor: Actor, at: datetime
) -> None:
    _registers[bearer.kind].set_account(writer, bearer.pk, account, actor=actor, at=at)
