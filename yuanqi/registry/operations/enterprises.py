"""Enterprises, groups and areas."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.domain import uscc
from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.writer import DIRECT, conflict_if_taken

from .. import acts, industry, search
from ..models import Area, Enterprise, EnterpriseGroup
from ..queries import enterprise_visible
from ..rights import Part, require, require_register
from ..seen import require_unchanged

NAMES = frozenset({"name", "short_name", "name_en"})  # by which an enterprise is found


def code_checked(code: str) -> str:
    """Return the unified social credit code in its plain form. Raises Invalid."""
    try:
        return uscc.check(code)
    except uscc.UsccError as error:
        raise Invalid(_USCC[error.part](), "uscc") from error


_USCC = {
    "form": lambda: _("统一社会信用代码是 18 位数字和大写字母（不含 I、O、S、V、Z），请对照执照。"),
    "organisation": lambda: _("第 17 位和第 9 至 16 位对不上，请对照营业执照再核一次。"),
    "final": lambda: _("末位和前 17 位对不上，请对照营业执照再核一次。"),
}  # fmt: skip


@transaction.atomic
def enterprise_register(
    *, code: str, name: str, short_name: str, actor: Actor, at: datetime, **values: object
) -> Enterprise:
    """Add an enterprise by its unified social credit code, both check digits right.

    Raises NotAllowed, Invalid, Conflict if it is registered already.
    """
    require_register(actor)
    code = code_checked(code)
    with conflict_if_taken(_("这个统一社会信用代码已经登记过，请搜索后直接使用。")):
        row = acts.enterprise(
            DIRECT, uscc=code, name=name, short_name=short_name, actor=actor, at=at, **values
        )
    # whoever registers it looks for it next; the subscriber would come a second later
    search.index([row.pk])
    return row


def locked(enterprise_id: int, part: Part, actor: Actor) -> Enterprise:
    """Return the enterprise, its stream locked, if the actor may change that part of it.

    Raises NotVisible, NotAllowed; Conflict if it has been merged into another.
    """
    found = enterprise_visible(enterprise_id, actor)
    require(part, found, actor)
    journal.lock(found.stream)
    found.refresh_from_db()
    if found.merged_into_id is not None:
        raise Conflict(_("这家企业已经并入另一条档案，请到那里修改。"))
    return found


@transaction.atomic
def enterprise_change(
    *,
    enterprise_id: int,
    values: Mapping[str, Any],
    seen: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> Enterprise:
    """Change fields of the enterprise's own row; its website the enterprise may change itself.

    The group is `group_join`'s. Raises NotVisible, NotAllowed, Invalid for an industry that the
    standard doesn't have, Conflict (ChangedMeanwhile) if somebody else was faster.
    """
    part = Part.WEBSITE if set(values) <= {"website"} else Part.BASICS
    row = locked(enterprise_id, part, actor)
    require_unchanged(row, seen)
    changed = dict(values)
    if changed.get("industry_code"):
        code = industry.normal(changed["industry_code"])
        if code is None:
            raise Invalid(_("《国民经济行业分类》里没有这个代码，请按名称搜索。"), "industry_code")
        changed["industry_code"] = code
    if acts.enterprise_change(DIRECT, row, actor=actor, at=at, **changed) and NAMES & set(changed):
        search.index([row.pk])
    return row


# groups ------------------------------------------------------------------------------------------


@transaction.atomic
def group_create(
    *, name: str, name_en: str = "", head_id: int | None = None, actor: Actor, at: datetime
) -> EnterpriseGroup:
    """Create a group (集团); its head joins it. Raises NotAllowed, NotVisible, Conflict."""
    require_register(actor)
    head = locked(head_id, Part.GROUP, actor) if head_id else None
    with conflict_if_taken(_("已经有同名的集团，直接加入它就行。")):
        row = acts.group(DIRECT, name=name, name_en=name_en, head=head, actor=actor, at=at)
    if head is not None:
        acts.enterprise_change(DIRECT, head, group=row, actor=actor, at=at)
    return row


@transaction.atomic
def group_join(
    *, enterprise_id: int, group_id: int, as_head: bool = False, actor: Actor, at: datetime
) -> Enterprise:
    """The enterprise belongs to the group from now on, and what is the group's it inherits.

    Raises NotVisible, NotAllowed.
    """
    require_register(actor)
    journal.lock(f"group:{group_id}", f"enterprise:{enterprise_id}")
    row = locked(enterprise_id, Part.GROUP, actor)
    group = EnterpriseGroup.objects.filter(pk=group_id).first()
    if group is None:
        raise NotVisible(group_id)
    _leave_headship(row, actor, at, unless=group.pk)
    acts.enterprise_change(DIRECT, row, group=group, actor=actor, at=at)
    if as_head:
        acts.group_change(DIRECT, group, head=row, actor=actor, at=at)
    return row


@transaction.atomic
def group_leave(*, enterprise_id: int, actor: Actor, at: datetime) -> Enterprise:
    """The enterprise leaves its group. Raises NotVisible, NotAllowed, Conflict if it is in none."""
    require_register(actor)
    row = locked(enterprise_id, Part.GROUP, actor)
    if row.group_id is None:
        raise Conflict(_("这家企业现在不属于任何集团。"))
    _leave_headship(row, actor, at)
    acts.enterprise_change(DIRECT, row, group=None, actor=actor, at=at)
    return row


def _leave_headship(row: Enterprise, actor: Actor, at: datetime, unless: int | None = None) -> None:
    """A group whose head goes elsewhere has none until one is named."""
    for group in EnterpriseGroup.objects.filter(head=row).exclude(pk=unless).order_by("pk"):
        acts.group_change(DIRECT, group, head=None, actor=actor, at=at)


# areas -------------------------------------------------------------------------------------------


@transaction.atomic
def area_create(
    *,
    code: str,
    name: str,
    name_en: str = "",
    position: int = 0,
    actor: Actor,
    at: datetime,
) -> Area:
    """Add a part of the zone (片区). Raises NotAllowed, Conflict if the code is taken."""
    require_register(actor)
    with conflict_if_taken(_("已经有这个代码的片区。")):
        return acts.area(
            DIRECT, code=code, name=name, name_en=name_en, position=position, actor=actor, at=at
        )


@transaction.atomic
def area_change(
    *,
    area_id: int,
    values: Mapping[str, Any],
    seen: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> Area:
    """Rename or move a part of the zone. Raises NotAllowed, NotVisible, Conflict."""
    require_register(actor)
    journal.lock(f"area:{area_id}")
    row = Area.objects.filter(pk=area_id).first()
    if row is None:
        raise NotVisible(area_id)
    require_unchanged(row, seen)
    with conflict_if_taken(_("已经有这个代码的片区。")):
        acts.area_change(DIRECT, row, actor=actor, at=at, **values)
    return row
