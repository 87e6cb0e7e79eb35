"""What a version of a rule is written in: its text, its days, its ground, its test cases."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from unicodedata import normalize
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.domain.rules import Field, Schema, Type
from yuanqi.organisation.models import Department
from yuanqi.registry.forms.base import KeptForm, Meanwhile, day_input

from .drafts import NAMES, Case, Draft, cases_said, unified
from .kinds import Kind
from .models import ConditionVersion

MOST_CASES = 40
LONGEST_NOTE = 60
LONGEST_FACT = 200
EXPECTED = {"yes": True, "no": False, "unknown": None}


class RuleField(forms.CharField):
    """The text of a rule: lines end the same way whoever sends them."""

    def to_python(self, value: Any) -> str:
        return unified(str(super().to_python(value) or ""))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return unified(initial or "") != unified(data or "")


@dataclass(frozen=True, slots=True)
class RawCase:
    """A test case as it was typed: nothing of it is lost when it is wrong."""

    note: str
    expected: str
    facts: Mapping[str, str]

    @classmethod
    def of(cls, case: Case) -> "RawCase":
        """A kept case as its form shows it."""
        return cls(
            note=case["note"],
            expected=next(key for key, value in EXPECTED.items() if value is case["expected"]),
            facts={name: _shown(value) for name, value in case["facts"].items()},
        )

    @property
    def is_blank(self) -> bool:
        return not self.note and not any(self.facts.values())


def raw_cases(data: Mapping[str, Any]) -> list[RawCase]:
    """The cases of a form that was sent."""
    count = data.get("case-count", "")
    places = range(min(int(count), MOST_CASES)) if count.isascii() and count.isdecimal() else ()
    return [
        RawCase(
            note=data.get(f"case-{place}-note", "").strip(),
            expected=data.get(f"case-{place}-expected", "yes"),
            facts={
                key.removeprefix(f"case-{place}-fact-"): data[key].strip()
                for key in data
                if key.startswith(f"case-{place}-fact-")
            },
        )
        for place in places
        if f"case-{place}-gone" not in data
    ]


class DraftForm(KeptForm):
    """`seen` is what the form was shown with; `number` the open version that it was shown for.

    Cases are typed in rows of their own (`case-0-note`, `case-0-fact-revenue` …), so that the form
    works without a script.
    """

    number = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=400_000)
    text = RuleField(
        label=gettext_lazy("规则"),
        strip=False,
        required=False,
        max_length=10_000,
        widget=forms.Textarea(
            attrs={
                "rows": 8,
                "spellcheck": "false",
                "autocomplete": "off",
                "autocapitalize": "off",
                "maxlength": None,
            }
        ),
    )
    valid_from = forms.DateField(
        label=gettext_lazy("从哪天起执行"),
        required=False,
        widget=day_input(),
        error_messages={"required": gettext_lazy("请选从哪天起执行。")},
    )
    planned_to = forms.DateField(
        label=gettext_lazy("执行到哪天"), required=False, widget=day_input()
    )
    source = forms.CharField(
        label=gettext_lazy("依据"),
        required=False,
        max_length=200,
        error_messages={"required": gettext_lazy("请写明依据哪个文件、哪一条。")},
    )
    reason = forms.CharField(
        label=gettext_lazy("为什么改"),
        required=False,
        max_length=200,
        error_messages={"required": gettext_lazy("请写明为什么改。")},
    )
    cases = forms.CharField(label=gettext_lazy("测试用例"), required=False)
    aside = ("once", "seen", "number")
    to_submit = ("valid_from", "source", "reason")  # a draft may do without them for a while

    def require_whole(self) -> None:
        """Ask for all that it takes to hand the version in."""
        for name in self.to_submit:
            self.fields[name].required = True

    def __init__(self, *args: Any, schema: Schema, **options: Any) -> None:
        super().__init__(*args, **options)
        self.schema = schema
        self.taken: list[Case] | None = None  # somebody else's cases in place of those typed
        self.wrong: dict[tuple[int, str], str] = {}  # place of a case, name of a fact
        # browsers cut what is too long in silence; the server says so
        self.fields["text"].widget.attrs.pop("maxlength", None)

    @classmethod
    def shown(
        cls, version: ConditionVersion, *, number: int | None, schema: Schema, **initial: Any
    ) -> "DraftForm":
        """The form over a version: the open one, or the one that holds as a new one's beginning."""
        draft = Draft.of(version)
        values = {name: getattr(draft, name) for name in NAMES}
        seen = json.dumps(draft.said, ensure_ascii=False)
        return cls(initial={**values, "seen": seen, "number": number, **initial}, schema=schema)

    @property
    def rows(self) -> list[RawCase]:
        """The cases as they stand in the form."""
        if self.is_bound:
            if self.taken is not None:
                return [RawCase.of(case) for case in self.taken]
            return raw_cases(self.data)
        return [RawCase.of(case) for case in self.initial.get("cases", ())]

    @property
    def sent_text(self) -> str:
        """The text as it was typed, whatever else is wrong."""
        if self.is_bound:
            return unified(self.data.get("text", ""))
        return str(self.initial.get("text", ""))

    @property
    def kept_cases(self) -> list[Case]:
        """Those cases that can be tried; rows that are blank or wrong are left out."""
        return [case for case in self.read() if case is not None]

    @property
    def draft(self) -> Draft:
        said = self.cleaned_data
        return Draft(
            text=said["text"],
            valid_from=said["valid_from"],
            planned_to=said["planned_to"],
            source=said["source"],
            reason=said["reason"],
            cases=said["cases"],
        )

    def clean_cases(self) -> list[Case]:
        found = self.read()
        if self.wrong:
            raise forms.ValidationError(_("有用例填得不对，见下面红字。"))
        return [case for case in found if case is not None]

    def read(self) -> list[Case | None]:
        """Each row as a case; None for a blank row, and for one that is wrong."""
        self.wrong = {}
        return [self._case(place, row) for place, row in enumerate(self.rows)]

    def _case(self, place: int, row: RawCase) -> Case | None:
        if row.is_blank:
            return None
        facts: dict[str, Any] = {}
        for name, typed in row.facts.items():
            field = self.schema.get(name)
            if not typed or field is None:
                continue
            try:
                facts[name] = typed_fact(field, typed)
            except ValueError as error:
                self.wrong[place, name] = str(error)
        if len(row.note) > LONGEST_NOTE:
            self.wrong[place, "note"] = _("最多 %(most)s 个字。") % {"most": LONGEST_NOTE}
        if any(where == place for where, _name in self.wrong):
            return None
        return {"note": row.note, "facts": facts, "expected": EXPECTED.get(row.expected)}

    def merged(
        self, changed: Mapping[str, tuple[str, str]], **options: Any
    ) -> tuple["DraftForm", list[Meanwhile]]:
        """This form after somebody else's change; of cases all or none are taken over."""
        cases = changed.get("cases")
        said = {name: pair for name, pair in changed.items() if name != "cases"}
        form, told = super().merged(said, schema=self.schema, **options)
        if cases is not None:
            was, now = cases
            is_both = cases_said(self.kept_cases) != was
            if not is_both:
                form.taken = json.loads(now)
            told.append(
                Meanwhile(str(self.fields["cases"].label), _counted(was), _counted(now), is_both)
            )
            seen = json.loads(form.data["seen"])
            form.data["seen"] = json.dumps({**seen, "cases": now}, ensure_ascii=False)
        return form, told  # type: ignore[return-value]

    def anew(self, shown: "DraftForm") -> "DraftForm":
        """What was typed, over what a fresh form would be shown with."""
        data = self.data.copy()
        data["number"] = str(shown.initial["number"] or "")
        data["seen"], data["once"] = shown.initial["seen"], str(uuid4())
        return DraftForm(data, schema=self.schema)


def typed_fact(field: Field, typed: str) -> Any:
    """A fact as it is kept, from what was typed. ValueError says what is wrong."""
    match field.type:
        case Type.NUMBER:
            try:
                number = float(normalize("NFKC", typed).replace(",", ""))
            except ValueError:
                raise ValueError(_("请填数字。")) from None
            if number != number or abs(number) == float("inf"):
                raise ValueError(_("请填数字。"))
            return int(number) if number.is_integer() and abs(number) < 1e15 else number
        case Type.BOOLEAN:
            if typed not in ("true", "false"):
                raise ValueError(_("请选是或否。"))
            return typed == "true"
        case Type.DATE:
            try:
                return date.fromisoformat(typed).isoformat()
            except ValueError:
                raise ValueError(_("日期请写成 2026-01-31。")) from None
    if len(typed) > LONGEST_FACT or "\0" in typed:
        raise ValueError(_("最多 %(most)s 个字。") % {"most": LONGEST_FACT})
    return typed


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _counted(cases: str) -> str:
    return _("%(count)s 个用例") % {"count": len(json.loads(cases or "[]"))}


class DecisionForm(forms.Form):
    """What a version is sent back or withdrawn with; `revision` is that which was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2})
    )


class AddForm(forms.Form):
    """A rule of the park's own."""

    once = forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=40, initial=lambda: str(uuid4())
    )
    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=120, required=False)
    code = forms.SlugField(
        label=gettext_lazy("代码"),
        max_length=60,
        help_text=gettext_lazy("小写英文字母、数字和短横线，定了就不改。"),
    )
    owner = forms.ModelChoiceField(queryset=Department.objects.none(), empty_label=None)

    def __init__(self, kind: Kind, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        if not kind.owner_label:
            del self.fields["owner"]
            return
        self.fields["owner"].label = kind.owner_label
        self.fields["owner"].queryset = kind.owners()


class RenameForm(KeptForm):
    """What a rule is called, and whose it is."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=60)
    name_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=120, required=False)
    owner = forms.ModelChoiceField(queryset=Department.objects.none(), empty_label=None)

    def __init__(self, *args: Any, kind: Kind, **more: Any) -> None:
        super().__init__(*args, **more)
        if not kind.owner_label:
            del self.fields["owner"]
            return
        self.fields["owner"].label = kind.owner_label
        self.fields["owner"].queryset = kind.owners()
