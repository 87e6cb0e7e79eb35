"""Somebody's notices, where else he wants them, and what became of those."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.foundation.pages import AFTER, address, foot

from . import operations, queries, transports, trying, wording
from .forms import ChannelForm, ChoicesForm, CodeForm
from .models import Channel

_ONLY_UNREAD = "unread"


def _see(name: str) -> HttpResponse:
    return HttpResponseRedirect(reverse(name), status=303)


@login_required
@require_http_methods(["GET", "POST"])
def inbox(request: HttpRequest) -> HttpResponse:
    """Show the notices, the newest first; a POST marks them all read."""
    if request.method == "POST":
        operations.notices_read(actor=request.actor, at=timezone.now())
        return _see("notices:inbox")
    is_unread = request.GET.get("show") == _ONLY_UNREAD
    items, page = queries.inbox(request.actor, request.GET.get(AFTER, ""), is_unread=is_unread)
    context = {
        "page_title": _("消息"),
        "back_url": reverse("web:home"),
        "items": items,
        "is_unread": is_unread,
        "all_url": address(request, show=None, **{AFTER: None}),
        "unread_url": address(request, show=_ONLY_UNREAD, **{AFTER: None}),
        **foot(request, page),
        "text": "",
    }
    return render(request, "notices/inbox.html", context)


@login_required
@require_GET
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark a notice read and go where it leads. Somebody else's doesn't exist."""
    url = operations.notice_open(notice_id=notice_id, actor=request.actor, at=timezone.now())
    if not url:
        messages.warning(request, _("这件事已经转给别人，不归您看了。"))
        return redirect("notices:inbox")
    return redirect(url)


# where else --------------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Addresses, what goes where, and when; a POST saves what goes where and when."""
    if request.method == "GET":
        return _settings_page(request)
    form = _choices_form(request)
    if not form.is_valid():
        return _settings_page(request, choices=form, status=422)
    operations.choices_save(
        choices=form.choices, habits=form.habits, actor=request.actor, at=timezone.now()
    )
    messages.success(request, _("通知方式已保存。"))
    return _see("notices:settings")


@login_required
@require_POST
def channel(request: HttpRequest, kind: str) -> HttpResponse:
    """Send a code to a new address, and ask for it."""
    form = ChannelForm(_kind(kind), request.POST)
    if not form.is_valid():
        return _settings_page(request, channel=form, status=422)
    try:
        trying.channel_try(
            kind=kind,
            written=form.cleaned_data["address"],
            secret=form.cleaned_data.get("secret", ""),
            actor=request.actor,
            at=timezone.now(),
        )
    except Invalid as refused:
        form.add_error(refused.field, refused.message)
        return _settings_page(request, channel=form, status=422)
    except Conflict as refused:
        form.add_error("address", refused.message)
        return _settings_page(request, channel=form, status=409)
    messages.success(request, _("验证码已发出，收到后填在下面。"))
    return _see("notices:settings")


@login_required
@require_POST
def confirm(request: HttpRequest, kind: str) -> HttpResponse:
    """Take a channel into service when its code comes back."""
    form = CodeForm(_kind(kind), request.POST)
    if not form.is_valid():
        return _settings_page(request, code=(kind, form), status=422)
    try:
        is_right = operations.channel_confirm(
            kind=kind,
            code=form.cleaned_data["code"].strip(),
            actor=request.actor,
            at=timezone.now(),
        )
    except Conflict as refused:
        form.add_error("code", refused.message)
        return _settings_page(request, code=(kind, form), status=409)
    if not is_right:
        form.add_error("code", _("验证码不对，请再看一遍。"))
        return _settings_page(request, code=(kind, form), status=422)
    messages.success(request, _("验证好了，以后的通知会发到这里。"))
    return _see("notices:settings")


@login_required
@require_POST
def test(request: HttpRequest, kind: str) -> HttpResponse:
    """Send a test message and say whether the other side took it."""
    try:
        trying.channel_test(kind=_kind(kind), actor=request.actor, at=timezone.now())
    except (Conflict, Invalid) as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("测试消息已发出，请看看收到没有。"))
    return _see("notices:settings")


@login_required
@require_POST
def remove(request: HttpRequest, kind: str) -> HttpResponse:
    operations.channel_remove(kind=_kind(kind), actor=request.actor, at=timezone.now())
    messages.success(request, _("已经不再发到那里。"))
    return _see("notices:settings")


def _kind(kind: str) -> Channel.Kind:
    if kind not in Channel.Kind:
        raise Http404
    return Channel.Kind(kind)


def _choices_form(request: HttpRequest) -> ChoicesForm:
    channels = queries.channels_of(request.actor)
    return ChoicesForm(
        [channels[kind] for kind in transports.offered() if _serves(channels, kind)],
        wording.groups(request.actor),
        queries.chosen_by(request.actor),
        queries.habits_of(request.actor.account_id),
        request.POST if request.method == "POST" else None,
    )


def _serves(channels: dict[str, Channel], kind: str) -> bool:
    return kind in channels and channels[kind].is_verified


def _settings_page(
    request: HttpRequest,
    *,
    choices: ChoicesForm | None = None,
    channel: ChannelForm | None = None,
    code: tuple[str, CodeForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    channels = queries.channels_of(request.actor)
    ways = []
    for kind in transports.offered():
        wrong = channel if channel is not None and channel.kind == kind else None
        ways.append(
            {
                "kind": kind,
                "channel": channels.get(kind),
                "form": wrong or ChannelForm(kind),
                "code_form": code[1] if code and code[0] == kind else CodeForm(kind),
                "is_open": wrong is not None,
            }
        )
    offered = {way["kind"] for way in ways}
    if choices is None:
        choices = ChoicesForm(
            [channels[kind] for kind in transports.offered() if _serves(channels, kind)],
            wording.groups(request.actor),
            queries.chosen_by(request.actor),
            queries.habits_of(request.actor.account_id),
        )
    context = {
        "page_title": _("通知方式"),
        "back_url": reverse("notices:inbox"),
        "ways": ways,
        "missing": [kind.label for kind in Channel.Kind if kind not in offered],
        "choices": choices,
    }
    return render(request, "notices/settings.html", context, status=status)


# what became of it -------------------------------------------------------------------------------


@login_required
@require_GET
def deliveries(request: HttpRequest) -> HttpResponse:
    """One's own last messages to the outside: which arrived, which didn't and why."""
    context = {
        "page_title": _("发送情况"),
        "back_url": reverse("notices:settings"),
        "items": queries.sent_to(request.actor),
        "shown": queries.SHOWN,
    }
    return render(request, "notices/deliveries.html", context)


@login_required
@require_POST
def again(request: HttpRequest, delivery_id: int) -> HttpResponse:
    operations.delivery_again(delivery_id=delivery_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("马上再发一次。"))
    return _see("notices:deliveries")


@login_required
@require_GET
def failures(request: HttpRequest) -> HttpResponse:
    """What lately doesn't arrive, in numbers: for whoever keeps the installation going."""
    context = {
        "page_title": _("没有送到的通知"),
        "back_url": _above_failures(request.actor),
        "rows": queries.failing(request.actor, timezone.now()),
    }
    return render(request, "notices/failures.html", context)


def _above_failures(actor: Actor) -> str:
    """The system administrator comes from the state of the machine."""
    return reverse("administration:state" if actor.has(Role.SYSTEM_ADMIN) else "web:home")
