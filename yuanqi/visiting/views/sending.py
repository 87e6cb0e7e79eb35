"""What forms answer with: the way on by 303, refusals on the form."""

from collections.abc import Callable
from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone

from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.once import once


class SeeOther(HttpResponseRedirect):
    status_code = 303


def carry_out(
    request: HttpRequest, form: forms.Form, act: Callable[[datetime], str]
) -> SeeOther | int:
    """Carry out a valid form once; the way on, or the status to show the form again with."""
    if not form.is_valid():
        return 422
    now = timezone.now()
    try:
        where = once(
            account_id=request.user.pk, key=form.cleaned_data["once"], at=now, act=lambda: act(now)
        )
    except Conflict as refusal:
        form.add_error(None, refusal.message)
        return 409
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return 422
    return SeeOther(where)
