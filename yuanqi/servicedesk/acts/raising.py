"""A request comes in: a case of the centre's from the first second."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from yuanqi.casework.casefile import CaseFile, Enclosed
from yuanqi.casework.models import Case, CaseHolding, MechanismVersion, Message, Purpose
from yuanqi.casework.rulebook import Limits
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import Writer
from yuanqi.organisation.models import CalendarVersion, Department, Officer
from yuanqi.registry.models import ContactPerson

from ..events import RequestRaised, RequestRouted
from ..models import ServiceRequest
from ..routing import Route
from .dispatching import Intake

TITLE_LENGTH = 40  # characters: what a row of a list shows without wrapping


@dataclass(frozen=True, slots=True)
class Accused:
    """Whom a complaint is about: a unit, or one of its people and the unit with him."""

    department: Department
    officer: Officer | None = None

    @property
    def bars(self) -> tuple[str, ...]:
        """Under which names they are kept from it."""
        unit = f"d{self.department.pk}"
        return (unit,) if self.officer is None else (unit, f"o{self.officer.pk}")


def title_of(text: str) -> str:
    """The first sentence of what was asked; of a long one, as many clauses as a line holds."""
    line = " ".join(text.split())
    for stop in "。！？!?；;":
        head = line.split(stop, 1)[0]
        if 6 <= len(head) < len(line):
            line = head
    if len(line) <= TITLE_LENGTH:
        return line
    cut = max(line.rfind(comma, 12, TITLE_LENGTH) for comma in "，,：:")
    return line[:cut] if cut > 0 else line[: TITLE_LENGTH - 1] + "…"


def raise_request(
    writer: Writer,
    *,
    number: str,
    mechanism: MechanismVersion,
    contact: ContactPerson,
    category: str,
    level: str,
    text: str,
    channel: str,
    proposed_lead: Department | None,
    enclosed: Sequence[Enclosed],
    limits: Limits,
    calendar: CalendarVersion,
    intake: Intake,
    actor: Actor,
    at: datetime,
    accused: Accused | None = None,
    route: Route | None = None,
) -> CaseFile:
    """Open a case for a request: it is the centre's from the first second, and its clock runs.

    A complaint is kept from the unit and the officer that it accuses, also in the journal: their
    names are hashed together with its text, which nobody else knows. `route` is the rule that
    proposed the lead, if one did.
    """
    case = Case(
        number=number,
        mechanism_version=mechanism,
        enterprise=contact.enterprise,
        title=title_of(text),
        category=category,
        level=level,
        opened_at=at,
        acted_at=at,
        responsible=intake.officer,
    )
    bars = accused.bars if accused else ()
    if proposed_lead is not None and f"d{proposed_lead.pk}" in bars:
        proposed_lead = None  # the centre chooses another
    writer.insert(case)
    file = CaseFile(case, writer, actor, at, fresh=True)
    writer.insert(
        ServiceRequest(
            case=case,
            text=text,
            channel=channel,
            contact=contact,
            raised_by_id=actor.account_id,
            proposed_lead=proposed_lead,
            accused_department=accused.department if accused else None,
            accused_officer=accused.officer if accused else None,
        )
    )
    file.bar(*bars)
    file.grant(f"e{case.enterprise_id}", f"d{intake.centre.pk}")
    for purpose in (Purpose.SIGN, Purpose.CONTACT, Purpose.RESOLVE):
        file.open_clock(purpose, limits.allowance(purpose, level, category), calendar)
    file.hold(intake.officer, intake.centre, CaseHolding.Work.DISPATCH)
    file.enclose(enclosed, audience=Message.Audience.ENTERPRISE)
    file.record(
        RequestRaised(
            case_id=case.pk,
            number=number,
            category=category,
            level=level,
            channel=channel,
            contact_id=contact.pk,
            text_sha256=sha256_of(text),
            files=[item.file.sha256 for item in enclosed],
            accused_sha256=sha256_of("\n".join([text, *bars])) if bars else "",
        )
    )
    if route is not None:
        file.record(
            RequestRouted(
                case_id=case.pk,
                condition_id=route.version.condition_id,
                number=route.version.number,
                name=route.version.condition.name,
                lead_id=route.lead.pk,
            ),
            Audience.STAFF,
        )
    file.settle()
    return file
