"""提诉求: own words, a tap for urgency, photographs; no department to choose."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.casework.rulebook import Limits
from yuanqi.foundation import formats
from yuanqi.organisation.models import Officer
from yuanqi.organisation.queries import departments
from yuanqi.registry.models import ContactPerson

from ..loading import rank
from ..models import Category, Level
from ..queries import LEVEL_HINTS
from ..wording import brief_limit
from .parts import BODY_LENGTH, ActForm, FilesField, area

UNSURE = "OTH"
_MOST_OFFERED = 3


class RaiseForm(ActForm):
    """A request in the enterprise's words.

    Its words suggest categories, which stand as boxes with the likeliest ticked; any other can
    be taken from the whole list. `suggested` tells a box that we ticked from one that was chosen.
    """

    name = "raise"
    text = forms.CharField(
        max_length=BODY_LENGTH,
        widget=area(5),
        help_text=gettext_lazy("说清在哪里、什么时候开始、影响多大。"),
        error_messages={
            "required": gettext_lazy("请写下遇到了什么事。"),
            "max_length": gettext_lazy("最多 5000 字，长的内容请放进附件。"),
        },
    )
    level = forms.ChoiceField(
        label=gettext_lazy("现在影响生产吗？"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一项，它决定多快办理。")},
    )
    files = FilesField(
        required=False,
        label=gettext_lazy("照片或文件"),
        help_text=gettext_lazy("照片、PDF、Word、Excel，每个不超过 20 MB。"),
    )
    category = forms.CharField(required=False, max_length=8, label=gettext_lazy("我们判断属于"))
    other_category = forms.ChoiceField(required=False, label=gettext_lazy("类别"))
    suggested = forms.CharField(required=False, max_length=8, widget=forms.HiddenInput)
    # what may answer it already has been shown: sent again, the request is raised
    seen = forms.BooleanField(required=False, widget=forms.HiddenInput)
    accused_unit = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label=gettext_lazy("投诉哪个部门"),
        help_text=gettext_lazy("被投诉的部门和人员看不到这件，也不能办它。"),
    )
    accused_name = forms.CharField(
        required=False,
        max_length=40,
        label=gettext_lazy("投诉其中哪个人"),
        help_text=gettext_lazy("写姓名；不知道或不是冲着某个人，就空着。"),
    )
    contact = forms.TypedChoiceField(
        label=gettext_lazy("联系谁"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("请选一位联系人，经办人会找他。")},
    )

    def __init__(
        self,
        *,
        people: Sequence[ContactPerson],
        categories: Sequence[Category],
        limits: Limits,
        contact_id: int | None = None,
        by_staff: bool = False,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
    ) -> None:
        super().__init__(data, files)
        self.people, self.limits = people, limits
        self.categories = {category.code: category for category in categories}
        self.fields["text"].label = _("企业遇到了什么事？") if by_staff else _("您遇到了什么事？")
        self.fields["level"].choices = [(code, LEVEL_HINTS[code]) for code in Level.values]
        self.fields["contact"].choices = [
            (person.pk, f"{person.name}　{formats.phone_masked(person.phone)}") for person in people
        ]
        ids = [person.pk for person in people]
        self.fields["contact"].initial = contact_id if contact_id in ids else next(iter(ids), None)
        self.fields["accused_unit"].choices = [
            ("", _("不是投诉")),
            *((unit.pk, unit.full_label) for unit in departments()),
        ]
        self.fields["other_category"].choices = [
            ("", _("不确定，请服务中心判断")),
            *((code, category.label) for code, category in self.categories.items()),
        ]

    # --- what the page shows --------------------------------------------------------------

    @property
    def promises(self) -> list[tuple[str, str]]:
        """For each level, what it means in time; a category may have its own limit."""
        return [
            (
                code,
                _("%(level)s：%(sign)s内派到部门，一般 %(resolve)s内办结。")
                % {
                    "level": LEVEL_HINTS[code],
                    "sign": brief_limit(self.limits.allowance("sign", code).limit),
                    "resolve": brief_limit(self.limits.allowance("resolve", code).limit),
                },
            )
            for code in Level.values
        ]

    @cached_property
    def offered(self) -> list[Category]:
        """The categories that the words point to, and "not sure"; none for words without a clue."""
        codes = rank(self.data.get("text", ""), self.categories.values())[:_MOST_OFFERED]
        if codes and UNSURE in self.categories and UNSURE not in codes:
            codes.append(UNSURE)
        return [self.categories[code] for code in codes]

    @property
    def likeliest(self) -> str:
        return self.offered[0].code if self.offered else ""

    @property
    def chosen(self) -> str:
        """The category that stands ticked now: chosen from the list, by a box, or suggested."""
        other = self.data.get("other_category", "")
        if other in self.categories:
            return str(other)
        picked = self.data.get("category", "")
        by_hand = picked != self.data.get("suggested", "")
        if by_hand and picked in {category.code for category in self.offered}:
            return str(picked)
        return self.likeliest

    @property
    def outlook(self) -> str:
        """Who will handle it, and by when, as far as category and level tell."""
        found = self.categories.get(self.chosen)
        level = self.data.get("level", "")
        if found is None or found.lead is None:
            return _("服务中心看过后交给对口部门。选错没关系，我们会转。")
        said = {"unit": found.lead.full_label}
        if level not in Level.values:
            return _("将由%(unit)s办理。选错没关系，我们会转。") % said
        allowance = self.limits.allowance("resolve", level, found.code)
        said["limit"] = brief_limit(allowance.limit)
        return _("将由%(unit)s办理，%(limit)s内办结。选错没关系，我们会转。") % said

    @property
    def person(self) -> ContactPerson | None:
        """Who is to be called as the form stands now."""
        value = str(self["contact"].value() or "")
        return next((person for person in self.people if str(person.pk) == value), None)

    # --- what comes in --------------------------------------------------------------------

    def clean(self) -> dict[str, Any]:
        sent = self.cleaned_data
        code = sent.get("other_category") or sent.get("category") or UNSURE
        if code not in self.categories:
            raise ValidationError({"other_category": _("请从列出的类别中选一个。")})
        sent["category"] = code
        sent["accused_officer"] = self._accused()
        return sent

    def _accused(self) -> int | None:
        """The officer whom a complaint names, of the department it is about."""
        unit, name = self.cleaned_data.get("accused_unit"), self.cleaned_data.get("accused_name")
        if not name:
            return None
        if unit is None:
            raise ValidationError({"accused_unit": _("请先选这个人在哪个部门。")})
        found = Officer.objects.filter(department=unit, name=name.strip(), is_active=True)
        officers = list(found[:2])
        if len(officers) != 1:
            raise ValidationError(
                {"accused_name": _("这个部门里没有找到这个人。姓名拿不准，就只选部门。")}
            )
        return officers[0].pk
