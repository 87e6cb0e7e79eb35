"""What is asked when an account is opened or its rights change."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.actors import ROLE_LABELS, Role


class OnceForm(forms.Form):
    """A form that is carried out once, however often it is sent."""

    once = forms.CharField(required=False, widget=forms.HiddenInput, initial=uuid4)

    @property
    def key(self) -> str:
        return str(self.data.get("once", ""))


class OpenForm(OnceForm):
    """A username, and for whom: an officer, a contact, or a named holder (administrators)."""

    username = forms.CharField(
        label=_("用户名"),
        max_length=32,
        help_text=_("3–32 个小写字母、数字、点或横线，例如姓名的拼音。以后不能改。"),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    holder = forms.CharField(
        label=_("持有人"),
        max_length=40,
        required=False,
        help_text=_("管理员账号写谁保管。干部和企业联系人的账号不用写，开通后绑定。"),
    )

    def __init__(self, *args: Any, is_bound: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if is_bound:
            del self.fields["holder"]


class ReasonForm(OnceForm):
    """Why: for the journal, and for whoever is concerned."""

    reason = forms.CharField(
        label=_("原因"), max_length=200, help_text=_("会记入操作日志，不能再改：不写姓名和电话。")
    )


class HolderForm(OnceForm):
    name = forms.CharField(label=_("持有人"), max_length=40)


class GrantForm(ReasonForm):
    """Which role, and why."""

    role = forms.ChoiceField(label=_("角色"))
    reason = forms.CharField(
        label=_("理由"),
        max_length=200,
        help_text=_("例如：任职文件号、岗位分工。第二人凭它判断；会记入操作日志，不写姓名和电话。"),
    )

    field_order = ("role", "reason")

    def __init__(self, *args: Any, roles: Sequence[Role] = tuple(Role), **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["role"].choices = [("", _("请选角色"))] + [
            (role.value, ROLE_LABELS[role]) for role in roles
        ]


class RevokeForm(ReasonForm):
    role = forms.ChoiceField(
        choices=[(role.value, role.value) for role in Role], widget=forms.HiddenInput
    )
