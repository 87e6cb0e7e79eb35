"""What forms answer with: the way on by 303, refusals as messages."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone

from yuanqi.foundation.errors import Conflict, Invalid


class SeeOther(HttpResponseRedirect):
    status_code = 303


def press(
    request: HttpRequest, *, act: Callable[[datetime], object], back_url: str, said: str
) -> HttpResponse:
    """Carry out what a single button does, and lead back; a refusal is shown there."""
    try:
        act(timezone.now())
    except (Conflict, Invalid) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return SeeOther(back_url)
