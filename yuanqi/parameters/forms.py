"""What is asked when a setting is changed, or one to come is taken back."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from .parameters import Parameter


class OnceForm(forms.Form):
    """A form that is carried out once, however often it is sent."""

    once = forms.CharField(required=False, widget=forms.HiddenInput, initial=uuid4)

    @property
    def key(self) -> str:
        return str(self.data.get(self.add_prefix("once"), ""))


class ValueForm(OnceForm):
    """Another value, from which day on, why."""

    value = forms.CharField(label=_("新的值"), required=False)
    valid_from = forms.DateField(
        label=_("从哪天起"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("以前的按以前的算，已经开始的不变。"),
    )
    reason = forms.CharField(label=_("为什么改"), max_length=200)
    document_no = forms.CharField(label=_("文号"), max_length=60, required=False)

    def __init__(self, *args: Any, parameter: Parameter, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["valid_from"].widget.attrs["min"] = today.isoformat()
        self.fields["valid_from"].initial = today.isoformat()
        value = self.fields["value"]
        match parameter.kind:
            case "boolean":
                value.widget = forms.RadioSelect(choices=[("true", _("是")), ("false", _("否"))])
            case "choice":
                value.widget = forms.RadioSelect(choices=list(parameter.choices))
            case "time":
                value.widget = forms.TimeInput(attrs={"type": "time"})
            case "integer" | "decimal":
                value.widget = forms.TextInput(
                    attrs={"inputmode": "decimal", "autocomplete": "off"}
                )
        if parameter.kind != "text":
            value.required = True  # an empty text is a value
        value.widget.is_required = value.required


class ReasonForm(OnceForm):
    """Why something is taken back."""

    reason = forms.CharField(label=_("为什么撤回"), max_length=200)
