"""Forms of supervision: remind, demand, account, end; what an inspection found."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.supervision.models import DEMANDED, Ground, Supervision

from .parts import ActForm, area


class RemindForm(ActForm):
    """催办: the words may be left out; `closed` says why it isn't possible now."""

    name = "remind"
    words = forms.CharField(
        required=False,
        max_length=500,
        widget=area(2),
        label=gettext_lazy("想说的话"),
        help_text=gettext_lazy("可以不写；经办人会收到消息，企业看不到。"),
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        whom: str = "",
        closed: str = "",
    ) -> None:
        super().__init__(data)
        self.whom, self.closed = whom, closed


class SuperviseForm(ActForm):
    """督办: on one of the grounds that the law names; what is late is offered as late."""

    name = "supervise"
    ground = forms.ChoiceField(
        label=gettext_lazy("督办的理由"),
        widget=forms.RadioSelect,
        help_text=gettext_lazy("参照《潍坊市12345政务服务便民热线条例》（2021）第二十六条。"),
        error_messages={"required": gettext_lazy("请选择督办的理由。")},
    )
    demand = forms.CharField(
        label=gettext_lazy("要求"),
        max_length=500,
        widget=area(3),
        help_text=gettext_lazy("写清要说明什么、什么时候办到哪一步。"),
        error_messages={"required": gettext_lazy("请写明要求做到什么。")},
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        whom: str = "",
        is_overdue: bool = True,
    ) -> None:
        super().__init__(data)
        self.whom = whom
        ground = self.fields["ground"]
        ground.choices = [
            (item.value, item.label)
            for item in DEMANDED
            if is_overdue or item is not Ground.OVERDUE
        ]
        if is_overdue:
            ground.initial = Ground.OVERDUE.value


class ReportForm(ActForm):
    """答复督办: one account for all that is asked of the actor on this request."""

    name = "report"
    reply = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=1000,
        widget=area(4),
        help_text=gettext_lazy("为什么迟了、现在办到哪一步、什么时候办好。企业看不到。"),
        error_messages={"required": gettext_lazy("请写明原因和下一步，什么时候办好。")},
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, owed: Sequence[Supervision] = ()
    ) -> None:
        super().__init__(data)
        self.owed = owed


class EndSupervisionForm(ActForm):
    """结束督办."""

    name = "end-supervision"
    words = forms.CharField(
        required=False,
        max_length=500,
        widget=area(2),
        label=gettext_lazy("结论"),
        help_text=gettext_lazy("可以不写；和督办一起存档。"),
    )


class InspectForm(ActForm):
    """抽查的结果: in order, or what was left undone."""

    name = "inspect"
    finding = forms.ChoiceField(
        label=gettext_lazy("办得怎么样"),
        choices=(("ok", gettext_lazy("没有问题")), ("not-ok", gettext_lazy("有问题"))),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选择抽查的结果。")},
    )
    note = forms.CharField(
        required=False,
        max_length=500,
        widget=area(3),
        label=gettext_lazy("看到了什么"),
        help_text=gettext_lazy("有问题的写清哪里没办好；记下后可以去重新办理。"),
    )

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("finding") == "not-ok" and not self.cleaned_data.get("note"):
            self.add_error("note", _("请写明哪里没办好。"))
        return self.cleaned_data
