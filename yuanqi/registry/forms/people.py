"""Contacts and links."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yuanqi.organisation.models import Officer

from ..models import ContactPerson, LinkRole
from .base import KeptForm, PlainModelForm, day_input

# U+8F6C (zhuan) stands before an extension
_PHONE = re.compile(r"\+?[\d\s-]{7,24}(\u8f6c\d{1,6})?")


class ContactForm(PlainModelForm):
    class Meta:
        model = ContactPerson
        fields = ("name", "title", "phone")
        labels = {"name": _("姓名"), "title": _("职务"), "phone": _("电话")}
        widgets = {"phone": forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"})}

    def clean_phone(self) -> str:
        phone = self.cleaned_data["phone"].strip()
        if not _PHONE.fullmatch(phone):
            raise forms.ValidationError(_("请填手机或座机号码，座机可以带区号和分机。"))
        return phone


def _officer_field(label: Any) -> forms.ModelChoiceField:
    found = Officer.objects.filter(is_active=True).select_related("department")
    return _OfficerField(
        label=label, queryset=found.order_by("department__position", "id"),
        empty_label=_("请选干部"),
    )  # fmt: skip


class _OfficerField(forms.ModelChoiceField):
    def label_from_instance(self, officer: Officer) -> str:
        return f"{officer.department.label} {officer.name} {officer.title}"


class LinkForm(KeptForm):
    """A link begins."""

    officer = _officer_field(_("干部"))
    role = forms.TypedChoiceField(label=_("角色"), coerce=int, choices=LinkRole.choices)
    from_on = forms.DateField(label=_("从哪天起"), widget=day_input())


class HandOverForm(KeptForm):
    """Another officer takes a link over."""

    officer = _officer_field(_("接手的干部"))
    from_on = forms.DateField(
        label=_("从哪天起"), widget=day_input(), help_text=_("原来的挂钩到前一天为止。")
    )


class LinkEndForm(KeptForm):
    until_on = forms.DateField(
        label=_("从哪天起不再挂钩"), widget=day_input(), help_text=_("服务到前一天为止。")
    )
