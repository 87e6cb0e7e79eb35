"""A form over a row: carried out once, and told what somebody else has changed meanwhile."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import Model
from django.utils.translation import gettext as _

from ..seen import seen_of

_MONTH = "%Y-%m"


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A field that somebody else has changed, as it is told; `is_both`: this form does so too."""

    label: str
    was: str
    now: str
    is_both: bool


class KeptForm(forms.Form):
    """`seen` carries what the fields held when the form was shown, `once` the key of this sending.

    `fields_kept` are those that belong to the row; what else is asked is the view's affair.
    """

    once = forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=40, initial=lambda: str(uuid4())
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40_000)
    aside: tuple[str, ...] = ("once", "seen")

    @classmethod
    def kept(cls) -> list[str]:
        return [name for name in cls.base_fields if name not in cls.aside]

    @classmethod
    def of(cls, row: Model, **options: Any) -> "KeptForm":
        """The form as it is shown for a row."""
        names = cls.kept()
        initial = {name: _initial(row, name) for name in names}
        return cls(initial={**initial, "seen": json.dumps(seen_of(row, names))}, **options)

    @property
    def key(self) -> str:
        return str(self.cleaned_data.get("once", ""))

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name in self.kept()}

    @property
    def was_seen(self) -> dict[str, str] | None:
        """What the form was shown with; None from a client that knows nothing of it."""
        try:
            found = json.loads(self.cleaned_data.get("seen") or "null")
        except ValueError:
            return None
        if not isinstance(found, dict):
            return None
        return {str(name): str(value) for name, value in found.items() if name in self.fields}

    def merged(
        self, changed: Mapping[str, tuple[str, str]], **options: Any
    ) -> tuple["KeptForm", list[Meanwhile]]:
        """This form again after somebody else's change, and what to tell.

        What this one didn't touch takes the new value; what both changed keeps what is written
        here, and the note shows the other's. Nothing that was typed is lost.
        """
        data = self.data.copy()
        told = []
        for name, (was, now) in changed.items():
            field = self.fields[name]
            is_both = field.has_changed(_prepared(field, was), self._posted(name))
            if not is_both:
                data[self.add_prefix(name)] = now
            told.append(
                Meanwhile(
                    str(field.label), said(field, was), said(field, now), is_both
                )
            )  # fmt: skip
        seen = {**(self.was_seen or {}), **{name: now for name, (_was, now) in changed.items()}}
        data["seen"], data["once"] = json.dumps(seen), str(uuid4())
        return type(self)(data, **options), told

    def _posted(self, name: str) -> Any:
        field = self.fields[name]
        return field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))


def _initial(row: Model, name: str) -> Any:
    field = row._meta.get_field(name)
    return getattr(row, field.attname if field.many_to_one else name)


def _prepared(field: forms.Field, text: str) -> Any:
    """A seen value as `has_changed` compares it."""
    if isinstance(field, forms.ModelChoiceField):
        return text or None
    if isinstance(field, forms.BooleanField):
        return text == "1"
    try:
        return field.to_python(text)
    except forms.ValidationError:
        return text


def said(field: forms.Field, text: str) -> str:
    """A seen value as a person reads it."""
    if isinstance(field, forms.BooleanField):
        return _("是") if text else _("否")
    if not text:
        return _("（空）")
    if isinstance(field, forms.ModelChoiceField):
        found = field.queryset.filter(pk=text).first() if text.isdigit() else None
        return str(found) if found else text
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(text, text))
    return text


def day_input() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class MonthField(forms.DateField):
    """A month, by its first day."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateInput(format=_MONTH, attrs={"type": "month"}))
        super().__init__(input_formats=[_MONTH, "%Y-%m-%d"], **options)

    def to_python(self, value: Any) -> date | None:
        found = super().to_python(value)
        return found.replace(day=1) if found else None


class PlainModelForm(KeptForm, forms.ModelForm):
    """Fields taken from a model; what the database refuses, the operation says."""

    def validate_unique(self) -> None:
        """The operation knows the enterprise; the form doesn't."""

    def validate_constraints(self) -> None:
        """Each form says in words what can't be."""

    def ordered(self, first: str, last: str, message: str) -> None:
        """Say at `last` that it may not lie before `first`."""
        start, end = self.cleaned_data.get(first), self.cleaned_data.get(last)
        if start and end and end < start:
            self.add_error(last, message)
