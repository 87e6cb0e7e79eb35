"""A form is carried out once, however often it is sent, and answered by 303."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation.once import once

from ..forms import ActForm


class SeeOther(HttpResponseRedirect):
    """What was sent is done; the result is read over there (RFC 9110, 15.4.4)."""

    status_code = 303


def send_once(request: HttpRequest, form: ActForm, act: Callable[[], tuple[str, str]]) -> SeeOther:
    """Run `act` (address of the result, what to say) unless this form was carried out before.

    Refusals of the act pass through; the form may then be sent again.
    """
    said: list[str] = []

    def run() -> str:
        location, sentence = act()
        said.append(sentence)
        return location

    location = once(account_id=request.user.pk, key=form.key, at=timezone.now(), act=run)
    if said:
        messages.success(request, said[0])
    else:
        messages.info(request, _("刚才已经提交成功，没有重复办理。"))
    return SeeOther(location)
