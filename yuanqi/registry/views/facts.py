"""Facts: an enterprise's page of them, one with its history; stating, confirming, returning."""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation import files, pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.files import Upload

from .. import facts as known
from .. import forms, operations
from ..facts.details import Detail
from ..facts.listing import Filters, groups_of, lines_of
from ..facts.listing import waiting as facts_waiting
from ..facts.values import shown, unit_label
from ..models import Enterprise, FactSource
from ..page import head_of
from ..queries import enterprise_visible
from ..rights import fact_source_of, may_confirm, stateable, states_facts
from ._editing import edit, press

_MOST_MONTHS = 24


@login_required
@require_GET
def facts(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """What is known of the enterprise today, group by group."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    source = fact_source_of(actor) if states_facts(found.pk, actor) else None
    groups = groups_of(found.pk, timezone.localdate(), source)
    chosen = request.GET.get("group", "")
    rows = [row for group in groups for row in group.rows]
    context = head_of(found, actor, "facts") | {
        "groups": groups,
        "shown": next((one for one in groups if one.code == chosen), groups[0]),
        "waiting": [row for row in rows if row.detail.state is known.State.WAITING],
        "conflicts": [row for row in rows if row.detail.state is known.State.CONFLICT],
        "may_state": source is not None,
    }
    return render(request, "registry/facts.html", context)


def _detail(enterprise: Enterprise, name: str, on: date) -> Detail:
    found = next(
        (one for one in known.details_of(enterprise.pk, on) if one.field.name == name), None
    )
    if found is None:
        raise NotVisible(name)
    return found


@login_required
@require_http_methods(["GET", "POST"])
def fact(request: HttpRequest, enterprise_id: int, name: str) -> HttpResponse:
    """One fact: what the park holds, every saying of it, its months; and the form to state it."""
    actor: Actor = request.actor
    found = enterprise_visible(enterprise_id, actor)
    today = timezone.localdate()
    detail = _detail(found, name, today)
    field = detail.field
    source = fact_source_of(actor)
    may_state = states_facts(found.pk, actor) and source in field.stated_by
    if request.method == "POST":
        stateable(name, actor)
    rows = list(
        found.facts.filter(project=None, field=name)
        .select_related("file", "stated_by", "confirmed_by", "returned_by")
        .order_by("-as_of", "-stated_at")
    )
    mine = next((row for row in rows if row.source == source), None)
    needs_evidence = source == FactSource.ENTERPRISE
    options: dict[str, Any] = {"field": field, "needs_evidence": needs_evidence, "on": today}

    def act(form: forms.FactForm, upload: Upload | None, at: datetime) -> str:
        operations.fact_state(
            enterprise_id=found.pk, field=name, value=form.value, upload=upload,
            as_of=form.cleaned_data["as_of"], note=form.cleaned_data["note"], actor=actor, at=at,
        )  # fmt: skip
        return reverse("registry:fact", args=[found.pk, name])

    months = [one for one in known.history_of(found.pk, name) if one.value is not None]
    names = known.fields()
    return edit(
        request,
        shown=lambda: forms.FactForm(row=mine, **options),
        bound=lambda *given: forms.FactForm(*given, **options),
        act=act,
        title=field.label,
        back_url=reverse("registry:facts", args=[found.pk]),
        button=_("提交"),
        said=_("已提交，等部门确认。") if needs_evidence else _("已登记，等另一位同事确认。"),
        template="registry/fact.html",
        more={
            "enterprise": found,
            "detail": detail,
            "text": shown(field, detail.shown),
            "unit": unit_label(field.unit) if field.type == "number" else "",
            "sayings": [(row, shown(field, row.value), row in detail.against) for row in rows],
            "months": [(one, shown(field, one.value)) for one in reversed(months[-_MOST_MONTHS:])],
            "parts": [names[one] for one in detail.parts if one in names],
            "may_state": may_state,
            "may_confirm": may_confirm(actor),
            "account_id": actor.account_id,
            "is_own": actor.side is Side.ENTERPRISE,
            "return_form": forms.FactReturnForm(auto_id="return_%s"),
        },
    )


@login_required
@require_POST
def confirm(request: HttpRequest, enterprise_id: int, name: str, fact_id: int) -> HttpResponse:
    actor: Actor = request.actor
    return press(
        request,
        act=lambda at: operations.fact_confirm(
            enterprise_id=enterprise_id, fact_id=fact_id, actor=actor, at=at,
            seen=request.POST.get("seen", ""),
        ),
        back_url=_back(request, enterprise_id, name),
        said=_("已确认，从现在起按它计算。"),
    )  # fmt: skip


@login_required
@require_POST
def send_back(request: HttpRequest, enterprise_id: int, name: str, fact_id: int) -> HttpResponse:
    actor: Actor = request.actor
    return press(
        request,
        act=lambda at: operations.fact_return(
            enterprise_id=enterprise_id, fact_id=fact_id, actor=actor, at=at,
            reason=request.POST.get("reason", "")[:200],
        ),
        back_url=_back(request, enterprise_id, name),
        said=_("已退回，填报的一方会看到原因。"),
    )  # fmt: skip


def _back(request: HttpRequest, enterprise_id: int, name: str) -> str:
    """Back to the list of what waits if it came from there, else to the fact."""
    if request.POST.get("from") == "waiting":
        return reverse("registry:facts_waiting")
    return reverse("registry:fact", args=[enterprise_id, name])


@login_required
@require_GET
def file(request: HttpRequest, enterprise_id: int, name: str, fact_id: int) -> FileResponse:
    """The evidence of a fact, as an attachment."""
    found = enterprise_visible(enterprise_id, request.actor)
    rows = found.facts.select_related("file").filter(pk=fact_id, field=name, file__isnull=False)
    row = rows.first()
    if row is None:
        raise NotVisible(fact_id)
    try:
        return files.serve(row.file, row.file_name)
    except FileNotFoundError as error:
        raise NotVisible(fact_id) from error


@login_required
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Facts that wait for a department's word, the longest waiting first."""
    if not may_confirm(request.actor):
        raise NotVisible
    fields = known.fields()
    filters = Filters.read(request.GET, fields)
    listed = facts_waiting(filters)
    page = pages.keyset_page(
        listed.select_related("enterprise", "stated_by"),
        (pages.Key("stated_at"), pages.Key("id")),
        request.GET.get(pages.AFTER, ""),
    )
    context = {
        "page_title": _("等确认的事实"),
        "back_url": reverse("registry:enterprises"),
        "lines": lines_of(page.rows, fields),
        "page": page,
        "foot": pages.foot(request, page),
        "count": pages.count_of(listed),
        "filters": filters,
        "choices": [one for one in fields.values() if one.stated_by],
        "sources": FactSource.choices,
        "account_id": request.actor.account_id,
    }
    return render(request, "registry/facts_waiting.html", context)
