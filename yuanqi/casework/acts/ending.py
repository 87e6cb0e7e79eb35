"""The end of a case: judged, unrated, or without a formal answer."""

from django.utils.translation import gettext as _

from yuanqi.foundation.errors import Conflict
from yuanqi.organisation.models import Department, Officer

from ..casefile import Allowance, CaseFile
from ..definition import MechanismDefinition
from ..events import CaseClosed, Evaluated
from ..models import UNANSWERED, Case, CaseHolding, CaseState, Evaluation, Outcome, Purpose
from .work import relieve


def evaluate(
    file: CaseFile,
    *,
    level: int,
    is_resolved: bool,
    was_contacted: bool,
    praise: str,
    complaint: str,
    definition: MechanismDefinition,
    call_back: Allowance,
    on_duty: tuple[Officer, Department],
) -> Evaluation:
    """The enterprise's judgement: good ones close the case, the two lowest open a call-back."""
    if file.case.state != CaseState.ANSWERED:
        raise Conflict(_("答复之后可以评价一次；这件现在不在待评价。"))
    evaluation = Evaluation(
        case=file.case,
        at=file.at,
        level=level,
        is_resolved=is_resolved,
        was_contacted=was_contacted,
        praise=praise,
        complaint=complaint,
        by_id=file.actor.account_id,
    )
    file.writer.insert(evaluation)
    file.set(review_level=level, review_resolved=is_resolved)
    file.record(
        Evaluated(
            case_id=file.case.pk,
            level=level,
            is_resolved=is_resolved,
            was_contacted=was_contacted,
            praised=bool(praise),
        )
    )
    if level in definition.evaluation.call_back_levels:
        stopped = file.stop_clock(Purpose.EVALUATE)
        assert stopped is not None, "an answered case has an open evaluate clock"
        file.open_clock(Purpose.EVALUATE, call_back, stopped.calendar)
        file.set(state=CaseState.CALL_BACK, bad_reviews=file.case.bad_reviews + 1)
        file.hold(*on_duty, CaseHolding.Work.CALL_BACK)
        file.settle()
    else:
        close(file, how="evaluated")
    return evaluation


def close(file: CaseFile, *, how: str) -> None:
    """Nothing is left to do (办结)."""
    if file.case.state not in (CaseState.ANSWERED, CaseState.CALL_BACK):
        raise Conflict(_("答复之后才能办结。"))
    file.stop_clocks()
    file.set(state=CaseState.CLOSED, closed_at=file.at, outcome=how)
    file.record(CaseClosed(case_id=file.case.pk, how=how))
    file.settle()


def end(file: CaseFile, outcome: Outcome, *, why: str, into: Case | None = None) -> None:
    """End a case without a formal answer; the caller records why, and settles.

    Its clocks stop where they stand, whoever worked on it is relieved.
    """
    if file.case.state not in UNANSWERED:
        raise Conflict(_("这件已经答复或办结，请看最新进展。"))
    resolve, open_pause = file.clock(Purpose.RESOLVE), file.open_pause()
    if resolve is not None and open_pause is not None:
        file.end_pause(resolve, open_pause)
    relieve(file, why=why)
    file.stop_clocks()
    file.set(state=CaseState.CLOSED, closed_at=file.at, outcome=outcome)
    if into is not None:
        file.set(merged_into=into)
