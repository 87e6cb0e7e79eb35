"""What happens in the registers."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from yuanqi.foundation.journal import Event, Personal


@dataclass(frozen=True)
class EnterpriseRegistered(Event):
    kind: ClassVar[str] = "registry.enterprise_registered"
    enterprise_id: int
    uscc: str
    name: str


@dataclass(frozen=True)
class ContactAdded(Event):
    kind: ClassVar[str] = "registry.contact_added"
    enterprise_id: int
    contact_id: int
    name: Personal
    phone: Personal
    is_main: bool


@dataclass(frozen=True)
class LinkBegun(Event):
    kind: ClassVar[str] = "registry.link_begun"
    enterprise_id: int
    officer_id: int
    role: int
    from_on: date


@dataclass(frozen=True)
class LinkEnded(Event):
    kind: ClassVar[str] = "registry.link_ended"
    enterprise_id: int
    officer_id: int
    role: int
    until_on: date
