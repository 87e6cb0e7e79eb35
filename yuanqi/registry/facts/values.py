"""A fact's value: checked when it is said, written when it is shown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yuanqi.domain.rules import Type
from yuanqi.foundation.errors import Invalid

from ..models import Standing
from .fields import FactField

LONGEST = 200
_LARGEST = Decimal(10) ** 17
_PLACES = Decimal("0.0001")


def checked(field: FactField, value: Any) -> Any:
    """Return a value as it is kept. Raises Invalid for one of another type, or one that can't
    be."""
    kind = Type(field.type)
    if kind is Type.NUMBER and isinstance(value, Decimal | int) and not isinstance(value, bool):
        number = Decimal(value)
        if not number.is_finite() or abs(number) >= _LARGEST or number != number.quantize(_PLACES):
            raise Invalid(_("数值不对，请核对单位；小数最多四位。"), "value")
        if number < 0 and not field.is_signed:
            raise Invalid(_("这一项不能是负数。"), "value")
        return number
    if kind is Type.BOOLEAN and isinstance(value, bool):
        return value
    if kind is Type.DATE and type(value) is date:
        return value
    if kind is Type.STRING and isinstance(value, str) and 0 < len(value.strip()) <= LONGEST:
        return value.strip()
    raise Invalid(_("请填写这一项的值。"), "value")


def plain(value: Any) -> str:
    """A value as the journal keeps it: 4500, true, 2026-01-31, a text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value.normalize(), "f")
        case date():
            return value.isoformat()
    return str(value)


def shown(field: FactField, value: Any) -> str:
    """A value as a page shows it, with its unit: 4,500 万元, 4.2 %, 是; — where it is unknown."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, date):
        return dateformat.format(value, "Y-m-d")
    if isinstance(value, str):
        return str(dict(Standing.choices).get(value, value)) if field.name == "standing" else value
    if field.unit == "":
        return f"{float(value) * 100:,.1f} %"
    number = f"{round(float(value), 2):,.2f}".rstrip("0").rstrip(".")
    return f"{number} {unit_label(field.unit)}".rstrip()


def unit_label(unit: str | None) -> str:
    """A unit in the reader's language."""
    if not unit:
        return ""
    known = {
        "万元": pgettext("unit", "万元"),
        "人": pgettext("unit", "人"),
        "万千瓦时": pgettext("unit", "万千瓦时"),
        "平方米": pgettext("unit", "平方米"),
        "月": pgettext("unit", "个月"),
        "个": pgettext("unit", "个"),
        "件": pgettext("unit", "件"),
    }
    return known.get(unit, unit)
