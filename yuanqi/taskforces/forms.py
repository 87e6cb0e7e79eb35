"""Opening a task force, who is in it, what is to be done, what was done, the closing report."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.models import Project

from .models import LONGEST, Kind, Member, NoteKind

_TOO_LONG = gettext_lazy("请写短一点，最多 %(limit_value)d 字。")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


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


class OpenForm(_ActForm):
    """A task force; the heads of the ticked departments are in it from the first day."""

    prefix_id = "open"
    kind = forms.ChoiceField(
        label=gettext_lazy("哪一种专班"), choices=Kind.choices, widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选是哪一种专班。")},
    )  # fmt: skip
    project = forms.TypedChoiceField(
        label=gettext_lazy("哪个项目"), coerce=int, required=False, empty_value=None
    )
    name = forms.CharField(
        label=gettext_lazy("名称"), max_length=60,
        error_messages={"required": gettext_lazy("请写专班名称。"), "max_length": _TOO_LONG},
    )  # fmt: skip
    aim = forms.CharField(
        label=gettext_lazy("要做成什么"), max_length=500, widget=_area(3),
        help_text=gettext_lazy("写看得见的结果和时间。"),
        error_messages={"required": gettext_lazy("请写要做成什么。"), "max_length": _TOO_LONG},
    )  # fmt: skip
    lead = forms.TypedChoiceField(
        label=gettext_lazy("谁负责"), coerce=int,
        error_messages={"required": gettext_lazy("请选谁负责。")},
    )  # fmt: skip
    departments = forms.TypedMultipleChoiceField(
        label=gettext_lazy("哪些部门参加"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("先由部门负责人进专班，成立后可以换人、加人。"),
    )  # fmt: skip
    ground = forms.CharField(label=gettext_lazy("为什么成立"), max_length=200, required=False)

    def __init__(
        self,
        *args: Any,
        kinds: Sequence[str],
        projects: Sequence[Project],
        people: Sequence[Officer],
        units: Sequence[Department],
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = [(one, Kind(one).label) for one in kinds]
        if len(kinds) == 1:
            self.fields["kind"].widget = forms.HiddenInput()
            self.fields["kind"].initial = kinds[0]
        self.fields["lead"].choices = _grouped(people)
        self.fields["departments"].choices = [(unit.pk, unit.label) for unit in units]
        if projects:
            self.fields["project"].choices = [
                ("", _("请选择")), *((one.pk, one.label) for one in projects)
            ]  # fmt: skip
        else:
            del self.fields["project"]


class PersonForm(_ActForm):
    """One officer: to join, or to lead."""

    prefix_id = "person"
    officer = forms.TypedChoiceField(
        label=gettext_lazy("谁"), coerce=int,
        error_messages={"required": gettext_lazy("请选一位同志。")},
    )  # fmt: skip

    def __init__(self, *args: Any, people: Sequence[Officer], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["officer"].choices = _grouped(people)


class TaskForm(_ActForm):
    prefix_id = "task"
    text = forms.CharField(
        label=gettext_lazy("做什么"), max_length=200,
        error_messages={"required": gettext_lazy("请写做什么。"), "max_length": _TOO_LONG},
    )  # fmt: skip
    owner = forms.TypedChoiceField(
        label=gettext_lazy("谁承担"), coerce=int,
        error_messages={"required": gettext_lazy("请从专班成员里选。")},
    )  # fmt: skip
    due_on = forms.DateField(
        label=gettext_lazy("哪天前办好"), widget=_day(),
        error_messages={"required": gettext_lazy("请写期限。")},
    )  # fmt: skip

    def __init__(self, *args: Any, members: Sequence[Member], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["owner"].choices = [
            ("", _("请选择")),
            *((one.officer_id, f"{one.officer.name} {one.department.label}") for one in members),
        ]


class EndForm(_ActForm):
    prefix_id = "end"
    outcome = forms.CharField(
        label=gettext_lazy("结果"), max_length=500, widget=_area(2),
        error_messages={"required": gettext_lazy("请写结果。"), "max_length": _TOO_LONG},
    )  # fmt: skip


class NoteForm(_ActForm):
    prefix_id = "note"
    kind = forms.ChoiceField(
        label=gettext_lazy("写什么"), choices=NoteKind.choices, widget=forms.RadioSelect,
        initial=NoteKind.PROGRESS,
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("内容"), max_length=LONGEST, widget=_area(4),
        error_messages={"required": gettext_lazy("请写内容。"), "max_length": _TOO_LONG},
    )  # fmt: skip
    held_on = forms.DateField(
        label=gettext_lazy("开会日期"), widget=_day(), required=False,
        help_text=gettext_lazy("写会议纪要时要填。"),
    )  # fmt: skip


class ReportForm(_ActForm):
    prefix_id = "report"
    report = forms.CharField(
        label=gettext_lazy("办结报告"), max_length=LONGEST, widget=_area(5),
        help_text=gettext_lazy("做成了什么，还留下什么、由谁接着办。"),
        error_messages={"required": gettext_lazy("请写办结报告：做成了什么、还留下什么。"),
                        "max_length": _TOO_LONG},
    )  # fmt: skip
