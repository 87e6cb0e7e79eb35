"""Somebody's messages."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.servicedesk import inbox


@login_required
@require_http_methods(["GET", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """Show the messages, the newest first; a POST marks them all read."""
    if request.method == "POST":
        inbox.notices_read(actor=request.actor, at=timezone.now())
        return HttpResponseRedirect(reverse("servicedesk:notices"), status=303)
    lines = inbox.inbox_of(request.actor)
    context = {
        "page_title": _("消息"),
        "back_url": reverse("web:home"),
        "lines": lines,
        "unread": sum(line.is_unread for line in lines),
        "is_full": len(lines) == inbox.SHOWN,
        "shown": inbox.SHOWN,
    }
    return render(request, "servicedesk/notices.html", context)


@login_required
@require_GET
def open_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark a message read and go to its request. Somebody else's doesn't exist."""
    case_id = inbox.notice_open(notice_id=notice_id, actor=request.actor, at=timezone.now())
    if case_id is None:
        messages.warning(request, _("这件诉求已经转给别人，不归您看了。"))
        return redirect("servicedesk:notices")
    return redirect("servicedesk:request", case_id)
