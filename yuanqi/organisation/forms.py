"""What is asked of departments and officers, of duty, and when somebody goes away."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Department, Officer, Rank

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


class OnceForm(forms.Form):
    """A form that is carried out once, however often it is sent."""

    once = forms.CharField(required=False, widget=forms.HiddenInput, initial=uuid4)


def _units(found: Sequence[Department], nobody: Any) -> list[tuple[Any, Any]]:
    return [("", nobody), *((unit.pk, unit.full_label) for unit in found)]


def _people(found: Sequence[Officer], nobody: Any) -> list[tuple[Any, Any]]:
    lines = [
        (person.pk, _("%(name)s，%(title)s") % {"name": person.name, "title": person.title})
        for person in found
    ]
    return [("", nobody), *lines]


def _number(value: Any) -> int | None:
    return int(value) if value not in ("", None) else None


class DepartmentForm(OnceForm):
    """What a department is called, what it is, to whom it reports."""

    code = forms.SlugField(
        label=_("代码"),
        max_length=40,
        help_text=_("小写英文，例如 safety-environment。接口和导入凭它认部门，以后不能改。"),
    )
    name = forms.CharField(label=_("全称"), max_length=60)
    short_name = forms.CharField(label=_("简称"), max_length=20)
    name_en = forms.CharField(label=_("英文名"), max_length=100)
    kind = forms.ChoiceField(label=_("性质"), choices=Department.Kind.choices)
    reports_to = forms.TypedChoiceField(
        label=_("报告给"),
        coerce=_number,
        empty_value=None,
        required=False,
        help_text=_("超时和督办沿这条线往上报。"),
    )
    head = forms.TypedChoiceField(
        label=_("负责人"), coerce=_number, empty_value=None, required=False
    )
    phone = forms.CharField(label=_("电话"), max_length=30, required=False)
    position = forms.IntegerField(
        label=_("排列"),
        min_value=0,
        max_value=999,
        initial=0,
        help_text=_("通讯录里的先后，小的在前。"),
    )

    def __init__(
        self,
        *args: Any,
        units: Sequence[Department],
        people: Sequence[Officer] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.fields["reports_to"].choices = _units(units, _("不报告给别人"))
        if people is None:
            del self.fields["head"]
        else:
            del self.fields["code"]
            self.fields["head"].choices = _people(people, _("还没有"))


class LineForm(OnceForm):
    """To whom it will report, from when on, and why."""

    reports_to = forms.TypedChoiceField(
        label=_("改为报告给"), coerce=_number, empty_value=None, required=False
    )
    valid_from = forms.DateField(
        label=_("从哪天起"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("那天以前的超时和督办照原来的线上报，已经上报的不变。"),
    )
    reason = forms.CharField(label=_("为什么改"), max_length=200)

    def __init__(self, *args: Any, units: Sequence[Department], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["reports_to"].choices = _units(units, _("不报告给别人"))


class CloseForm(OnceForm):
    """Into which department, and why."""

    into = forms.TypedChoiceField(
        label=_("并入"),
        coerce=_number,
        empty_value=None,
        required=False,
        help_text=_("人员和在办的诉求一起过去。没有人也没有事的部门可以不选。"),
    )
    reason = forms.CharField(label=_("依据"), max_length=200, help_text=_("例如：机构改革文件号。"))

    def __init__(self, *args: Any, units: Sequence[Department], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["into"].choices = _units(units, _("不并入"))


class OfficerForm(OnceForm):
    """Who an officer is."""

    name = forms.CharField(label=_("姓名"), max_length=40)
    department = forms.TypedChoiceField(label=_("部门"), coerce=int)
    title = forms.CharField(label=_("职务"), max_length=60)
    rank = forms.TypedChoiceField(label=_("职级"), choices=Rank.choices, coerce=int)
    phone = forms.CharField(label=_("电话"), max_length=30, required=False)

    def __init__(self, *args: Any, units: Sequence[Department] | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        if units is None:
            del self.fields["department"]
        else:
            self.fields["department"].choices = _units(units, _("请选部门"))


class MoveForm(OnceForm):
    """To which department, and who goes on with the work."""

    department = forms.TypedChoiceField(label=_("调到"), coerce=int)
    to = forms.TypedChoiceField(
        label=_("谁接手"),
        coerce=_number,
        empty_value=None,
        required=False,
        help_text=_(
            "在办的事留在原部门，由这位同事接着办；挂钩的企业随本人走。手上没有事可以不选。"
        ),
    )
    reason = forms.CharField(label=_("依据"), max_length=200, help_text=_("例如：任免文件号。"))

    def __init__(
        self,
        *args: Any,
        units: Sequence[Department],
        colleagues: Sequence[Officer],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.fields["department"].choices = _units(units, _("请选部门"))
        self.fields["to"].choices = _people(colleagues, _("不用接手"))


class LeaveForm(OnceForm):
    """Who goes on with the work, and why he leaves."""

    to = forms.TypedChoiceField(
        label=_("谁接手"),
        coerce=_number,
        empty_value=None,
        required=False,
        help_text=_(
            "在办的事、挂钩的企业和排好的班，都由这位同事接着办。挂钩的企业以后给谁，服务中心会另作安排。"
        ),
    )
    reason = forms.CharField(label=_("原因"), max_length=200, help_text=_("例如：退休、调出。"))

    def __init__(
        self, *args: Any, colleagues: Sequence[Officer], holds: bool = False, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["to"].required = holds
        self.fields["to"].choices = _people(
            colleagues, _("请选一位同事") if holds else _("不用接手")
        )


class ShiftForm(OnceForm):
    """Who is on duty from when to when."""

    officer = forms.TypedChoiceField(label=_("谁值班"), coerce=int)
    start_at = forms.DateTimeField(label=_("从"), input_formats=[_INSTANT], widget=_instant())
    end_at = forms.DateTimeField(label=_("到"), input_formats=[_INSTANT], widget=_instant())

    def __init__(self, *args: Any, people: Sequence[Officer], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["officer"].choices = _people(people, _("请选一位同事"))
