"""The note of a visit; fixing a day, a department's wish, giving a reason."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.promises.models import LONGEST as LONGEST_PROMISE
from yuanqi.servicedesk.forms.raising import UNSURE
from yuanqi.servicedesk.loading import rank
from yuanqi.servicedesk.models import Category, Level
from yuanqi.servicedesk.queries import LEVEL_HINTS

from .models import LONGEST_TALK, Mode, Topic, Trend, Visit, Wish
from .operations import Advised, Asked, Note, Promised
from .plans import Bundle

SLOTS = 3  # of each kind; what is more waits for the next visit
PROMISE_DAYS = timedelta(days=14)
OTHER = "other"  # the topic of advice that ships for what has none
_ASKED = [*Trend.choices, ("", pgettext_lazy("trend", "没问"))]


def _once() -> forms.CharField:
    return forms.CharField(
        widget=forms.HiddenInput, required=False, max_length=40, initial=lambda: str(uuid4())
    )


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


def _trend(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=_ASKED, required=False, initial="", widget=forms.RadioSelect
    )


class PhotosInput(forms.FileInput):
    allow_multiple_selected = True


class PhotosField(forms.FileField):
    widget = PhotosInput(attrs={"accept": "image/*"})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return [item for item in data or () if item]


class NoteForm(forms.Form):
    """What a visit found, each in a tap; requests, promises, advice in slots.

    `key` is the note's id, made on the phone; a form without one is given one here.
    """

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    orders = _trend(_("订单和上月比"))
    production = _trend(_("生产和上月比"))
    staff = _trend(_("用工和上月比"))
    investment = _trend(_("投资和上月比"))
    talk = forms.CharField(
        label=_("谈了什么"), required=False, max_length=LONGEST_TALK,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    files = PhotosField(label=_("照片"), required=False)
    policies = forms.MultipleChoiceField(
        label=_("讲了哪些政策"), choices=Topic.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    is_safety_reminded = forms.BooleanField(
        label=_("已当面提醒安全生产，请企业在手机上回执"), required=False
    )
    mode = forms.ChoiceField(
        label=_("怎样走访的"), choices=Mode.choices, initial=Mode.ONSITE, required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    met = forms.CharField(label=_("见了谁"), required=False, max_length=100)
    happened = forms.DateTimeField(
        label=_("走访时间"), required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        widget=forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local"}),
    )  # fmt: skip
    staff_count = forms.IntegerField(label=_("在岗人数"), required=False, min_value=0)
    capacity_use = forms.DecimalField(
        label=_("产能利用率"), required=False, min_value=0, max_value=200, decimal_places=1
    )
    reason = forms.CharField(
        label=_("为什么这个月还要来"), required=False, max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}), help_text=_("企业也看得到。"),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        categories: Sequence[Category],
        topics: Sequence[tuple[str, str]],
        today: date,
        **more: Any,
    ) -> None:
        super().__init__(*args, **more)
        self.categories = {one.code: one for one in categories}
        offered = [("", _("按内容判断")), *((one.code, one.label) for one in categories)]
        for place in range(SLOTS):
            self.fields |= {
                f"request_{place}_text": _text(_("诉求：遇到了什么事"), 5000),
                f"request_{place}_category": forms.ChoiceField(
                    label=_("属于哪一类"), choices=offered, required=False
                ),
                f"request_{place}_level": forms.ChoiceField(
                    label=_("影响生产吗"), choices=list(LEVEL_HINTS.items()), initial=Level.P3,
                    required=False,
                ),
                f"promise_{place}_text": _text(_("承诺：答应了什么"), LONGEST_PROMISE),
                f"promise_{place}_due": forms.DateField(
                    label=_("哪天以前办到"), required=False, widget=_day(),
                    initial=today + PROMISE_DAYS,
                ),
                f"advice_{place}_text": _text(_("建议：企业怎么说"), 2000),
                f"advice_{place}_topic": forms.ChoiceField(
                    label=_("关于什么"), choices=topics, initial=OTHER, required=False
                ),
            }  # fmt: skip

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for place in range(SLOTS):
            text, due = f"promise_{place}_text", f"promise_{place}_due"
            if cleaned.get(text) and not cleaned.get(due) and due not in self.errors:
                self.add_error(due, _("请选哪天以前办到。"))
        return cleaned

    @property
    def note(self) -> Note:
        """The note as the operation takes it; of a slot without words nothing."""
        given = self.cleaned_data
        told = {
            name: given[name]
            for name in ("talk", "met", "production", "orders", "staff", "investment",
                         "staff_count", "capacity_use", "is_safety_reminded")
        }  # fmt: skip
        return Note(
            **told,
            mode=given["mode"] or Mode.ONSITE,
            policies=tuple(given["policies"]),
            requests=tuple(
                Asked(one["text"], self._category(one), one["level"] or Level.P3)
                for one in self._filled("request", "category", "level")
            ),
            promises=tuple(
                Promised(one["text"], one["due"]) for one in self._filled("promise", "due")
            ),
            advice=tuple(
                Advised(one["text"], one["topic"]) for one in self._filled("advice", "topic")
            ),
        )

    def _category(self, asked: dict[str, Any]) -> str:
        """The one that was chosen, else the likeliest by the words; nobody has time to look."""
        likely = rank(asked["text"], self.categories.values())
        return str(asked["category"] or next(iter(likely), UNSURE))

    def _filled(self, kind: str, *names: str) -> Iterator[dict[str, Any]]:
        for place in range(SLOTS):
            found = {
                name: self.cleaned_data.get(f"{kind}_{place}_{name}") for name in ("text", *names)
            }
            if (found["text"] or "").strip():
                yield found

    @property
    def id(self) -> UUID:
        return self.cleaned_data.get("key") or uuid4()

    def happened_at(self, now: datetime) -> datetime:
        """When it took place: what the phone says, else now."""
        found: datetime | None = self.cleaned_data.get("happened")
        return now if found is None else found

    @property
    def slots(self) -> list[tuple[str, str, list[BoundField], bool]]:
        """Kind, number, fields, and whether it is open: something is in it, or wrong with it."""
        names = {"request": ("text", "category", "level"), "promise": ("text", "due"),
                 "advice": ("text", "topic")}  # fmt: skip
        made = []
        for place in range(SLOTS):
            for kind, own in names.items():
                fields = [self[f"{kind}_{place}_{name}"] for name in own]
                is_open = bool(fields[0].value()) or any(one.errors for one in fields)
                made.append((kind, str(place + 1) if place else "", fields, is_open))
        return made


def _text(label: Any, longest: int) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=longest, widget=forms.Textarea(attrs={"rows": 3})
    )


class PlanForm(forms.Form):
    """A day for a visit, and which departments come along."""

    once = _once()
    planned_on = forms.DateField(label=_("哪一天"), widget=_day())
    planned_time = forms.TimeField(
        label=_("几点"), required=False, input_formats=["%H:%M", "%H:%M:%S"],
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )  # fmt: skip
    purpose = forms.CharField(label=_("为什么事"), required=False, max_length=200)
    wish_ids = forms.TypedMultipleChoiceField(
        label=_("想去的部门，一起去"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    join_ids = forms.TypedMultipleChoiceField(
        label=_("别人已经约的，并成一次"), coerce=int, required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("企业只接待一次，约过的人会收到通知。"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, wishes: Sequence[Wish], joins: Sequence[Visit] = (), **more: Any
    ) -> None:
        super().__init__(*args, **more)
        if joins:
            self.fields["join_ids"].choices = [(one.pk, _planned_by(one)) for one in joins]
        else:
            del self.fields["join_ids"]
        if wishes:
            self.fields["wish_ids"].choices = [
                (
                    one.pk,
                    _("%(unit)s：%(subject)s（最晚 %(day)s）")
                    % {
                        "unit": one.department.label,
                        "subject": one.subject,
                        "day": f"{one.until_on:%m-%d}",
                    },
                )
                for one in wishes
            ]
        else:
            del self.fields["wish_ids"]


def _planned_by(visit: Visit) -> str:
    said = {
        "unit": visit.officer.department.label, "name": visit.officer.name,
        "day": f"{visit.planned_on:%m-%d}", "what": visit.purpose,
    }  # fmt: skip
    if visit.purpose:
        return _("%(unit)s %(name)s，%(day)s：%(what)s") % said
    return _("%(unit)s %(name)s，%(day)s") % said


def plan_initial(bundle: Bundle | None, due_on: date, today: date) -> dict[str, Any]:
    """What the form proposes: the bundle's day with all its departments, or the plan's."""
    if bundle is not None:
        return {
            "planned_on": bundle.on, "wish_ids": [one.pk for one in bundle.wishes],
            "join_ids": [one.pk for one in bundle.visits],
        }  # fmt: skip
    return {"planned_on": max(due_on, today)}


class WishForm(forms.Form):
    once = _once()
    subject = forms.CharField(
        label=_("为什么事去"), max_length=200,
        error_messages={"required": _("请写下为什么事去。")},
    )  # fmt: skip
    visit = forms.TypedChoiceField(
        label=_("和谁一起去"), coerce=int, empty_value=None, required=False,
        widget=forms.RadioSelect,
    )  # fmt: skip
    until_on = forms.DateField(label=_("最晚哪天"), required=False, widget=_day())

    def __init__(self, *args: Any, joins: Sequence[tuple[int, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        if joins:
            self.fields["visit"].choices = [*joins, ("", _("等挂钩干部另外约"))]
            self.fields["until_on"].help_text = _("一起去的不用填。")
        else:
            del self.fields["visit"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        is_joining = cleaned.get("visit") is not None
        if not is_joining and not cleaned.get("until_on") and "until_on" not in self.errors:
            self.add_error("until_on", _("请选最晚哪天去。"))
        return cleaned


class CancelForm(forms.Form):
    once = _once()
    reason = forms.CharField(
        label=_("为什么不去了"), max_length=200,
        error_messages={"required": _("请写明为什么不去，企业看得到。")},
    )  # fmt: skip


class ConfirmForm(forms.Form):
    once = _once()
    remark = forms.CharField(
        label=_("哪里不对"), required=False, max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


def now_local(now: datetime) -> str:
    """An instant as the time field of a browser takes it."""
    return timezone.localtime(now).strftime("%Y-%m-%dT%H:%M")
