"""What the pages of task forces share: who may look, and how a form is carried out."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Invalid, NotVisible
from yuanqi.foundation.once import once

from . import queries


def page_of(force_id: int) -> str:
    return reverse("taskforces:force", args=[force_id])


def require_staff(actor: Actor) -> None:
    if not queries.is_staff(actor):
        raise NotVisible


def press(
    request: HttpRequest, form: forms.Form, act: Callable[[], str], said: str
) -> HttpResponse | None:
    """Carry out what the form asks, once; None if the form comes back. Raises Conflict."""
    if not form.is_valid():
        return None
    key = form.cleaned_data["once"]
    try:
        location = once(account_id=request.user.pk, key=key, at=timezone.now(), act=act)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return None
    messages.success(request, said)
    return HttpResponseRedirect(location, status=303)
