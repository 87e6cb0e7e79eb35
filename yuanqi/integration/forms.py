"""What is asked when a token or a webhook is made."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.api import SCOPE_LABELS

from .kinds import GROUPS, kinds_in
from .reach import LONGEST

_LIVES = ((30, _("30 天")), (90, _("90 天")), (180, _("半年")), (365, _("一年")))


class OnceForm(forms.Form):
    """A form that is carried out once, however often it is sent."""

    once = forms.CharField(required=False, widget=forms.HiddenInput, initial=uuid4)

    @property
    def key(self) -> str:
        return str(self.data.get("once", ""))


class TokenForm(OnceForm):
    """Which program, what for, until when."""

    name = forms.CharField(
        label=_("给哪个程序用"),
        max_length=40,
        help_text=_("例如：企业 ERP、部门台账同步。以后凭它认出这个令牌。"),
    )
    scopes = forms.MultipleChoiceField(
        label=_("可以做什么"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只选用得到的。您自己不能做的，令牌也不能做。"),
    )
    days = forms.TypedChoiceField(
        label=_("有效期"),
        choices=_LIVES,
        coerce=int,
        initial=90,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # said for each form anew, in its reader's language
        self.fields["scopes"].choices = [
            (scope.value, _("%(label)s（%(scope)s）") % {"label": label, "scope": scope.value})
            for scope, label in SCOPE_LABELS.items()
        ]

    @property
    def life(self) -> timedelta:
        return timedelta(days=self.cleaned_data["days"])


class WebhookForm(OnceForm):
    """Which address, of which events."""

    url = forms.CharField(
        label=_("接收地址"),
        max_length=LONGEST,
        widget=forms.URLInput(attrs={"placeholder": "https://erp.example.com/yuanqi"}),
        help_text=_("用 https，能从园区服务器访问。我们向它 POST 一条 CloudEvents。"),
    )
    groups = forms.MultipleChoiceField(
        label=_("推送哪些事件"),
        required=False,
        choices=[(code, label) for code, (label, _kinds) in GROUPS.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("一个都不选，就是全部。只推送您看得到的诉求。"),
    )

    def __init__(self, *args: Any, by_enterprise: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if by_enterprise:
            # an enterprise isn't told how its matter is hurried on
            self.fields["groups"].choices = [
                choice for choice in self.fields["groups"].choices if choice[0] != "supervision"
            ]

    @property
    def kinds(self) -> list[str]:
        return kinds_in(self.cleaned_data["groups"])
