"""Overruling an entry; a list's service plan."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Part


class RulingForm(forms.Form):
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    revision = forms.IntegerField(widget=forms.HiddenInput)
    is_on = forms.BooleanField(widget=forms.HiddenInput, required=False)
    reason = forms.CharField(
        label=_("理由"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("企业也看得到这句话。"),
        error_messages={"required": _("请写下理由，企业和以后的同事都要看得懂。")},
    )  # fmt: skip
    until = forms.DateField(
        label=_("到哪一天为止"), required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("不填就到月底；以后按数据重新判断。"),
    )  # fmt: skip

    def __init__(self, *args: Any, revision: int = -1, is_on: bool = False, **more: Any) -> None:
        more.setdefault(
            "initial", {"once": str(uuid4()), "revision": revision, "is_on": "1" if is_on else ""}
        )
        super().__init__(*args, **more)


class PlanForm(forms.Form):
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    valid_from = forms.DateField(
        label=_("从哪一天起"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    )
    visit_days = forms.IntegerField(
        label=_("至少多少天走访一次"), min_value=1, max_value=366,
        error_messages={"min_value": _("请填 1 到 366 之间的天数。"),
                        "max_value": _("请填 1 到 366 之间的天数。")},
    )  # fmt: skip
    parts = forms.MultipleChoiceField(
        label=_("谁参加"), choices=Part.choices, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选一方参加。")},
    )  # fmt: skip
    measures = forms.CharField(
        label=_("服务措施"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("一行一条，企业也看得到。"),
        error_messages={"required": _("请写下服务措施。")},
    )  # fmt: skip
