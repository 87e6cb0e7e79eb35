"""Answering a request, or ending it without an answer; taking it up again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.casework.casefile import CaseFile
from yuanqi.casework.models import Case
from yuanqi.casework.operations import definition_of, enclosed, limits_of, opened
from yuanqi.casework.queries import Act, case_visible, cases_visible_to
from yuanqi.casework.texts import LONG, required
from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Invalid
from yuanqi.foundation.files import Upload
from yuanqi.organisation.queries import current_calendar

from .. import acts
from ..duty import answering, intake_at, self_of
from ..queries import cases_settled_before


@transaction.atomic
def request_answer(
    *,
    case_id: int,
    body: str,
    uploads: Sequence[Upload] = (),
    actor: Actor,
    at: datetime,
) -> None:
    """Give the formal answer (正式答复); the enterprise is asked to evaluate it.

    Raises NotVisible, NotAllowed; Conflict while a co-handler's opinion is missing, or paused.
    """
    file = opened(case_id, actor, Act.ANSWER, at)
    acts.answer(file, body=body, enclosed=enclosed(uploads, at), limits=limits_of(file.case))


@transaction.atomic
def request_call_back(
    *,
    case_id: int,
    spoke_with: str,
    facts: str,
    is_resolved: bool,
    is_sent_back: bool = False,
    actor: Actor,
    at: datetime,
) -> None:
    """Record the call-back after a bad evaluation (回访), and close, or send it back to the lead
    to put right (退回整改).

    Raises NotVisible, NotAllowed; Invalid if what is resolved is sent back; Conflict if done.
    """
    if is_resolved and is_sent_back:
        raise Invalid(_("已经解决的不用退回整改。"), "is_sent_back")
    file = opened(case_id, actor, Act.CALL_BACK, at)
    lead = file.case.lead
    acts.call_back(
        file,
        officer=self_of(actor),
        spoke_with=spoke_with,
        facts=facts,
        is_resolved=is_resolved,
        is_sent_back=is_sent_back,
        answering=answering(lead, file.at, file.bars) if lead and is_sent_back else None,
        limits=limits_of(file.case),
    )


@transaction.atomic
def request_refuse(
    *,
    case_id: int,
    ground: str,
    explanation: str,
    where_to: str = "",
    earlier_id: int | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Don't accept a request (不予受理), on a ground of its mechanism; the enterprise is told why
    and where to turn, by default as the mechanism says.

    `earlier_id` names the enterprise's case that settled the matter, if the ground wants it.
    Raises NotVisible, NotAllowed, Invalid; Conflict once it is dispatched.
    """
    explanation = required(explanation, "explanation", _("请向企业说明理由。"), at_most=LONG)
    file = opened(case_id, actor, Act.REFUSE, at)
    acts.refuse(
        file,
        ground=ground,
        explanation=explanation,
        where_to=where_to.strip(),
        earlier=None if earlier_id is None else _settled(file, earlier_id),
        definition=definition_of(file.case),
    )


def _settled(file: CaseFile, earlier_id: int) -> Case:
    """An answered case of the same enterprise that the actor may see. Raises Invalid."""
    earlier = cases_settled_before(file.case, file.actor).filter(pk=earlier_id).first()
    if earlier is None:
        raise Invalid(_("请选这家企业此前已经答复过的一件。"), "earlier")
    return earlier


@transaction.atomic
def request_merge(
    *, case_id: int, into_id: int, explanation: str = "", actor: Actor, at: datetime
) -> None:
    """End a request in favour of another of the same enterprise that asks the same (并案).

    Raises NotVisible, NotAllowed, Invalid; Conflict if either has been answered or ended.
    """
    explanation = explanation.strip() or _("与另一件是同一件事，合并办理。")
    required(explanation, "explanation", "", at_most=LONG)
    # both heads in order of name: two who merge them into each other don't wait in a ring
    case_visible(case_id, actor)
    journal.lock(f"case:{case_id}", f"case:{into_id}")
    file = opened(case_id, actor, Act.MERGE, at)
    if not cases_visible_to(actor).filter(pk=into_id).exists():
        raise Invalid(_("请选同一家企业的另一件。"), "into")
    into = opened(into_id, actor, Act.NOTE, at)
    if into.case.enterprise_id != file.case.enterprise_id:
        raise Invalid(_("请选同一家企业的另一件。"), "into")
    into.at = file.at = max(file.at, into.at)
    acts.merge(file, into, explanation=explanation)


@transaction.atomic
def request_withdraw(*, case_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Take a request back while it isn't answered (撤回): by the enterprise, with a reason.

    Raises NotVisible, NotAllowed, Invalid; Conflict once it is answered.
    """
    reason = required(reason, "reason", _("请写一句为什么撤回。"), at_most=LONG)
    acts.withdraw(opened(case_id, actor, Act.WITHDRAW, at), reason=reason)


@transaction.atomic
def request_reopen(*, case_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Take a closed request up again (重新办理), within the window that its mechanism sets: by
    the enterprise or the service centre, with what is still not right.

    Raises NotVisible, NotAllowed, Invalid; Conflict after the window, or if it was merged.
    """
    reason = required(reason, "reason", _("请写明哪里还没有解决。"))
    file = opened(case_id, actor, Act.REOPEN, at)
    acts.reopen(
        file,
        reason=reason,
        definition=definition_of(file.case),
        limits=limits_of(file.case),
        calendar=current_calendar(),
        intake=intake_at(file.at, file.bars),
    )
