"""Targets from a sheet: handed in, shown with every bad row, brought in whole once it is right."""

from decimal import Decimal
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
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.files import TooLarge
from yuanqi.foundation.once import once, result_of
from yuanqi.registry.seen import ChangedMeanwhile

from .. import operations, target_sheets
from ..queries import may_set_targets, require_watcher
from ..target_sheets import TargetRow
from .sending import SeeOther
from .targets import YEARS_AHEAD, YEARS_BACK, year_of

SHOWN = 100  # changes and faults; the rest are counted
_SALT = "monitoring.targets"
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
def sheet(request: HttpRequest) -> HttpResponse:
    """The year's targets as a workbook: to fill in, and to come in again."""
    actor: Actor = request.actor
    _require(actor)
    year = year_of(request.GET.get("year", ""), timezone.localdate())
    file = sheets.temporary()
    target_sheets.sheet_write(file, year=year, actor=actor)
    return sheets.download(file, _("目标-%(year)d.xlsx") % {"year": year})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Hand a sheet in, look at what it would change, bring it in."""
    actor: Actor = request.actor
    _require(actor)
    if request.method != "POST":
        return _page(request, SheetForm())
    if "checked" in request.POST:
        return _bring_in(request)
    form = SheetForm(request.POST, request.FILES)
    if isinstance(request.FILES.get("file"), TooLarge):
        form.add_error("file", _("文件超过 20 MB。请去掉图片和格式，或分成几个文件。"))
    if not form.is_valid():
        return _page(request, form, status=422)
    today = timezone.localdate()
    years = range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)
    try:
        read = target_sheets.sheet_read(
            form.cleaned_data["file"].chunks(), years=years, actor=actor
        )
    except Invalid as error:
        form.add_error("file", error.message)
        return _page(request, form, status=422)
    if read.faults:
        return _page(
            request, form, status=422, faults=read.faults[:SHOWN], fault_count=len(read.faults),
            bad_rows=len({fault.line for fault in read.faults}), sound=len(read.rows),
        )  # fmt: skip
    changes, seen = target_sheets.changes_of(read.rows)
    return _page(
        request, SheetForm(), changes=changes[:SHOWN], change_count=len(changes),
        sound=len(read.rows), is_checked=True, checked=_signed(read.rows, seen, actor),
        once=str(uuid4()),
    )  # fmt: skip


def _bring_in(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor
    key, now = request.POST.get("once", ""), timezone.now()
    repeated = result_of(account_id=request.user.pk, key=key)
    if repeated:
        messages.info(request, _("刚才已经提交成功，没有重复办理。"))
        return SeeOther(repeated)
    try:
        rows, seen = _unsigned(request.POST["checked"], actor)
    except signing.SignatureExpired:
        messages.warning(request, _("检查过了一个小时，请重新上传，再看一遍。"))
        return SeeOther(reverse("monitoring:targets_import"))
    except signing.BadSignature as error:
        raise BadRequest from error
    there = reverse("monitoring:targets")
    changed = 0

    def act() -> str:
        nonlocal changed
        changed = operations.targets_import(rows=rows, seen=seen, actor=actor, at=now)
        return f"{there}?year={rows[0].year}&measure={rows[0].code}"

    try:
        location = once(account_id=request.user.pk, key=key, at=now, act=act)
    except (ChangedMeanwhile, Conflict, Invalid) as refusal:
        form = SheetForm({}, {})
        form.errors.clear()
        form.add_error(None, refusal.message)
        form.add_error(None, _("什么都没有写入。请重新上传，再看一遍。"))
        return _page(request, form, status=409)
    said = ngettext("导入了 %(changed)d 行目标。", "导入了 %(changed)d 行目标。", changed)
    messages.success(request, said % {"changed": changed})
    return SeeOther(location)


def _page(request: HttpRequest, form: SheetForm, *, status: int = 200, **more: Any) -> HttpResponse:
    year = year_of(request.GET.get("year", ""), timezone.localdate())
    context = {
        "page_title": _("导入目标"),
        "back_url": f"{reverse('monitoring:targets')}?year={year}",
        "form": form,
        "year": year,
        "most": target_sheets.MOST_ROWS,
        "shown": SHOWN,
        **more,
    }
    return render(request, "monitoring/targets_import.html", context, status=status)


def _require(actor: Actor) -> None:
    require_watcher(actor)
    if not may_set_targets(actor):
        raise NotAllowed(_("目标由业务部门和服务中心下达。"))


def _signed(rows: list[TargetRow], seen: list[dict[str, str]], actor: Actor) -> str:
    """What was checked, as the form carries it: whoever confirms brings in what he has seen."""
    told = [
        [row.enterprise_id, row.label, row.code, row.year,
         {name: str(value) for name, value in row.values.items()}, known]
        for row, known in zip(rows, seen, strict=True)
    ]  # fmt: skip
    return signing.dumps([actor.account_id, told], salt=_SALT, compress=True)


def _unsigned(text: str, actor: Actor) -> tuple[list[TargetRow], list[dict[str, str]]]:
    account_id, told = signing.loads(text, salt=_SALT, max_age=_MAX_AGE)
    if account_id != actor.account_id:
        raise signing.BadSignature("checked by somebody else")
    rows = [
        TargetRow(pk, label, code, year, {name: Decimal(value) for name, value in values.items()})
        for pk, label, code, year, values, _known in told
    ]
    return rows, [known for *_row, known in told]
