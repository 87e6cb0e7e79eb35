"""What a rule is called, and whose it is. What it says changes by versions alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Invalid, NotAllowed
from yuanqi.foundation.writer import DIRECT
from yuanqi.registry.seen import require_unchanged

from ..checks import opened, record, require_drafter
from ..events import ConditionRenamed
from ..kinds import Kind
from ..models import Condition, ConditionVersion, State
from ..queries import kind_of


@transaction.atomic
def condition_rename(
    *,
    condition_id: int,
    name: str,
    name_en: str = "",
    owner_id: int | None = None,
    seen: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> Condition:
    """Call a rule otherwise, or give it to another department; saying the same changes nothing.

    Who drafts names it. Whose it is decides what follows from it (where a request goes): once a
    version has been published, only who confirms versions gives it to another. `seen` is what the
    form was shown with. Raises NotVisible, NotAllowed, Invalid; ChangedMeanwhile.
    """
    condition = opened(condition_id, actor)
    condition.refresh_from_db()
    kind = kind_of(condition)
    if not kind.confirms(actor):
        require_drafter(kind, actor)
    require_unchanged(condition, seen)
    wanted: dict[str, Any] = {"name": name.strip(), "name_en": name_en.strip()}
    _require_named(wanted)
    if kind.owner_label:
        wanted["owner_id"] = _owner(condition, kind, owner_id, actor)
    changed = {key: value for key, value in wanted.items() if getattr(condition, key) != value}
    if changed:
        before = {key: getattr(condition, key) for key in changed}
        DIRECT.update(condition, **changed)
        event = ConditionRenamed(condition_id=condition.pk, before=before, after=changed)
        record(condition, event, actor, at)
    return condition


def _require_named(wanted: Mapping[str, str]) -> None:
    if not wanted["name"]:
        raise Invalid(_("请给规则起个名称。"), "name")
    for key, value in wanted.items():
        most = Condition._meta.get_field(key).max_length
        if len(value) > most:
            raise Invalid(_("最多 %(most)s 个字。") % {"most": most}, key)
        if "\0" in value:
            raise Invalid(_("含有不能保存的字符。"), key)


def _owner(condition: Condition, kind: Kind, owner_id: int | None, actor: Actor) -> int:
    if owner_id == condition.owner_id and owner_id is not None:
        return owner_id
    if owner_id is None or not kind.owners().filter(pk=owner_id).exists():
        raise Invalid(_("请选一个部门。"), "owner")
    if _is_settled(condition) and not kind.confirms(actor):
        raise NotAllowed(_("规则发布以后，由%(who)s换部门。") % {"who": kind.confirmers})
    return owner_id


def _is_settled(condition: Condition) -> bool:
    """Whether a version was published: then its department was confirmed with it."""
    return ConditionVersion.objects.filter(condition=condition, state=State.PUBLISHED).exists()
