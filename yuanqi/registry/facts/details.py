"""One enterprise's facts as a page shows them: where each comes from and how well it is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ..models import Fact, FactSource
from .fields import AS_OF, FactField, catalogue
from .providers import Origin, provider_of
from .stated import STATE_LABELS, STATE_TONES, Settled, State, settled
from .wide import facts_by

__all__ = ["Detail", "State", "detail_of", "details_of", "source_label"]


@dataclass(frozen=True, slots=True)
class Detail:
    """One fact of one enterprise on a day.

    `value` is what counts, None where nothing does; `shown` is the saying to show then. `fact` is
    the row of what counts or is shown, with its evidence; `against` are rows that contradict it.
    """

    field: FactField
    value: Any
    state: State
    source: str = ""
    as_of: date | None = None
    fact: Fact | None = None
    against: tuple[Fact, ...] = ()
    url: str = ""
    parts: tuple[str, ...] = ()  # the facts that a formula names

    @property
    def shown(self) -> Any:
        """The value to show, be it that it doesn't count; none where sources differ."""
        if self.state is State.CONFLICT:
            return self.value
        return self.value if self.value is not None or self.fact is None else self.fact.value

    @property
    def valid_until(self) -> date | None:
        """The last day on which it is taken for true; None without a term."""
        if self.as_of is None or self.field.valid_days is None:
            return None
        return self.as_of + timedelta(days=self.field.valid_days)

    @property
    def state_label(self) -> str:
        return str(STATE_LABELS[self.state])

    @property
    def tone(self) -> str:
        return STATE_TONES.get(self.state, "")

    @property
    def is_known(self) -> bool:
        return self.value is not None


def details_of(enterprise_id: int, on: date) -> list[Detail]:
    """Return every field but AS_OF with what is known of it, in the order of the catalogue."""
    known = catalogue()
    counting = facts_by(known, enterprise_id, on)
    rows = _rows_of(enterprise_id)
    origins: dict[str, Mapping[str, Origin]] = {}
    found = []
    for name, one in known.fields.items():
        if name == AS_OF:
            continue
        if one.stated_by:
            found.append(_of_stated(one, settled(one, rows.get(name, []), on)))
            continue
        value = counting.get(name)
        if one.formula:
            named = tuple(each.name for each in known.formulas[name].fields)
            state = State.UNKNOWN if value is None else State.COMPUTED
            found.append(Detail(one, value, state, parts=named))
            continue
        provider = provider_of(name)
        if provider is None:
            found.append(Detail(one, value, State.UNKNOWN))
            continue
        if provider.name not in origins:
            origins[provider.name] = provider.origins(enterprise_id, on)
        origin = origins[provider.name].get(name, Origin())
        found.append(_of_provider(one, value, str(provider.label), origin))
    return found


def detail_of(field: FactField, enterprise_id: int, on: date) -> Detail:
    """Return what was stated of one field."""
    rows = Fact.objects.filter(enterprise=enterprise_id, project=None, field=field.name)
    return _of_stated(
        field, settled(field, list(rows.select_related("file", "stated_by", "confirmed_by")), on)
    )


def _rows_of(enterprise_id: int) -> dict[str, list[Fact]]:
    rows: dict[str, list[Fact]] = defaultdict(list)
    for row in Fact.objects.filter(enterprise=enterprise_id, project=None).order_by("as_of", "pk"):
        rows[row.field].append(row)
    return rows


def _of_stated(field: FactField, found: Settled) -> Detail:
    row = found.shown
    return Detail(
        field,
        None if found.counts is None else _plain(found.counts),
        found.state,
        "" if row is None else source_label(row.source),
        None if row is None else row.as_of,
        row,
        found.against,
    )


def _plain(row: Fact) -> Any:
    """The value as rules take it: numbers are doubles."""
    return row.value if row.number is None else float(row.number)


def _of_provider(field: FactField, value: Any, label: str, origin: Origin) -> Detail:
    if value is None:
        return Detail(field, None, State.UNKNOWN, label, url=origin.url)
    state = State.READ if origin.is_confirmed else State.STATED
    return Detail(field, value, state, label, origin.as_of, url=origin.url)


def source_label(source: str) -> str:
    """What a source is called: one of the register's, or the provider of a slice's name."""
    return str(dict(FactSource.choices).get(source, source))
