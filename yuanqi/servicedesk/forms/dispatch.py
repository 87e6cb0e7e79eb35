"""派单: the lead, proposed by the category, and what each co-handler is asked."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.casework.models import Case
from yuanqi.organisation.models import Department
from yuanqi.organisation.queries import bureaus

from ..acts.dispatching import NAMED_AFTER
from ..models import Category, Return
from ..operations import CoHandler
from .parts import ActForm


class DispatchForm(ActForm):
    """派单: a lead, proposed by the category, and what each co-handler is asked.

    One row a department: a tick, and what it is asked. Words without a tick count as asked.
    """

    name = "dispatch"
    lead = forms.TypedChoiceField(
        label=gettext_lazy("主办部门"),
        coerce=int,
        error_messages={"required": gettext_lazy("请选一个主办部门。")},
    )

    def __init__(self, case: Case, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        request = case.request
        # nobody handles a complaint about himself
        accused = (request.accused_department_id,)
        self.units: list[Department] = [unit for unit in bureaus() if unit.pk not in accused]
        self.is_last_word = case.returns >= NAMED_AFTER
        self.returned = (
            Return.objects.select_related("department", "officer")
            .filter(case=case)
            .order_by("at")
            .last()
        )
        proposed = request.proposed_lead if request.proposed_lead in self.units else None
        lead = self.fields["lead"]
        lead.choices = [
            ("", _("请选择")),
            *((unit.pk, unit.full_label) for unit in self.units),
        ]
        if self.returned is not None:
            lead.help_text = _("%(unit)s退回过：%(reason)s（依据：%(basis)s）") % {
                "unit": self.returned.department.label,
                "reason": self.returned.reason,
                "basis": self.returned.basis,
            }
        if proposed is not None and (
            self.returned is None or self.returned.department_id != proposed.pk
        ):
            lead.initial = proposed.pk
            lead.help_text = lead.help_text or _("建议 %(unit)s：按诉求类别或派单规则。") % {
                "unit": proposed.label
            }
        usual = Category.objects.filter(pk=case.category).values_list("co_handlers", flat=True)
        asked = [unit.label for unit in self.units if unit.pk in (usual.first() or ())]
        if asked:
            lead.help_text += _("常请%(units)s协办。") % {"units": _("、").join(asked)}
        for unit in self.units:
            self.fields[f"co_{unit.pk}"] = forms.BooleanField(required=False, label=unit.label)
            self.fields[f"brief_{unit.pk}"] = forms.CharField(
                required=False,
                max_length=200,
                label=_("请%(unit)s办什么") % {"unit": unit.label},
            )

    @property
    def rows(self) -> list[tuple[Any, Any]]:
        """The tick and the words of each department."""
        return [(self[f"co_{unit.pk}"], self[f"brief_{unit.pk}"]) for unit in self.units]

    def clean(self) -> dict[str, Any]:
        lead = self.cleaned_data.get("lead")
        asked = []
        for unit in self.units:
            words = self.cleaned_data.get(f"brief_{unit.pk}", "")
            if not words and not self.cleaned_data.get(f"co_{unit.pk}"):
                continue
            if unit.pk == lead:
                self.add_error(
                    f"co_{unit.pk}",
                    _("%(unit)s已是主办，不用再列为协办。") % {"unit": unit.label},
                )
            elif not words:
                self.add_error(
                    f"brief_{unit.pk}",
                    _("请写明要%(unit)s办什么，它才知道从哪里着手。") % {"unit": unit.label},
                )
            asked.append(CoHandler(unit.pk, words))
        self.cleaned_data["co_handlers"] = asked
        return self.cleaned_data
