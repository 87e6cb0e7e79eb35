"""What is measured of an enterprise by the month, and in which unit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Measure:
    """One indicator: `is_signed` where it may be below nought."""

    code: str
    label: str | Promise
    unit: str | Promise
    is_whole: bool = False
    is_signed: bool = False


_TEN_THOUSAND = _("万元")

MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        one.code: one
        for one in (
            Measure("output", _("产值"), _TEN_THOUSAND),
            Measure("revenue", _("营业收入"), _TEN_THOUSAND),
            Measure("tax", _("税收"), _TEN_THOUSAND, is_signed=True),  # refunds
            Measure("staff", _("从业人数"), _("人"), is_whole=True),
            Measure("power", _("用电量"), _("万千瓦时")),
            Measure("rd", _("研发费用"), _TEN_THOUSAND),
            Measure("exports", _("出口额"), _TEN_THOUSAND),
            Measure("investment", _("固定资产投资"), _TEN_THOUSAND),
        )
    }
)


def month_of(day: date) -> date:
    """Return the first day of the month, by which indicators are kept."""
    return day.replace(day=1)


def month_read(text: str) -> date | None:
    """A month of the address, as "2026-10"; None for what can't be read."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007 - a month has no time zone
    except ValueError:
        return None


def months_before(month: date, count: int) -> date:
    """Return the month so many months earlier (later, if negative)."""
    years, index = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(years, index + 1, 1)
