"""The pages of tokens and webhooks: each shows and changes one's own."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.api import SCOPE_LABELS
from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.once import once

from . import deliveries, operations
from .forms import OnceForm, TokenForm, WebhookForm
from .kinds import LABELS, groups_said
from .models import DeliveryState, Token, Webhook, WebhookDelivery
from .operations import Shown
from .queries import deliveries_of, tokens_of, webhook_of, webhooks_of


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """One's tokens and webhooks, and the forms that make another."""
    return _home(request)


def _home(request: HttpRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    actor: Actor = request.actor
    now = timezone.now()
    context = {
        **_shell(actor, _("接口与推送"), reverse("web:home")),
        "tokens": [_token(token, now) for token in tokens_of(actor)[:50]],
        "webhooks": list(webhooks_of(actor)),
        "token_form": TokenForm(),
        "webhook_form": WebhookForm(by_enterprise=actor.side is Side.ENTERPRISE),
        **more,
    }
    return render(request, "integration/home.html", context, status=status)


def _shell(actor: Actor, title: str, back_url: str) -> dict[str, Any]:
    is_outside = actor.side is Side.ENTERPRISE
    return {
        "base": "web/portal.html" if is_outside else "web/desk.html",
        "main_class": "yq-phone-main" if is_outside else "",
        "page_title": title,
        "back_url": back_url,
    }


def _token(token: Token, now) -> dict[str, Any]:
    return {
        "token": token,
        "scopes": [str(SCOPE_LABELS[scope]) for scope in SCOPE_LABELS if scope in token.scopes],
        "is_expired": token.expires_at <= now,
        "is_live": token.revoked_at is None and token.expires_at > now,
    }


@login_required
@require_POST
def token_make(request: HttpRequest) -> HttpResponse:
    """Make a token, and show it this once."""
    form = TokenForm(request.POST)

    def make() -> Shown:
        now = timezone.now()
        return operations.token_make(
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=now + form.life,
            actor=request.actor,
            at=now,
        )

    return _made(request, form, make, "token_form", _("令牌"))


@login_required
@require_POST
def webhook_make(request: HttpRequest) -> HttpResponse:
    """Make a webhook, and show its secret this once."""
    form = WebhookForm(request.POST, by_enterprise=request.actor.side is Side.ENTERPRISE)

    def make() -> Shown:
        return operations.webhook_make(
            url=form.cleaned_data["url"],
            kinds=form.kinds,
            actor=request.actor,
            at=timezone.now(),
        )

    return _made(request, form, make, "webhook_form", _("签名密钥"))


def _made(
    request: HttpRequest, form: OnceForm, make: Callable[[], Shown], name: str, what: str
) -> HttpResponse:
    if not form.is_valid():
        return _home(request, status=422, **{name: form})
    shown: list[Shown] = []

    def act() -> str:
        shown.append(make())
        return reverse("integration:home")

    try:
        location = once(account_id=request.user.pk, key=form.key, at=timezone.now(), act=act)
    except Invalid as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return _home(request, status=422, **{name: form})
    except Conflict as error:
        return _home(request, status=409, conflict=error.message)
    if not shown:
        # sent again: what was shown once isn't shown twice
        return HttpResponseRedirect(location, status=303)
    return _show_secret(request, shown[0].secret, what)


def _show_secret(request: HttpRequest, secret: str, what: str) -> HttpResponse:
    context = {
        **_shell(request.actor, _("请现在抄下%(what)s") % {"what": what}, ""),
        "secret": secret,
        "what": what,
        "next_url": reverse("integration:home"),
    }
    return render(request, "integration/secret.html", context, status=201)


@login_required
@require_POST
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    try:
        operations.token_revoke(token_id=token_id, actor=request.actor, at=timezone.now())
    except Conflict as error:
        return _home(request, status=409, conflict=error.message)
    messages.success(request, _("令牌已撤销，从现在起不能再用。"))
    return HttpResponseRedirect(reverse("integration:home"), status=303)


@login_required
@require_GET
def webhook(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """One webhook with what was sent to it and how it was answered."""
    return _webhook(request, webhook_of(webhook_id, request.actor))


def _webhook(
    request: HttpRequest, row: Webhook, *, status: int = 200, conflict: str = ""
) -> HttpResponse:
    listed = deliveries_of(row)
    page = pages.keyset_page(
        listed, (pages.Key("id", descending=True),), request.GET.get(pages.AFTER, "")
    )
    foot = pages.foot(request, page)
    if foot["text"]:
        foot["text"] = _("最近 %(count)s 条") % {"count": len(page.rows)}
    context = {
        **_shell(request.actor, _("推送"), reverse("integration:home")),
        "webhook": row,
        "kinds": groups_said(row.kinds),
        "lines": _lines(page.rows, request.actor),
        "foot": foot,
        "conflict": conflict,
    }
    return render(request, "integration/webhook.html", context, status=status)


def _lines(rows: Sequence[WebhookDelivery], actor: Actor) -> list[dict[str, Any]]:
    """What was sent, with the requests that the reader still sees."""
    ids = {int(row.subject) for row in rows if row.subject}
    cases = cases_visible_to(actor).only("number").in_bulk(ids)
    return [
        {
            "row": row,
            "case": cases.get(int(row.subject)) if row.subject else None,
            "label": _("测试")
            if row.kind == deliveries.TEST
            else str(LABELS.get(row.kind, row.kind)),
            "failed": row.state != DeliveryState.DELIVERED and row.attempts > 0,
        }
        for row in rows
    ]


@login_required
@require_POST
def webhook_test(request: HttpRequest, webhook_id: int) -> HttpResponse:
    return _does(request, webhook_id, operations.webhook_test, _("测试已发出，几秒后刷新看结果。"))


@login_required
@require_POST
def webhook_pause(request: HttpRequest, webhook_id: int) -> HttpResponse:
    return _does(
        request, webhook_id, operations.webhook_pause, _("推送已暂停。这段时间的事件不会补发。")
    )


@login_required
@require_POST
def webhook_resume(request: HttpRequest, webhook_id: int) -> HttpResponse:
    return _does(request, webhook_id, operations.webhook_resume, _("推送已恢复，先发还没送到的。"))


def _does(
    request: HttpRequest, webhook_id: int, operation: Callable[..., object], said: str
) -> HttpResponse:
    try:
        operation(webhook_id=webhook_id, actor=request.actor, at=timezone.now())
    except Conflict as error:
        row = webhook_of(webhook_id, request.actor)
        return _webhook(request, row, status=409, conflict=error.message)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("integration:webhook", args=[webhook_id]), status=303)


@login_required
@require_POST
def webhook_secret(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """Give it another secret, and show that this once."""
    shown = operations.webhook_secret_renew(
        webhook_id=webhook_id, actor=request.actor, at=timezone.now()
    )
    return _show_secret(request, shown.secret, _("签名密钥"))


@login_required
@require_POST
def webhook_remove(request: HttpRequest, webhook_id: int) -> HttpResponse:
    operations.webhook_remove(webhook_id=webhook_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("推送已删除，还没送到的不再发送。"))
    return HttpResponseRedirect(reverse("integration:home"), status=303)


@login_required
@require_POST
def delivery_repeat(request: HttpRequest, delivery_id: int) -> HttpResponse:
    """Send a delivery once more."""
    try:
        webhook_id = operations.delivery_repeat(
            delivery_id=delivery_id, actor=request.actor, at=timezone.now()
        )
    except Conflict as error:
        return _home(request, status=409, conflict=error.message)
    messages.success(request, _("正在重发，几秒后刷新看结果。"))
    return HttpResponseRedirect(reverse("integration:webhook", args=[webhook_id]), status=303)
