"""What the pages of meetings share: who may look, and how a form is carried out."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.once import once

from . import queries

SHOW_AGAIN, TOO_LATE = 422, 409


def page_of(meeting_id: int) -> str:
    return reverse("meetings:meeting", args=[meeting_id])


def require_staff(actor: Actor) -> None:
    if not queries.is_staff(actor):
        raise NotVisible


def press(
    request: HttpRequest, form: forms.Form, act: Callable[[], str], said: str
) -> HttpResponse | int:
    """Carry out what the form asks, once; or the status with which the form comes back."""
    if not form.is_valid():
        return SHOW_AGAIN
    key = form.cleaned_data["once"]
    try:
        location = once(account_id=request.user.pk, key=key, at=timezone.now(), act=act)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return SHOW_AGAIN
    except Conflict as refusal:
        form.add_error(None, refusal.message)
        return TOO_LATE
    messages.success(request, said)
    return HttpResponseRedirect(location, status=303)
