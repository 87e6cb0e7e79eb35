"""How a page does one thing to a request: check the form, call the operation, say what follows."""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from yuanqi.casework.models import Case
from yuanqi.foundation import formats
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible

from .. import forms
from ..queries import request_visible
from .request import render_page
from .sending import send_once

Operation = Callable[[datetime], object]
Saying = Callable[[Case], str]


def carry_out(
    request: HttpRequest, case: Case, form: forms.ActForm, operate: Operation, say: Saying
) -> HttpResponse:
    """Carry out one act; whatever stands in the way, nothing that was written is lost."""
    bound = {form.name: form}
    if not form.is_valid():
        return render_page(request, case.pk, bound=bound, status=form.status)

    def act() -> tuple[str, str]:
        operate(timezone.now())
        try:
            done = request_visible(case.pk, request.actor).case
        except NotVisible:
            # what was done took it out of the actor's sight: back to his list
            return reverse("servicedesk:ledger"), say(case)
        return reverse("servicedesk:request", args=[case.pk]), say(done)

    try:
        return send_once(request, form, act)
    except Conflict as error:
        form.ask_for_files_again()
        return render_page(request, case.pk, conflict=error.message, bound=bound, status=409)
    except Invalid as error:
        form.refuse(error)
        return render_page(request, case.pk, bound=bound, status=422)


def when(at: datetime | None) -> str:
    if at is None:
        return formats.UNKNOWN
    return formats.moment_long(at, now=timezone.now(), tz=timezone.get_default_timezone())
