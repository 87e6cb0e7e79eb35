"""Recording that an enterprise was called, and asking it for a fact."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ..contacting.asking import askable
from ..models import ContactKind
from .base import KeptForm

_KINDS = [one for one in ContactKind.choices if one[0] != ContactKind.VISIT]


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("为什么这个月还要联系"), required=False, max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}), help_text=_("企业也看得到。"),
        error_messages={"required": _("这个月的次数用完了，请写明理由。")},
    )  # fmt: skip


def _ask_reason(form: forms.Form, is_beyond: bool) -> None:
    """Beyond the month's budget a reason must be given; within it nobody is asked for one."""
    form.fields["reason"].required = is_beyond
    if not is_beyond and not form.data.get("reason"):
        form.fields["reason"].widget = forms.HiddenInput()


class ContactedForm(KeptForm):
    kind = forms.ChoiceField(label=_("怎样联系的"), choices=_KINDS, widget=forms.RadioSelect)
    subject = forms.CharField(
        label=_("为什么事"), max_length=200, help_text=_("企业也看得到。"),
        error_messages={"required": _("请写下为什么事联系，企业也看得到。")},
    )  # fmt: skip
    reason = _reason()

    def __init__(self, *args: Any, is_beyond: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        _ask_reason(self, is_beyond)


class AskForm(KeptForm):
    field = forms.ChoiceField(label=_("想知道哪一项"))
    why = forms.CharField(
        label=_("用来做什么"), max_length=200, help_text=_("企业也看得到。"),
        error_messages={"required": _("请写下用来做什么，企业看得到。")},
    )  # fmt: skip
    reason = _reason()

    def __init__(self, *args: Any, is_beyond: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["field"].choices = [(one.name, one.label) for one in askable()]
        _ask_reason(self, is_beyond)
