"""One form for each thing that can be done about a request."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.casework.definition import MechanismDefinition
from yuanqi.casework.models import (
    Case,
    Satisfaction,
    Task,
    TaskState,
)
from yuanqi.casework.operations import definition_of
from yuanqi.casework.queries import Act
from yuanqi.foundation.actors import Actor

from ..queries import open_pause, own_tasks, tasks_to_hand_over
from .dispatch import DispatchForm
from .life import (
    ExtensionAskForm,
    ExtensionDecideForm,
    HandOverForm,
    MergeIntoForm,
    ParkForm,
    RedispatchForm,
    RefuseForm,
    ReopenForm,
    WithdrawForm,
    said,
)
from .parts import BODY_LENGTH, ActForm, YesNo, area
from .talk import AnswerForm, MessageForm, SupplyForm


class AcceptForm(ActForm):
    name = "accept"


class ReturnForm(ActForm):
    """退单: only what is clearly not the unit's duty, with its basis, within the sign limit."""

    name = "return"
    reason = forms.CharField(
        label=gettext_lazy("为什么不归本部门办"),
        max_length=500,
        widget=area(3),
        help_text=gettext_lazy("服务中心凭这段话改派；写清应由谁办更快。"),
        error_messages={"required": gettext_lazy("请写明退单理由。")},
    )
    basis = forms.CharField(
        label=gettext_lazy("依据"),
        max_length=200,
        help_text=gettext_lazy("职责分工文件的名称、文号和条款，例如“三定规定第四条”。"),
        error_messages={"required": gettext_lazy("请写明依据，没有依据不能退单。")},
    )

    def __init__(
        self, case: Case, data: Mapping[str, Any] | None = None, *, now: datetime | None = None
    ) -> None:
        super().__init__(data)
        self.until = case.due_at
        self.is_over = case.due_at is not None and (now or timezone.now()) > case.due_at


class PauseForm(ActForm):
    """暂停计时, on one of the grounds of the mechanism."""

    name = "pause"
    ground = forms.ChoiceField(
        label=gettext_lazy("理由"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择暂停的理由。")},
    )
    awaited = forms.CharField(
        label=gettext_lazy("具体等什么"),
        max_length=200,
        help_text=gettext_lazy("企业会看到这句话，写清缺哪份材料、要什么内容。"),
        error_messages={"required": gettext_lazy("请写清等的是什么，企业要照着办。")},
    )

    def __init__(self, case: Case, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        grounds = definition_of(case).handlers_grounds
        # what the enterprise can end itself comes first
        ordered = sorted(grounds.items(), key=lambda item: (not item[1].ends_with_supply, item[0]))
        field = self.fields["ground"]
        field.choices = [
            (
                code,
                _("%(label)s，最长 %(days)d 个工作日")
                % {"label": said(ground.label), "days": ground.at_most_working_days},
            )
            for code, ground in ordered
        ]
        bases = dict.fromkeys(ground.basis for _code, ground in ordered)
        field.help_text = _("依据%(bases)s；到最长时限计时自动恢复。") % {
            "bases": _("、").join(bases)
        }


class ResumeForm(ActForm):
    name = "resume"

    def __init__(self, case: Case, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.pause = open_pause(case)


class _Levels(forms.RadioSelect):
    """The five levels; those that ask for a reason are marked for the style sheet."""

    asking: frozenset[int] = frozenset()

    def create_option(self, name: str, value: Any, *rest: Any, **more: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *rest, **more)
        if value in self.asking:
            option["attrs"]["data-asks"] = ""
        return option


class EvaluateForm(ActForm):
    """评价: five levels, the best first, none ticked; the lowest ask what went wrong.

    Order and freedom from pressure: GB/T 39735-2020 and the practice of 好差评.
    """

    name = "evaluate"
    level = forms.TypedChoiceField(
        label=gettext_lazy("您对办理满意吗？"),
        coerce=int,
        choices=Satisfaction.choices,
        widget=_Levels,
        error_messages={"required": gettext_lazy("请选择一档。")},
    )
    is_resolved = YesNo(label=gettext_lazy("问题解决了吗？"))
    was_contacted = YesNo(label=gettext_lazy("办理中有人主动联系过您吗？"))
    complaint = forms.CharField(
        required=False,
        max_length=500,
        widget=area(3),
        label=gettext_lazy("哪里没办好"),
        help_text=gettext_lazy("服务中心凭这段话回访您。"),
    )
    praise = forms.CharField(
        required=False,
        max_length=500,
        widget=area(2),
        label=gettext_lazy("想表扬谁、表扬什么"),
    )

    def __init__(self, case: Case, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        definition: MechanismDefinition = definition_of(case)
        self.asking = definition.evaluation.call_back_levels
        self.fields["level"].widget.asking = self.asking
        if not definition.evaluation.praise:
            del self.fields["praise"]

    def clean(self) -> dict[str, Any]:
        asked = self.cleaned_data.get("level") in self.asking
        if asked and not self.cleaned_data.get("complaint"):
            self.add_error("complaint", _("请写一句哪里没办好，回访时才知道问什么。"))
        return self.cleaned_data


class CallBackForm(ActForm):
    """回访: what the centre heard when it called after a bad evaluation."""

    name = "call-back"
    spoke_with = forms.CharField(
        label=gettext_lazy("和谁通的话"),
        max_length=40,
        error_messages={"required": gettext_lazy("请写明和谁通的话。")},
    )
    facts = forms.CharField(
        label=gettext_lazy("了解到的情况"),
        max_length=1000,
        widget=area(4),
        help_text=gettext_lazy("只记事实：企业怎么说、差在哪里、答应了什么。"),
        error_messages={"required": gettext_lazy("请记下了解到的情况。")},
    )
    is_resolved = YesNo(label=gettext_lazy("企业认为问题解决了吗？"))
    is_sent_back = forms.BooleanField(
        required=False,
        label=gettext_lazy("退回主办部门整改，整改后再答复、再评价"),
    )

    def __init__(self, case: Case, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.evaluation = case.evaluations.order_by("at", "id").last()

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("is_sent_back") and self.cleaned_data.get("is_resolved"):
            self.add_error("is_sent_back", _("问题已经解决的，不用退回整改。"))
        return self.cleaned_data


class TaskStartForm(ActForm):
    name = "task-start"

    def __init__(self, task: Task, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id=f"task_{task.pk}_start_%s")
        self.task = task


class TaskFinishForm(ActForm):
    """协办意见: the last one gives the case back to the lead."""

    name = "task-finish"
    opinion = forms.CharField(
        label=gettext_lazy("协办意见"),
        max_length=BODY_LENGTH,
        widget=area(4),
        help_text=gettext_lazy("先写结论。主办部门凭它答复企业。"),
        error_messages={"required": gettext_lazy("请写下意见。")},
    )

    def __init__(self, task: Task, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id=f"task_{task.pk}_finish_%s")
        self.task = task
        self.draft = f"opinion-{task.pk}"


def forms_for(
    case: Case,
    actor: Actor,
    acts: frozenset[Act],
    bound: Mapping[str, forms.Form] | None = None,
) -> dict[str, forms.Form]:
    """Return the forms of what this actor may do now, by name; bound ones as they were sent.

    Names: dispatch, accept, return, message, pause, resume, supply, answer, evaluate,
    call-back, extend, decide-extension, redispatch, park, refuse, merge, withdraw, reopen,
    hand-over, and for the actor's own task task-start or task-finish.
    """
    found: dict[str, forms.Form] = {}
    for act, form_class in _FORMS.items():
        if act in acts:
            found[form_class.name] = form_class(case)
    if acts & {Act.TALK, Act.NOTE}:
        found["message"] = MessageForm(case, actor, acts)
    if Act.ACCEPT in acts:
        found["accept"] = AcceptForm()
    if acts & {Act.TASK_START, Act.TASK_FINISH}:
        for task in own_tasks(case, actor):
            if task.state == TaskState.READY and Act.TASK_START in acts:
                found.setdefault("task-start", TaskStartForm(task))
            if task.state == TaskState.ACTIVE and Act.TASK_FINISH in acts:
                found.setdefault("task-finish", TaskFinishForm(task))
    if Act.HAND_OVER in acts and (tasks := tasks_to_hand_over(case, actor)):
        found["hand-over"] = HandOverForm(tasks[0])
    for act, form_class in _OF_THE_ACTOR.items():
        if act in acts:
            found[form_class.name] = form_class(case, actor)
    for act, plain_class in _PLAIN.items():
        if act in acts:
            found[plain_class.name] = plain_class()
    found.update({name: form for name, form in (bound or {}).items() if name in found})
    return found


_FORMS: dict[Act, Any] = {
    Act.DISPATCH: DispatchForm,
    Act.RETURN: ReturnForm,
    Act.PAUSE: PauseForm,
    Act.RESUME: ResumeForm,
    Act.SUPPLY: SupplyForm,
    Act.ANSWER: AnswerForm,
    Act.EVALUATE: EvaluateForm,
    Act.CALL_BACK: CallBackForm,
    Act.EXTEND: ExtensionAskForm,
    Act.DECIDE_EXTENSION: ExtensionDecideForm,
    Act.REDISPATCH: RedispatchForm,
    Act.PARK: ParkForm,
}
_OF_THE_ACTOR: dict[Act, Any] = {Act.REFUSE: RefuseForm, Act.MERGE: MergeIntoForm}
_PLAIN: dict[Act, Any] = {Act.WITHDRAW: WithdrawForm, Act.REOPEN: ReopenForm}
