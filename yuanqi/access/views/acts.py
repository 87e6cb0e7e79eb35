"""What is done to one account: each press of a button is one operation."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yuanqi.foundation.actors import Role
from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.models import Account
from yuanqi.foundation.once import once

from .. import operations
from ..forms import GrantForm, HolderForm, OnceForm, ReasonForm, RevokeForm
from .accounts import account_page, password_shown


def _does(
    request: HttpRequest,
    account_id: int,
    name: str,
    form: OnceForm,
    act: Callable[..., object],
    *,
    said: str = "",
    shows_password: bool = False,
    opens: str = "",
) -> HttpResponse:
    """Carry an act out once; what stands in the way is said in its form, which keeps its words."""
    opened = opens or name.removesuffix("_form")
    if not form.is_valid():
        return account_page(request, account_id, status=422, open=opened, **{name: form})
    values: dict[str, Any] = dict(form.cleaned_data)
    values.pop("once", None)
    done: list[object] = []

    def run() -> str:
        now = timezone.now()
        done.append(act(account_id=account_id, actor=request.actor, at=now, **values))
        return reverse("access:account", args=[account_id])

    try:
        location = once(account_id=request.user.pk, key=form.key, at=timezone.now(), act=run)
    except Conflict as refusal:
        form.add_error(None, refusal.message)
        return account_page(request, account_id, status=409, open=opened, **{name: form})
    except Invalid as refusal:
        form.add_error(refusal.field, refusal.message)
        return account_page(request, account_id, status=422, open=opened, **{name: form})
    if shows_password and done:
        account = Account.objects.select_related("holder").get(pk=account_id)
        return password_shown(request, account, str(done[0]), location)
    if done and said:
        messages.success(request, said)
    return HttpResponseRedirect(location, status=303)


@login_required
@require_POST
def close(request: HttpRequest, account_id: int) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id="close_%s")
    act = operations.account_close
    return _does(request, account_id, "close_form", form, act, said=_("账号已停用，登录都已退出。"))


@login_required
@require_POST
def reopen(request: HttpRequest, account_id: int) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id="reopen_%s")
    act = operations.account_reopen
    return _does(request, account_id, "reopen_form", form, act, shows_password=True)


@login_required
@require_POST
def reset(request: HttpRequest, account_id: int) -> HttpResponse:
    """A one-time password for anybody but an administrator."""
    form = OnceForm(request.POST)
    return _does(
        request,
        account_id,
        "password_form",
        form,
        operations.password_reset,
        shows_password=True,
    )


@login_required
@require_POST
def reset_propose(request: HttpRequest, account_id: int) -> HttpResponse:
    form = ReasonForm(request.POST, auto_id="reset_%s")
    said = _("已提出，等另一位管理员确认；密码由他看到并转交。")
    return _does(request, account_id, "reset_form", form, operations.reset_propose, said=said)


@login_required
@require_POST
def name_holder(request: HttpRequest, account_id: int) -> HttpResponse:
    form = HolderForm(request.POST)
    act = operations.holder_name
    return _does(request, account_id, "holder_form", form, act, said=_("已登记持有人。"))


@login_required
@require_POST
def bind(request: HttpRequest, account_id: int) -> HttpResponse:
    form = OnceForm(request.POST)
    kind, _sign, number = request.POST.get("bearer", "").partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 18):
        form.add_error(None, _("请选一位人员。")) if form.is_valid() else None
        return account_page(request, account_id, status=422, open="bind", bind_form=form)

    def act(**values: Any) -> None:
        operations.account_bind(kind=kind, bearer_id=int(number), **values)

    return _does(request, account_id, "bind_form", form, act, said=_("已绑定。"))


@login_required
@require_POST
def unbind(request: HttpRequest, account_id: int) -> HttpResponse:
    form = OnceForm(request.POST)
    act = operations.account_unbind
    return _does(request, account_id, "unbind_form", form, act, said=_("已解除绑定。"))


@login_required
@require_POST
def propose(request: HttpRequest, account_id: int) -> HttpResponse:
    form = GrantForm(request.POST, roles=tuple(Role))
    act = operations.role_propose
    said = _("已提出，等第二人确认后生效。")
    return _does(request, account_id, "grant_form", form, act, said=said, opens="grant")


@login_required
@require_POST
def revoke(request: HttpRequest, account_id: int) -> HttpResponse:
    form = RevokeForm(request.POST)
    waits: list[bool] = []

    def act(**values: Any) -> None:
        waits.append(operations.role_revoke(**values) is not None)

    answer = _does(request, account_id, "revoke_form", form, act)
    if waits and answer.status_code == 303:
        said = _("已提出撤销，等第二人确认后生效。") if waits[0] else _("角色已撤销，即刻生效。")
        messages.success(request, said)
    return answer
