"""A form is carried out once, however often it is sent, and answered by 303."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yuanqi.foundation.once import once, result_of

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
    if not said:
        return _repeated(request, location)
    messages.success(request, said[0])
    return SeeOther(location)


def _repeated(request: HttpRequest, location: str) -> SeeOther:
    messages.info(request, _("刚才已经提交成功，没有重复办理。"))
    return SeeOther(location)


def an_act(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that does something: for whoever has signed in, by POST, once.

    A form that was carried out leads to its result again, though the act itself may be out of
    season meanwhile, or no longer the actor's.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **named: object) -> HttpResponse:
        location = result_of(account_id=request.user.pk, key=request.POST.get("once", ""))
        if location:
            return _repeated(request, location)
        return view(request, *args, **named)

    return login_required(require_POST(answer))
