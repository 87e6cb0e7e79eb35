"""The form about one attachment."""

from django import forms
from django.utils.translation import gettext_lazy

from yuanqi.casework.papers import REASON_LENGTH

from .parts import ActForm, area


class RemoveFileForm(ActForm):
    """删除附件: the reason stands where the file stood."""

    name = "remove-file"
    reason = forms.CharField(
        label=gettext_lazy("为什么删除"),
        max_length=REASON_LENGTH,
        widget=area(2),
        help_text=gettext_lazy("比如：传错了文件。看得到这个附件的人都会看到这句话。"),
        error_messages={"required": gettext_lazy("请写一句为什么删除。")},
    )
