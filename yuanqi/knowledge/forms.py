"""What an entry of the knowledge base is written in."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from yuanqi.organisation.models import Department, Officer

from .labels import categories
from .models import Entry, EntryAudience

YEAR = timedelta(days=365)


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class EntryForm(forms.Form):
    """A question and its answer. Made for one of `units`; revised, it names one of `keepers`."""

    question = forms.CharField(
        label=_("企业会怎么问"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("用企业自己的话，一句问清一件事。"),
        error_messages={"required": _("请写企业会怎么问。")},
    )
    answer = forms.CharField(
        label=_("答复"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text=_("先说结论，再说找谁、带什么、多久。政策写明文号。"),
        error_messages={"required": _("请写答复。")},
    )
    category = forms.ChoiceField(label=_("类别"), required=False)
    department = forms.TypedChoiceField(label=_("归哪个部门维护"), coerce=int)
    keeper = forms.TypedChoiceField(label=_("维护人"), coerce=int)
    audience = forms.ChoiceField(
        label=_("给谁看"),
        choices=EntryAudience.choices,
        widget=forms.RadioSelect,
        initial=EntryAudience.PUBLIC,
        help_text=_("“企业和园区”对全区企业公开：不写企业名称、人名、电话和经营情况。"),
    )
    expires_on = forms.DateField(
        label=_("复核日期"),
        widget=_day(),
        help_text=_("过了这天还没有复核，就不再提供给企业。最远两年。"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    source_case = forms.IntegerField(widget=forms.HiddenInput, required=False)
    once = forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=40, initial=lambda: str(uuid4())
    )

    def __init__(
        self,
        *args: Any,
        units: Sequence[Department] = (),
        keepers: Sequence[Officer] = (),
        **more: Any,
    ) -> None:
        more.setdefault("auto_id", "entry_%s")
        super().__init__(*args, **more)
        self.fields["category"].choices = [("", _("不分类")), *categories()]
        self.fields["department"].choices = [(unit.pk, unit.label) for unit in units]
        self.fields["keeper"].choices = [(person.pk, person.name) for person in keepers]
        if keepers:
            del self.fields["department"]
        else:
            del self.fields["keeper"]
            if len(units) == 1:
                self.fields["department"].widget = forms.HiddenInput()
                self.fields["department"].initial = units[0].pk

    @classmethod
    def of(cls, entry: Entry, keepers: Sequence[Officer]) -> "EntryForm":
        """The form of an entry to be revised, as it stands."""
        names = ("question", "answer", "category", "audience", "expires_on", "version")
        initial = {name: getattr(entry, name) for name in names}
        return cls(keepers=keepers, initial={**initial, "keeper": entry.keeper_id})


class ReviewForm(forms.Form):
    """It was read again and still holds."""

    expires_on = forms.DateField(label=_("下次复核日期"), widget=_day())

    def __init__(self, *args: Any, today: date | None = None, **more: Any) -> None:
        more.setdefault("auto_id", "review_%s")
        super().__init__(*args, **more)
        if today is not None:
            self.fields["expires_on"].initial = today + YEAR


class WithdrawForm(forms.Form):
    reason = forms.CharField(
        label=_("为什么撤下"),
        max_length=200,
        help_text=_("例如：政策已废止，由哪一条代替。"),
        error_messages={"required": _("请写为什么撤下。")},
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        more.setdefault("auto_id", "withdraw_%s")
        super().__init__(*args, **more)
