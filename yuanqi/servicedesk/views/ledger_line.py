"""Dispatching from the list: one line below the row, sent, and on to the next."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers

from yuanqi.casework.models import CaseState
from yuanqi.casework.queries import Act
from yuanqi.foundation import pages
from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.once import once

from .. import forms
from .. import operations as desk
from ..ledger import requests_listed
from ..models import ServiceRequest
from ..queries import request_for
from ..rows import rows_of, with_row_parts
from ..sentences import says_all
from .ledger import queue_tabs
from .sending import send_once

_LOCATION = 400  # characters that a form's key remembers of where its result is shown


@login_required
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "HEAD", "POST"])
def line(request: HttpRequest, case_id: int) -> HttpResponse:
    """GET: the line (a fragment for the list, else a page); POST: dispatch to the lead."""
    found = request_for(case_id, request.actor, Act.DISPATCH)
    asked = request.POST if request.method == "POST" else request.GET
    back = pages.own_address(asked.get("back", ""), reverse("servicedesk:ledger"))
    if request.method != "POST":
        form = forms.LineForm(found.case, initial={"back": back})
        return _show(request, found, form, back)
    form = forms.LineForm(found.case, request.POST)
    if not form.is_valid():
        return _show(request, found, form, back, status=422)

    def dispatch() -> tuple[str, str]:
        desk.request_dispatch(
            case_id=case_id,
            lead_id=form.cleaned_data["lead"],
            actor=request.actor,
            at=timezone.now(),
        )
        done = request_for(case_id, request.actor, Act.DISPATCH).case
        said = {"number": done.number, "unit": done.lead.full_label if done.lead else ""}
        location = back if len(back) <= _LOCATION else reverse("servicedesk:ledger")
        return location, _("%(number)s 已派给%(unit)s。") % said

    try:
        if not request.htmx:
            return send_once(request, form, dispatch)
        said: list[str] = []

        def act() -> str:
            location, sentence = dispatch()
            said.append(sentence)
            return location

        once(account_id=request.user.pk, key=form.key, at=timezone.now(), act=act)
    except (Conflict, Invalid) as error:
        form.add_error(None, error.message)
        status = 409 if isinstance(error, Conflict) else 422
        return _show(request, found, form, back, status=status)
    return _sent(request, case_id, back, said[0] if said else _("刚才已经派过，没有重复办理。"))


def _show(
    request: HttpRequest,
    found: ServiceRequest,
    form: forms.LineForm,
    back: str,
    *,
    status: int = 200,
) -> HttpResponse:
    context = {
        "page_title": _("派单"),
        "back_url": back,
        "back": back,
        "case": found.case,
        "form": form,
        "text": "" if says_all(found.case.title, found.text) else found.text,
        "is_open": found.case.state == CaseState.SUBMITTED,
    }
    if not request.htmx:
        return render(request, "servicedesk/ledger_line.html", context, status=status)
    response = render(request, "servicedesk/_ledger_line.html", context, status=status)
    if status != 200:
        # shown in the line itself, whatever the form was to replace
        response["HX-Retarget"] = f"#line-{found.case.pk}"
        response["HX-Reswap"] = "outerHTML"
    return response


def _sent(request: HttpRequest, case_id: int, back: str, sentence: str) -> HttpResponse:
    """The row as it now stands; beside it what else changed: the line goes, the counts follow."""
    now = timezone.now()
    case = with_row_parts(requests_listed(request.actor)).get(pk=case_id)
    context = {
        "rows": rows_of([case], request.actor, now),
        "is_sent": True,
        "said": sentence,
        "tabs": queue_tabs(back, request.actor, now),
    }
    return render(request, "servicedesk/_ledger_sent.html", context)
