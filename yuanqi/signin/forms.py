"""What is asked at the door and behind it."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from .passwords import LONGEST


def _password(label: object, autocomplete: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        # hashing has its price; longer ones can't be right
        max_length=LONGEST,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
    )


class ConfirmForm(forms.Form):
    password = _password(_("密码"), "current-password")


class PasswordForm(forms.Form):
    oldpassword = _password(_("现在的密码"), "current-password")
    password1 = _password(_("新密码"), "new-password")
    password2 = _password(_("再输一次新密码"), "new-password")

    def clean(self) -> None:
        given = self.cleaned_data
        if "password1" in given and given.get("password2") not in (None, given["password1"]):
            self.add_error("password2", _("两次输入的新密码不一样，请再输一次。"))


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("验证码"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class EnrolForm(CodeForm):
    """The first code of an app: digits, so that a telephone shows its digits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class OnceForm(forms.Form):
    once = forms.CharField(required=False, widget=forms.HiddenInput, initial=uuid4)

    @property
    def key(self) -> str:
        return str(self.data.get("once", ""))


class ReasonForm(OnceForm):
    reason = forms.CharField(
        label=_("原因"), max_length=200, help_text=_("记入日志，审计管理员看得到。")
    )


class SubjectForm(OnceForm):
    subject = forms.CharField(
        label=_("城市统一身份的用户标识"),
        max_length=255,
        help_text=_("由城市身份平台给出（sub），不是姓名或手机号。"),
    )
