"""What a meeting decides: tasks, promises, refusals, what is born there; how it ends."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.advice.operations import advice_give
from yuanqi.casework.models import Case
from yuanqi.foundation import files
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.files import Upload
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import Officer
from yuanqi.promises.models import Occasion, Promise
from yuanqi.promises.operations import promise_hand_over, promise_keep, promise_make
from yuanqi.promises.queries import answers_for, watches
from yuanqi.registry.models import ContactPerson, Enterprise
from yuanqi.servicedesk.operations import request_raise

from .. import acts
from ..locking import at_lock, item_in, kept, officer_at_work, run_open
from ..models import LONGEST, LONGEST_SUMMARY, Item, ItemState, Meeting
from ..queries import may_end, may_run

FARTHEST = timedelta(days=3 * 366)


@transaction.atomic
def item_decide(
    *,
    meeting_id: int,
    item_id: int,
    state: str,
    decision: str = "",
    owner_id: int | None = None,
    due_on: date | None = None,
    is_promised: bool = False,
    category: str = "",
    level: str = "",
    topic: str = "",
    actor: Actor,
    at: datetime,
) -> Item:
    """Decide an item: a task, refused with a reason, a request or advice born of it.

    A task has an owner and a day; `is_promised` gives the park's word to the item's enterprise.
    A request has `category` and `level`, advice a `topic`; both are the enterprise's words.
    Raises NotVisible, NotAllowed, Invalid; Conflict if it is decided already, or before it began.
    """
    row = run_open(meeting_id, actor)
    item = item_in(row, item_id)
    if item.state != ItemState.OPEN:
        raise Conflict(_("这项刚才已经议定：%(state)s。") % {"state": item.get_state_display()})
    if not row.has_begun(at):
        raise Conflict(_("会议还没有开始，不能议定。"))
    told: dict[str, object] = {}
    match state:
        case ItemState.TASK:
            told = _task(item, decision, owner_id, due_on, is_promised, actor, at)
        case ItemState.REFUSED:
            said = kept(decision, LONGEST, _("请写明为什么不办，企业看得到。"), "decision")
            told = {"decision": said}
        case ItemState.REQUEST:
            told = {"decision": kept(decision, LONGEST, "", "decision"),
                    "case": _request(item, category, level, actor, at)}  # fmt: skip
        case ItemState.ADVICE:
            firm = _of_firm(item)
            told = {
                "decision": kept(decision, LONGEST, "", "decision"),
                "advice": advice_give(
                    enterprise=firm, text=item.words, topic=topic, source="meeting",
                    contact_id=_contact_id(firm), actor=actor, at=at,
                ),
            }  # fmt: skip
        case _other:
            raise Invalid(_("请选怎样议定。"), "state")
    acts.item_decide(DIRECT, item, state=state, **told, actor=actor, at=at)
    return item


def _task(
    item: Item,
    decision: str,
    owner_id: int | None,
    due_on: date | None,
    is_promised: bool,
    actor: Actor,
    at: datetime,
) -> dict[str, object]:
    said = kept(decision, LONGEST, _("请写定了做什么。"), "decision")
    owner = officer_at_work(owner_id, "owner")
    today = timezone.localdate(at)
    if due_on is None or not today <= due_on <= today + FARTHEST:
        raise Invalid(_("期限要在今天以后，三年以内。"), "due_on")
    promise = None
    if is_promised:
        promise = _promise(_of_firm(item), said, owner, due_on, actor, at)
    return {"decision": said, "owner": owner, "due_on": due_on, "promise": promise}


def _promise(
    firm: Enterprise, text: str, owner: Officer, due_on: date, actor: Actor, at: datetime
) -> Promise:
    """A head who isn't of the centre promises in his own name and hands it to who does it."""
    if len(text) > 300:
        raise Invalid(_("承诺最多写 300 字。"), "decision")
    names = actor.side is Side.SYSTEM or watches(actor)
    made = promise_make(
        enterprise_id=firm.pk, text=text, due_on=due_on, occasion=Occasion.MEETING,
        officer_id=owner.pk if names else None, actor=actor, at=at,
    )  # fmt: skip
    if made.officer_id != owner.pk:
        made = promise_hand_over(promise_id=made.pk, officer_id=owner.pk, actor=actor, at=at)
    return made


def _request(item: Item, category: str, level: str, actor: Actor, at: datetime) -> Case:
    if item.case_id is not None:
        raise Conflict(_("这项本来就是一件诉求。"))
    firm = _of_firm(item)
    contact_id = _contact_id(firm)
    if contact_id is None:
        raise Invalid(_("这家企业还没有登记联系人，不能代它提诉求。"))
    case_id = request_raise(
        contact_id=contact_id, category=category, level=level, text=item.words, actor=actor, at=at
    )
    return Case.objects.get(pk=case_id)


def _of_firm(item: Item) -> Enterprise:
    if item.enterprise is None:
        raise Invalid(_("这项没有写是哪家企业的。"), "state")
    return item.enterprise


def _contact_id(firm: Enterprise) -> int | None:
    people = ContactPerson.objects.filter(enterprise=firm, is_active=True)
    return people.order_by("-is_main", "pk").values_list("pk", flat=True).first()


@transaction.atomic
def task_end(
    *,
    meeting_id: int,
    item_id: int,
    state: str,
    outcome: str,
    upload: Upload | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Say that a task is done and how, with evidence; or (who runs the meeting) that it is dropped.

    The minutes may be there already. Raises NotVisible, NotAllowed, Invalid, Conflict.
    """
    row = at_lock(meeting_id, actor)
    item = item_in(row, item_id)
    if state not in (ItemState.DONE, ItemState.DROPPED):
        raise Invalid(_("请选办完了还是不做了。"), "state")
    may = may_end(item, row, actor) if state == ItemState.DONE else may_run(row, actor)
    if not may:
        raise NotAllowed(_("任务由承担的人办结，由主持人取消。"))
    said = kept(outcome, LONGEST, _("请写结果，企业看得到。"), "outcome")
    if not item.is_task:
        raise Conflict(_("这项任务刚才已经有人办结。"))
    evidence = {}
    if upload is not None:
        evidence = {"file": files.keep(upload, at), "file_name": upload.name[-160:]}
    officer = None if actor.officer_id is None else Officer.objects.get(pk=actor.officer_id)
    acts.task_end(
        DIRECT, item, state=state, outcome=said, officer=officer, **evidence, actor=actor, at=at
    )
    promise = item.promise
    is_kept = state == ItemState.DONE and promise is not None and promise.is_open
    # said once, by whoever answers for both; else the promise waits for who does
    if is_kept and promise is not None and answers_for(promise, actor):
        promise_keep(promise_id=promise.pk, outcome=said, upload=upload, actor=actor, at=at)


@transaction.atomic
def meeting_close(*, meeting_id: int, summary: str = "", actor: Actor, at: datetime) -> Meeting:
    """Settle the minutes: after it was held, with every item decided.

    Raises NotVisible, NotAllowed, Invalid; Conflict if that isn't so, or it is closed already.
    """
    row = run_open(meeting_id, actor)
    said = kept(summary, LONGEST_SUMMARY, "", "summary")
    if not row.has_begun(at):
        raise Conflict(_("会议还没有开始，没有纪要可写。"))
    left = row.items.filter(state=ItemState.OPEN).count()
    if left:
        raise Conflict(
            _("还有 %(left)d 项没有议定：定任务、写明不办的原因，或者撤下。") % {"left": left}
        )
    if not said and not row.items.exists():
        raise Invalid(_("没有议题的会议，请写会上说了什么。"), "summary")
    acts.meeting_close(DIRECT, row, summary=said, actor=actor, at=at)
    return row
