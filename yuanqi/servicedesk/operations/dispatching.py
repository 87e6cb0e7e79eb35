"""Giving a request to units, and units taking it up or giving it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.casework.casefile import CaseFile
from yuanqi.casework.operations import limits_of, opened
from yuanqi.casework.queries import Act
from yuanqi.casework.texts import required
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Invalid
from yuanqi.foundation.standing import ORGANISATION, Kept
from yuanqi.organisation.models import Department
from yuanqi.organisation.queries import bureaus

from .. import acts
from ..acts import CoHandling
from ..duty import answering, intake_at, self_of

_BUREAUS = Kept(lambda: {unit.pk: unit for unit in bureaus()}, ORGANISATION)


@dataclass(frozen=True, slots=True)
class CoHandler:
    """A department to ask besides the lead, and what it is asked."""

    department_id: int
    brief: str


@transaction.atomic
def request_dispatch(
    *,
    case_id: int,
    lead_id: int,
    co_handlers: Sequence[CoHandler] = (),
    is_named: bool = False,
    actor: Actor,
    at: datetime,
) -> None:
    """Give a request to a lead and co-handlers (派单).

    With `is_named`, and always after the second return, the lead may not return it (指定办理).
    Raises NotVisible, NotAllowed, Invalid; Conflict if it has been dispatched meanwhile.
    """
    file = opened(case_id, actor, Act.DISPATCH, at)
    lead, asked = _units(file, lead_id, co_handlers)
    acts.dispatch(
        file,
        lead=lead,
        officer=answering(lead, file.at, file.bars),
        co_handlers=asked,
        limits=limits_of(file.case),
        is_named=is_named,
    )


@transaction.atomic
def request_redispatch(
    *,
    case_id: int,
    lead_id: int,
    co_handlers: Sequence[CoHandler] = (),
    reason: str,
    actor: Actor,
    at: datetime,
) -> None:
    """Give a request to another lead than the one it has (改派), with a reason.

    Raises NotVisible, NotAllowed, Invalid; Conflict while paused, or once it is answered.
    """
    reason = required(reason, "reason", _("请写明为什么改派。"))
    file = opened(case_id, actor, Act.REDISPATCH, at)
    lead, asked = _units(file, lead_id, co_handlers)
    acts.redispatch(
        file,
        lead=lead,
        officer=answering(lead, file.at, file.bars),
        co_handlers=asked,
        reason=reason,
        limits=limits_of(file.case),
    )


def _units(
    file: CaseFile, lead_id: int, co_handlers: Sequence[CoHandler]
) -> tuple[Department, list[CoHandling]]:
    """The units that are asked, and who answers for them now. Raises Invalid."""
    units = _BUREAUS.known()
    if lead_id not in units:
        raise Invalid(_("请选一个主办部门。"), "lead")
    asked = [item.department_id for item in co_handlers]
    if lead_id in asked or len(set(asked)) != len(asked) or not set(asked) <= set(units):
        raise Invalid(_("协办部门要和主办不同，每个部门只列一次。"), "co_handlers")
    return units[lead_id], [
        CoHandling(
            units[item.department_id],
            answering(units[item.department_id], file.at, file.bars),
            item.brief,
        )
        for item in co_handlers
    ]


@transaction.atomic
def request_accept(*, case_id: int, actor: Actor, at: datetime) -> None:
    """Take up a dispatched request (签收). Raises Conflict if a colleague has, naming him."""
    file = opened(case_id, actor, Act.ACCEPT, at)
    acts.accept(file, officer=self_of(actor), limits=limits_of(file.case))


@transaction.atomic
def request_return(*, case_id: int, reason: str, basis: str, actor: Actor, at: datetime) -> None:
    """Give a request back to the service centre with reason and basis (退单).

    Raises NotVisible, NotAllowed; Conflict after the sign limit or once it is accepted.
    """
    file = opened(case_id, actor, Act.RETURN, at)
    acts.return_(
        file,
        officer=self_of(actor),
        reason=reason,
        basis=basis,
        intake=intake_at(file.at, file.bars),
        limits=limits_of(file.case),
    )
