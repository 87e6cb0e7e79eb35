"""A round's terms, a pair, a seat, a wish, a note of hand-over."""

import re
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from yuanqi.organisation.queries import departments
from yuanqi.registry.models import Stage, Title
from yuanqi.steering.queries import conditions

from .models import Round, WishKind
from .operations import Terms

_DAY = timedelta(days=1)
_DATE = {"format": "%Y-%m-%d", "attrs": {"type": "date"}}
_MOST_TITLES = 60
_APART = re.compile(r"[^0-9A-Z]+")  # what stands between two codes, in either script


class OnceForm(forms.Form):
    """A form that is carried out once, however often it is sent."""

    once = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, *args: Any, **more: Any) -> None:
        more["initial"] = {"once": str(uuid4())} | more.get("initial", {})
        super().__init__(*args, **more)


class TermsForm(OnceForm):
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("名称"), max_length=60)
    from_on = forms.DateField(label=_("从哪一天起"), widget=forms.DateInput(**_DATE))
    last_on = forms.DateField(
        label=_("计划到哪一天"), widget=forms.DateInput(**_DATE),
        help_text=_("下一轮发布以前，挂钩一直有效，不会断档。"),
    )  # fmt: skip
    is_everyone = forms.BooleanField(label=_("全部企业"), required=False)
    industries = forms.CharField(
        label=_("重点行业"), required=False, max_length=400,
        help_text=_("国民经济行业代码，用逗号隔开，例如 C39，C27，M73。"),
    )  # fmt: skip
    lists = forms.MultipleChoiceField(
        label=_("四张清单"), required=False, widget=forms.CheckboxSelectMultiple
    )
    titles = forms.MultipleChoiceField(
        label=_("资质称号"), required=False, widget=forms.CheckboxSelectMultiple
    )
    stages = forms.TypedMultipleChoiceField(
        label=_("有项目在这些阶段"), required=False, coerce=int,
        choices=[one for one in Stage.choices if one[0] != Stage.DROPPED],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    leader_capacity = forms.IntegerField(label=_("园区领导"), min_value=0, max_value=500)
    head_capacity = forms.IntegerField(label=_("部门负责人"), min_value=0, max_value=500)
    deputy_capacity = forms.IntegerField(label=_("人大代表"), min_value=0, max_value=500)
    deputies = forms.TypedChoiceField(
        label=_("人大代表所在单位"), required=False, coerce=int, empty_value=None,
        help_text=_("不选就没有代表参加。"),
    )  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["lists"].choices = [(one.code, one.label) for one in conditions()]
        names = Title.objects.order_by("name").values_list("name", flat=True).distinct()
        self.fields["titles"].choices = [(name, name) for name in names[:_MOST_TITLES]]
        self.fields["deputies"].choices = [
            ("", _("没有")), *((one.pk, one.label) for one in departments())
        ]  # fmt: skip

    def clean_industries(self) -> list[str]:
        return [one for one in _APART.split(self.cleaned_data["industries"].upper()) if one]

    @property
    def terms(self) -> Terms:
        cleaned = self.cleaned_data
        return Terms(
            until_on=cleaned["last_on"] + _DAY,
            deputies_id=cleaned["deputies"],
            **{
                name: cleaned[name]
                for name in (
                    "name", "from_on", "is_everyone", "industries", "lists", "titles", "stages",
                    "leader_capacity", "head_capacity", "deputy_capacity",
                )
            },
        )  # fmt: skip


def terms_said(round_: Round) -> dict[str, Any]:
    """A round's terms as its form shows them."""
    names = (
        "name", "from_on", "is_everyone", "lists", "titles", "stages", "leader_capacity",
        "head_capacity", "deputy_capacity", "revision",
    )  # fmt: skip
    return {name: getattr(round_, name) for name in names} | {
        "last_on": round_.until_on - _DAY,
        "industries": ", ".join(round_.industries),
        "deputies": round_.deputies_id or "",
    }


def year_end(day: date) -> date:
    return date(day.year, 12, 31)


class PairForm(OnceForm):
    """Who serves an enterprise; `choices` are officers with their load, as the page shows them."""

    lead = forms.TypedChoiceField(
        label=_("挂钩干部"), coerce=int, empty_value=None,
        error_messages={"required": _("请选挂钩干部。")},
    )  # fmt: skip
    second = forms.TypedChoiceField(
        label=_("协助挂钩"), required=False, coerce=int, empty_value=None
    )
    seen_lead = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen_second = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen_revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, choices: list[tuple[Any, Any]], **more: Any) -> None:
        super().__init__(*args, **more)
        for name in ("lead", "second"):
            empty = _("请选挂钩干部") if name == "lead" else _("没有")
            self.fields[name].choices = [("", empty), *choices]


class SeatForm(OnceForm):
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)
    capacity = forms.IntegerField(
        label=_("最多几家"), min_value=0, max_value=500,
        error_messages={"min_value": _("请填 0 到 500 之间的数。"),
                        "max_value": _("请填 0 到 500 之间的数。"),
                        "invalid": _("请填 0 到 500 之间的数。"),
                        "required": _("请填 0 到 500 之间的数。")},
    )  # fmt: skip


class RevisionForm(OnceForm):
    """A button that acts on a draft as it was shown."""

    revision = forms.IntegerField(widget=forms.HiddenInput)


class WishForm(OnceForm):
    enterprise = forms.CharField(
        label=_("企业"), max_length=100, help_text=_("名称、简称或统一社会信用代码。")
    )
    officer = forms.TypedChoiceField(label=_("干部"), coerce=int, empty_value=None)
    kind = forms.ChoiceField(label=_("登记什么"), choices=WishKind.choices)
    reason = forms.CharField(
        label=_("理由"), max_length=200, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("回避要写理由，例如直系亲属在企业任职；只有服务中心、领导和本人看得到。"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, officers: list[tuple[int, str]], kinds: Any, **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["officer"].choices = officers
        self.fields["kind"].choices = kinds


class OtherForm(forms.Form):
    """Why an enterprise would have another officer."""

    reason = forms.CharField(
        label=_("为什么想换"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("只有服务中心看得到，挂钩干部和领导看不到。"),
        error_messages={"required": _("请写下为什么想换，方便服务中心安排。"),
                        "max_length": _("最多 200 字。")},
    )  # fmt: skip


class NoteForm(OnceForm):
    note = forms.CharField(
        label=_("交接说明"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("只有服务中心、领导和接手的干部看得到。"),
        error_messages={"required": _("请写几句接手的人该知道的。")},
    )  # fmt: skip
