"""Forms of the lists: a view under a name, a batch, a merge, a dispatch in one line."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pypinyin import Style, lazy_pinyin

from yuanqi.casework.models import Case
from yuanqi.foundation.widgets import Hidden
from yuanqi.organisation.models import Department
from yuanqi.organisation.queries import bureaus

from ..models import Return
from .parts import ActForm, area

NAME_LENGTH = 30
_NAME = forms.CharField(
    label=gettext_lazy("名字"),
    max_length=NAME_LENGTH,
    widget=forms.TextInput(attrs={"autocomplete": "off"}),
    error_messages={
        "required": gettext_lazy("请给视图起个名字。"),
        "max_length": gettext_lazy("名字最多 %(limit_value)d 个字。"),
    },
)


class SaveViewForm(ActForm):
    """The list that one sees, under a name."""

    name = "save-view"
    title = _NAME
    address = forms.CharField(widget=Hidden, required=False, max_length=2000)

    def __init__(self, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        if initial := options.get("initial"):
            options["initial"] = {"address": initial["query"]}
        super().__init__(data, **options)

    @property
    def query(self) -> QueryDict:
        """What the list's address says after its question mark."""
        return QueryDict(str(self.data.get("address", ""))[:2000])


class RenameViewForm(forms.Form):
    title = _NAME


class BatchForm(ActForm):
    """What the batch bar sends along with the ticked rows: where to lead back."""

    name = "batch-form"
    back = forms.CharField(widget=Hidden, required=False, max_length=2000)


class MergeForm(ActForm):
    """Several requests of one enterprise become one: which is kept, and why."""

    name = "merge"
    into = forms.TypedChoiceField(
        label=gettext_lazy("保留哪一件"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选保留哪一件。")},
    )
    explanation = forms.CharField(
        label=gettext_lazy("向企业说明"),
        max_length=1000,
        required=False,
        widget=area(3),
        help_text=gettext_lazy("企业会看到这段话；不写就只告诉它并入了哪一件。"),
    )

    def __init__(
        self, cases: Sequence[Case], data: Mapping[str, Any] | None = None, **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.fields["into"].choices = [
            (case.pk, _("%(number)s %(title)s") % {"number": case.number, "title": case.title})
            for case in cases
        ]
        if cases:
            self.fields["into"].initial = cases[0].pk


class _Initials(forms.Select):
    """A select whose options are also found by the first letters of their pinyin."""

    initials: Mapping[Any, str] = {}

    def create_option(self, name: str, value: Any, *rest: Any, **more: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *rest, **more)
        if letters := self.initials.get(value):
            option["attrs"]["data-initials"] = letters
        return option


def initials(text: str) -> str:
    """The first letter of each sign's pinyin: 规建局 is "gjj"."""
    return "".join(lazy_pinyin(text, style=Style.FIRST_LETTER)).lower()


class LineForm(ActForm):
    """派单 in one line of the list: the lead alone; co-handlers are named on the request's page."""

    name = "line"
    lead = forms.TypedChoiceField(
        label=gettext_lazy("主办部门"),
        coerce=int,
        widget=_Initials,
        error_messages={"required": gettext_lazy("请选一个主办部门。")},
    )
    back = forms.CharField(widget=Hidden, required=False, max_length=2000)

    def __init__(self, case: Case, data: Mapping[str, Any] | None = None, **options: Any) -> None:
        super().__init__(data, auto_id=f"line_{case.pk}_%s", **options)
        units = list(bureaus())
        gave_back = Return.objects.filter(case=case).values_list("department", flat=True)
        self.returned: list[Department] = [unit for unit in units if unit.pk in set(gave_back)]
        field = self.fields["lead"]
        field.choices = [("", _("请选择")), *((unit.pk, unit.label) for unit in units)]
        field.widget.initials = _initials_of(units)
        field.widget.attrs["data-typed"] = ""
        field.widget.attrs["autofocus"] = True
        proposed = case.request.proposed_lead
        if proposed is not None and proposed not in self.returned:
            field.initial = proposed.pk


def _initials_of(units: Iterable[Department]) -> dict[int, str]:
    return {unit.pk: initials(unit.label) for unit in units}
