"""Supervision on the pages: what is done to one request, and the register of what is owed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yuanqi.casework.models import Case
from yuanqi.casework.operations import definition_of
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import NotAllowed
from yuanqi.organisation.queries import departments
from yuanqi.supervision import operations
from yuanqi.supervision.queries import reads_register

from .. import supervision_lists as lists
from ..forms.parts import ActForm
from ..forms.supervision import EndSupervisionForm, RemindForm, ReportForm, SuperviseForm
from ..queries import request_visible
from ..rows import rows_of
from ..supervising import form_sent
from ..supervision_lists import Filters
from .acting import carry_out, when
from .ledger_parts import Choice

Operate = Callable[[ActForm, datetime], object]


def _act(
    request: HttpRequest,
    case_id: int,
    form_class: type[ActForm],
    operate: Operate,
    say: Callable[[Case], str],
) -> HttpResponse:
    case = request_visible(case_id, request.actor).case
    form = form_sent(form_class, case, request.actor, timezone.now(), request.POST)
    return carry_out(request, case, form, lambda at: operate(form, at), say)


@login_required
@require_POST
def remind(request: HttpRequest, case_id: int) -> HttpResponse:
    return _act(
        request,
        case_id,
        RemindForm,
        lambda form, at: operations.remind(
            case_id=case_id, words=form.cleaned_data["words"], actor=request.actor, at=at
        ),
        lambda case: (
            _("已催%(name)s，%(days)s 个工作日内不用再催。")
            % {
                "name": case.responsible,
                "days": definition_of(case).supervision.remind_grace_working_days,
            }
        ),
    )


@login_required
@require_POST
def supervise(request: HttpRequest, case_id: int) -> HttpResponse:
    return _act(
        request,
        case_id,
        SuperviseForm,
        lambda form, at: operations.supervise(
            case_id=case_id,
            ground=form.cleaned_data["ground"],
            demand=form.cleaned_data["demand"],
            actor=request.actor,
            at=at,
        ),
        _supervised_said,
    )


def _supervised_said(case: Case) -> str:
    row = case.supervisions.select_related("officer").order_by("id").last()
    return _("已督办，请%(name)s在 %(due)s 前说明。") % {
        "name": row.officer,
        "due": when(row.due_at),
    }


@login_required
@require_POST
def report(request: HttpRequest, case_id: int) -> HttpResponse:
    return _act(
        request,
        case_id,
        ReportForm,
        lambda form, at: operations.supervision_answer(
            case_id=case_id, reply=form.cleaned_data["reply"], actor=request.actor, at=at
        ),
        lambda case: _("说明已交上去，不再逐级上报；办结时限照走。"),
    )


@login_required
@require_POST
def end(request: HttpRequest, case_id: int) -> HttpResponse:
    return _act(
        request,
        case_id,
        EndSupervisionForm,
        lambda form, at: operations.supervision_end(
            case_id=case_id, words=form.cleaned_data["words"], actor=request.actor, at=at
        ),
        lambda case: _("督办已结束，留在记录里。"),
    )


# --- the register --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tab:
    """A list as it is shown: its count, where it leads, whether it is this one."""

    code: str
    label: str
    count: pages.Count
    url: str
    is_current: bool
    is_apart: bool = False


@login_required
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    """Who owes an account, and since when; what is red too long; who is late too often."""
    actor: Actor = request.actor
    if not reads_register(actor):
        raise NotAllowed(_("督办清单给服务中心、领导和部门负责人看。"))
    now = timezone.now()
    listed = lists.views(now)
    filters = Filters.read(request.GET, [view.code for view in listed])
    counts = lists.counts(listed, filters, actor, now)
    cursor = request.GET.get(pages.AFTER, "")
    context: dict[str, Any] = {
        "page_title": _("督办"),
        "filters": filters,
        "tabs": _tabs(request, listed, filters, counts),
        "choices": _choices(filters, actor),
        "clear_url": pages.address(request, kind=None, unit=None, after=None),
        "is_centre": actor.has(Role.CENTRE),
        "watches_contacts": actor.has(Role.CENTRE, Role.LEADER),
        "empty": _empty(filters, counts),
    }
    if filters.view == "talks":
        context["talks"] = [
            (unit, late, f"{request.path}?view=month&unit={unit.pk}")
            for unit, late in lists.to_talk_to(actor, now)
        ]
    elif filters.view == "long":
        page = lists.long_late_page(filters, actor, now, cursor)
        context |= {
            "rows": rows_of(page.rows, actor, now),
            "foot": pages.foot(request, page, counts["long"]),
            "page": page,
        }
    else:
        view = next(view for view in listed if view.code == filters.view)
        found, accounts = lists.accounts(view, filters, actor, now, cursor)
        context |= {
            "accounts": accounts,
            "foot": pages.foot(request, found, counts[view.code]),
            "page": found,
        }
    return render(request, "servicedesk/supervision.html", context)


def _tabs(
    request: HttpRequest,
    listed: list[lists.View],
    filters: Filters,
    counts: Mapping[str, pages.Count],
) -> list[Tab]:
    codes = [(view.code, view.label, view.is_apart) for view in listed]
    codes[3:3] = [("long", _("红灯超过五天"), True), ("talks", _("该约谈的部门"), True)]
    return [
        Tab(
            code,
            label,
            counts[code],
            pages.address(request, view=code, after=None),
            code == filters.view,
            is_apart,
        )
        for code, label, is_apart in codes
    ]


def _choices(filters: Filters, actor: Actor) -> list[Choice]:
    if filters.view == "talks":
        return []
    found = []
    if filters.view not in ("long", "month"):
        kinds = [("", _("全部")), ("escalation", _("超时升级")), ("demand", _("督办单"))]
        found.append(Choice("kind", _("种类"), kinds, filters.kind))
    if actor.sees_every_case:
        units = [("", _("全部")), *((str(unit.pk), unit.label) for unit in departments())]
        found.append(Choice("unit", _("谁的"), units, str(filters.unit or "")))
    return found


def _empty(filters: Filters, counts: Mapping[str, pages.Count]) -> dict[str, str]:
    """Why the list is empty, and where to look next."""
    here = reverse("servicedesk:supervision")
    if filters.kind or filters.unit is not None:
        return {
            "sentence": _("没有符合筛选的督办。"),
            "url": f"{here}?view={filters.view}",
            "label": _("清除筛选"),
        }
    sentence = {
        "waiting": _("没有人欠着说明：超过时限的都说明了，或者没有超时。"),
        "answered": _("说明过的都办完了。"),
        "month": _("本月还没有超过时限的。"),
        "ended": _("还没有结束的督办。"),
        "long": _("没有红灯超过五个工作日的。"),
        "talks": _("本月没有哪个部门超时三件以上。"),
    }[filters.view]
    for code, label in (
        ("waiting", _("去看待说明 %(count)s 件")),
        ("answered", _("去看已说明、没办完 %(count)s 件")),
    ):
        if code != filters.view and counts[code].number:
            return {
                "sentence": sentence,
                "url": f"{here}?view={code}",
                "label": label % {"count": counts[code]},
            }
    return {"sentence": sentence}
