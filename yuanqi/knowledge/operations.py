"""Every write to the knowledge base: each entry has its unit, its keeper, a day to reread it."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.casework.models import Case
from yuanqi.casework.queries import case_visible
from yuanqi.foundation import journal, search
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import Department, Officer

from .events import (
    EntryHelped,
    EntryMade,
    EntryPublished,
    EntryReviewed,
    EntryRevised,
    EntryWithdrawn,
)
from .models import Entry, EntryAudience, EntryState
from .queries import entry_visible, may_be_source, may_keep

LONGEST_YEARS = 2  # nobody can vouch for an answer for longer without reading it again


@transaction.atomic
def entry_make(
    *,
    question: str,
    answer: str,
    category: str,
    department_id: int,
    audience: str,
    expires_on: date,
    source_case_id: int | None = None,
    is_published: bool = False,
    actor: Actor,
    at: datetime,
) -> int:
    """Write an entry, from a good answer or anew, and publish it if it is ready; returns its id.

    Its keeper is who makes it, or the head of the department it is made for. Raises NotVisible
    for a case that the actor doesn't see, NotAllowed for another's department, Conflict for a
    complaint, Invalid.
    """
    department = Department.objects.select_related("head").filter(pk=department_id).first()
    if department is None:
        raise Invalid(_("请选归哪个部门维护。"), "department")
    if not may_keep(actor, department_id):
        raise NotAllowed(_("知识条目由本部门或服务中心维护。"))
    case = None if source_case_id is None else case_visible(source_case_id, actor)
    if case is not None and not may_be_source(case):
        raise Conflict(_("投诉件的答复要保密，不能存成知识条目。"))
    text = _checked(question, answer, audience, expires_on, at, case)
    row = Entry(
        **text,
        category=category,
        department=department,
        keeper=_keeper(department, actor),
        source_case=case,
        updated_at=at,
    )
    DIRECT.insert(row)
    _record(
        row,
        EntryMade(
            entry_id=row.pk,
            department_id=department.pk,
            source_case_id=source_case_id,
            audience=row.audience,
            expires_on=row.expires_on,
            **_hashes(row),
        ),
        actor,
        at,
    )
    if is_published:
        _publish(row, actor, at)
    return row.pk


@transaction.atomic
def entry_publish(*, entry_id: int, actor: Actor, at: datetime) -> None:
    """Let it be read and offered. Raises NotVisible, NotAllowed, Conflict."""
    row = _kept(entry_id, actor, at)
    if row.state == EntryState.PUBLISHED:
        raise Conflict(_("这一条已经发布了。"))
    if row.is_expired(timezone.localdate(at)):
        raise Conflict(_("这一条已过复核日期，请先复核、改好日期再发布。"))
    _publish(row, actor, at)


@transaction.atomic
def entry_revise(
    *,
    entry_id: int,
    version: int,
    question: str,
    answer: str,
    category: str,
    audience: str,
    expires_on: date,
    keeper_id: int,
    actor: Actor,
    at: datetime,
) -> None:
    """Change an entry as it stood at `version`; what is published stays so, with the new words.

    Raises NotVisible, NotAllowed, Invalid; Conflict if somebody has changed it meanwhile.
    """
    row = _kept(entry_id, actor, at)
    if row.version != version:
        raise Conflict(_("刚才有人改过这一条。请看最新内容，再改一次。"))
    keeper = Officer.objects.filter(
        pk=keeper_id, department=row.department_id, is_active=True
    ).first()
    if keeper is None:
        raise Invalid(_("请从本部门选一位维护人。"), "keeper")
    text = _checked(question, answer, audience, expires_on, at, row.source_case)
    DIRECT.update(
        row, **text, category=category, keeper=keeper, version=row.version + 1, updated_at=at
    )
    _record(
        row,
        EntryRevised(
            entry_id=row.pk,
            entry_version=row.version,
            keeper_id=keeper.pk,
            audience=row.audience,
            expires_on=row.expires_on,
            **_hashes(row),
        ),
        actor,
        at,
    )


@transaction.atomic
def entry_withdraw(*, entry_id: int, reason: str, actor: Actor, at: datetime) -> None:
    """Take it back: wrong, out of date, or replaced. Raises NotVisible, NotAllowed, Conflict."""
    row = _kept(entry_id, actor, at)
    if row.state == EntryState.WITHDRAWN:
        raise Conflict(_("这一条已经撤下了。"))
    reason = reason.strip()
    if not reason:
        raise Invalid(_("请写为什么撤下。"), "reason")
    DIRECT.update(row, state=EntryState.WITHDRAWN, withdrawn_reason=reason, updated_at=at)
    _record(row, EntryWithdrawn(entry_id=row.pk, reason=reason), actor, at)


@transaction.atomic
def entry_review(*, entry_id: int, expires_on: date, actor: Actor, at: datetime) -> None:
    """Say after reading it again that it still holds, up to a later day (复核).

    Raises NotVisible, NotAllowed, Invalid; Conflict if it is withdrawn, or holds longer already.
    """
    row = _kept(entry_id, actor, at)
    if row.state == EntryState.WITHDRAWN:
        raise Conflict(_("这一条已经撤下，重新发布前请先修改。"))
    _check_day(expires_on, at)
    if expires_on <= row.expires_on:
        raise Conflict(_("新的复核日期要晚于现在的日期；刚才可能有人复核过了。"))
    DIRECT.update(row, expires_on=expires_on, updated_at=at)
    _record(row, EntryReviewed(entry_id=row.pk, expires_on=expires_on), actor, at)


@transaction.atomic
def entry_help(*, entry_id: int, actor: Actor, at: datetime) -> None:
    """Count that it made a request unnecessary. Raises NotVisible."""
    _locked(entry_id)
    row = entry_visible(entry_id, actor, timezone.localdate(at))
    DIRECT.update(row, helped=row.helped + 1)
    _record(row, EntryHelped(entry_id=row.pk), actor, at)


def _locked(entry_id: int) -> None:
    journal.lock(f"knowledge:{entry_id}")


def _kept(entry_id: int, actor: Actor, at: datetime) -> Entry:
    """The entry, locked, if the actor keeps it. Raises NotVisible, NotAllowed."""
    today = timezone.localdate(at)
    entry_visible(entry_id, actor, today)
    _locked(entry_id)
    row = entry_visible(entry_id, actor, today)
    if not may_keep(actor, row.department_id):
        raise NotAllowed(_("知识条目由本部门或服务中心维护。"))
    return row


def _publish(row: Entry, actor: Actor, at: datetime) -> None:
    DIRECT.update(
        row, state=EntryState.PUBLISHED, published_at=at, updated_at=at, withdrawn_reason=""
    )
    _record(row, EntryPublished(entry_id=row.pk, entry_version=row.version), actor, at)


def _checked(
    question: str, answer: str, audience: str, expires_on: date, at: datetime, case: Case | None
) -> dict[str, Any]:
    question, answer = " ".join(question.split()), answer.strip()
    if not question:
        raise Invalid(_("请写企业会怎么问。"), "question")
    if not answer:
        raise Invalid(_("请写答复。"), "answer")
    if audience not in EntryAudience.values:
        raise Invalid(_("请选给谁看。"), "audience")
    _check_day(expires_on, at)
    if audience == EntryAudience.PUBLIC and case is not None:
        _check_names(question, answer, case)
    return {
        "question": question,
        "answer": answer,
        "audience": audience,
        "expires_on": expires_on,
        "words": search.vector(search.lexemes(question, answer)),
    }


def _check_names(question: str, answer: str, case: Case) -> None:
    """What every enterprise reads must not say whose request it comes from."""
    told = f"{question}\n{answer}"
    digits = "".join(sign for sign in told if sign.isdigit())
    firm = case.enterprise
    names = [firm.name, firm.short_name, firm.name_en, case.number]
    names += [person.name for person in firm.people.all()]
    phones = [person.phone for person in firm.people.all()]
    left = [name for name in names if name and name in told]
    left += [
        phone
        for phone in phones
        if len(plain := "".join(sign for sign in phone if sign.isdigit())) >= 7 and plain in digits
    ]
    if left:
        raise Invalid(
            _("对全区企业公开的条目里还写着：%(names)s。请删去或改成一般的说法。")
            % {"names": _("、").join(dict.fromkeys(left))},
            "answer" if any(name in answer for name in left) else "question",
        )


def _check_day(expires_on: date, at: datetime) -> None:
    today = timezone.localdate(at)
    if expires_on <= today:
        raise Invalid(_("复核日期要在今天以后。"), "expires_on")
    if expires_on > today.replace(year=today.year + LONGEST_YEARS, day=min(today.day, 28)):
        raise Invalid(
            _("复核日期最远 %(years)d 年，到时再看一遍。") % {"years": LONGEST_YEARS}, "expires_on"
        )


def _keeper(department: Department, actor: Actor) -> Officer:
    """Who makes it, if he is of the department; else its head, else its first officer."""
    own = Officer.objects.filter(pk=actor.officer_id, department=department).first()
    found = own or department.head
    if found is None:
        found = Officer.objects.filter(department=department, is_active=True).first()
    if found is None:
        raise Invalid(_("这个部门还没有人员，请先请系统管理员登记。"), "department")
    return found


def _hashes(row: Entry) -> dict[str, str]:
    return {
        "question_sha256": sha256_of(row.question),
        "answer_sha256": sha256_of(row.answer),
    }


def _record(row: Entry, event: Event, actor: Actor, at: datetime) -> None:
    journal.record(
        event,
        stream=row.stream,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
        enterprise_id=None,
    )
