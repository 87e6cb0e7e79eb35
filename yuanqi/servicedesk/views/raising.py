"""提诉求: by the enterprise itself, or for it by its linked officer or the service centre."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from yuanqi.casework.models import Case
from yuanqi.casework.rulebook import Limits, current_mechanism
from yuanqi.foundation import formats
from yuanqi.foundation.actors import Role, Side
from yuanqi.foundation.errors import Invalid, NotAllowed
from yuanqi.foundation.once import result_of
from yuanqi.registry.models import Enterprise
from yuanqi.registry.queries import enterprise_visible, people_of
from yuanqi.registry.search import first_found

from .. import operations as desk
from ..forms import RaiseForm
from ..forms.parts import BODY_LENGTH
from ..models import MECHANISM
from ..queries import categories_offered, enterprises_served, request_visible
from ..similar import Answer, Similar, answers_like, open_ones_like
from .sending import send_once

MOST_MATCHES = 20


@dataclass(frozen=True, slots=True)
class Alike:
    """What may make the request unnecessary; `once` keeps a help from being counted twice."""

    requests: Sequence[Similar] = ()
    answers: Sequence[Answer] = ()
    once: str = ""

    def __bool__(self) -> bool:
        return bool(self.requests or self.answers)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def raise_request(request: HttpRequest) -> HttpResponse:
    """The page of a request to be raised; the park's side first says for whom (`enterprise`)."""
    enterprise = _enterprise(request)
    if enterprise is None:
        return _choose(request)
    form = _form(request, enterprise)
    if request.method != "POST":
        return _page(request, enterprise, form)
    if not form.is_valid():
        return _page(request, enterprise, form, status=form.status)
    is_new = result_of(account_id=request.user.pk, key=form.key) is None
    if is_new and not form.cleaned_data["seen"] and not form.uploads:
        # without a script nothing was shown while writing: it is shown once, before it is raised
        found = _alike(request, enterprise, form)
        if found:
            return _page(request, enterprise, form, found, is_asked=True)

    def act() -> tuple[str, str]:
        case_id = desk.request_raise(
            contact_id=form.cleaned_data["contact"],
            category=form.cleaned_data["category"],
            level=form.cleaned_data["level"],
            text=form.cleaned_data["text"],
            uploads=form.uploads,
            accused_department_id=form.cleaned_data["accused_unit"],
            accused_officer_id=form.cleaned_data["accused_officer"],
            actor=request.actor,
            at=timezone.now(),
        )
        case = request_visible(case_id, request.actor).case
        return reverse("servicedesk:request", args=[case_id]), _received(case)

    try:
        return send_once(request, form, act)
    except Invalid as error:
        form.refuse(error)
        return _page(request, enterprise, form, status=422)
    except NotAllowed as error:
        # a complaint about one's own unit: what was written down isn't lost
        form.refuse(Invalid(error.message, "accused_unit"))
        return _page(request, enterprise, form, status=403)


@login_required
@require_POST
def suggestions(request: HttpRequest) -> HttpResponse:
    """The categories that the words so far point to: a part of the page, nothing is kept.

    By POST, so that what somebody writes stands in no log of addresses.
    """
    enterprise = _enterprise(request)
    if enterprise is None:
        raise NotAllowed(_("请先选是哪家企业的诉求。"))
    form = _form(request, enterprise)
    return render(request, "servicedesk/_form_raise_category.html", {"form": form})


@login_required
@require_POST
def alike(request: HttpRequest) -> HttpResponse:
    """The enterprise's own open requests like the words so far, and answers ready: a part."""
    enterprise = _enterprise(request)
    if enterprise is None:
        raise NotAllowed(_("请先选是哪家企业的诉求。"))
    form = _form(request, enterprise)
    found = _alike(request, enterprise, form)
    context = {"alike": found, "by_staff": request.actor.side is Side.PARK}
    return render(request, "servicedesk/_raise_alike.html", context)


def _enterprise(request: HttpRequest) -> Enterprise | None:
    """Return for whom it is raised; None while the park's side has not said.

    Raises NotVisible for an enterprise the actor doesn't see, NotAllowed where it is not his.
    """
    actor = request.actor
    if actor.side is Side.PARK and not (actor.has(Role.CENTRE) or actor.linked_enterprise_ids):
        raise NotAllowed(_("诉求由企业自己、它的挂钩干部或服务中心提出。"))
    wanted = request.GET.get("enterprise", "")
    if not wanted.isdecimal():
        if actor.side is Side.PARK:
            return None
        return enterprise_visible(actor.enterprise_id or 0, actor)
    found = enterprise_visible(int(wanted[:18]), actor)
    if not enterprises_served(actor).filter(pk=found.pk).exists():
        raise NotAllowed(_("您不是这家企业的挂钩干部，请它的挂钩干部或服务中心提出。"))
    return found


def _choose(request: HttpRequest) -> HttpResponse:
    """Find the enterprise by a part of its name or code, or take one's own from the list."""
    query = request.GET.get("q", "").strip()[:60]
    actor = request.actor
    served = enterprises_served(actor)
    may_search = actor.has(Role.CENTRE)
    matches = []
    if query and may_search:
        matches = first_found(query, actor, MOST_MATCHES + 1)
    context = {
        "page_title": _("登记诉求"),
        "back_url": reverse("servicedesk:ledger"),
        "may_search": may_search,
        "query": query,
        "matches": matches[:MOST_MATCHES],
        "has_more": len(matches) > MOST_MATCHES,
        "linked": list(served.filter(pk__in=actor.linked_enterprise_ids).order_by("short_name")),
    }
    return render(request, "servicedesk/raise_choose.html", context)


def _form(request: HttpRequest, enterprise: Enterprise) -> RaiseForm:
    mechanism = current_mechanism(MECHANISM).mechanism
    is_post = request.method == "POST"
    return RaiseForm(
        people=list(people_of(enterprise, request.actor)),
        categories=categories_offered(timezone.localdate()),
        limits=Limits.on(mechanism, timezone.localdate()),
        contact_id=request.actor.contact_id,
        by_staff=request.actor.side is Side.PARK,
        data=request.POST if is_post else None,
        files=request.FILES if is_post else None,
    )


def _page(
    request: HttpRequest,
    enterprise: Enterprise,
    form: RaiseForm,
    alike: Alike | None = None,
    *,
    is_asked: bool = False,
    status: int = 200,
) -> HttpResponse:
    by_staff = request.actor.side is Side.PARK
    suffix = f"?enterprise={enterprise.pk}" if by_staff else ""
    if alike is None and form.is_bound:
        alike = _alike(request, enterprise, form)
    context = {
        "form": form,
        "enterprise": enterprise,
        "by_staff": by_staff,
        "page_title": _("登记诉求") if by_staff else _("提诉求"),
        "back_url": reverse("servicedesk:raise") if by_staff else reverse("web:portal"),
        "url": reverse("servicedesk:raise") + suffix,
        "suggestions_url": reverse("servicedesk:suggestions") + suffix,
        "alike_url": reverse("servicedesk:alike") + suffix,
        "draft": f"raise-{request.user.pk}-{enterprise.pk}",
        "alike": alike,
        "is_asked": is_asked,
    }
    return render(request, "servicedesk/raise.html", context, status=status)


def _alike(request: HttpRequest, enterprise: Enterprise, form: RaiseForm) -> Alike:
    """What the words so far are like."""
    text, kind = form.data.get("text", "")[:BODY_LENGTH], form.chosen
    return Alike(
        open_ones_like(text, enterprise, request.actor, category=kind),
        answers_like(text, request.actor, timezone.localdate(), category=kind),
        str(uuid4()),
    )


def _received(case: Case) -> str:
    """Say the number, who has it now and by when it goes on."""
    holder = case.responsible
    return _("已提交，编号 %(number)s。现在由%(unit)s%(name)s派单，%(due)s 前派到部门。") % {
        "number": case.number,
        "unit": holder.department.full_label if holder else "",
        "name": holder or "",
        "due": formats.moment_long(
            case.due_at, now=timezone.now(), tz=timezone.get_default_timezone()
        )
        if case.due_at
        else formats.UNKNOWN,
    }
