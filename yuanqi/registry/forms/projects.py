"""Projects, their stages, investment and milestones."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import industry
from ..models import Milestone, Project, Stage
from .base import KeptForm, MonthField, PlainModelForm, day_input


class ProjectForm(PlainModelForm):
    class Meta:
        model = Project
        fields = (
            "name", "name_en", "code", "area", "industry_code", "investment", "land_area",
            "start_on", "finish_on", "content",
        )  # fmt: skip
        labels = {
            "name": _("项目名称"), "name_en": _("英文名"), "code": _("项目代码"), "area": _("片区"),
            "industry_code": _("行业代码"), "investment": _("计划总投资"),
            "land_area": _("用地面积"), "start_on": _("计划开工"), "finish_on": _("计划竣工"),
            "content": _("建设内容"),
        }  # fmt: skip
        help_texts = {"code": _("投资项目在线审批监管平台给的代码，还没有就留空。")}
        widgets = {
            "start_on": day_input(), "finish_on": day_input(),
            "content": forms.Textarea(attrs={"rows": 3}),
        }  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["area"].empty_label = gettext("未划分")

    def clean_industry_code(self) -> str:
        code = self.cleaned_data["industry_code"]
        known = industry.normal(code) if code else ""
        if known is None:
            raise forms.ValidationError(_("分类里没有这个代码，请对照 GB/T 4754-2017。"))
        return known

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.ordered("start_on", "finish_on", gettext("竣工不能早于开工。"))
        for name in ("investment", "land_area"):
            if cleaned.get(name) is not None and cleaned[name] < 0:
                self.add_error(name, gettext("不能小于 0。"))
        return cleaned


class StageForm(KeptForm):
    stage = forms.TypedChoiceField(label=_("到了哪个阶段"), coerce=int, choices=Stage.choices)
    on = forms.DateField(label=_("日期"), widget=day_input())
    note = forms.CharField(
        label=_("说明"), max_length=200, required=False,
        help_text=_("退回前面的阶段或终止时请写明原因。"),
    )  # fmt: skip


class WaivedStageForm(StageForm):
    """For who may let a project on without what the stage takes."""

    waiver = forms.CharField(
        label=_("条件未满足仍推进的理由"), max_length=200, required=False,
        help_text=_("条件已满足就不用填；理由和缺少的条件会留痕。"),
    )  # fmt: skip


class InvestmentForm(KeptForm):
    month = MonthField(label=_("月份"))
    amount = forms.DecimalField(label=_("完成投资"), max_digits=14, decimal_places=2, min_value=0)
    planned = forms.DecimalField(
        label=_("计划投资"), max_digits=14, decimal_places=2, min_value=0, required=False
    )


class MilestoneForm(PlainModelForm):
    class Meta:
        model = Milestone
        fields = ("name", "due_on", "done_on")
        labels = {"name": _("节点"), "due_on": _("计划日期"), "done_on": _("完成日期")}
        widgets = {"due_on": day_input(), "done_on": day_input()}
