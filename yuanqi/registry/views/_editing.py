"""One way to show a form over a row, carry it out once, and say what stands in the way."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import files
from yuanqi.foundation.errors import Conflict, Invalid, OutOfSpace
from yuanqi.foundation.files import Upload
from yuanqi.foundation.once import once, result_of

from ..forms import KeptForm
from ..seen import ChangedMeanwhile

# what an edit does: the checked form, its file if one came, the time; returns where it is shown
Act = Callable[[Any, Upload | None, datetime], str]
TEMPLATE = "registry/edit.html"


class SeeOther(HttpResponseRedirect):
    status_code = 303


def edit(
    request: HttpRequest,
    *,
    shown: Callable[[], KeptForm],
    bound: Callable[..., KeptForm],
    act: Act,
    title: str,
    back_url: str,
    button: str,
    said: str,
    more: Mapping[str, Any] | None = None,
    template: str = TEMPLATE,
) -> HttpResponse:
    """Show the form (GET), or carry it out (POST) and lead to its result by 303.

    A refusal shows the form again with what was typed: 422 malformed, 409 not now, 507 no room.
    """
    context = {"page_title": title, "back_url": back_url, "button": button, **(more or {})}
    if request.method != "POST":
        return render(request, template, {**context, "form": shown()})
    repeated = result_of(account_id=request.user.pk, key=request.POST.get("once", ""))
    if repeated:
        messages.info(request, _("刚才已经提交成功，没有重复办理。"))
        return SeeOther(repeated)
    form = bound(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        try:
            location = _carried_out(request, form, act)
        except ChangedMeanwhile as refusal:
            form, told = form.merged(refusal.fields)
            context |= {"meanwhile": told, "meanwhile_says": refusal.message}
            status = 409
        except Conflict as refusal:
            form.add_error(None, refusal.message)
            status = 409
        except Invalid as refusal:
            field = "upload" if refusal.field == "files" else refusal.field
            form.add_error(field if field in form.fields else None, refusal.message)
        except OutOfSpace as refusal:
            form.add_error(None, refusal.message)
            status = 507
        else:
            messages.success(request, said)
            return SeeOther(location)
    return render(request, template, {**context, "form": form}, status=status)


def _carried_out(request: HttpRequest, form: KeptForm, act: Act) -> str:
    now = timezone.now()
    upload = form.cleaned_data.get("upload")
    # stored before the transaction: a slow disk holds no lock
    kept = files.check([upload])[0] if upload else None
    return once(
        account_id=request.user.pk, key=form.key, at=now, act=lambda: act(form, kept, now)
    )  # fmt: skip


def press(
    request: HttpRequest, *, act: Callable[[datetime], None], back_url: str, said: str
) -> HttpResponse:
    """Carry out what a single button does, and lead back; a refusal is shown there."""
    try:
        act(timezone.now())
    except (Conflict, Invalid) as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return SeeOther(back_url)
