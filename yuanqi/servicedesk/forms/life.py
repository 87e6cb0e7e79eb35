"""Forms for the turns that a request's life can take besides the straight way."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from yuanqi.casework.definition import Label
from yuanqi.casework.models import Case, Extension, Task
from yuanqi.casework.operations import definition_of, limits_of
from yuanqi.domain.clock import Base, Limit
from yuanqi.foundation.actors import Actor
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.queries import current_calendar

from ..queries import cases_settled_before, cases_to_merge_into, colleagues
from ..wording import brief_limit
from .dispatch import DispatchForm
from .parts import ActForm, YesNo, area

MOST_OFFERED = 50  # earlier or other requests of the enterprise to choose from


def said(label: Label) -> str:
    """A name of the mechanism's definition, in the reader's language."""
    return str(label.en if get_language() == "en" else label.zh)


class ExtensionAskForm(ActForm):
    """申请延期: once, before the limit ends, at most what the table of limits gives."""

    name = "extend"
    amount = forms.DecimalField(
        label=gettext_lazy("延长多久"),
        min_value=Decimal("0.5"),
        max_digits=7,
        decimal_places=1,
        error_messages={"required": gettext_lazy("请写明延长多久。")},
    )
    reason = forms.CharField(
        label=gettext_lazy("为什么要延"),
        max_length=500,
        widget=area(3),
        help_text=gettext_lazy("写清还差什么、等谁、哪天能有。批准后企业会看到这段话。"),
        error_messages={"required": gettext_lazy("请写明延期的理由。")},
    )

    def __init__(self, case: Case, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        allowance = limits_of(case).allowance("extension", case.level, case.category)
        most: Limit = allowance.limit
        field = self.fields["amount"]
        field.max_value = most.amount
        field.validators = [
            *field.validators,
            forms.DecimalField(max_value=most.amount).validators[-1],
        ]
        field.initial = most.amount.normalize()
        field.widget.attrs |= {"max": str(most.amount.normalize()), "step": "0.5"}
        self.unit = _BASES[Base(most.base)]
        self.is_over = case.due_at is not None and timezone.now() > case.due_at
        field.help_text = _("最多 %(most)s，只能延一次，由部门负责人批。") % {
            "most": brief_limit(most)
        }


_BASES = {
    Base.MINUTES: gettext_lazy("分钟"),
    Base.HOURS: gettext_lazy("小时"),
    Base.WORKING_DAYS: gettext_lazy("个工作日"),
    Base.CALENDAR_DAYS: gettext_lazy("天"),
    Base.MONTHS: gettext_lazy("个月"),
}


class ExtensionDecideForm(ActForm):
    """批延期: yes or no, and why; the enterprise reads why its answer comes later."""

    name = "decide-extension"
    is_granted = YesNo(label=gettext_lazy("同意延期吗？"))
    decision = forms.CharField(
        label=gettext_lazy("意见"),
        max_length=500,
        widget=area(2),
        help_text=gettext_lazy("不同意时写明现在该怎么办。"),
        error_messages={"required": gettext_lazy("请写一句意见。")},
    )

    def __init__(self, case: Case, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.extension: Extension | None = (
            case.extensions.select_related("asked_by__department", "clock")
            .filter(decided_at=None)
            .last()
        )
        self.amount = ""
        if self.extension is not None:
            base = self.extension.clock.limit_base
            self.amount = brief_limit(Limit(Decimal(self.extension.amount), base))


class RedispatchForm(DispatchForm):
    """改派: another lead, and why; the time that the enterprise has waited stays counted."""

    name = "redispatch"
    reason = forms.CharField(
        label=gettext_lazy("为什么改派"),
        max_length=500,
        widget=area(2),
        help_text=gettext_lazy("原承办部门和新承办部门都会看到。"),
        error_messages={"required": gettext_lazy("请写明为什么改派。")},
    )

    def __init__(self, case: Case, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(case, data)
        lead = self.fields["lead"]
        lead.choices = [choice for choice in lead.choices if choice[0] != case.lead_id]
        lead.initial = None
        lead.help_text = _("现在由%(unit)s承办。") % {
            "unit": case.lead.full_label if case.lead else ""
        }


class HandOverForm(ActForm):
    """转办: to a colleague of the same department."""

    name = "hand-over"
    to_officer = forms.TypedChoiceField(
        label=gettext_lazy("转给谁"),
        coerce=int,
        error_messages={"required": gettext_lazy("请选一位同事。")},
    )
    reason = forms.CharField(
        label=gettext_lazy("交代一句"),
        max_length=500,
        widget=area(2),
        help_text=gettext_lazy("办到哪一步、还差什么。只有园区看得到。"),
        error_messages={"required": gettext_lazy("请交代办到哪一步。")},
    )

    def __init__(self, task: Task, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.task = task
        self.fields["to_officer"].choices = [
            ("", _("请选择")),
            *(
                (one.pk, _("%(name)s　%(title)s") % {"name": one.name, "title": one.title})
                for one in colleagues(task)
            ),
        ]


class RefuseForm(ActForm):
    """不予受理: a ground of the rules, what it means here, and where to go instead."""

    name = "refuse"
    ground = forms.ChoiceField(
        label=gettext_lazy("理由"),
        error_messages={"required": gettext_lazy("请选择不予受理的理由。")},
    )
    explanation = forms.CharField(
        label=gettext_lazy("向企业说明"),
        max_length=1000,
        widget=area(3),
        help_text=gettext_lazy("企业会看到这段话：为什么这里办不了，凭什么这么说。"),
        error_messages={"required": gettext_lazy("请向企业说明为什么不受理。")},
    )
    where_to = forms.CharField(
        required=False,
        label=gettext_lazy("可以找谁"),
        max_length=200,
        help_text=gettext_lazy("不填就按所选理由写明的去处告诉企业。"),
    )
    earlier = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label=gettext_lazy("已经办结的那一件"),
        help_text=gettext_lazy("理由是“已依法办结”时要选。"),
    )

    def __init__(self, case: Case, actor: Actor, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.grounds = definition_of(case).refusal_grounds
        self.fields["ground"].choices = [
            ("", _("请选择")),
            *((code, said(ground.label)) for code, ground in self.grounds.items()),
        ]
        self.fields["earlier"].choices = _offered(cases_settled_before(case, actor))

    def clean(self) -> dict[str, Any]:
        ground = self.grounds.get(self.cleaned_data.get("ground", ""))
        if ground and ground.needs_earlier and not self.cleaned_data.get("earlier"):
            self.add_error("earlier", _("请选出已经办结的那一件，企业才知道说的是哪次。"))
        return self.cleaned_data


class MergeIntoForm(ActForm):
    """并入: another open request of the same enterprise takes this one in."""

    name = "merge"
    into = forms.TypedChoiceField(
        label=gettext_lazy("并入哪一件"),
        coerce=int,
        error_messages={"required": gettext_lazy("请选一件。")},
    )
    explanation = forms.CharField(
        required=False,
        max_length=1000,
        label=gettext_lazy("向企业说明"),
        help_text=gettext_lazy("不填就说：和那一件是同一件事，一并答复。"),
    )

    def __init__(self, case: Case, actor: Actor, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        self.fields["into"].choices = _offered(cases_to_merge_into(case, actor))
        self.is_alone = len(self.fields["into"].choices) == 1


def _offered(cases: QuerySet[Case]) -> list[tuple[Any, str]]:
    return [
        ("", _("请选择")),
        *((one.pk, f"{one.number}　{one.title}") for one in cases[:MOST_OFFERED]),
    ]


class WithdrawForm(ActForm):
    name = "withdraw"
    reason = forms.CharField(
        label=gettext_lazy("为什么撤回"),
        max_length=500,
        widget=area(2),
        help_text=gettext_lazy("比如：已经自己解决了。撤回后园区不再办这件。"),
        error_messages={"required": gettext_lazy("请写一句为什么撤回。")},
    )


class ReopenForm(ActForm):
    """重新办理, within the window after the end."""

    name = "reopen"
    reason = forms.CharField(
        label=gettext_lazy("哪里还没办好"),
        max_length=500,
        widget=area(3),
        error_messages={"required": gettext_lazy("请写清哪里还没办好。")},
    )


class ParkForm(ActForm):
    """挂起: it can't be done for now; the enterprise is told why and when it comes up again."""

    name = "park"
    explanation = forms.CharField(
        label=gettext_lazy("向企业说明"),
        max_length=200,
        widget=area(2),
        help_text=gettext_lazy("眼下为什么办不了，等什么条件。企业会看到。"),
        error_messages={"required": gettext_lazy("请向企业说明为什么挂起。")},
    )
    until = forms.DateField(
        label=gettext_lazy("哪天复核"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": gettext_lazy("请写明哪天复核。"),
            "invalid": gettext_lazy("请写成 2026-12-31 这样的日期。"),
        },
    )

    def __init__(self, case: Case, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        ground = next(one for one in definition_of(case).pause_grounds.values() if one.parks)
        calendar = work_calendar(current_calendar())
        today = timezone.localdate()
        self.latest: date = timezone.localdate(
            calendar.add_days(timezone.now(), ground.at_most_working_days)
        )
        field = self.fields["until"]
        field.help_text = _("最迟 %(latest)s；到那天计时自动恢复。") % {"latest": self.latest}
        field.widget.attrs |= {
            "min": str(today + timedelta(days=1)),
            "max": str(self.latest),
        }
