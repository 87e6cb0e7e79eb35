"""What the park has come to an enterprise with; recording a call, asking for a fact."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.files import Upload
from yuanqi.organisation.models import Department

from .. import facts as known
from ..contacting import asking, operations, queries
from ..contacting.asking import Held
from ..contacting.budgets import budgets_of
from ..contacting.within import beyond
from ..facts import FactField
from ..forms.contacting import AskForm, ContactedForm
from ..indicators import month_of, month_read, months_before
from ..models import Enterprise
from ..page import head_of
from ..queries import enterprise_visible
from ._editing import edit

NEWEST = (pages.Key("at", descending=True), pages.Key("id", descending=True))
_SHOWN_OPEN = 10


@login_required
@require_GET
def contacted(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """When the park came, by whom and why; for the enterprise also what it is still asked."""
    actor: Actor = request.actor
    firm = enterprise_visible(enterprise_id, actor)
    is_own = actor.side is Side.ENTERPRISE
    listed = queries.contacts_of(actor, firm.pk).filter(merged_into=None)
    page = pages.keyset_page(listed, NEWEST, request.GET.get(pages.AFTER, ""))
    merged: dict[int, list[str]] = {}
    for row in queries.contacts_of(actor, firm.pk).filter(merged_into__in=page.rows):
        merged.setdefault(row.merged_into_id or 0, []).append(
            _("%(who)s：%(what)s") % {"who": asking.who(row), "what": row.subject}
        )
    fields = known.fields()
    context = head_of(firm, actor, "contacted") | {
        "use": queries.use_of(firm.pk, timezone.localdate()),
        "open": [
            (row, fields[row.asks].label if row.asks in fields else row.asks, asking.who(row))
            for row in asking.unanswered(firm.pk)[:_SHOWN_OPEN]
        ],
        "lines": [
            (row, asking.who(row), merged.get(row.pk, []), _asked(row.asks, fields))
            for row in page.rows
        ],
        "page": page,
        "foot": pages.foot(request, page),
        "may_contact": queries.may_contact(actor) and not is_own,
    }
    return render(request, "registry/contacted.html", context)


def _asked(name: str, fields: Mapping[str, FactField]) -> str:
    found = fields.get(name)
    return found.label if found is not None else name


@login_required
@require_GET
def month(request: HttpRequest) -> HttpResponse:
    """A month over all departments, for who watches over it."""
    queries.require_watcher(request.actor)
    today = timezone.localdate()
    first = month_read(request.GET.get("month", "")) or month_of(today)
    found = queries.month_of_all(first)
    ids = [pk for pk, _times in found.often]
    firms = Enterprise.objects.in_bulk(ids)
    budgets = budgets_of(ids, first if first != month_of(today) else today)
    units = Department.objects.in_bulk([pk for pk, _times in found.by_department if pk is not None])
    here = reverse("registry:contacted_month")
    context = {
        "page_title": _("各部门联系企业"),
        "month": first,
        "found": found,
        "lines": [
            (firms[pk], times, budgets[pk], times > budgets[pk]) for pk, times in found.often
        ],
        "departments": [
            (units[pk].label if pk is not None else _("园区"), times)
            for pk, times in found.by_department
        ],
        "before_url": f"{here}?month={months_before(first, 1):%Y-%m}",
        "after_url": f"{here}?month={months_before(first, -1):%Y-%m}"
        if first < month_of(today)
        else "",
    }
    return render(request, "registry/contacted_month.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def contact_make(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Record a call, or that a form or data were asked for."""
    actor: Actor = request.actor
    firm = enterprise_visible(enterprise_id, actor)
    queries.require_officer(actor)
    use = queries.use_of(firm.pk, timezone.localdate())

    def act(form: ContactedForm, _upload: Upload | None, at: datetime) -> str:
        operations.contact_make(enterprise_id=firm.pk, actor=actor, at=at, **form.values)
        return reverse("registry:contacted", args=[firm.pk])

    return edit(
        request,
        shown=lambda: ContactedForm(is_beyond=use.is_used_up, initial={"kind": "call"}),
        bound=lambda *given: ContactedForm(*given, is_beyond=use.is_used_up),
        act=act,
        title=_("记一次联系"),
        back_url=reverse("registry:contacted", args=[firm.pk]),
        button=_("记下"),
        said=_("已记下。"),
        more={"enterprise": firm, "use": use, "beyond": beyond(use) if use.is_used_up else ""},
        template="registry/contact_make.html",
    )


@login_required
@require_http_methods(["GET", "POST"])
def fact_ask(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    """Ask an enterprise for a fact; what the park holds is shown instead."""
    actor: Actor = request.actor
    firm = enterprise_visible(enterprise_id, actor)
    queries.require_officer(actor)
    today = timezone.localdate()
    use = queries.use_of(firm.pk, today)
    told: dict[str, Held | None] = {"held": None}
    chosen = (request.POST if request.method == "POST" else request.GET).get("field", "")
    if chosen in {one.name for one in asking.askable()}:
        told["held"] = asking.held(firm.pk, asking.field_asked(chosen), today)
    here = reverse("registry:fact_ask", args=[firm.pk])
    if told["held"] is not None and request.method == "POST":
        # nothing is asked of anybody: the answer stands on the page
        form = AskForm(request.POST, is_beyond=use.is_used_up)
        context = {**told, **_ask_context(firm, use, form)}
        return render(request, "registry/fact_ask.html", context)

    def act(form: AskForm, _upload: Upload | None, at: datetime) -> str:
        answer = operations.fact_ask(enterprise_id=firm.pk, actor=actor, at=at, **form.values)
        if isinstance(answer, Held):
            messages.info(request, _("园区刚有了这一项，没有去问企业。"))
            return f"{here}?field={form.values['field']}"
        return reverse("registry:contacted", args=[firm.pk])

    return edit(
        request,
        shown=lambda: AskForm(is_beyond=use.is_used_up, initial={"field": chosen}),
        bound=lambda *given: AskForm(*given, is_beyond=use.is_used_up),
        act=act,
        title=_("向企业要一项数据"),
        back_url=reverse("registry:contacted", args=[firm.pk]),
        button=_("去问企业"),
        said=_("已转给企业，它填好以后您会在事实页看到。"),
        more={**told, **_ask_context(firm, use, None)},
        template="registry/fact_ask.html",
    )


def _ask_context(firm: Enterprise, use: queries.Use, form: AskForm | None) -> dict[str, object]:
    made: dict[str, object] = {
        "enterprise": firm,
        "use": use,
        "beyond": beyond(use) if use.is_used_up else "",
        "page_title": _("向企业要一项数据"),
        "button": _("去问企业"),
    }
    if form is not None:
        made |= {"form": form}
    return made
