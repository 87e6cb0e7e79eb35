"""One thing done to many requests: each in its own transaction, each refusal told with its reason.

What is refused to one doesn't keep the others from being done. Sent again, or cut off half way and
sent again, a batch does nothing twice: each request has a key of its own, made of the form's.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.utils.translation import gettext as _

from yuanqi.casework.queries import Act
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.once import once
from yuanqi.parameters import parameters
from yuanqi.supervision import operations as supervision

from . import operations
from .models import Return
from .parameters_defined import BATCH_MOST
from .queries import request_for

MOST = 500  # requests in one batch, whatever the park sets

Do = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a batch: the cases that were done, those refused with the reason."""

    done: tuple[int, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()


def run(case_ids: Iterable[int], do: Do) -> Report:
    """Do one thing to each of these cases, in the order given and to each once.

    `do` opens a transaction of its own and refuses as operations do. Raises Invalid, with nothing
    done, for more than the park allows, five hundred at most.
    """
    wanted = list(dict.fromkeys(case_ids))
    most = parameters.value(BATCH_MOST)
    if len(wanted) > most:
        raise Invalid(_("一次最多处理 %(most)d 件，请分批选择。") % {"most": most})
    done: list[int] = []
    refused: list[tuple[int, str]] = []
    for case_id in wanted:
        try:
            do(case_id)
        except NotVisible:
            refused.append((case_id, _("这件不归您看了，没有办。")))
        except (NotAllowed, Conflict, Invalid) as error:
            refused.append((case_id, str(error.message)))
        else:
            done.append(case_id)
    return Report(tuple(done), tuple(refused))


def once_each(do: Do, *, account_id: int, key: str, at: datetime) -> Do:
    """Do the thing to each case only if the form with this key hasn't done it before.

    The key of each case is written in the transaction of what is done to it.
    """
    try:
        form = UUID(key)
    except ValueError:
        return do

    def do_once(case_id: int) -> None:
        def act() -> str:
            do(case_id)
            return f"case:{case_id}"

        once(account_id=account_id, key=str(uuid5(form, str(case_id))), at=at, act=act)

    return do_once


def dispatch_as_proposed(*, actor: Actor, at: datetime) -> Do:
    """Give each request to the lead that its category proposes, without co-handlers.

    Refused where there is no proposal, and where that very unit has given the request back.
    """

    def do(case_id: int) -> None:
        request = request_for(case_id, actor, Act.DISPATCH)
        lead = request.proposed_lead
        if lead is None:
            raise Invalid(_("这类诉求没有建议的主办部门，请单独派。"))
        if Return.objects.filter(case=case_id, department=lead).exists():
            raise Conflict(_("%(unit)s退回过，请单独派。") % {"unit": lead.label})
        operations.request_dispatch(case_id=case_id, lead_id=lead.pk, actor=actor, at=at)

    return do


def remind(*, actor: Actor, at: datetime) -> Do:
    """Ask whoever has each request in hand to get on with it; refused within the grace."""

    def do(case_id: int) -> None:
        supervision.remind(case_id=case_id, actor=actor, at=at)

    return do


def merge_into(into_id: int, *, explanation: str, actor: Actor, at: datetime) -> Do:
    """Let each request go into the one that is kept."""

    def do(case_id: int) -> None:
        operations.request_merge(
            case_id=case_id, into_id=into_id, explanation=explanation, actor=actor, at=at
        )

    return do


# --- what is offered -----------------------------------------------------------------------------

DISPATCH = "dispatch"
REMIND = "remind"
MERGE = "merge"  # asks first which is kept

ACTS: Mapping[str, Callable[..., Do]] = {DISPATCH: dispatch_as_proposed, REMIND: remind}


def offered(actor: Actor) -> list[str]:
    """What the batch bar offers this actor; each request decides for itself whether he may."""
    if actor.has(Role.CENTRE):
        return [DISPATCH, REMIND, MERGE]
    if actor.has(Role.LEADER, Role.HEAD) or actor.linked_enterprise_ids:
        return [REMIND]
    return []
