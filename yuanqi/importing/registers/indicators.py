"""Monthly indicators: a row is an enterprise's month, a column a measure."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, cast

from django.db.models import Model
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.bulk import Bulk
from yuanqi.registry import acts
from yuanqi.registry.indicators import MEASURES
from yuanqi.registry.models import Indicator, IndicatorSource

from .. import cells
from ..models import ImportKind
from ..rows import Column, Match, Row, RowReader
from . import base
from .base import Register

_ALSO = {
    "output": ("工业总产值", "总产值"), "revenue": ("营收", "主营业务收入", "销售收入"),
    "tax": ("纳税额", "税收总额", "入库税收"), "staff": ("职工人数", "员工人数", "用工人数"),
    "power": ("用电",), "rd": ("研发投入", "研发经费"), "exports": ("出口", "出口交货值"),
    "investment": ("固投", "固定资产投资额"),
}  # fmt: skip


class IndicatorRegister(Register):
    kind = ImportKind.INDICATORS
    model = Indicator
    one_of: ClassVar[tuple[str, ...]] = ("uscc", "enterprise")

    def __init__(self, today: date) -> None:
        super().__init__(today)
        self._enterprises = base.Enterprises()
        self._seen: dict[tuple[int, date], int] = {}
        # of the piece looked at last: which measures stand there already
        self._standing: dict[tuple[int, date], dict[str, Indicator]] = {}

    @classmethod
    def columns_on(cls, today: date) -> Sequence[Column]:
        measures = [
            Column(
                code, f"{one.label}（{one.unit}）",
                cells.number(14, 0 if one.is_whole else 2, may_be_negative=one.is_signed),
                False, (*_ALSO.get(code, ()), code),
                "120" if one.is_whole else "1280.5",
                _("%(unit)s，只填数字；空着就不登记") % {"unit": one.unit}, 16,
            )
            for code, one in MEASURES.items()
        ]  # fmt: skip
        return [
            *base.enterprise_columns(),
            Column("month", _("月份"), cells.month(today), True,
                   ("所属期", "年月", "统计月份", "month"),
                   f"{today:%Y-%m}", _("例如 2026-11"), 10),
            *measures,
        ]  # fmt: skip

    @classmethod
    def name_of(cls, row: Any) -> str:
        return f"{row.enterprise} {row.month:%Y-%m} {MEASURES[row.code].label}"

    def look(self, rows: Sequence[Row], reader: RowReader) -> None:
        self._enterprises.look(rows, reader)
        sound = [row for row in rows if row.subject is not None and "month" in row.values]
        standing: dict[tuple[int, date], dict[str, Indicator]] = defaultdict(dict)
        for one in Indicator.objects.filter(
            enterprise__in={row.subject.pk for row in sound},
            month__in={row.values["month"] for row in sound},
            source=IndicatorSource.IMPORT,
        ):
            standing[one.enterprise_id, one.month][one.code] = one
        self._standing = standing
        for row in sound:
            key = (row.subject.pk, row.values["month"])
            seen = self._seen.setdefault(key, row.line)
            if seen != row.line:
                other = f"{row.subject.name} {key[1]:%Y-%m}"
                reader.blame(row, "month", "twice", line=seen, other=other)
                continue
            figures = _figures(row)
            if not figures and not row.faults:
                row.blame("no-figures")
            elif not row.faults:
                row.match = self._match(row, figures, standing[key])

    def _match(
        self, row: Row, figures: dict[str, Decimal], standing: dict[str, Indicator]
    ) -> Match | None:
        differing = [
            code for code, one in standing.items() if code in figures and one.value != figures[code]
        ]
        is_more = any(code not in standing for code in figures)
        if is_more and not differing:
            return None
        title = f"{row.subject.name} {row.values['month']:%Y-%m}"
        if not differing:
            first = next(iter(standing.values()))
            return Match("code", first, title, title, {}, [])
        changes = [
            [
                str(MEASURES[code].label),
                f"{standing[code].value.normalize():f}",
                f"{figures[code].normalize():f}",
            ]
            for code in differing
        ]
        values = {code: (standing[code], figures[code]) for code in differing}
        return Match("code", standing[differing[0]], title, title, values, changes)

    def write(self, bulk: Bulk, row: Row, choice: str, *, actor: Actor, at: datetime) -> None:
        told: dict[str, Any] = {"actor": actor, "at": at}
        if row.match is not None and not base.is_update(row.match, choice):
            return
        differing = row.match.values if row.match else {}
        known = [one for one, _value in differing.values()]
        if known:
            kept = [(one, base.before_of(one, _KEPT)) for one in known]
            acts.indicators_change(
                bulk, known, {code: value for code, (_one, value) in differing.items()}, **told
            )
            for one, before in kept:
                self.changed(one, before)
        standing = self._standing.get((row.subject.pk, row.values["month"]), {})
        fresh = {code: value for code, value in _figures(row).items() if code not in standing}
        if fresh:
            for made in acts.indicators(
                bulk,
                enterprise=row.subject,
                month=row.values["month"],
                figures=fresh,
                source=IndicatorSource.IMPORT,
                **told,
            ):
                self.made(made)

    def restore(
        self, bulk: Bulk, row: Model, before: dict[str, Any], *, actor: Actor, at: datetime
    ) -> None:
        known = cast(Indicator, row)
        values = base.fields_from(Indicator, before)
        acts.indicators_change(bulk, [known], {known.code: values.pop("value")}, actor=actor, at=at)
        # who stated and confirmed the figure that stands there again
        bulk.update(known, **values)


_KEPT = (
    "value", "stated_by", "stated_at", "confirmed_by", "confirmed_at", "returned_at",
    "return_reason",
)  # fmt: skip


def _figures(row: Row) -> dict[str, Decimal]:
    return {code: row.values[code] for code in MEASURES if code in row.values}
