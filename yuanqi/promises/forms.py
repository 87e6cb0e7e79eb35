"""Making a promise, keeping it, giving a reason, handing it over."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.actors import Actor

from .models import LONGEST, Occasion
from .queries import takers


def _once() -> forms.CharField:
    return forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=40, initial=lambda: str(uuid4())
    )


class OwnerField(forms.ModelChoiceField):
    def label_from_instance(self, one: Any) -> str:
        return f"{one.department.label} {one.name}"


class MakeForm(forms.Form):
    once = _once()
    text = forms.CharField(
        label=_("答应了什么"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写下答应了什么，300 字以内。")},
    )  # fmt: skip
    due_on = forms.DateField(
        label=_("哪天以前"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    occasion = forms.ChoiceField(
        label=_("在什么场合"), choices=Occasion.choices, initial=Occasion.VISIT,
        widget=forms.RadioSelect,
    )  # fmt: skip
    officer = OwnerField(
        label=_("由谁兑现"), queryset=None, required=False, empty_label=_("我自己")
    )

    def __init__(self, *args: Any, actor: Actor, may_name: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if may_name:
            self.fields["officer"].queryset = takers(actor)
        else:
            del self.fields["officer"]


class KeepForm(forms.Form):
    once = _once()
    outcome = forms.CharField(
        label=_("怎样兑现的"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("企业看得到。"),
        error_messages={"required": _("请写下怎样兑现的，企业看得到。")},
    )  # fmt: skip
    upload = forms.FileField(label=_("凭据"), required=False, help_text=_("照片、通知、纪要都行。"))


class ReasonForm(forms.Form):
    once = _once()
    reason = forms.CharField(
        label=_("原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明原因，企业看得到。")},
    )  # fmt: skip


class HandForm(forms.Form):
    once = _once()
    officer = OwnerField(
        label=_("交给谁"), queryset=None, error_messages={"required": _("请选一位同事。")}
    )

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["officer"].queryset = takers(actor)
