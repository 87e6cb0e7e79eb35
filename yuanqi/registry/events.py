"""What happens in the registers.

An event of a change says which fields went from what to what; a personal value (a name, a number)
stands beside the chain, its salted hash in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from yuanqi.foundation.journal import Event, Personal


@dataclass(frozen=True)
class Changed(Event):
    """Fields by name as they were and as they are; `personal` by name with `_before`, `_after`."""

    enterprise_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    personal: Mapping[str, Personal]


# the enterprise itself ---------------------------------------------------------------------------


@dataclass(frozen=True)
class EnterpriseRegistered(Event):
    kind: ClassVar[str] = "registry.enterprise_registered"
    enterprise_id: int
    uscc: str
    name: str


@dataclass(frozen=True)
class EnterpriseChanged(Changed):
    kind: ClassVar[str] = "registry.enterprise_changed"


@dataclass(frozen=True)
class EnterpriseMerged(Event):
    """The row was a second one of the same firm; all that hung on it has moved."""

    kind: ClassVar[str] = "registry.enterprise_merged"
    enterprise_id: int
    into_id: int


@dataclass(frozen=True)
class GroupCreated(Event):
    kind: ClassVar[str] = "registry.group_created"
    group_id: int
    name: str
    head_id: int | None


@dataclass(frozen=True)
class GroupChanged(Event):
    kind: ClassVar[str] = "registry.group_changed"
    group_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True)
class AreaCreated(Event):
    kind: ClassVar[str] = "registry.area_created"
    area_id: int
    code: str
    name: str


@dataclass(frozen=True)
class AreaChanged(Event):
    kind: ClassVar[str] = "registry.area_changed"
    area_id: int
    before: Mapping[str, Any]
    after: Mapping[str, Any]


# its people and who serves it --------------------------------------------------------------------


@dataclass(frozen=True)
class ContactAdded(Event):
    kind: ClassVar[str] = "registry.contact_added"
    enterprise_id: int
    contact_id: int
    name: Personal
    phone: Personal
    is_main: bool


@dataclass(frozen=True)
class ContactChanged(Changed):
    kind: ClassVar[str] = "registry.contact_changed"
    contact_id: int


@dataclass(frozen=True)
class ContactRetired(Event):
    kind: ClassVar[str] = "registry.contact_retired"
    enterprise_id: int
    contact_id: int


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


@dataclass(frozen=True)
class LinkChanged(Changed):
    """The days of a link were put right."""

    kind: ClassVar[str] = "registry.link_changed"
    link_id: int
    officer_id: int


# what stands in its profile ----------------------------------------------------------------------


@dataclass(frozen=True)
class TitleGranted(Event):
    kind: ClassVar[str] = "registry.title_granted"
    enterprise_id: int
    title_id: int
    name: str
    level: str
    granted_on: date
    valid_until: date | None


@dataclass(frozen=True)
class TitleChanged(Changed):
    kind: ClassVar[str] = "registry.title_changed"
    title_id: int
    name: str


@dataclass(frozen=True)
class TitleRemoved(Event):
    kind: ClassVar[str] = "registry.title_removed"
    enterprise_id: int
    title_id: int
    name: str


@dataclass(frozen=True)
class InvestorAdded(Event):
    """`name` of a firm stands in the chain; of a person beside it, in `person`."""

    kind: ClassVar[str] = "registry.investor_added"
    enterprise_id: int
    investor_id: int
    name: str
    person: Personal | None
    country: str
    share: Decimal | None


@dataclass(frozen=True)
class InvestorChanged(Changed):
    kind: ClassVar[str] = "registry.investor_changed"
    investor_id: int


@dataclass(frozen=True)
class InvestorRemoved(Event):
    kind: ClassVar[str] = "registry.investor_removed"
    enterprise_id: int
    investor_id: int


@dataclass(frozen=True)
class AddressAdded(Event):
    kind: ClassVar[str] = "registry.address_added"
    enterprise_id: int
    address_id: int
    place: str
    text: str
    area_id: int | None


@dataclass(frozen=True)
class AddressChanged(Changed):
    kind: ClassVar[str] = "registry.address_changed"
    address_id: int
    text: str


@dataclass(frozen=True)
class AddressRemoved(Event):
    kind: ClassVar[str] = "registry.address_removed"
    enterprise_id: int
    address_id: int
    text: str


@dataclass(frozen=True)
class CertificateAdded(Event):
    """`sha256` is that of the file handed in, if one was."""

    kind: ClassVar[str] = "registry.certificate_added"
    enterprise_id: int
    certificate_id: int
    name: str
    number: str
    valid_until: date | None
    sha256: str


@dataclass(frozen=True)
class CertificateChanged(Changed):
    kind: ClassVar[str] = "registry.certificate_changed"
    certificate_id: int
    name: str


@dataclass(frozen=True)
class CertificateRemoved(Event):
    kind: ClassVar[str] = "registry.certificate_removed"
    enterprise_id: int
    certificate_id: int
    name: str


# monthly indicators ------------------------------------------------------------------------------


@dataclass(frozen=True)
class IndicatorsStated(Event):
    """Figures of one month by the code of their measure, from one source."""

    kind: ClassVar[str] = "registry.indicators_stated"
    enterprise_id: int
    month: date
    source: str
    figures: Mapping[str, Decimal]


@dataclass(frozen=True)
class IndicatorsChanged(Event):
    kind: ClassVar[str] = "registry.indicators_changed"
    enterprise_id: int
    month: date
    source: str
    before: Mapping[str, Decimal]
    after: Mapping[str, Decimal]


@dataclass(frozen=True)
class IndicatorsConfirmed(Event):
    kind: ClassVar[str] = "registry.indicators_confirmed"
    enterprise_id: int
    month: date
    source: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class IndicatorsReturned(Event):
    """Sent back to who stated them, with what is wrong."""

    kind: ClassVar[str] = "registry.indicators_returned"
    enterprise_id: int
    month: date
    source: str
    codes: tuple[str, ...]
    reason: str


# projects ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ProjectCreated(Event):
    kind: ClassVar[str] = "registry.project_created"
    enterprise_id: int
    project_id: int
    code: str
    name: str
    stage: int
    investment: Decimal | None


@dataclass(frozen=True)
class ProjectChanged(Changed):
    kind: ClassVar[str] = "registry.project_changed"
    project_id: int


@dataclass(frozen=True)
class ProjectStageReached(Event):
    kind: ClassVar[str] = "registry.project_stage_reached"
    enterprise_id: int
    project_id: int
    before: int
    stage: int
    on: date
    note: str


@dataclass(frozen=True)
class ProjectGateWaived(Event):
    """Let on to a stage without what it takes; `lacks` are the conditions as they are written."""

    kind: ClassVar[str] = "registry.project_gate_waived"
    enterprise_id: int
    project_id: int
    stage: int
    lacks: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class ProjectInvestmentStated(Event):
    """What was invested in a month, and what it was said to be before; 万元."""

    kind: ClassVar[str] = "registry.project_investment_stated"
    enterprise_id: int
    project_id: int
    month: date
    amount: Decimal
    planned: Decimal | None
    before: Decimal | None


@dataclass(frozen=True)
class MilestoneSet(Event):
    kind: ClassVar[str] = "registry.milestone_set"
    enterprise_id: int
    project_id: int
    milestone_id: int
    name: str
    due_on: date


@dataclass(frozen=True)
class MilestoneChanged(Changed):
    kind: ClassVar[str] = "registry.milestone_changed"
    project_id: int
    milestone_id: int
    name: str
