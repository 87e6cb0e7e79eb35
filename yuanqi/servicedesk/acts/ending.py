"""Ends without a formal answer, and taking up again what has ended."""

from django.utils.translation import gettext as _

from yuanqi.casework.acts import end
from yuanqi.casework.casefile import CaseFile
from yuanqi.casework.definition import MechanismDefinition
from yuanqi.casework.models import UNANSWERED, Case, CaseHolding, CaseState, Outcome, Purpose
from yuanqi.casework.rulebook import Limits
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.journal import Audience
from yuanqi.organisation.models import CalendarVersion

from ..events import (
    RequestJoined,
    RequestMerged,
    RequestRefused,
    RequestReopened,
    RequestWithdrawn,
)
from ..models import Ending, Reopening
from ..windows import reopens_until
from .answering import back_to_its_officer
from .dispatching import Intake


def refuse(
    file: CaseFile,
    *,
    ground: str,
    explanation: str,
    where_to: str,
    earlier: Case | None,
    definition: MechanismDefinition,
) -> None:
    """Don't accept a request (不予受理): say why, and where the enterprise can turn.

    Grounds: Weifang 12345 Regulation (2021) art. 19. What was settled before isn't handled a
    second time; the case that settled it is named, the explanation is the note that is filed
    (Jinan 12345 Regulation, 2018, art. 25).
    """
    case = file.case
    if case.state != CaseState.SUBMITTED:
        raise Conflict(_("已经派单或办结，不能再不予受理。"))
    found = definition.refusal_grounds.get(ground)
    if found is None:
        raise Invalid(_("请从列出的不予受理情形中选一个。"), "ground")
    if found.needs_earlier and earlier is None:
        raise Invalid(_("请选出此前已经办结的同一事项。"), "earlier")
    where_to = where_to or found.where_to.zh
    end(file, Outcome.NOT_ACCEPTED, why=_("不予受理，申请自动撤回"))
    file.writer.insert(
        Ending(
            case=case,
            at=file.at,
            by_id=file.actor.account_id,
            ground=ground,
            basis=found.basis,
            where_to=where_to,
            explanation=explanation,
            earlier=earlier,
        )
    )
    file.record(
        RequestRefused(
            case_id=case.pk,
            ground=ground,
            basis=found.basis,
            where_to=where_to,
            explanation_sha256=sha256_of(explanation),
            earlier_id=earlier.pk if earlier else None,
        )
    )
    file.settle()


def merge(file: CaseFile, into: CaseFile, *, explanation: str) -> None:
    """End a request that another one of the same enterprise already asks (并案).

    What was said and handed in stays with it; whoever works on the other may read it there.
    """
    case, other = file.case, into.case
    if other.pk == case.pk:
        raise Invalid(_("不能并入自己，请选另一件。"), "into")
    if case.state not in UNANSWERED:
        raise Conflict(_("没有合并：这件已经答复或办结，请看最新进展。"))
    if other.state not in UNANSWERED:
        raise Conflict(_("没有合并：%(number)s 已经答复或办结。") % {"number": other.number})
    if file.bars != into.bars:
        raise Conflict(_("没有合并：投诉件要单独办理，不能与其他诉求合并。"))
    end(file, Outcome.MERGED, why=_("已合并，申请自动撤回"), into=other)
    into.joined.append(file)
    file.grant(*sorted(into.grantees))
    file.writer.insert(
        Ending(case=case, at=file.at, by_id=file.actor.account_id, explanation=explanation)
    )
    file.record(
        RequestMerged(
            case_id=case.pk,
            into_id=other.pk,
            into_number=other.number,
            explanation_sha256=sha256_of(explanation),
        )
    )
    file.settle()
    into.record(
        RequestJoined(case_id=other.pk, from_id=case.pk, from_number=case.number), Audience.STAFF
    )
    into.settle(acted=False)


def withdraw(file: CaseFile, *, reason: str) -> None:
    """The enterprise doesn't want it any more, while it isn't answered (撤回)."""
    case = file.case
    end(file, Outcome.WITHDRAWN, why=_("企业已撤回，申请自动撤回"))
    file.writer.insert(
        Ending(case=case, at=file.at, by_id=file.actor.account_id, explanation=reason)
    )
    file.record(RequestWithdrawn(case_id=case.pk, reason_sha256=sha256_of(reason)))
    file.settle()


def reopen(
    file: CaseFile,
    *,
    reason: str,
    definition: MechanismDefinition,
    limits: Limits,
    calendar: CalendarVersion,
    intake: Intake,
) -> None:
    """Take up again what isn't right after all (重新办理), within the window after its end.

    It goes back to whoever led it, if he is still there; else to the intake. How it ended stays
    on record. A merged request lives on in the one that it was merged into.
    """
    case = file.case
    if case.state != CaseState.CLOSED or case.closed_at is None:
        raise Conflict(_("这件还没有办结，不用重新办理。"))
    if case.merged_into is not None:
        raise Conflict(
            _("这件已经并入 %(number)s，请到那一件里说。") % {"number": case.merged_into.number}
        )
    until = reopens_until(case, definition, calendar)
    if until is None:
        raise Conflict(_("这类办件的办理规则里没有重新办理。"))
    if file.at > until:
        raise Conflict(_("办结已久，不能再重新办理。请另提一件，可以写上原来的编号。"))
    file.writer.insert(
        Reopening(
            case=case,
            at=file.at,
            by_id=file.actor.account_id,
            reason=reason,
            outcome_before=case.outcome,
            closed_before=case.closed_at,
        )
    )
    before = case.outcome
    file.set(
        outcome="",
        closed_at=None,
        answered_at=None,
        review_level=None,
        review_resolved=None,
        reopened=case.reopened + 1,
    )
    for purpose in (Purpose.CONTACT, Purpose.RESOLVE):
        file.open_clock(purpose, limits.allowance(purpose, case.level, case.category), calendar)
    if not back_to_its_officer(file):
        allowance = limits.allowance(Purpose.SIGN, case.level, case.category)
        file.open_clock(Purpose.SIGN, allowance, calendar)
        file.set(state=CaseState.SUBMITTED, lead=None)
        file.hold(intake.officer, intake.centre, CaseHolding.Work.DISPATCH)
        file.grant(f"d{intake.centre.pk}")
    file.record(
        RequestReopened(
            case_id=case.pk,
            outcome_before=before,
            lead_id=case.lead.pk if case.lead else None,
            officer_id=case.responsible_id or 0,
            reason_sha256=sha256_of(reason),
        )
    )
    file.settle()
