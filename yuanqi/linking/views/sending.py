"""What forms answer with: the way on by 303, refusals on the form or as messages."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone

from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.once import once


class SeeOther(HttpResponseRedirect):
    status_code = 303


def renew(form: forms.Form, **values: Any) -> None:
    """Let a refused form carry what holds now, so that whoever was told may send it again."""
    data = form.data.copy()  # type: ignore[union-attr]
    for name, value in values.items():
        data[name] = "" if value is None else str(value)
    form.data = data


def press(
    request: HttpRequest, *, act: Callable[[datetime], object], back_url: str, said: str
) -> SeeOther:
    """Carry out what a single button does, and lead back; a refusal is shown there."""
    try:
        act(timezone.now())
    except (Conflict, Invalid) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return SeeOther(back_url)


def carry_out(
    request: HttpRequest, form: forms.Form, act: Callable[[datetime], object], back_url: str
) -> int:
    """Carry out a valid form once; 303 when done, else the status to show the form again with."""
    if not form.is_valid():
        return 422
    now = timezone.now()

    def run() -> str:
        act(now)
        return back_url

    try:
        once(account_id=request.user.pk, key=form.cleaned_data["once"], at=now, act=run)
    except Conflict as refusal:
        form.add_error(None, refusal.message)
        return 409
    except Invalid as refusal:
        field = refusal.field if refusal.field in form.fields else None
        form.add_error(field, refusal.message)
        return 422
    return 303
