"""Two who edit the same row at once: the second is told what the first has changed.

A form carries what its fields held when it was shown. Under the row's lock that is compared with
what they hold now; what differs was changed meanwhile by somebody else, and is never overwritten
in silence.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import ForeignKey, Model
from django.utils.translation import gettext as _

from yuanqi.foundation.errors import Conflict


class ChangedMeanwhile(Conflict):
    """Fields that somebody else has changed: by name, as they were shown and as they are."""

    def __init__(self, fields: Mapping[str, tuple[str, str]]) -> None:
        super().__init__(_("您打开这一页以后，别人改过同一条信息。请核对后再保存一次。"))
        self.fields = fields


def text_of(value: Any) -> str:
    """Return a field's value as the form carries it."""
    match value:
        case None:
            return ""
        case bool():
            return "1" if value else ""
        case Decimal():
            return format(value.normalize(), "f")
        case date():
            return value.isoformat()
    return str(value)


def seen_of(row: Model, names: Iterable[str]) -> dict[str, str]:
    """Return what these fields of the row hold; a relation's by its key."""
    found = {}
    for name in names:
        field = row._meta.get_field(name)
        found[name] = text_of(
            getattr(row, field.attname if isinstance(field, ForeignKey) else name)
        )
    return found


def require_unchanged(row: Model, seen: Mapping[str, str] | None) -> None:
    """Raise ChangedMeanwhile if the row no longer holds what was seen; None compares nothing."""
    if seen is None:
        return
    known = [name for name in seen if name in {f.name for f in row._meta.concrete_fields}]
    now = seen_of(row, known)
    differing = {name: (seen[name], now[name]) for name in known if seen[name] != now[name]}
    if differing:
        raise ChangedMeanwhile(differing)
