"""Visits from a sheet: handed in, shown with every bad row, brought in whole once it is right."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.foundation import sheets
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.files import TooLarge
from yuanqi.foundation.once import once, result_of

from .. import operations, queries, visit_sheets
from ..visit_sheets import VisitRow
from .sending import SeeOther

SHOWN = 100  # visits and faults; the rest are counted
LARGEST = 2_000_000  # characters that a form carries to be confirmed
_SALT = "visiting.visits"
_MAX_AGE = 3600  # seconds between showing and bringing in


class SheetForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("文件"),
        help_text=gettext_lazy("Excel（.xlsx）或 CSV。先检查给您看，确认以后才写入。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={"required": gettext_lazy("请选择文件。"),
                        "empty": gettext_lazy("这是空文件，请重新选择。")},
    )  # fmt: skip


@login_required
@require_GET
def template(request: HttpRequest) -> HttpResponse:
    """An empty sheet with its heads."""
    queries.require_importer(request.actor)
    file = sheets.temporary()
    visit_sheets.template_write(file)
    return sheets.download(file, _("走访导入模板.xlsx"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Hand a sheet in, look at what it would take down, bring it in."""
    actor: Actor = request.actor
    queries.require_importer(actor)
    if request.method != "POST":
        return _page(request, SheetForm())
    if "checked" in request.POST:
        return _bring_in(request)
    form = SheetForm(request.POST, request.FILES)
    if isinstance(request.FILES.get("file"), TooLarge):
        form.add_error("file", _("文件超过 20 MB。请去掉图片和格式，或分成几个文件。"))
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        read = visit_sheets.sheet_read(
            form.cleaned_data["file"].chunks(), actor=actor, today=timezone.localdate()
        )
    except Invalid as error:
        form.add_error("file", error.message)
        return _page(request, form, status=422)
    if read.faults:
        return _page(
            request, form, status=422, faults=read.faults[:SHOWN], fault_count=len(read.faults),
            bad_rows=len({fault.line for fault in read.faults}), sound=len(read.rows),
        )  # fmt: skip
    new = [row for row in read.rows if not row.is_there]
    checked = _signed(new, actor)
    if len(checked) > LARGEST:
        form.add_error("file", _("文件里的文字太多，请分成几个文件。"))
        return _page(request, form, status=422)
    return _page(
        request, SheetForm(), rows=read.rows[:SHOWN], row_count=len(read.rows), new=len(new),
        there=len(read.rows) - len(new), is_checked=True, checked=checked, once=str(uuid4()),
    )  # fmt: skip


def _bring_in(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor
    key, now = request.POST.get("once", ""), timezone.now()
    repeated = result_of(account_id=request.user.pk, key=key)
    if repeated:
        messages.info(request, _("刚才已经提交成功，没有重复办理。"))
        return SeeOther(repeated)
    try:
        rows = _unsigned(request.POST["checked"], actor)
    except signing.SignatureExpired:
        messages.warning(request, _("检查过了一个小时，请重新上传，再看一遍。"))
        return SeeOther(reverse("visiting:imports"))
    except signing.BadSignature as error:
        raise BadRequest from error
    made = 0

    def act() -> str:
        nonlocal made
        made, _there = operations.visits_import(rows=rows, actor=actor, at=now)
        return reverse("visiting:records")

    try:
        location = once(account_id=request.user.pk, key=key, at=now, act=act)
    except (Conflict, Invalid) as refusal:
        form = SheetForm({}, {})
        form.errors.clear()
        form.add_error(None, refusal.message)
        form.add_error(None, _("什么都没有写入。请重新上传，再看一遍。"))
        return _page(request, form, status=409)
    said = ngettext("导入了 %(count)d 次走访。", "导入了 %(count)d 次走访。", made)
    messages.success(request, said % {"count": made})
    return SeeOther(location)


def _page(request: HttpRequest, form: SheetForm, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "page_title": _("导入走访记录"),
        "back_url": reverse("visiting:records"),
        "form": form,
        "most": visit_sheets.MOST_ROWS,
        "shown": SHOWN,
        **more,
    }
    return render(request, "visiting/imports.html", context, status=status)


def _signed(rows: Sequence[VisitRow], actor: Actor) -> str:
    """What was checked, as the form carries it: whoever confirms brings in what he has seen."""
    told = [
        [row.line, row.enterprise_id, row.officer_id, row.on.isoformat(), row.mode, row.purpose,
         row.talk]
        for row in rows
    ]  # fmt: skip
    return signing.dumps([actor.account_id, told], salt=_SALT, compress=True)


def _unsigned(text: str, actor: Actor) -> list[VisitRow]:
    account_id, told = signing.loads(text, salt=_SALT, max_age=_MAX_AGE)
    if account_id != actor.account_id:
        raise signing.BadSignature("checked by somebody else")
    return [
        VisitRow(line, firm, officer, date.fromisoformat(on), mode, purpose, talk)
        for line, firm, officer, on, mode, purpose, talk in told
    ]
