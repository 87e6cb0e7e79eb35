"""Beside a request: what is like it, which answers are ready, and keeping its answer for others."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yuanqi.casework.models import Message
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import Conflict, NotAllowed, NotVisible
from yuanqi.knowledge.forms import YEAR, EntryForm
from yuanqi.knowledge.queries import may_be_source, units_kept
from yuanqi.knowledge.views import form_page
from yuanqi.organisation.models import Department

from ..models import ServiceRequest
from ..queries import request_visible
from ..sentences import question_in, without_greeting
from ..similar import answers_like, similar_to


@login_required
@require_GET
def related(request: HttpRequest, case_id: int) -> HttpResponse:
    """Similar requests and ready answers, for the park; a part of the request's page, or a page."""
    actor: Actor = request.actor
    found = _request(case_id, actor)
    context = {
        "case": found.case,
        "similar": similar_to(found.case, actor),
        "answers": answers_like(
            f"{found.case.title}\n{found.text}",
            actor,
            timezone.localdate(),
            category=found.case.category,
        ),
        "may_keep": may_be_source(found.case) and bool(_answer(found)) and bool(units_kept(actor)),
        "entries": list(found.case.entries.all()),
        "page_title": _("相似的诉求和现成的答复"),
        "phone_title": found.case.number,
        "back_url": reverse("servicedesk:request", args=[case_id]),
    }
    is_part = bool(request.htmx) and not request.htmx.boosted
    name = "_request_similar.html" if is_part else "request_related.html"
    response = render(request, f"servicedesk/{name}", context)
    response["Vary"] = "HX-Request"
    return response


@login_required
@require_GET
def keep(request: HttpRequest, case_id: int) -> HttpResponse:
    """The form of a knowledge entry, filled in from the request's answer. Staff who keep entries.

    Raises Conflict while there is no answer, and for a complaint.
    """
    actor: Actor = request.actor
    found = _request(case_id, actor)
    units = units_kept(actor)
    if not units:
        raise NotAllowed(_("知识条目由部门经办和服务中心维护。"))
    if not may_be_source(found.case):
        raise Conflict(_("投诉件的答复要保密，不能存成知识条目。"))
    answer = _answer(found)
    if not answer:
        raise Conflict(_("这件还没有正式答复，答复以后才能存成知识条目。"))
    form = EntryForm(
        units=units,
        initial={
            "question": _general(question_in(found.text) or found.case.title, found)[:200],
            "answer": _general(without_greeting(answer), found),
            "category": found.case.category,
            "department": _unit(found, units),
            "expires_on": timezone.localdate() + YEAR,
            "source_case": case_id,
        },
    )
    return form_page(
        request,
        form,
        back_url=reverse("servicedesk:request", args=[case_id]),
        source=found.case,
        asked=found.text,
    )


def _request(case_id: int, actor: Actor) -> ServiceRequest:
    if actor.side is not Side.PARK:
        raise NotVisible(case_id)
    return request_visible(case_id, actor)


def _answer(found: ServiceRequest) -> str:
    last = (
        Message.objects.filter(case=found.case_id, kind=Message.Kind.ANSWER)
        .order_by("-at", "-id")
        .values_list("body", flat=True)
        .first()
    )
    return last or ""


def _unit(found: ServiceRequest, units: list[Department]) -> int:
    ids = [unit.pk for unit in units]
    return found.case.lead_id if found.case.lead_id in ids else ids[0]


def _general(text: str, found: ServiceRequest) -> str:
    """Take out what names the enterprise and its people; the officer reads over the rest."""
    firm = found.case.enterprise
    people = list(firm.people.all())
    plain = text
    for name in (firm.name, firm.short_name, firm.name_en):
        if name:
            plain = plain.replace(name, _("企业"))
    for person in people:
        plain = plain.replace(person.name, _("联系人"))
        plain = plain.replace(person.phone, "")
    return plain.strip()
