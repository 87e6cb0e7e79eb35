"""What is handed in, and what is decided about it."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import ImportKind


def _once() -> forms.CharField:
    return forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=40, initial=lambda: str(uuid4())
    )


class BeginForm(forms.Form):
    """Which register, and the file."""

    kind = forms.ChoiceField(
        label=_("导入什么"),
        widget=forms.RadioSelect,
        error_messages={"required": _("请选导入什么。"), "invalid_choice": _("请选导入什么。")},
    )
    file = forms.FileField(
        label=_("文件"),
        help_text=_("Excel（.xlsx）或 CSV，最大 20 MB。先检查，您确认以后才写入。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={"required": _("请选择文件。"), "empty": _("这是空文件，请重新选择。")},
    )
    once = _once()

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind, ImportKind(kind).label) for kind in kinds]
        if len(kinds) == 1:
            self.initial["kind"] = kinds[0]


class MergeForm(forms.Form):
    """Which enterprise the one shown goes into, by its code or name."""

    into = forms.CharField(
        label=_("并入哪家企业"),
        max_length=100,
        help_text=_("填它的统一社会信用代码或全称。"),
        error_messages={"required": _("请填并入哪家企业。")},
    )
