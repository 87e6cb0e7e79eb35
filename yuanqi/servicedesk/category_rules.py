"""The categories as a park edits them: added, changed, retired from a day on; old requests keep
what they have.

A request keeps its category, the lead that was proposed, its level and its limits. A name is the
category's: who means something else retires it and adds another.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import Department

from .events import CategoryChanged
from .models import Category, CategoryChange, Level

STREAM = "categories"
_CODE = re.compile(r"[A-Z][A-Z0-9]{1,7}\Z")
_AHEAD = timedelta(days=3 * 366)
_LONGEST = 200
_MOST_CO_HANDLERS = 5


@transaction.atomic
def category_add(
    *,
    code: str,
    name: str,
    name_en: str,
    default_level: str,
    lead_id: int | None,
    co_handlers: Sequence[int] = (),
    valid_from: date,
    reason: str,
    document_no: str = "",
    actor: Actor,
    at: datetime,
) -> Category:
    """Add a category, offered from a day on, today at the earliest.

    Raises NotAllowed, Invalid; Conflict if the code is taken, also by one that is retired.
    """
    _require_system(actor)
    code = code.strip().upper()
    if not _CODE.match(code):
        raise Invalid(_("代码用 2 到 8 个大写字母或数字，字母开头。"), "code")
    values = _values(name, name_en, default_level, lead_id, co_handlers)
    reason, document_no = _said(reason, document_no, valid_from, timezone.localdate(at))
    journal.lock(STREAM)
    if Category.objects.filter(pk=code).exists():
        raise Conflict(_("代码 %(code)s 已经有了，停用的也不能再用。") % {"code": code})
    last = Category.objects.aggregate(last=Max("position"))["last"] or 0
    row = DIRECT.insert(
        Category(
            code=code,
            **values,
            words=[],
            source=document_no or reason,
            position=last + 1,
            begins_on=valid_from,
            edited_at=at,
        )
    )
    _record(row, {}, values, valid_from, reason, document_no, actor, at, applied_at=at)
    return row


@transaction.atomic
def category_change(
    *,
    code: str,
    name: str,
    name_en: str,
    default_level: str,
    lead_id: int | None,
    co_handlers: Sequence[int] = (),
    valid_from: date,
    reason: str,
    document_no: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Let a category have another name, level, lead or co-handlers from a day on.

    Raises NotVisible, NotAllowed, Invalid; Conflict if nothing changes.
    """
    _require_system(actor)
    values = _values(name, name_en, default_level, lead_id, co_handlers)
    today = timezone.localdate(at)
    reason, document_no = _said(reason, document_no, valid_from, today)
    journal.lock(STREAM)
    row = _found(code)
    # as it will be by then
    planned = _of(row)
    for change in row.changes.filter(applied_at__isnull=True, valid_from__lte=valid_from).order_by(
        "valid_from", "id"
    ):
        planned |= change.values
    new = {name: value for name, value in values.items() if planned[name] != value}
    if not new:
        raise Conflict(_("没有改动：那一天本来就是这样。"))
    old = {name: planned[name] for name in new}
    if valid_from == today:
        _apply(row, new, at)
    _record(
        row, old, new, valid_from, reason, document_no, actor, at,
        applied_at=at if valid_from == today else None,
    )  # fmt: skip


@transaction.atomic
def category_retire(
    *,
    code: str,
    valid_from: date,
    reason: str,
    document_no: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Offer a category no longer from a day on; its requests go on as they are.

    Raises NotVisible, NotAllowed, Invalid; Conflict if it is retired, or the last one.
    """
    _require_system(actor)
    reason, document_no = _said(reason, document_no, valid_from, timezone.localdate(at))
    journal.lock(STREAM)
    row = _found(code)
    if row.retired_on is not None:
        raise Conflict(
            _("这个类别已经定了停用：%(day)s 起。") % {"day": row.retired_on.isoformat()}
        )
    others = Category.objects.exclude(pk=code)
    if not any(other.is_offered(valid_from) for other in others):
        raise Conflict(_("至少要留一个类别，企业才提得了诉求。"))
    DIRECT.update(row, retired_on=valid_from, edited_at=at)
    new = {"retired_on": valid_from.isoformat()}
    _record(row, {}, new, valid_from, reason, document_no, actor, at, applied_at=at)


@transaction.atomic
def categories_apply(*, at: datetime) -> int:
    """Put changes whose day has come into the categories; returns how many. Twice does no harm."""
    today = timezone.localdate(at)
    waiting = CategoryChange.objects.filter(applied_at__isnull=True, valid_from__lte=today)
    if not waiting.exists():
        return 0
    journal.lock(STREAM)
    done = 0
    for change in waiting.select_related("category").order_by("valid_from", "id"):
        row = Category.objects.get(pk=change.category_id)
        _apply(row, change.values, at)
        DIRECT.update(change, applied_at=at)
        done += 1
    return done


def department_replace(
    *, department: Department, into: Department, actor: Actor, at: datetime
) -> None:
    """Let another department be proposed wherever this one was, in what is decided for later too.

    The caller holds the lock of the categories' stream, and its transaction.
    """
    today = timezone.localdate(at)
    reason = _("部门撤并：%(unit)s") % {"unit": department.name}
    for row in Category.objects.order_by("code"):
        old = _of(row)
        new = _instead(old, department, into)
        if new:
            _apply(row, new, at)
            told = {name: old[name] for name in new}
            _record(row, told, new, today, reason, "", actor, at, applied_at=at)
    for change in CategoryChange.objects.filter(applied_at=None).select_related("category"):
        new = _instead(change.values, department, into)
        if new:
            # rows are never changed: another one for the same day comes after it
            told = {name: change.values[name] for name in new}
            _record(
                change.category, told, new, change.valid_from, reason, "", actor, at,
                applied_at=None,
            )  # fmt: skip


def _instead(values: Mapping[str, Any], department: Department, into: Department) -> dict[str, Any]:
    """What of these values names the department, said with the other one.

    A leading office handles no requests, the service centre isn't asked beside others: then it
    names nobody.
    """
    kinds = Department.Kind
    new: dict[str, Any] = {}
    lead = values.get("lead_id")
    if lead == department.pk:
        lead = new["lead_id"] = None if into.kind == kinds.LEADERSHIP else into.pk
    asked = values.get("co_handlers", [])
    may_be_asked = into.kind not in (kinds.LEADERSHIP, kinds.CENTRE)
    others = {pk for pk in asked if pk != department.pk}
    if department.pk in asked and may_be_asked:
        others.add(into.pk)
    if others - {lead} != set(asked):
        new["co_handlers"] = sorted(others - {lead})
    return new


def _require_system(actor: Actor) -> None:
    if not actor.has(Role.SYSTEM_ADMIN):
        raise NotAllowed(_("诉求类别由系统管理员维护。"))


def _found(code: str) -> Category:
    row = Category.objects.filter(pk=code).first()
    if row is None:
        raise NotVisible(code)
    return row


def _values(
    name: str, name_en: str, default_level: str, lead_id: int | None, co_handlers: Sequence[int]
) -> dict[str, Any]:
    name, name_en = name.strip(), name_en.strip()
    if not name or len(name) > 40:
        raise Invalid(_("请填名称，最多 40 个字。"), "name")
    if not name_en or len(name_en) > 60:
        raise Invalid(_("请填英文名称，最多 60 个字符。"), "name_en")
    if default_level not in Level.values:
        raise Invalid(_("请选默认等级。"), "default_level")
    asked = sorted(set(co_handlers))
    standing = Department.objects.filter(closed_at=None)
    working = standing.exclude(kind=Department.Kind.LEADERSHIP)
    units = set(working.exclude(kind=Department.Kind.CENTRE).values_list("pk", flat=True))
    if lead_id is not None and not working.filter(pk=lead_id).exists():
        raise Invalid(_("请从列出的部门里选主办。"), "lead")
    if not units.issuperset(asked) or len(asked) > _MOST_CO_HANDLERS:
        raise Invalid(_("协办最多选 5 个部门。"), "co_handlers")
    if lead_id in asked:
        raise Invalid(_("主办部门不用再列为协办。"), "co_handlers")
    return {
        "name": name,
        "name_en": name_en,
        "default_level": default_level,
        "lead_id": lead_id,
        "co_handlers": asked,
    }


def _said(reason: str, document_no: str, valid_from: date, today: date) -> tuple[str, str]:
    reason, document_no = reason.strip(), document_no.strip()
    if not reason or len(reason) > _LONGEST:
        raise Invalid(_("请写明为什么改，最多 200 个字。"), "reason")
    if len(document_no) > 60:
        raise Invalid(_("最多 %(most)s 个字。") % {"most": 60}, "document_no")
    if valid_from < today:
        raise Invalid(_("生效日期不能早于今天：以前按以前的算。"), "valid_from")
    if valid_from > today + _AHEAD:
        raise Invalid(_("生效日期最远三年以后，请核对年份。"), "valid_from")
    return reason, document_no


def _of(row: Category) -> dict[str, Any]:
    names = ("name", "name_en", "default_level", "lead_id", "co_handlers")
    return {name: getattr(row, name) for name in names}


def _apply(row: Category, values: Mapping[str, Any], at: datetime) -> None:
    DIRECT.update(row, **values, edited_at=at)


def _record(
    row: Category,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    valid_from: date,
    reason: str,
    document_no: str,
    actor: Actor,
    at: datetime,
    *,
    applied_at: datetime | None,
) -> None:
    DIRECT.insert(
        CategoryChange(
            category=row,
            values=dict(new),
            valid_from=valid_from,
            set_by_id=actor.account_id,
            set_at=at,
            reason=reason,
            document_no=document_no,
            applied_at=applied_at,
        )
    )
    journal.record(
        CategoryChanged(
            code=row.code,
            old=dict(old),
            new=dict(new),
            valid_from=valid_from,
            reason=reason,
            document_no=document_no,
        ),
        stream=STREAM,
        audience=Audience.STAFF,
        actor=actor,
        at=at,
    )
