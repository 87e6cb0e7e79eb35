"""What administrators fill in: a year of the calendar, a limit, a category."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.errors import Invalid
from yuanqi.organisation.models import Department
from yuanqi.organisation.queries import departments
from yuanqi.parameters.forms import OnceForm
from yuanqi.servicedesk.models import Level

from . import calendar_lines

_LARGEST = 256 * 1024  # bytes of an uploaded list of days


class CalendarForm(OnceForm):
    """A year: its days as lines or as a file, the office hours, the document that says so."""

    year = forms.IntegerField(label=_("年份"), min_value=2004, max_value=2100)
    lines = forms.CharField(
        label=_("休假和补班"),
        required=False,
        strip=False,
        max_length=40_000,
        widget=forms.Textarea(attrs={"rows": 14, "spellcheck": "false"}),
        help_text=_(
            "一行一天或一段：“2027-01-01 休”“2027-02-05 至 2027-02-11 休”"
            "“2027-02-14 班”。没写的日子按周末休息。"
        ),
    )
    file = forms.FileField(
        label=_("或者上传 CSV、TXT"),
        required=False,
        help_text=_("两列：日期、休或班。上传了文件就不看上面的文字。"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,text/plain,text/csv"}),
    )
    spans = forms.CharField(
        label=_("办公时间"),
        max_length=100,
        help_text=_("例如 9:00-12:00，13:00-17:30。发布后对新旧计时一律适用。"),
    )
    document_no = forms.CharField(label=_("文号"), max_length=60, required=False)
    source = forms.CharField(
        label=_("依据"),
        max_length=200,
        help_text=_("例如：国务院办公厅关于 2027 年部分节假日安排的通知。"),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if "year" in values:
            self._read("lines", lambda: self._days(values))
        if "spans" in values:
            self._read("spans", lambda: calendar_lines.read_spans(values["spans"]))
        return values

    def _read(self, name: str, read: Any) -> None:
        try:
            self.cleaned_data[f"{name}_read"] = read()
        except Invalid as error:
            self.add_error(error.field if error.field in self.fields else name, error.message)

    def _days(self, values: dict[str, Any]) -> Any:
        upload = values.get("file")
        text = values.get("lines", "")
        if upload:
            if upload.size > _LARGEST:
                raise Invalid(_("文件太大，最多 256 KB。"), "file")
            text = calendar_lines.decoded(upload.read())
        return calendar_lines.read_days(text, values["year"])


class LimitForm(OnceForm):
    """Another limit, from which day on, on what basis, why."""

    amount = forms.DecimalField(
        label=_("多长"),
        required=False,
        max_digits=6,
        decimal_places=1,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    base = forms.ChoiceField(
        label=_("单位"),
        choices=[
            ("working_days", _("工作日")),
            ("minutes", _("工作分钟")),
            ("hours", _("小时（不分昼夜）")),
            ("calendar_days", _("自然日")),
            ("months", _("个月")),
        ],
    )
    is_ended = forms.BooleanField(label=_("取消这条例外，按等级的时限办"), required=False)
    valid_from = forms.DateField(
        label=_("从哪天起"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("那天起新提出的诉求按新的；在办的都按原来的。"),
    )
    source = forms.CharField(
        label=_("依据"), max_length=200, help_text=_("法条或园区文件，写明文号。")
    )
    reason = forms.CharField(label=_("为什么改"), max_length=200)

    def __init__(self, *args: Any, earliest: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["valid_from"].widget.attrs["min"] = earliest.isoformat()

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if (
            not values.get("is_ended")
            and values.get("amount") is None
            and "amount" not in self.errors
        ):
            self.add_error("amount", _("请填多长。"))
        return values


class CategoryForm(OnceForm):
    """A category: what it is called, how urgent, who usually leads and is asked too."""

    code = forms.CharField(
        label=_("代码"), max_length=8, help_text=_("2 到 8 个大写字母或数字，定了不能改。")
    )
    name = forms.CharField(label=_("名称"), max_length=40)
    name_en = forms.CharField(label=_("英文名称"), max_length=60)
    default_level = forms.ChoiceField(label=_("默认等级"), choices=Level.choices)
    lead = forms.TypedChoiceField(
        label=_("通常由谁主办"), required=False, coerce=int, empty_value=None
    )
    co_handlers = forms.TypedMultipleChoiceField(
        label=_("常请谁协办"),
        required=False,
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
    )
    valid_from = forms.DateField(
        label=_("从哪天起"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("已经提出的诉求不变。"),
    )
    reason = forms.CharField(label=_("为什么改"), max_length=200)
    document_no = forms.CharField(label=_("文号"), max_length=60, required=False)

    def __init__(self, *args: Any, is_new: bool, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        units = [unit for unit in departments() if unit.kind != Department.Kind.LEADERSHIP]
        self.fields["lead"].choices = [("", _("不定")), *((unit.pk, unit.label) for unit in units)]
        self.fields["co_handlers"].choices = [
            (unit.pk, unit.label) for unit in units if unit.kind != Department.Kind.CENTRE
        ]
        self.fields["valid_from"].widget.attrs["min"] = today.isoformat()
        self.fields["valid_from"].initial = today.isoformat()
        if not is_new:
            del self.fields["code"]


class RetireForm(OnceForm):
    """From which day on a category is offered no longer, and why."""

    valid_from = forms.DateField(
        label=_("从哪天起停用"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=_("为什么停用"), max_length=200)
    document_no = forms.CharField(label=_("文号"), max_length=60, required=False)
