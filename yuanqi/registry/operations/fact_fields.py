"""The park's own fields: added, changed, retired by the service centre."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.writer import DIRECT, conflict_if_taken

from ..fact_events import FactFieldAdded, FactFieldChanged, FactFieldRetired
from ..facts import FieldError
from ..facts.fields import assembled, fitting, own_field
from ..facts.users import users_of
from ..models import Fact, ParkField
from ..rights import require_register
from ..seen import require_unchanged

STREAM = "facts"


@transaction.atomic
def field_add(*, values: Mapping[str, Any], actor: Actor, at: datetime) -> ParkField:
    """Add a field of the park's own.

    Raises NotAllowed; Invalid for a name or formula that can't be, cycles among them; Conflict for
    a name that is taken.
    """
    require_register(actor)
    journal.lock(STREAM)
    row = ParkField(**values, created_at=at)
    _check(row)
    with conflict_if_taken(_("这个字段名用过了，请换一个。")):
        DIRECT.insert(row)
    event = FactFieldAdded(
        field_id=row.pk, name=row.name, label=row.label, type=row.type, unit=row.unit,
        formula=row.formula,
    )  # fmt: skip
    _record(event, actor, at)
    return row


@transaction.atomic
def field_change(
    *,
    field_id: int,
    values: Mapping[str, Any],
    seen: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> ParkField:
    """Change a field of the park's own; its facts follow a new name.

    Raises NotVisible, NotAllowed, Invalid; Conflict where its name, type or unit would change and
    something uses it (who, is said), or where facts of the old type stand; ChangedMeanwhile.
    """
    row = _locked(field_id, actor)
    require_unchanged(row, seen)
    before = {name: getattr(row, name) for name in values}
    after = {name: value for name, value in values.items() if value != before[name]}
    if not after:
        return row
    if after.keys() & {"name", "type", "unit", "formula"}:
        if after.keys() & {"name", "type", "unit"}:
            _require_unused(row.name, _("改名、改类型或改单位"))
        has_facts = Fact.objects.filter(field=row.name).exists()
        if has_facts and (after.keys() & {"type", "unit"} or after.get("formula")):
            raise Conflict(_("已经有人填报过这个字段，类型、单位和公式不能再改。请新建一个字段。"))
    old_name = row.name
    for name, value in after.items():
        setattr(row, name, value)
    _check(row)
    with conflict_if_taken(_("这个字段名用过了，请换一个。")):
        DIRECT.update(row, **after)
    if row.name != old_name:
        Fact.objects.filter(field=old_name).update(field=row.name)
    told = {name: before[name] for name in after}
    _record(FactFieldChanged(field_id=row.pk, name=row.name, before=told, after=after), actor, at)
    return row


@transaction.atomic
def field_retire(*, field_id: int, actor: Actor, at: datetime) -> None:
    """Retire a field: it counts no more, what was said of it stays.

    Raises NotVisible, NotAllowed; Conflict while something uses it, with who.
    """
    row = _locked(field_id, actor)
    _require_unused(row.name, _("停用"))
    DIRECT.update(row, retired_on=timezone.localdate(at))
    _record(FactFieldRetired(field_id=row.pk, name=row.name), actor, at)


def _locked(field_id: int, actor: Actor) -> ParkField:
    require_register(actor)
    journal.lock(STREAM)
    row = ParkField.objects.filter(pk=field_id).first()
    if row is None:
        raise NotVisible(field_id)
    if row.retired_on is not None:
        raise Conflict(_("这个字段已经停用。"))
    return row


def _require_unused(name: str, what: str) -> None:
    uses = users_of(name)
    if uses:
        raise Conflict(
            _("还有 %(count)d 处在用“%(name)s”，不能%(what)s：%(who)s。")
            % {
                "count": len(uses),
                "name": name,
                "what": what,
                "who": _("、").join(one.label for one in uses[:10]),
            }
        )


def _check(row: ParkField) -> None:
    """Refuse a field that the catalogue can't hold, or that breaks another's formula."""
    standing = {
        own_field(one).name: own_field(one) for one in ParkField.objects.filter(retired_on=None)
    }
    before = ParkField.objects.filter(pk=row.pk).values_list("name", flat=True).first()
    kept = {one.name: one for one in fitting(tuple(standing.values())) if one.name != before}
    try:
        new = own_field(row)
        if new.name in kept:
            raise Conflict(_("这个字段名用过了，请换一个。"))
        assembled((*kept.values(), new))
    except FieldError as error:
        raise Invalid(error.chinese, "formula" if row.formula else "name") from error


def _record(event: Event, actor: Actor, at: datetime) -> None:
    DIRECT.record(event, stream=STREAM, audience=Audience.STAFF, actor=actor, at=at)
