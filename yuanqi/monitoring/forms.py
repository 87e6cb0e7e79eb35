"""The return of a month, a question about it, a year's targets."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import dateformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.registry.indicators import MEASURES, Measure
from yuanqi.registry.seen import text_of

from .acts import Period, field_of, periods_of
from .known import Known, forecast_field, forecast_months
from .models import Filing, Span
from .oddities import Oddity

LONGEST = 200
WHY = "why_"


class FigureField(forms.DecimalField):
    """A figure as people type it: with separators, full-width digits, spaces around it."""

    default_error_messages = {
        "required": gettext_lazy("请填这一项；没有就填 0。"),
        "invalid": gettext_lazy("请只填数字，例如 1280.5。"),
        "min_value": gettext_lazy("这一项不会小于 0，请核对。"),
        "max_digits": gettext_lazy("这个数太大了，请核对单位。"),
        "max_whole_digits": gettext_lazy("这个数太大了，请核对单位。"),
        "max_decimal_places": gettext_lazy("小数点后最多两位。"),
    }

    def __init__(self, measure: Measure, **options: Any) -> None:
        super().__init__(
            max_digits=14,
            decimal_places=0 if measure.is_whole else 2,
            min_value=None if measure.is_signed else 0,
            widget=forms.TextInput(
                attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 40}
            ),
            **options,
        )
        if measure.is_whole:
            self.error_messages["max_decimal_places"] = _("请填整数。")

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            plain = unicodedata.normalize("NFKC", value).replace(",", "")
            value = "".join(plain.split())
        return super().to_python(value)


class FilingForm(forms.Form):
    """A field for each measure that is still asked and each month to come, as big as a thumb.

    What is odd brings a field for its reason along (`odd`).
    """

    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, filing: Filing, known: Known, data: Any = None) -> None:
        super().__init__(data, initial={"once": str(uuid4()), "version": filing.version})
        self.filing = filing
        self.known = known
        self.months = {forecast_field(month): month for month in forecast_months(filing.round)}
        for one in known.asked:
            self.fields[one.code] = FigureField(one.measure, label=one.measure.label)
        for name, month in self.months.items():
            measure = MEASURES[filing.round.forecast]
            label = _("预计 %(month)s%(label)s") % {
                "month": dateformat.format(month, _("n 月")),
                "label": measure.label,
            }
            self.fields[name] = FigureField(measure, label=label, required=False)
        for name in self.figures_asked:
            self.fields[WHY + name] = forms.CharField(
                label=_("没错的话，写一句原因"), required=False, max_length=LONGEST,
                widget=forms.TextInput(attrs={"autocomplete": "off"}),
            )  # fmt: skip
        self.initial |= self._known() | {
            name: text for name, text in filing.draft.items() if name in self.fields
        }

    @property
    def figures_asked(self) -> list[str]:
        return [*(one.code for one in self.known.asked), *self.months]

    def _known(self) -> dict[str, str]:
        """What stands in the fields at first: what was said already; staff as the month before."""
        found = {}
        for one in self.known.asked:
            row = one.stated or one.sent_back or (one.last if one.measure.is_whole else None)
            found[one.code] = text_of(row.value) if row else ""
        for name, month in self.months.items():
            row = self.known.forecasts.get(month)
            found[name] = text_of(row.value) if row else ""
        for told in self.filing.oddities:
            found[WHY + told["field"]] = told["reason"]
        return found

    @property
    def typed(self) -> dict[str, str]:
        """What was typed, as it was typed."""
        names = [*self.figures_asked, *(WHY + name for name in self.figures_asked)]
        return {name: str(self.data.get(name, "")) for name in names}

    @property
    def figures(self) -> dict[str, Decimal]:
        return {one.code: self.cleaned_data[one.code] for one in self.known.asked}

    @property
    def forecasts(self) -> dict[date, Decimal]:
        return {
            month: value
            for name, month in self.months.items()
            if (value := self.cleaned_data[name]) is not None
        }

    @property
    def reasons(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(WHY + name, "") for name in self.figures_asked}

    def ask_about(self, oddities: Sequence[Oddity]) -> None:
        """Mark each odd figure that has no word of explanation."""
        for one in oddities:
            self.fields[WHY + one.field].required = True
            if not one.reason:
                self.add_error(WHY + one.field, _("请核对上面的数；没错就在这里写一句原因。"))


class QuestionForm(forms.Form):
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    question = forms.CharField(
        label=gettext_lazy("要问什么"), max_length=LONGEST,
        help_text=gettext_lazy("企业会看到这句话，填报表重新打开，这些数先不算。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:
        more.setdefault("auto_id", "ask_%s")
        more.setdefault("initial", {"once": str(uuid4())})
        super().__init__(*args, **more)


def grouped(value: Decimal) -> str:
    """A figure with separators, as `FigureField` takes it too."""
    whole, point, rest = text_of(value).partition(".")
    return f"{int(whole):,}{point}{rest}"


class TargetsForm(forms.Form):
    """A year's target and its months'; an empty field is no target."""

    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)

    def __init__(
        self, code: str, year: int, standing: Mapping[Period, Decimal], data: Any = None
    ) -> None:
        shown = {field_of(period): text_of(value) for period, value in standing.items()}
        self.periods: dict[str, Period] = {}
        for period in periods_of(year):
            self.periods[field_of(period)] = period
        seen = {name: shown.get(name, "") for name in self.periods}
        typed = {field_of(period): grouped(value) for period, value in standing.items()}
        initial = {**typed, "once": str(uuid4()), "seen": json.dumps(seen)}
        super().__init__(data, initial=initial)
        for name, (span, starts_on) in self.periods.items():
            month = dateformat.format(starts_on, _("n 月"))
            label = _("全年") if span == Span.YEAR else month
            self.fields[name] = FigureField(MEASURES[code], label=label, required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in self.periods:
            value = cleaned.get(name)
            if value is not None and value < 0:
                self.add_error(name, _("目标不会小于 0，请核对。"))
        return cleaned

    @property
    def values(self) -> dict[Period, Decimal | None]:
        return {period: self.cleaned_data[name] for name, period in self.periods.items()}

    @property
    def was_seen(self) -> dict[str, str] | None:
        try:
            found = json.loads(self.cleaned_data.get("seen") or "null")
        except ValueError:
            return None
        if not isinstance(found, dict):
            return None
        return {name: str(found[name]) for name in self.periods if name in found}
