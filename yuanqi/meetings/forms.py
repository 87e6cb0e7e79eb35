"""Calling a meeting, its agenda, who is asked, what is decided, how it ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.models import Area, Enterprise
from yuanqi.registry.search import first_found
from yuanqi.servicedesk.models import Level

from .models import LONGEST, LONGEST_SUMMARY, ItemState, Kind

_TOO_LONG = gettext_lazy("请写短一点，最多 %(limit_value)d 字。")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _grouped(people: Sequence[Officer]) -> list[Any]:
    """Officers under their departments, as a select shows them."""
    found: dict[str, list[tuple[int, str]]] = {}
    for person in people:
        line = _("%(name)s，%(title)s") % {"name": person.name, "title": person.title}
        found.setdefault(person.department.label, []).append((person.pk, line))
    return [("", _("请选择")), *found.items()]


class _ActForm(forms.Form):
    """Each form carries the key that keeps a repeat from acting twice."""

    prefix_id = "act"
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, *args: Any, **more: Any) -> None:
        more.setdefault("auto_id", f"{self.prefix_id}_%s")
        more["initial"] = {"once": str(uuid4()), **more.get("initial", {})}
        super().__init__(*args, **more)


class FirmField(forms.CharField):
    """An enterprise by a part of its name or its code; which one must be plain."""

    def __init__(self, **more: Any) -> None:
        super().__init__(max_length=60, **more)
        self.actor: Actor | None = None

    def clean(self, value: Any) -> Enterprise | None:
        text = super().clean(value)
        if not text or self.actor is None:
            return None
        found = list(first_found(text, self.actor, 3))
        exact = [one for one in found if text in (one.name, one.short_name, one.uscc)]
        if len(exact or found) == 1:
            return (exact or found)[0]
        if not found:
            raise forms.ValidationError(_("没有对上的企业，请换个写法。"))
        names = _("、").join(one.full_label for one in found)
        raise forms.ValidationError(_("对上了几家：%(names)s。请写全称。") % {"names": names})


class CallForm(_ActForm):
    prefix_id = "call"
    kind = forms.ChoiceField(
        label=gettext_lazy("哪一种"), choices=Kind.choices, widget=forms.RadioSelect,
        initial=Kind.ON_SITE,
    )  # fmt: skip
    title = forms.CharField(
        label=gettext_lazy("会议名称"), max_length=80,
        error_messages={"required": gettext_lazy("请写会议名称。"), "max_length": _TOO_LONG},
    )  # fmt: skip
    place = forms.CharField(
        label=gettext_lazy("在哪里开"), max_length=100,
        error_messages={"required": gettext_lazy("请写在哪里开。"), "max_length": _TOO_LONG},
    )  # fmt: skip
    starts_at = forms.DateTimeField(
        label=gettext_lazy("开始"),
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
        error_messages={"required": gettext_lazy("请写什么时候开始。")},
    )  # fmt: skip
    hours = forms.TypedChoiceField(
        label=gettext_lazy("开多久"), coerce=float, initial="2",
        choices=[(one, one) for one in ("1", "1.5", "2", "2.5", "3", "4", "6", "8")],
    )  # fmt: skip
    area = forms.TypedChoiceField(
        label=gettext_lazy("哪个片区"), coerce=int, required=False, empty_value=None
    )
    trade = forms.ChoiceField(label=gettext_lazy("哪个行业"), required=False)
    department = forms.TypedChoiceField(
        label=gettext_lazy("哪个部门主办"), coerce=int,
        error_messages={"required": gettext_lazy("请选由哪个部门主办。")},
    )  # fmt: skip
    host = forms.TypedChoiceField(
        label=gettext_lazy("谁主持"), coerce=int,
        error_messages={"required": gettext_lazy("请选谁主持。")},
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        areas: Sequence[Area],
        trades: Sequence[str],
        units: Sequence[Department],
        people: Sequence[Officer],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.fields["area"].choices = [
            ("", _("不限片区")), *((one.pk, one.label) for one in areas)
        ]  # fmt: skip
        self.fields["trade"].choices = [("", _("不限行业")), *((one, one) for one in trades)]
        self.fields["department"].choices = [(one.pk, one.label) for one in units]
        self.fields["host"].choices = _grouped(people)
        self.fields["hours"].choices = [
            (value, _("%(hours)s 小时") % {"hours": value})
            for value, _label in self.fields["hours"].choices
        ]

    def ends_at(self) -> datetime:
        return self.cleaned_data["starts_at"] + timedelta(hours=self.cleaned_data["hours"])


class UnitsForm(_ActForm):
    prefix_id = "units"
    departments = forms.TypedMultipleChoiceField(
        label=gettext_lazy("通知哪些部门"), coerce=int, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请选要通知的部门。")},
    )  # fmt: skip

    def __init__(self, *args: Any, units: Sequence[Department], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["departments"].choices = [(one.pk, one.label) for one in units]


class AnswerForm(_ActForm):
    prefix_id = "answer"
    officer = forms.TypedChoiceField(
        label=gettext_lazy("谁参加"), coerce=int, required=False, empty_value=None
    )
    note = forms.CharField(
        label=gettext_lazy("说明"), max_length=200, required=False,
        help_text=gettext_lazy("不能参加时写原因。"), error_messages={"max_length": _TOO_LONG},
    )  # fmt: skip

    def __init__(self, *args: Any, people: Sequence[Officer], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["officer"].choices = [
            ("", _("不能参加")), *((one.pk, one.name) for one in people)
        ]  # fmt: skip


class GuestsForm(_ActForm):
    """Enterprises that the agenda is about, and one by its name."""

    prefix_id = "guests"
    enterprises = forms.TypedMultipleChoiceField(
        label=gettext_lazy("议题里的企业"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    firm = FirmField(
        label=gettext_lazy("另一家企业"), required=False,
        help_text=gettext_lazy("企业名称或统一社会信用代码。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("超出联系次数的理由"), max_length=200, required=False,
        help_text=gettext_lazy("这个月联系次数用完的企业才要写，企业看得到。"),
    )  # fmt: skip

    def __init__(self, *args: Any, firms: Sequence[Enterprise], actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["firm"].actor = actor
        if firms:
            self.fields["enterprises"].choices = [(one.pk, one.label) for one in firms]
        else:
            del self.fields["enterprises"]

    def chosen(self) -> list[int]:
        firm = self.cleaned_data["firm"]
        return [*self.cleaned_data.get("enterprises", []), *([firm.pk] if firm else [])]


class AddForm(_ActForm):
    prefix_id = "add"
    words = forms.CharField(
        label=gettext_lazy("要议什么"), max_length=LONGEST, widget=_area(3),
        error_messages={"required": gettext_lazy("请写要议什么。"), "max_length": _TOO_LONG},
    )  # fmt: skip
    firm = FirmField(
        label=gettext_lazy("哪家企业的"), required=False,
        help_text=gettext_lazy("企业名称或统一社会信用代码。"),
    )  # fmt: skip

    def __init__(self, *args: Any, actor: Actor, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["firm"].actor = actor


class DecideForm(_ActForm):
    """A task, a refusal, or what is born of the item; only what can be is offered."""

    prefix_id = "decide"
    state = forms.ChoiceField(
        label=gettext_lazy("怎样议定"), widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选怎样议定。")},
    )  # fmt: skip
    decision = forms.CharField(
        label=gettext_lazy("定了什么"), max_length=LONGEST, widget=_area(3), required=False,
        help_text=gettext_lazy("不办的写原因。企业看得到。"),
        error_messages={"max_length": _TOO_LONG},
    )  # fmt: skip
    owner = forms.TypedChoiceField(
        label=gettext_lazy("谁承担"),
        coerce=int,
        required=False,
        empty_value=None,
        help_text=gettext_lazy("定为任务时要填。"),
    )
    due_on = forms.DateField(
        label=gettext_lazy("哪天前办好"), required=False,
        help_text=gettext_lazy("定为任务时要填。"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip
    is_promised = forms.BooleanField(
        label=gettext_lazy("这是对企业的承诺，进承诺台账"), required=False
    )
    category = forms.ChoiceField(
        label=gettext_lazy("诉求属于哪一类"),
        required=False,
        help_text=gettext_lazy("转为诉求时要填。"),
    )
    level = forms.ChoiceField(
        label=gettext_lazy("影响生产吗"), choices=Level.choices, initial=Level.P3, required=False
    )
    topic = forms.ChoiceField(
        label=gettext_lazy("建议关于哪方面"),
        required=False,
        help_text=gettext_lazy("转为建议时要填。"),
    )

    def __init__(
        self,
        *args: Any,
        people: Sequence[Officer],
        categories: Sequence[tuple[str, str]],
        topics: Sequence[tuple[str, str]],
        has_firm: bool,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        ways = [
            (ItemState.TASK.value, _("定为任务")), (ItemState.REFUSED.value, _("这次不办"))
        ]  # fmt: skip
        if categories:
            ways.append((ItemState.REQUEST.value, _("转为诉求")))
        if topics:
            ways.append((ItemState.ADVICE.value, _("转为建议")))
        self.fields["state"].choices = ways
        self.fields["owner"].choices = _grouped(people)
        for name, listed, among in (
            ("category", categories, ("category", "level")), ("topic", topics, ("topic",)),
        ):  # fmt: skip
            if listed:
                self.fields[name].choices = [("", _("请选择")), *listed]
            else:
                for one in among:
                    del self.fields[one]
        if not has_firm:
            del self.fields["is_promised"]


class EndForm(_ActForm):
    prefix_id = "end"
    outcome = forms.CharField(
        label=gettext_lazy("结果"), max_length=LONGEST, widget=_area(2),
        help_text=gettext_lazy("企业看得到。"),
        error_messages={"required": gettext_lazy("请写结果，企业看得到。"),
                        "max_length": _TOO_LONG},
    )  # fmt: skip
    upload = forms.FileField(
        label=gettext_lazy("凭据"), required=False, help_text=gettext_lazy("照片、通知、文件都行。")
    )


class AttendanceForm(_ActForm):
    prefix_id = "came"
    departments = forms.TypedMultipleChoiceField(
        label=gettext_lazy("到会的部门"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    enterprises = forms.TypedMultipleChoiceField(
        label=gettext_lazy("到会的企业"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        units: Sequence[tuple[int, str]],
        firms: Sequence[tuple[int, str]],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        for name, listed in (("departments", units), ("enterprises", firms)):
            if listed:
                self.fields[name].choices = listed
            else:
                del self.fields[name]


class CloseForm(_ActForm):
    prefix_id = "close"
    summary = forms.CharField(
        label=gettext_lazy("会上还说了什么"), max_length=LONGEST_SUMMARY, widget=_area(4),
        required=False, error_messages={"max_length": _TOO_LONG},
    )  # fmt: skip


class OffForm(_ActForm):
    prefix_id = "off"
    reason = forms.CharField(
        label=gettext_lazy("为什么取消"), max_length=LONGEST,
        help_text=gettext_lazy("参会的部门和企业看得到。"),
        error_messages={"required": gettext_lazy("请写为什么取消，参会的人看得到。"),
                        "max_length": _TOO_LONG},
    )  # fmt: skip
