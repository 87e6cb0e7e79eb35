"""How the pages of the organisation carry a form out: once, and what stands in the way in it."""

from collections.abc import Callable

from django.forms import Form
from django.http import HttpRequest
from django.utils import timezone

from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.once import once


def carry_out(request: HttpRequest, form: Form, act: Callable[[], str]) -> tuple[int, str]:
    """Return the status and, for 303, where to go. A refusal stands in the form, which keeps
    what was typed: 409 for what stands in the way, 422 for what must be mended."""
    if not form.is_valid():
        return 422, ""
    key = str(form.data.get("once", ""))
    try:
        return 303, once(account_id=request.user.pk, key=key, at=timezone.now(), act=act)
    except Conflict as refusal:
        form.add_error(None, refusal.message)
        return 409, ""
    except Invalid as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return 422, ""
