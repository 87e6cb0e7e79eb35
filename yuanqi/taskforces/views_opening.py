"""The list of task forces, and opening one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.casework.models import Case
from yuanqi.casework.queries import case_visible
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, NotAllowed
from yuanqi.organisation.models import Department
from yuanqi.organisation.queries import departments
from yuanqi.registry.models import Enterprise, Project, Stage
from yuanqi.registry.queries import enterprise_visible, projects_visible_to
from yuanqi.registry.search import enterprises_found

from . import operations, queries
from .forms import OpenForm
from .models import ForceTask, Kind, TaskForce, TaskState
from .pressing import page_of, press, require_staff

_MOVED = (pages.Key("moved_at", descending=True), pages.Key("id", descending=True))
LATE, CLOSED = "late", "closed"
MOST_PROJECTS = 200


@login_required
@require_GET
def forces(request: HttpRequest) -> HttpResponse:
    """The task forces that the actor sees, those in which something happened last first."""
    actor: Actor = request.actor
    require_staff(actor)
    today = timezone.localdate()
    q = request.GET.get("q", "").replace("\x00", "").strip()[:60]
    is_mine = request.GET.get("mine") == "1"
    queue = request.GET.get("queue", "")
    queue = queue if queue in (*Kind.values, LATE, CLOSED) else ""
    listed = queries.forces_visible_to(actor)
    if q:
        listed = listed.filter(Q(name__icontains=q) | Q(enterprise__in=enterprises_found(q, actor)))
    if is_mine:
        listed = listed.filter(
            Q(lead__in=actor.officer_ids)
            | Q(members__officer__in=actor.officer_ids, members__left_on=None)
        ).distinct()
    tabs = _tabs(request, listed, queue, today)
    shown = queries.with_counts(_queued(listed, queue, today), today)
    page = pages.keyset_page(shown, _MOVED, request.GET.get(pages.AFTER, ""))
    foot = pages.foot(request, page)
    foot["text"] = ""
    context = {
        "page_title": _("专班"),
        "tabs": tabs,
        "queue": queue,
        "q": q,
        "is_mine": is_mine,
        "rows": page.rows,
        "page": page,
        "foot": foot,
        "may_open": queries.may_open(actor),
    }
    return render(request, "taskforces/list.html", context)


def _queued(listed: QuerySet[TaskForce], queue: str, today: date) -> QuerySet[TaskForce]:
    if queue == CLOSED:
        return listed.filter(closed_at__isnull=False)
    at_work = listed.filter(closed_at=None)
    if queue == LATE:
        late = ForceTask.objects.filter(state=TaskState.OPEN, due_on__lt=today)
        return at_work.filter(pk__in=late.values("force"))
    return at_work.filter(kind=queue) if queue else at_work


def _tabs(
    request: HttpRequest, listed: QuerySet[TaskForce], queue: str, today: date
) -> list[dict[str, Any]]:
    named = [
        (LATE, _("有任务过期"), "is-red"), (Kind.ENTERPRISE.value, _("企业专班"), ""),
        (Kind.PROJECT.value, _("项目专班"), ""), (Kind.INDUSTRY.value, _("产业专班"), ""),
        ("", _("全部在办"), ""), (CLOSED, _("已办结"), ""),
    ]  # fmt: skip
    found = []
    for name, label, tone in named:
        count = _queued(listed, name, today).order_by().count()
        found.append(
            {
                "label": label, "count": count, "tone": tone if count else "",
                "url": pages.address(request, queue=name or None, **{pages.AFTER: None}),
                "is_current": queue == name, "is_apart": name in (Kind.ENTERPRISE.value, ""),
            }
        )  # fmt: skip
    return found


# opening -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Subject:
    """For what a task force is to be opened, as the address says."""

    enterprise: Enterprise | None
    case: Case | None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def open_(request: HttpRequest) -> HttpResponse:
    """Open a task force: by hand, or for a grave request or an enterprise that is named."""
    actor: Actor = request.actor
    require_staff(actor)
    if not queries.may_open(actor):
        raise NotAllowed(_("专班由服务中心和分管领导成立。"))
    subject = _subject(request, actor)
    firm = subject.enterprise
    projects = [] if subject.case is not None else _projects(firm, actor)
    kinds = _kinds(subject, has_projects=bool(projects))
    units = list(departments().filter(head__isnull=False))
    given: dict[str, Any] = {
        "kinds": kinds, "projects": projects if Kind.PROJECT in kinds else [],
        "people": list(queries.officers()), "units": units,
    }  # fmt: skip
    if request.method != "POST":
        initial = {"ground": request.GET.get("ground", "").replace("\x00", "")[:200]}
        if firm is not None:
            initial["name"] = _("%(firm)s专班") % {"firm": firm.label}
        if subject.case is not None:
            initial["aim"] = subject.case.title
        return _open_page(request, OpenForm(initial=initial, **given), subject)
    form = OpenForm(request.POST, **given)

    def act() -> str:
        sent = form.cleaned_data
        made = operations.force_open(
            kind=sent["kind"],
            name=sent["name"],
            aim=sent["aim"],
            lead_id=sent["lead"],
            member_ids=_heads(units, sent["departments"]),
            enterprise_id=firm.pk if firm is not None else None,
            project_id=sent.get("project"),
            case_id=subject.case.pk if subject.case is not None else None,
            ground=sent["ground"],
            actor=actor,
            at=timezone.now(),
        )
        return page_of(made.pk)

    try:
        answer = press(request, form, act, _("专班成立了，已通知成员。"))
    except Conflict as refusal:
        form.add_error(None, refusal.message)
        return _open_page(request, form, subject, status=409)
    return answer or _open_page(request, form, subject, status=422)


def _kinds(subject: _Subject, *, has_projects: bool) -> list[str]:
    """What may be opened from here: a request's is its enterprise's."""
    if subject.case is not None:
        return [Kind.ENTERPRISE]
    first = Kind.INDUSTRY if subject.enterprise is None else Kind.ENTERPRISE
    return [first, Kind.PROJECT] if has_projects else [first]


def _projects(firm: Enterprise | None, actor: Actor) -> list[Project]:
    """Those that are on their way, the latest first: of the enterprise, or all."""
    listed = projects_visible_to(actor) if firm is None else firm.projects.all()
    found = listed.exclude(stage__in=(Stage.PRODUCTION, Stage.DROPPED))
    return list(found.select_related("enterprise").order_by("-stage_on", "-pk")[:MOST_PROJECTS])


def _heads(units: list[Department], chosen: list[int]) -> list[int]:
    return [unit.head_id for unit in units if unit.pk in chosen and unit.head_id is not None]


def _open_page(
    request: HttpRequest, form: OpenForm, subject: _Subject, status: int = 200
) -> HttpResponse:
    context = {
        "page_title": _("成立专班"),
        "back_url": reverse("taskforces:forces"),
        "form": form,
        "enterprise": subject.enterprise,
        "case": subject.case,
    }
    return render(request, "taskforces/open.html", context, status=status)


def _subject(request: HttpRequest, actor: Actor) -> _Subject:
    """Raises NotVisible for what the actor doesn't see."""
    case_id, firm_id = _id(request, "case"), _id(request, "enterprise")
    if case_id is not None:
        case = case_visible(case_id, actor)
        return _Subject(enterprise_visible(case.enterprise_id, actor), case)
    return _Subject(None if firm_id is None else enterprise_visible(firm_id, actor), None)


def _id(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
