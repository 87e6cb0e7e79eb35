"""What the pages of this slice are asked."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from django import forms
from django.db.models import Q
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.journal import Audience
from yuanqi.foundation.models import Account

from . import kinds, queries

ADMINISTRATORS = "administrators"
AUDIENCES = (
    (Audience.ENTERPRISE.value, gettext_lazy("企业与园区")),
    (Audience.STAFF.value, gettext_lazy("园区")),
    (Audience.DEPARTMENT.value, gettext_lazy("部门内部")),
    (Audience.AUDIT.value, gettext_lazy("管理与审计")),
)


@dataclass(frozen=True, slots=True)
class Span:
    """From a day to a day, both included, as the address says them."""

    first: date | None
    last: date | None

    @classmethod
    def read(cls, query: QueryDict) -> "Span":
        return cls(_day(query.get("from", "")), _day(query.get("to", "")))

    @property
    def condition(self) -> Q:
        found = Q()
        if self.first:
            found &= Q(at__gte=_midnight(self.first))
        if self.last and self.last < date.max:
            found &= Q(at__lt=_midnight(self.last + timedelta(days=1)))
        return found


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), queries.zone())


@dataclass(frozen=True, slots=True)
class JournalFilters:
    """What narrows the journal; what the address says wrongly is left out."""

    stream: str
    kind: str
    who: str
    account_id: int | None  # of `who`; None for nobody
    audience: str
    by: str
    span: Span

    @classmethod
    def read(cls, query: QueryDict) -> "JournalFilters":
        who = query.get("who", "").strip()[:64]
        kind, audience = query.get("kind", ""), query.get("audience", "")
        return cls(
            stream=query.get("stream", "").strip()[:64].replace("\0", ""),
            kind=kind if kind in kinds.known() else "",
            who=who.replace("\0", ""),
            account_id=_account(who),
            audience=audience if audience in dict(AUDIENCES) else "",
            by=ADMINISTRATORS if query.get("by") == ADMINISTRATORS else "",
            span=Span.read(query),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(
            self.stream or self.kind or self.who or self.audience or self.span != Span(None, None)
        )

    @property
    def condition(self) -> Q:
        found = self.span.condition
        if self.stream:
            found &= Q(stream=self.stream)
        if self.kind:
            found &= Q(kind=self.kind)
        if self.who == "system":
            found &= Q(actor="system")
        elif self.who:
            found &= Q(actor=f"account:{self.account_id or 0}")
        if self.audience:
            found &= Q(audience=self.audience)
        if self.by:
            found &= queries.by_administrators()
        return found


def _account(who: str) -> int | None:
    """An account by its user name, or by the journal's own label."""
    number = who.removeprefix("account:")
    if number != who and number.isdecimal() and len(number) < 19:
        return int(number)
    if not who or "\0" in who:
        return None
    return Account.objects.filter(username=who).values_list("pk", flat=True).first()


class _OnceForm(forms.Form):
    """A form with its key: sent twice, it acts once."""

    once_key = forms.CharField(widget=forms.HiddenInput, required=False)

    @property
    def once(self) -> str:
        key = self.data.get("once_key") if self.is_bound else None
        return format_html('<input type="hidden" name="once_key" value="{}">', key or uuid4())


class ErasureForm(_OnceForm):
    reason = forms.CharField(
        label=gettext_lazy("删除的原因"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("例如：本人已离职，9 月 3 日书面要求删除。不要写姓名和电话。"),
        error_messages={"required": gettext_lazy("请写明为什么删除。")},
    )


class RefusalForm(_OnceForm):
    note = forms.CharField(
        label=gettext_lazy("不同意的原因"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": gettext_lazy("请写明为什么不同意。")},
    )


class WhomForm(forms.Form):
    """Whose readings are sought; sent by POST, so that no number stands in an address."""

    q = forms.CharField(
        label=gettext_lazy("电话号码、姓名，或企业名称、信用代码"),
        max_length=100,
        min_length=2,
        error_messages={
            "required": gettext_lazy("请填电话号码、姓名或企业。"),
            "min_length": gettext_lazy("至少写 2 个字。"),
        },
    )

    def clean_q(self) -> str:
        text: str = self.cleaned_data["q"].strip()
        if "\0" in text:
            raise forms.ValidationError(_("请填电话号码、姓名或企业。"))
        return text
