"""What is asked when somebody goes away."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Officer

_INSTANT = "%Y-%m-%dT%H:%M"


def _instant() -> forms.DateTimeInput:
    return forms.DateTimeInput(format=_INSTANT, attrs={"type": "datetime-local"})


class AbsenceForm(forms.Form):
    """An absence with the officer who acts meanwhile.

    `own` may be recorded by the actor: himself, and for a head his people; who acts may be any
    other active officer of the zone.
    """

    officer = forms.TypedChoiceField(label=_("谁外出"), coerce=int)
    start_at = forms.DateTimeField(label=_("从"), input_formats=[_INSTANT], widget=_instant())
    end_at = forms.DateTimeField(label=_("到"), input_formats=[_INSTANT], widget=_instant())
    acting = forms.TypedChoiceField(
        label=_("谁代理"),
        coerce=int,
        help_text=_("从外出那一刻起，手上的诉求和挂钩企业由代理人接着办，回来后自动还给本人。"),
    )
    reason = forms.CharField(
        label=_("事由"), max_length=100, help_text=_("例如：外出培训、年休假。只有园区看得到。")
    )

    def __init__(
        self, *args: Any, own: Sequence[Officer], others: Sequence[Officer], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["officer"].choices = [(person.pk, person.name) for person in own]
        if len(own) == 1:
            self.fields["officer"].initial = own[0].pk
            self.fields["officer"].widget = forms.HiddenInput()
        grouped: dict[str, list[tuple[int, str]]] = {}
        for person in others:
            line = _("%(name)s，%(title)s") % {"name": person.name, "title": person.title}
            grouped.setdefault(person.department.label, []).append((person.pk, line))
        self.fields["acting"].choices = [("", _("请选一位同事")), *grouped.items()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        start, end = cleaned.get("start_at"), cleaned.get("end_at")
        if start and end and end <= start:
            self.add_error("end_at", _("结束时间要晚于开始时间。"))
        if cleaned.get("acting") and cleaned.get("acting") == cleaned.get("officer"):
            self.add_error("acting", _("代理人不能是本人，请选一位同事。"))
        return cleaned
