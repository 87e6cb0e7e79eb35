"""Every write of advice: given, assigned, sent back, answered, followed up, reminded."""

import logging
import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation import journal, spells
from yuanqi.foundation.actors import SYSTEM, Actor, Role, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import DIRECT, conflict_if_taken
from yuanqi.organisation.models import Officer
from yuanqi.organisation.queries import current_calendar
from yuanqi.registry.models import ContactPerson, Enterprise

from . import acts
from .events import TopicSet
from .models import LONGEST, OPEN, Advice, Source, Topic, Verdict
from .queries import (
    advice_visible,
    answering_departments,
    may_answer,
    require_assigner,
    sources_of,
    subject,
    unsaid,
)

log = logging.getLogger(__name__)

_LONGEST_NOTE = 200
_TOPIC_CODE = re.compile(r"[a-z][a-z0-9-]{1,19}\Z")
TOPICS_STREAM = "advice-topics"


@transaction.atomic
def advice_give(
    *,
    enterprise: Enterprise,
    text: str,
    topic: str,
    source: str,
    actor: Actor,
    at: datetime,
    contact_id: int | None = None,
) -> Advice:
    """Take down what an enterprise advises: itself, or an officer for it; returns the row.

    `topic` is a topic's code, `source` one of `Source`. `contact_id` says who of the enterprise
    said it, where an officer writes. The answer is due in the park's number of working days.
    Raises NotVisible, NotAllowed, Invalid; Conflict for an enterprise merged into another.
    """
    firm = subject(enterprise.pk, actor)
    sources = sources_of(firm.pk, actor)
    if not sources:
        raise NotAllowed(_("这家企业的建议，由企业自己、挂钩干部、部门或服务中心来记。"))
    if firm.merged_into_id is not None:
        raise Conflict(_("这家企业已经并入另一条档案，请到那里提。"))
    said = _said(text, _("请写建议。"), "text")
    if source not in Source.values or Source(source) not in sources:
        raise Invalid(_("请选在哪里提的。"), "source")
    about = Topic.objects.filter(code=topic, is_active=True).first()
    if about is None:
        raise Invalid(_("请选一个主题。"), "topic")
    contact, officer = _contact(firm, contact_id, actor), _officer(actor)
    if contact is None and officer is None:
        raise Invalid(_("请选这条建议是谁提的。"), "contact")
    return acts.advice_give(
        DIRECT,
        enterprise=firm,
        contact=contact,
        officer=officer,
        topic=about,
        text=said,
        source=source,
        calendar=current_calendar(),
        actor=actor,
        at=at,
    )


@transaction.atomic
def advice_assign(
    *,
    advice_id: int,
    department_id: int,
    note: str = "",
    revision: int | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Let a department answer; before it has, another one may be named, with a word why.

    Raises NotVisible, NotAllowed, Invalid, Conflict.
    """
    row = _locked(advice_id, actor)
    require_assigner(actor, _("建议由服务中心分派。"))
    _unchanged(row, revision)
    note = note.strip()
    if len(note) > _LONGEST_NOTE:
        raise Invalid(_("请写短一点，最多 %(most)d 字。") % {"most": _LONGEST_NOTE}, "note")
    department = answering_departments().filter(pk=department_id).first()
    if department is None:
        raise Invalid(_("请选由哪个部门答复。"), "department")
    acts.advice_assign(DIRECT, row, department=department, note=note, actor=actor, at=at)


@transaction.atomic
def advice_send_back(
    *, advice_id: int, reason: str, revision: int | None = None, actor: Actor, at: datetime
) -> None:
    """Say that another department should answer: the centre assigns it anew, the limit runs on.

    Raises NotVisible, NotAllowed, Invalid, Conflict.
    """
    row = _answerable(advice_id, actor)
    _unchanged(row, revision)
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST_NOTE:
        raise Invalid(_("请写为什么不归本部门，最多 %(most)d 字。") % {"most": _LONGEST_NOTE},
                      "reason")  # fmt: skip
    acts.advice_send_back(DIRECT, row, reason=reason, actor=actor, at=at)


@transaction.atomic
def advice_answer(
    *,
    advice_id: int,
    verdict: str,
    answer: str,
    revision: int | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Answer for the department: adopted, partly, or not, with the reason that the giver reads.

    Raises NotVisible, NotAllowed, Invalid; Conflict if somebody has answered meanwhile.
    """
    row = _answerable(advice_id, actor)
    if verdict not in Verdict.values:
        raise Invalid(_("请选采纳、部分采纳还是不采纳。"), "verdict")
    said = _said(answer, _("请写理由，企业会看到。"), "answer")
    if row.is_open:
        _unchanged(row, revision)
    acts.advice_answer(
        DIRECT, row, verdict=verdict, answer=said, officer=_officer(actor), actor=actor, at=at
    )


@transaction.atomic
def advice_follow_up(*, advice_id: int, change: str, actor: Actor, at: datetime) -> None:
    """Tell what has changed because of it (见效), once.

    Raises NotVisible, NotAllowed, Invalid; Conflict if it was told, or the advice not adopted.
    """
    row = _answerable(advice_id, actor)
    said = _said(change, _("请写因为这条建议改变了什么。"), "change")
    acts.advice_follow_up(DIRECT, row, change=said, officer=_officer(actor), actor=actor, at=at)


def sweep(*, at: datetime, goes_on: spells.GoesOn = spells.always) -> int:
    """Follow a new calendar; remind of answers due soon and late, once each. Returns how many.

    Late or twice does no harm. One that fails holds up no other.
    """
    calendar = current_calendar()
    moved = Advice.objects.filter(state__in=OPEN).exclude(calendar=calendar)
    said = 0
    for one in (moved, Advice.objects.filter(unsaid(at))):
        for advice_id in list(one.order_by("due_at", "pk").values_list("pk", flat=True)):
            if not goes_on():
                return said
            try:
                said += advice_watch(advice_id=advice_id, actor=SYSTEM, at=at)
            except Exception:
                log.exception("advice %d could not be watched; the next sweep tries", advice_id)
    return said


@transaction.atomic
def advice_watch(*, advice_id: int, actor: Actor, at: datetime) -> bool:
    """Do what is to be done of one by now; True if something was said. Looked at again locked."""
    row = _locked(advice_id, actor)
    if not row.is_open:
        return False
    calendar = current_calendar()
    if row.calendar_id != calendar.pk:
        acts.advice_follow_calendar(DIRECT, row, calendar=calendar, actor=actor, at=at)
    is_late = at > row.due_at
    done = row.late_told_at if is_late else row.warned_at
    if done is not None or at < row.warn_at:
        return False
    acts.advice_remind(DIRECT, row, is_late=is_late, actor=actor, at=at)
    return True


@transaction.atomic
def topic_set(
    *,
    code: str,
    name: str,
    name_en: str = "",
    is_active: bool = True,
    actor: Actor,
    at: datetime,
) -> Topic:
    """Add a topic, rename it, or offer it no more; what was given under it keeps it.

    Raises NotAllowed, Invalid; Conflict for a name that another topic has.
    """
    if not (actor.side is Side.SYSTEM or (actor.side is Side.PARK and actor.has(Role.CENTRE))):
        raise NotAllowed(_("建议的主题由服务中心设置。"))
    name, name_en = " ".join(name.split()), " ".join(name_en.split())
    if not _TOPIC_CODE.match(code):
        raise Invalid(_("代码用小写字母、数字和连字符，2 到 20 个字符。"), "code")
    if not name or len(name) > 20:
        raise Invalid(_("请写主题名称，最多 20 个字。"), "name")
    if len(name_en) > 40:
        raise Invalid(_("请写短一点，最多 %(most)d 字。") % {"most": 40}, "name_en")
    journal.lock(TOPICS_STREAM)
    row = Topic.objects.filter(code=code).first()
    if row is not None and (row.name, row.name_en, row.is_active) == (name, name_en, is_active):
        return row
    with conflict_if_taken(_("已经有这个名称的主题。")):
        if row is None:
            last = Topic.objects.order_by("-position").first()
            row = Topic(code=code, name=name, name_en=name_en, is_active=is_active,
                        position=last.position + 1 if last else 1)  # fmt: skip
            DIRECT.insert(row)
        else:
            DIRECT.update(row, name=name, name_en=name_en, is_active=is_active)
    DIRECT.record(
        TopicSet(code=code, name=name, name_en=name_en, is_active=is_active),
        stream=TOPICS_STREAM, audience=Audience.STAFF, actor=actor, at=at,
    )  # fmt: skip
    return row


def _locked(advice_id: int, actor: Actor) -> Advice:
    """The advice under the lock of its stream. Raises NotVisible."""
    row = advice_visible(advice_id, actor)
    journal.lock(row.stream)
    return advice_visible(advice_id, actor)


def _answerable(advice_id: int, actor: Actor) -> Advice:
    """The same, if the actor answers it. Raises NotVisible, NotAllowed."""
    row = _locked(advice_id, actor)
    if row.department_id is None and actor.side is Side.PARK and actor.department_id:
        # sent back or not yet assigned: nobody answers it now
        raise Conflict(_("这条建议还没有分派部门，请服务中心先分派。"))
    if not may_answer(row, actor):
        raise NotAllowed(_("建议由分派到的部门答复。"))
    return row


def _unchanged(row: Advice, revision: int | None) -> None:
    if revision is not None and revision != row.revision:
        raise Conflict(_("刚才有人处理过这条建议。请看最新情况，再办一次。"))


def _said(text: str, missing: str, field: str) -> str:
    said = text.replace("\x00", "").strip()
    if not said:
        raise Invalid(missing, field)
    if len(said) > LONGEST:
        raise Invalid(_("请写短一点，最多 %(most)d 字。") % {"most": LONGEST}, field)
    return said


def _contact(firm: Enterprise, contact_id: int | None, actor: Actor) -> ContactPerson | None:
    """Who of the enterprise said it. Raises Invalid for somebody of another."""
    if actor.side is Side.ENTERPRISE:
        contact_id = actor.contact_id
    if contact_id is None:
        return None
    found = ContactPerson.objects.filter(pk=contact_id, enterprise=firm, is_active=True).first()
    if found is None:
        raise Invalid(_("请从这家企业的联系人里选。"), "contact")
    return found


def _officer(actor: Actor) -> Officer | None:
    if actor.officer_id is None:
        return None
    return Officer.objects.filter(pk=actor.officer_id).first()
