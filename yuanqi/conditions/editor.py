"""The rule editor: what its page shows of a text while it is being written.

A part of it for every slice: a slice leads to `conditions:draft`, or shows
`conditions/_rule.html` with a `judging.Checked` among its own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.domain.rules import Field, Schema, Type
from yuanqi.domain.rules.tokens import KEYWORDS
from yuanqi.foundation.actors import Actor
from yuanqi.registry import facts

from . import judging, queries, words
from .forms import MOST_CASES, DraftForm, RawCase
from .judging import Checked
from .kinds import Kind
from .models import Condition, ConditionVersion
from .trying import Tried

_TYPES = {
    Type.NUMBER: gettext_lazy("数字"),
    Type.BOOLEAN: gettext_lazy("是否"),
    Type.STRING: gettext_lazy("文本"),
    Type.DATE: gettext_lazy("日期"),
}
_PLAIN = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Known:
    """A fact that rules may name, as the panel beside the text shows it."""

    name: str
    label: str
    other: str  # the label in the other language, to be found by it
    typed: str  # how it is written in a rule
    unit: str
    meaning: str
    group: str


@dataclass(frozen=True, slots=True)
class Input:
    """One fact of a test case."""

    field: Field
    name: str
    label: str
    value: str
    error: str

    @property
    def kind(self) -> str:
        return str(self.field.type)

    @property
    def unit(self) -> str:
        return "" if self.field.unit is None else unit_said(self.field)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A test case in the form; `hidden` are facts that the text doesn't name (any more)."""

    place: int
    note: str
    note_error: str
    expected: str
    inputs: Sequence[Input]
    hidden: Sequence[tuple[str, str]]
    tried: Tried | None
    is_wrong: bool

    @property
    def number(self) -> int:
        return self.place + 1


def known_fields(kind: Kind) -> list[Known]:
    """Every fact that a rule of the kind may name, in the order of its schema."""
    described = facts.fields() if kind.schema is facts.schema else {}
    language = words.language()
    other = "en" if language == "zh" else "zh"
    found = []
    for field in kind.schema():
        more = described.get(field.name)
        found.append(
            Known(
                name=field.name,
                label=field.label_in(language),
                other=field.label_in(other),
                typed=typed_name(field.name),
                unit=unit_said(field),
                meaning=more.meaning if more else "",
                group=more.group if more else "",
            )
        )
    return found


def unit_said(field: Field) -> str:
    """The unit of a fact; a share has none and is written 0.05 for 5 %; else what it is."""
    if field.unit == "":
        return _("比例，5 % 写作 0.05")
    return field.unit or str(_TYPES[Type(field.type)])


def typed_name(name: str) -> str:
    """A fact's name as it stands in a text: in quotation marks unless it is one plain word."""
    if _PLAIN.fullmatch(name) and name.upper() not in KEYWORDS:
        return name
    return '"' + name.replace('"', '""') + '"'


def found_by(known: Sequence[Known], asked: str) -> list[Known]:
    """Those whose name, label or meaning holds what is asked for; all for nothing."""
    asked = asked.strip().lower()
    if not asked:
        return list(known)
    return [
        one
        for one in known
        if any(asked in said.lower() for said in (one.name, one.label, one.other, one.meaning))
    ]


def held_against(
    condition: Condition, valid_from: date | None, today: date
) -> ConditionVersion | None:
    """The version whose place a draft takes: that of the day before it, today's at the earliest."""
    day = today if valid_from is None else max(today, valid_from - timedelta(days=1))
    return queries.version_on(condition.pk, day)


def context_of(
    *, condition: Condition, form: DraftForm, asked: str, actor: Actor, today: date
) -> dict[str, Any]:
    """All that the editor shows of a form: the text checked, counted and said, its cases tried."""
    kind = queries.kind_of(condition)
    read = form.read()
    before = held_against(condition, _day(form), today)
    text = form.sent_text
    checked = judging.checked(
        kind,
        text,
        cases=[case for case in read if case is not None],
        before=before.text if before else None,
        actor=actor,
    )
    names = _case_fields(form, checked)
    rows = list(_rows(form, checked, names, form.schema))
    known = known_fields(kind)
    return {
        "condition": condition,
        "kind": kind,
        "form": form,
        "checked": checked,
        "before": before,
        "is_changed": before is None or before.text != text,
        "cases": rows,
        "case_fields": " ".join(names),
        "may_add_case": len(rows) < MOST_CASES,
        "known": known,
        "found": found_by(known, asked),
        "asked": asked,
    }


def _day(form: DraftForm) -> date | None:
    typed = form.data.get("valid_from") if form.is_bound else form.initial.get("valid_from")
    if not isinstance(typed, str):
        return typed
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _case_fields(form: DraftForm, checked: Checked) -> list[str]:
    """What a case is asked for: what the text names; while it is wrong, what was asked before."""
    if checked.rule is not None:
        return [field.name for field in checked.fields]
    before = form.data.get("case-fields", "").split() if form.is_bound else []
    in_rows = [name for row in form.rows for name in row.facts]
    return [name for name in dict.fromkeys([*before, *in_rows]) if form.schema.get(name)]


def _rows(
    form: DraftForm, checked: Checked, names: Sequence[str], schema: Schema
) -> Iterator[CaseRow]:
    tried = iter(checked.tried)
    for place, (row, case) in enumerate(zip(form.rows, form.read(), strict=True)):
        found = next(tried, None) if case is not None else None
        wrong = {name: says for (where, name), says in form.wrong.items() if where == place}
        yield CaseRow(
            place=place,
            note=row.note,
            note_error=wrong.get("note", ""),
            expected=row.expected,
            inputs=[
                _input(field, place, row, wrong.get(name, ""))
                for name in names
                if (field := schema.get(name)) is not None
            ],
            hidden=[
                (f"case-{place}-fact-{name}", value)
                for name, value in row.facts.items()
                if name not in names and value
            ],
            tried=found,
            is_wrong=bool(wrong),
        )


def _input(field: Field, place: int, row: RawCase, error: str) -> Input:
    return Input(
        field=field,
        name=f"case-{place}-fact-{field.name}",
        label=field.label_in(words.language()),
        value=row.facts.get(field.name, ""),
        error=error,
    )


def completions(known: Sequence[Known]) -> list[dict[str, str]]:
    """What the script offers while one types."""
    return [
        {"typed": one.typed, "name": one.name, "label": one.label, "other": one.other,
         "unit": one.unit}
        for one in known
    ]  # fmt: skip


def places_said(rows: Sequence[CaseRow]) -> str:
    """Which cases failed, for the line above them."""
    failed = [str(row.number) for row in rows if row.tried and not row.tried.passes]
    return _("、").join(failed)
