"""What is asked of a fact, and of a field that the park adds."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from yuanqi.domain.rules import Type

from ..facts import FactField
from ..facts.values import LONGEST, plain
from ..models import Fact, ParkField
from .base import KeptForm, PlainModelForm, day_input

_YES, _NO = "yes", "no"
_A_YEAR = 366  # what holds for longer is told of a year that is over


class FactForm(KeptForm):
    """One fact as it was on a day, with its evidence."""

    as_of = forms.DateField(
        label=_("截至哪一天"), widget=day_input(),
        help_text=_("年度数填当年最后一天，例如 2025-12-31。"),
    )  # fmt: skip
    upload = forms.FileField(label=pgettext_lazy("evidence", "依据"), required=False)
    note = forms.CharField(label=_("说明"), max_length=200, required=False)

    def __init__(
        self,
        *args: Any,
        field: FactField,
        needs_evidence: bool,
        on: date,
        row: Fact | None = None,
        **more: Any,
    ) -> None:
        if row is not None:
            value = row.value
            shown = (_YES if value else _NO) if isinstance(value, bool) else plain(value)
            more.setdefault(
                "initial", {"value": shown, "as_of": row.as_of, "note": row.note}
            )  # fmt: skip
        super().__init__(*args, **more)
        self.fields = {"value": _value_of(field), **self.fields}
        self.fields["upload"].help_text = (
            _("照片、PDF、Word 或 Excel，例如审计报告、申报表、证书。")
            if needs_evidence
            else _("可以不附。")
        )
        # what was given with an earlier saying of that day serves again
        if needs_evidence and (row is None or row.file_id is None):
            self.fields["upload"].required = True
            self.fields["upload"].error_messages["required"] = _(
                "请附上依据，例如审计报告、申报表或证书的照片。"
            )
        if field.valid_days is not None and field.valid_days > _A_YEAR and row is None:
            self.fields["as_of"].initial = date(on.year - 1, 12, 31)

    @property
    def value(self) -> Any:
        found = self.cleaned_data["value"]
        return {_YES: True, _NO: False}.get(found, found) if isinstance(found, str) else found


def _value_of(field: FactField) -> forms.Field:
    kind, label = Type(field.type), field.label
    if kind is Type.NUMBER:
        return forms.DecimalField(
            label=label,
            max_digits=21,
            decimal_places=4,
            min_value=None if field.is_signed else Decimal(0),
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        )
    if kind is Type.BOOLEAN:
        choices = [(_YES, _("是")), (_NO, _("否"))]
        return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)
    if kind is Type.DATE:
        return forms.DateField(label=label, widget=day_input())
    return forms.CharField(label=label, max_length=LONGEST)


class FactReturnForm(KeptForm):
    reason = forms.CharField(
        label=_("哪里要改"), max_length=200, help_text=_("填报的一方会看到这句话。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class ParkFieldForm(PlainModelForm):
    """A field of the park's own."""

    class Meta:
        model = ParkField
        fields = (
            "name", "label", "label_en", "type", "unit", "meaning", "meaning_en", "basis",
            "formula", "valid_days", "is_fixed", "by_enterprise",
        )  # fmt: skip
        labels = {
            "name": _("字段名"), "label": _("中文名称"), "label_en": _("英文名称"),
            "type": pgettext_lazy("of a field", "类型"), "unit": _("单位"),
            "meaning": _("含义"), "meaning_en": _("含义（英文）"), "basis": _("依据条文"),
            "formula": _("公式"), "valid_days": _("有效天数"),
            "is_fixed": _("企业已经不能改变，例如上年数"),
            "by_enterprise": _("企业可以自己填报"),
        }  # fmt: skip
        help_texts = {
            "name": _("规则里用的名字：小写英文字母、数字和下划线，例如 green_power_share。"),
            "unit": _("例如 万元、人、平方米；比例就填“比例”，0.05 即 5 %。"),
            "formula": _("由别的字段算出时填，例如 rd_expense / employees；有公式就不填报。"),
            "valid_days": _("过了这么多天没有更新就算未知；留空为一直有效。"),
        }  # fmt: skip
        widgets = {
            "meaning": forms.Textarea(attrs={"rows": 2}),
            "formula": forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("valid_days") == 0:
            self.add_error("valid_days", gettext("有效天数要大于 0，或者留空。"))
        return cleaned
