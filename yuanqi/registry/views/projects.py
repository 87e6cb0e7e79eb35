"""Projects: the list, one project, and the forms that keep it."""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.files import Upload

from .. import forms, industry, inserts, operations, roadmap
from ..filters import ProjectFilters
from ..forms import KeptForm
from ..models import Area, Project, Stage
from ..page import head_of
from ..queries import enterprise_visible, project_visible
from ..rights import Part, may_waive_gates, moves_stages, parts_of, require
from ._editing import edit


@login_required
@require_GET
def projects(request: HttpRequest) -> HttpResponse:
    """The zone's projects; what narrows them stands in the address."""
    actor: Actor = request.actor
    if actor.side is not Side.PARK or actor.officer_id is None:
        raise NotVisible
    today = timezone.localdate()
    filters = ProjectFilters.read(request.GET)
    listed = filters.applied(actor, today)
    page = pages.keyset_page(
        listed.select_related("enterprise", "area"),
        (pages.Key("id", descending=True),),
        request.GET.get(pages.AFTER, ""),
    )
    foot = pages.foot(request, page)
    context = {
        "page_title": _("项目"),
        "lines": roadmap.lines_of(page.rows, today),
        "page": page,
        "foot": foot,
        "count": pages.count_of(listed),
        "stages": [(str(value), label) for value, label in Stage.choices],
        "stage": filters.stage,
        "areas": list(Area.objects.all()),
        "area": filters.area,
        "is_late": filters.is_late,
        "is_narrowed": filters.is_narrowed,
    }
    return render(request, "registry/projects.html", context)


@login_required
@require_GET
def projects_of(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """One enterprise's projects."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    rows = list(found.projects.select_related("area", "enterprise").order_by("-stage_on", "-id"))
    context = head_of(found, actor, "projects_of") | {
        "lines": roadmap.lines_of(rows, timezone.localdate())
    }
    return render(request, "registry/projects_of.html", context)


@login_required
@require_GET
def project(request: HttpRequest, project_id: int) -> HttpResponse:
    """One project: how far it has come, what was invested, what is to be reached."""
    actor: Actor = request.actor
    found = project_visible(project_id, actor)
    is_own = actor.side is Side.ENTERPRISE
    back = (
        reverse("registry:projects_of", args=[found.enterprise_id])
        if is_own
        else reverse("registry:projects")
    )
    context = {
        "page_title": found.label,
        "back_url": back,
        "is_own": is_own,
        "project": found,
        "industry": industry.path(found.industry_code),
        "may_change": Part.PROJECTS in parts_of(found.enterprise_id, actor),
        "may_waive": may_waive_gates(actor),
        "inserts": inserts.of("project", found, actor, timezone.localdate()),
        **roadmap.told(found, timezone.localdate()),
    }
    return render(request, "registry/project.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def project_new(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    require(Part.PROJECTS, found, actor)

    def act(form: forms.ProjectForm, _upload: Upload | None, at: datetime) -> str:
        values = {**form.values, "stage": Stage.LEAD, "stage_on": timezone.localdate(at)}
        row = operations.project_create(
            enterprise_id=found.pk, values=values, actor=actor, at=at
        )  # fmt: skip
        return reverse("registry:project", args=[row.pk])

    return edit(
        request,
        shown=forms.ProjectForm,
        bound=forms.ProjectForm,
        act=act,
        title=_("登记项目"),
        back_url=reverse("registry:projects_of", args=[found.pk]),
        button=_("保存"),
        said=_("已登记项目。"),
        more={"subject": found},
    )


def _mine(project_id: int, actor: Actor) -> Project:
    found = project_visible(project_id, actor)
    require(Part.PROJECTS, found.enterprise, actor)
    return found


def _kept(
    request: HttpRequest, found: Project, form: Any, shown: Any, act: Any, title: str
) -> HttpResponse:
    back_url = reverse("registry:project", args=[found.pk])

    def carried_out(form: KeptForm, _upload: Upload | None, at: datetime) -> str:
        act(form, at)
        return back_url

    return edit(
        request,
        shown=shown,
        bound=form,
        act=carried_out,
        title=title,
        back_url=back_url,
        button=_("保存"),
        said=_("已保存。"),
        more={"subject": found},
    )


@login_required
@require_http_methods(["GET", "POST"])
def project_edit(request: HttpRequest, project_id: int) -> HttpResponse:
    actor: Actor = request.actor
    found = _mine(project_id, actor)
    return _kept(
        request, found, forms.ProjectForm, lambda: forms.ProjectForm.of(found),
        lambda form, at: operations.project_change(
            project_id=found.pk, values=form.values, seen=form.was_seen, actor=actor, at=at
        ),
        _("修改项目"),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def stage(request: HttpRequest, project_id: int) -> HttpResponse:
    actor: Actor = request.actor
    found = project_visible(project_id, actor)
    moves_stages(found.enterprise, actor)
    form = forms.WaivedStageForm if may_waive_gates(actor) else forms.StageForm
    later = [value for value in Stage.values if found.stage < value < Stage.DROPPED]
    initial = {
        "stage": later[0] if later else found.stage, "on": timezone.localdate(),
        "seen": f'{{"stage": "{found.stage}"}}',
    }  # fmt: skip

    def act(form: forms.StageForm, at: datetime) -> None:
        seen = (form.was_seen or {}).get("stage", "")
        operations.project_stage_reach(
            project_id=found.pk, seen_stage=int(seen) if seen.isdigit() else None,
            actor=actor, at=at, **form.values,
        )  # fmt: skip

    return _kept(
        request, found, form, lambda: form(initial=initial), act,
        _("更新阶段"),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def investment(request: HttpRequest, project_id: int) -> HttpResponse:
    actor: Actor = request.actor
    found = _mine(project_id, actor)
    return _kept(
        request, found, forms.InvestmentForm,
        lambda: forms.InvestmentForm(initial={"month": timezone.localdate().replace(day=1)}),
        lambda form, at: operations.project_investment_state(
            project_id=found.pk, actor=actor, at=at, **form.values
        ),
        _("填报月度投资"),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def milestone_new(request: HttpRequest, project_id: int) -> HttpResponse:
    actor: Actor = request.actor
    found = _mine(project_id, actor)
    return _kept(
        request, found, forms.MilestoneForm, forms.MilestoneForm,
        lambda form, at: operations.milestone_set(
            project_id=found.pk, values=form.values, actor=actor, at=at
        ),
        _("登记节点"),
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def milestone_edit(request: HttpRequest, project_id: int, milestone_id: int) -> HttpResponse:
    actor: Actor = request.actor
    found = _mine(project_id, actor)
    row = found.milestones.filter(pk=milestone_id).first()
    if row is None:
        raise NotVisible(milestone_id)
    return _kept(
        request, found, forms.MilestoneForm, lambda: forms.MilestoneForm.of(row),
        lambda form, at: operations.milestone_change(
            project_id=found.pk, milestone_id=row.pk, values=form.values, seen=form.was_seen,
            actor=actor, at=at,
        ),
        _("更新节点"),
    )  # fmt: skip
