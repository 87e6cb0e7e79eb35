"""Words and files on a request: talk and notes, what was awaited, the formal answer."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.casework.models import Case, Message, TaskKind
from yuanqi.casework.queries import Act
from yuanqi.foundation.actors import Actor, Side

from .parts import BODY_LENGTH, ActForm, FilesField, area


class MessageForm(ActForm):
    """Words on the case: to the other side (a plan too), or a note that stays inside the park."""

    name = "message"
    kind = forms.ChoiceField(
        choices=[(kind.value, kind.label) for kind in (Message.Kind.TALK, Message.Kind.NOTE)],
        widget=forms.HiddenInput,
    )
    body = forms.CharField(
        max_length=BODY_LENGTH,
        widget=area(3),
        label=gettext_lazy("内容"),
        error_messages={
            "required": gettext_lazy("请写点什么再发送。"),
            "max_length": gettext_lazy("最多 5000 字，请分两次发。"),
        },
    )
    is_plan = forms.BooleanField(
        required=False, label=gettext_lazy("这就是办理计划：怎么办、分几步、各到什么时候")
    )
    files = FilesField(required=False, label=gettext_lazy("附件"))

    def __init__(
        self,
        case: Case,
        actor: Actor,
        acts: frozenset[Act],
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        voice: str = "",
    ) -> None:
        sent = data.get("kind", "") if data is not None else ""
        first = Message.Kind.TALK if Act.TALK in acts else Message.Kind.NOTE
        self.voice: str = voice or sent or first.value
        super().__init__(data, files, auto_id=f"message_{self.voice}_%s")
        self.case, self.actor, self.acts = case, actor, acts
        self.fields["kind"].initial = self.voice
        self.is_from_enterprise = actor.side is Side.ENTERPRISE
        if Act.PLAN not in acts or self.voice == Message.Kind.NOTE:
            del self.fields["is_plan"]

    @property
    def tabs(self) -> list["MessageForm"]:
        """One form for each to whom one may write: the other side, then colleagues."""
        return [
            self
            if kind == self.voice
            else MessageForm(self.case, self.actor, self.acts, voice=kind.value)
            for kind in (Message.Kind.TALK, Message.Kind.NOTE)
            if Act(kind.value) in self.acts
        ]

    @property
    def reader(self) -> str:
        """Who will read what the park writes."""
        return self.case.request.contact.name

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("is_plan"):
            self.cleaned_data["kind"] = Message.Kind.PLAN.value
        return self.cleaned_data


class SupplyForm(ActForm):
    """补交: what was awaited, as words, files or both; the clock goes on by itself."""

    name = "supply"
    body = forms.CharField(
        required=False,
        max_length=BODY_LENGTH,
        widget=area(3),
        label=gettext_lazy("说明"),
        error_messages={"max_length": gettext_lazy("最多 5000 字。")},
    )
    files = FilesField(
        required=False,
        label=gettext_lazy("材料"),
        help_text=gettext_lazy(
            "照片、PDF、Word、Excel，每个不超过 20 MB；不便上传的，写在说明里。"
        ),
    )

    def __init__(
        self, case: Case, data: Mapping[str, Any] | None = None, files: Any = None
    ) -> None:
        super().__init__(data, files)

    def clean(self) -> dict[str, Any]:
        if not self.cleaned_data.get("body") and not self.files.getlist("files"):
            self.add_error("files", _("请选择要补交的材料；不便上传的，写下说明也可以。"))
        return self.cleaned_data


class AnswerForm(ActForm):
    """正式答复, possible once every co-handler has given his opinion."""

    name = "answer"
    body = forms.CharField(
        max_length=BODY_LENGTH,
        widget=area(6),
        label=gettext_lazy("答复"),
        help_text=gettext_lazy("先写结论，再写分几步、每步找谁、到什么时候。企业看完就来评价。"),
        error_messages={
            "required": gettext_lazy("请写下答复。"),
            "max_length": gettext_lazy("最多 5000 字，长的内容请放进附件。"),
        },
    )
    files = FilesField(required=False, label=gettext_lazy("附件"))

    def __init__(
        self, case: Case, data: Mapping[str, Any] | None = None, files: Any = None
    ) -> None:
        super().__init__(data, files)
        self.is_paused = case.is_paused
        self.missing = [
            task.department.label
            for task in case.tasks.select_related("department")
            if task.kind == TaskKind.CO_HANDLE and task.is_open
        ]
        self.missing_names = _("、").join(self.missing)
        self.draft = f"answer-{case.pk}"
