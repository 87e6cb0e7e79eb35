"""A piece of advice, its assignment, its answer, what came of it; a topic."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.organisation.models import Department
from yuanqi.registry.models import ContactPerson

from .models import LONGEST, Source, Topic, Verdict

_TOO_LONG = gettext_lazy("请写短一点，最多 %(limit_value)d 字。")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class _ActForm(forms.Form):
    """Each form carries the key that keeps a repeat from acting twice, and the row as shown."""

    prefix_id = "act"
    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, revision: int | None = None, **more: Any) -> None:
        more.setdefault("auto_id", f"{self.prefix_id}_%s")
        more["initial"] = {"once": str(uuid4()), "revision": revision, **more.get("initial", {})}
        super().__init__(*args, **more)


class GiveForm(_ActForm):
    """What an enterprise advises; an officer says besides where he heard it, and from whom."""

    prefix_id = "give"
    text = forms.CharField(
        label=gettext_lazy("您的建议"), max_length=LONGEST, widget=_area(6),
        help_text=gettext_lazy("说说现在怎样、希望怎样改。急事、难事请走“提诉求”，办得更快。"),
        error_messages={"required": gettext_lazy("请写建议。"), "max_length": _TOO_LONG},
    )  # fmt: skip
    topic = forms.ChoiceField(
        label=gettext_lazy("关于哪方面"),
        error_messages={"required": gettext_lazy("请选一个主题。")},
    )
    source = forms.ChoiceField(
        label=gettext_lazy("在哪里提的"), widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选在哪里提的。")},
    )  # fmt: skip
    contact = forms.TypedChoiceField(
        label=gettext_lazy("企业谁提的"), coerce=int, required=False, empty_value=None
    )

    def __init__(
        self,
        *args: Any,
        topics: Sequence[Topic],
        sources: Sequence[Source],
        people: Sequence[ContactPerson] = (),
        is_own: bool,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        del self.fields["revision"]
        self.fields["topic"].choices = [
            ("", _("请选择")), *((topic.code, topic.label) for topic in topics)
        ]  # fmt: skip
        if is_own:
            del self.fields["source"], self.fields["contact"]
            return
        self.fields["text"].label = _("企业的建议")
        self.fields["text"].help_text = _("用企业自己的话记。要马上办的事请登记诉求。")
        self.fields["source"].choices = [(one.value, one.label) for one in sources]
        self.fields["contact"].choices = [
            ("", _("没有记下是谁")), *((person.pk, person.name) for person in people)
        ]  # fmt: skip
        if not people:
            del self.fields["contact"]


class AssignForm(_ActForm):
    prefix_id = "assign"
    department = forms.TypedChoiceField(
        label=gettext_lazy("由哪个部门答复"), coerce=int,
        error_messages={"required": gettext_lazy("请选由哪个部门答复。")},
    )  # fmt: skip
    note = forms.CharField(
        label=gettext_lazy("给部门的话"), required=False, max_length=200,
        help_text=gettext_lazy("企业看不到。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, units: Sequence[Department], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["department"].choices = [
            ("", _("请选择")), *((unit.pk, unit.label) for unit in units)
        ]  # fmt: skip


class SendBackForm(_ActForm):
    prefix_id = "back"
    reason = forms.CharField(
        label=gettext_lazy("为什么不归本部门"), max_length=200,
        help_text=gettext_lazy("写明该由谁答复，服务中心重新分派；期限不重新算。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": gettext_lazy("请写为什么不归本部门。")},
    )  # fmt: skip


class AnswerForm(_ActForm):
    prefix_id = "answer"
    verdict = forms.ChoiceField(
        label=gettext_lazy("采纳吗"), choices=Verdict.choices, widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选采纳、部分采纳还是不采纳。")},
    )  # fmt: skip
    answer = forms.CharField(
        label=gettext_lazy("理由和打算"), max_length=LONGEST, widget=_area(5),
        help_text=gettext_lazy("企业会看到。采纳的写怎么做、什么时候；不采纳的写为什么。"),
        error_messages={"required": gettext_lazy("请写理由，企业会看到。"),
                        "max_length": _TOO_LONG},
    )  # fmt: skip


class ChangeForm(_ActForm):
    prefix_id = "change"
    change = forms.CharField(
        label=gettext_lazy("因为这条建议改变了什么"), max_length=LONGEST, widget=_area(4),
        help_text=gettext_lazy("写已经做成的事，会告诉提建议的人。"),
        error_messages={"required": gettext_lazy("请写因为这条建议改变了什么。"),
                        "max_length": _TOO_LONG},
    )  # fmt: skip


class TopicForm(_ActForm):
    prefix_id = "topic"
    code = forms.CharField(
        label=gettext_lazy("代码"), max_length=20,
        help_text=gettext_lazy("小写字母和数字，例如 parking。"),
    )  # fmt: skip
    name = forms.CharField(label=gettext_lazy("名称"), max_length=20)
    name_en = forms.CharField(label=gettext_lazy("英文名称"), max_length=40, required=False)
    is_active = forms.BooleanField(label=gettext_lazy("现在可选"), required=False, initial=True)
