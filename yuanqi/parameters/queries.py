"""The park's settings as the pages show them: each with what holds, since when, and what comes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from yuanqi.foundation.actors import Actor, actor_for
from yuanqi.foundation.errors import NotVisible

from . import parameters
from .models import ParameterValue
from .parameters import Parameter


@dataclass(frozen=True, slots=True)
class Said:
    """A value in words, and the row that set it (None for the default)."""

    text: str
    row: ParameterValue | None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One parameter on a day: what holds, what comes next."""

    parameter: Parameter
    holds: Said
    default: str
    coming: tuple[Said, ...]  # the nearest first

    @property
    def next(self) -> Said | None:
        return self.coming[0] if self.coming else None


@dataclass(frozen=True, slots=True)
class Group:
    """The parameters under one heading."""

    key: str
    label: str
    lines: tuple[Line, ...]


def settable_by(actor: Actor) -> list[Parameter]:
    """What this actor may set; nothing for whoever is neither of the two administrators."""
    return [one for one in parameters.defined() if actor.has(one.role)]


def groups(actor: Actor, on: date) -> list[Group]:
    """All that the actor may set, under their headings. One query."""
    found: dict[str, list[Line]] = {}
    settable = settable_by(actor)
    rows = _rows([one.key for one in settable])
    for one in settable:
        found.setdefault(one.group, []).append(_line(one, rows.get(one.key, ()), on, {}))
    return [Group(key, parameters.group_label(key), tuple(lines)) for key, lines in found.items()]


def line(key: str, actor: Actor, on: date) -> Line:
    """One parameter. Raises NotVisible if it is another administrator's, or nobody's."""
    parameter = next((one for one in settable_by(actor) if one.key == key), None)
    if parameter is None:
        raise NotVisible(key)
    return _line(parameter, _rows([key]).get(key, ()), on, {})


def history(parameter: Parameter, at: datetime) -> list[Said]:
    """Everything that was ever set, withdrawn ones too, the latest first; with who did it."""
    rows = list(
        ParameterValue.objects.filter(key=parameter.key)
        .select_related("set_by", "withdrawn_by")
        .order_by("-id")[:200]
    )
    names = _names(rows, at)
    return [_said(parameter, row, names) for row in rows]


def _rows(keys: Iterable[str]) -> dict[str, list[ParameterValue]]:
    found: dict[str, list[ParameterValue]] = {}
    standing = ParameterValue.objects.filter(key__in=list(keys), withdrawn_at__isnull=True)
    for row in standing.order_by("valid_from", "id"):
        found.setdefault(row.key, []).append(row)
    return found


def _line(
    parameter: Parameter, rows: Iterable[ParameterValue], on: date, names: Mapping[int, str]
) -> Line:
    by_day = {row.valid_from: row for row in rows}  # of two for one day the later set
    holds = [row for day, row in by_day.items() if day <= on]
    default = parameter.said(parameter.default)
    return Line(
        parameter=parameter,
        holds=_said(parameter, holds[-1], names) if holds else Said(default, None),
        default=default,
        coming=tuple(_said(parameter, row, names) for day, row in by_day.items() if day > on),
    )


def _said(parameter: Parameter, row: ParameterValue, names: Mapping[int, str]) -> Said:
    value: Any = parameters.reread(parameter, row.value)
    return Said(parameter.said(value), row, names.get(row.set_by_id or 0, ""))


def _names(rows: Iterable[ParameterValue], at: datetime) -> dict[int, str]:
    accounts = {row.set_by_id: row.set_by for row in rows if row.set_by is not None}
    return {pk: actor_for(account, at).name for pk, account in accounts.items()}
