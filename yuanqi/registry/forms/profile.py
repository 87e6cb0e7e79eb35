"""The enterprise's own row, and the rows of its profile."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import industry
from ..models import Address, Area, Certificate, Enterprise, EnterpriseGroup, Investor, Title
from .base import KeptForm, PlainModelForm, day_input

CURRENCIES = [
    ("CNY", _("人民币")), ("USD", _("美元")), ("EUR", _("欧元")), ("JPY", _("日元")),
    ("KRW", _("韩元")), ("HKD", _("港元")), ("GBP", _("英镑")), ("SGD", _("新加坡元")),
    ("TWD", _("新台币")), ("CHF", _("瑞士法郎")),
]  # fmt: skip
COUNTRIES = [
    ("CN", _("中国内地")), ("HK", _("中国香港")), ("TW", _("中国台湾")), ("MO", _("中国澳门")),
    ("JP", _("日本")), ("KR", _("韩国")), ("SG", _("新加坡")), ("US", _("美国")),
    ("DE", _("德国")), ("FR", _("法国")), ("GB", _("英国")), ("NL", _("荷兰")),
    ("CH", _("瑞士")), ("IT", _("意大利")), ("SE", _("瑞典")), ("CA", _("加拿大")),
    ("AU", _("澳大利亚")), ("XX", _("其他国家或地区")),
]  # fmt: skip


class NewEnterpriseForm(KeptForm):
    """A firm comes into the register."""

    uscc = forms.CharField(label=_("统一社会信用代码"), max_length=40)
    name = forms.CharField(label=_("全称"), max_length=100)
    short_name = forms.CharField(
        label=_("简称"), max_length=30, help_text=_("列表和消息里用的名字，例如“松濑精密陶瓷”。")
    )
    is_industrial = forms.BooleanField(label=_("工业企业"), required=False, initial=True)


def _website() -> forms.URLField:
    return forms.URLField(
        label=_("网站"), required=False, max_length=200, assume_scheme="https",
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )  # fmt: skip


class EnterpriseForm(PlainModelForm):
    """What the service centre keeps of an enterprise itself."""

    website = _website()
    currency = forms.ChoiceField(label=_("币种"), choices=CURRENCIES)
    industry_q = forms.CharField(label=_("按名称或代码查行业"), max_length=40, required=False)
    aside = ("once", "seen", "industry_q")

    class Meta:
        model = Enterprise
        fields = (
            "name", "short_name", "name_en", "industry", "industry_code", "is_industrial",
            "area", "address", "standing", "registered_on", "credit", "legal_person", "capital",
            "currency", "scope", "website",
        )  # fmt: skip
        labels = {
            "name": _("全称"), "short_name": _("简称"), "name_en": _("英文名"),
            "industry": _("主营业务"), "industry_code": _("行业代码"),
            "is_industrial": _("工业企业"), "area": _("所在片区"), "address": _("地址"),
            "standing": _("经营状态"), "registered_on": _("成立日期"), "credit": _("信用等级"),
            "legal_person": _("法定代表人"), "capital": _("注册资本"), "scope": _("经营范围"),
            "website": _("网站"),
        }  # fmt: skip
        help_texts = {
            "industry_code": _("GB/T 4754-2017，例如 C3922。不记得代码就在下面按名称查。"),
            "credit": _("公共信用综合评价的等级，没有评的留空。"),
        }
        widgets = {"registered_on": day_input(), "scope": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, found: list[industry.Industry] | None = None, **more: Any):
        super().__init__(*args, **more)
        self.fields["area"].empty_label = gettext("未划分")
        if found:
            self.fields["industry_code"].widget = forms.RadioSelect(
                choices=[(one.code, _described(one)) for one in found]
            )

    def clean_industry_code(self) -> str:
        code = self.cleaned_data["industry_code"]
        if not code:
            return ""
        known = industry.normal(code)
        if known is None:
            raise forms.ValidationError(_("分类里没有这个代码，请在下面按名称查。"))
        return known


def _described(one: industry.Industry) -> str:
    """A heading with its code and where it stands."""
    above = [step.label for step in industry.path(one.code)[:-1]]
    line = f"{one.code} {one.label}"
    return (
        gettext("%(line)s（%(above)s）") % {"line": line, "above": " › ".join(above)}
        if above
        else line
    )


class WebsiteForm(PlainModelForm):
    """What the enterprise says of itself."""

    website = _website()

    class Meta:
        model = Enterprise
        fields = ("website",)


class GroupForm(KeptForm):
    """Which group the enterprise belongs to: one that is there, or a new one."""

    group = forms.ModelChoiceField(
        label=_("加入已有的集团"), queryset=EnterpriseGroup.objects.order_by("name"),
        required=False, empty_label=_("请选集团"),
    )  # fmt: skip
    name = forms.CharField(label=_("或新建集团，名称"), max_length=100, required=False)
    as_head = forms.BooleanField(
        label=_("这家企业是集团的牵头企业"), required=False,
        help_text=_("没有自己挂钩干部的成员企业，由牵头企业的挂钩干部服务。"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("group")) == bool(cleaned.get("name")):
            self.add_error("group", gettext("请选一个集团，或者写新集团的名称，两样选一样。"))
        return cleaned


class AreaForm(PlainModelForm):
    class Meta:
        model = Area
        fields = ("code", "name", "name_en", "position")
        labels = {
            "code": _("代码"), "name": _("名称"), "name_en": _("英文名"), "position": _("排序"),
        }  # fmt: skip
        help_texts = {"code": _("小写字母、数字和短横线，例如 east。")}


class TitleForm(PlainModelForm):
    class Meta:
        model = Title
        fields = ("name", "level", "number", "issuer", "granted_on", "valid_until")
        labels = {
            "name": _("称号"), "level": _("级别"), "number": _("证书编号"), "issuer": _("授予单位"),
            "granted_on": _("授予日期"), "valid_until": _("有效期至"),
        }  # fmt: skip
        widgets = {"granted_on": day_input(), "valid_until": day_input()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.ordered("granted_on", "valid_until", gettext("有效期不能早于授予日期。"))
        return cleaned


class InvestorForm(PlainModelForm):
    country = forms.ChoiceField(label=_("国家或地区"), choices=COUNTRIES)
    currency = forms.ChoiceField(label=_("币种"), choices=CURRENCIES)

    class Meta:
        model = Investor
        fields = ("name", "kind", "country", "share", "amount", "currency")
        labels = {
            "name": _("投资方"), "kind": _("类型"), "share": _("持股比例"),
            "amount": _("认缴出资"),
        }  # fmt: skip

    def clean_share(self) -> Any:
        share = self.cleaned_data["share"]
        if share is not None and not 0 < share <= 100:
            raise forms.ValidationError(_("持股比例要大于 0，不超过 100。"))
        return share


class AddressForm(PlainModelForm):
    class Meta:
        model = Address
        fields = ("kind", "text", "area", "land_area", "floor_area", "is_owned")
        labels = {
            "kind": _("用途"), "text": _("地址"), "area": _("片区"), "land_area": _("土地面积"),
            "floor_area": _("建筑面积"), "is_owned": _("自有（不勾是租用）"),
        }  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["area"].empty_label = gettext("未划分")
        self.fields["is_owned"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("land_area", "floor_area"):
            if cleaned.get(name) is not None and cleaned[name] < 0:
                self.add_error(name, gettext("面积不能小于 0。"))
        return cleaned


class CertificateForm(PlainModelForm):
    upload = forms.FileField(
        label=_("扫描件"), required=False, help_text=_("照片或 PDF。不选就保留原来的文件。")
    )
    aside = ("once", "seen", "upload")

    class Meta:
        model = Certificate
        fields = ("name", "number", "issuer", "issued_on", "valid_until")
        labels = {
            "name": _("证照名称"), "number": _("编号"), "issuer": _("发证单位"),
            "issued_on": _("发证日期"), "valid_until": _("有效期至"),
        }  # fmt: skip
        widgets = {"issued_on": day_input(), "valid_until": day_input()}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self.ordered("issued_on", "valid_until", gettext("有效期不能早于发证日期。"))
        return cleaned
