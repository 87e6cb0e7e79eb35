"""Files of a request: one, or all that the actor may read in a zip; small pictures; removal."""

import logging

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yuanqi.casework import papers
from yuanqi.casework.queries import Act, attachment_visible, attachments_visible_to
from yuanqi.foundation import files, pictures
from yuanqi.foundation.actors import Side
from yuanqi.foundation.errors import Invalid, NotAllowed
from yuanqi.foundation.http import refusal

from ..forms.files import RemoveFileForm
from ..queries import request_for, request_visible
from .sending import send_once

log = logging.getLogger(__name__)


@login_required
@require_safe
def download(request: HttpRequest, attachment_id: int) -> HttpResponse:
    attachment = attachment_visible(attachment_id, request.actor)
    try:
        return files.serve(attachment.file, attachment.name)
    except FileNotFoundError:
        log.error("the bytes of attachment %s are gone from the disk", attachment.pk)
        return _gone(request)


@login_required
@require_safe
def preview(request: HttpRequest, attachment_id: int, size: pictures.Size) -> HttpResponse:
    """A picture small enough for a page, shown in it; what is no picture has none."""
    attachment = attachment_visible(attachment_id, request.actor)
    try:
        return files.serve_preview(attachment.file, size)
    except FileNotFoundError:
        raise Http404
    except Exception as error:
        # Pillow raises many kinds on a picture that was damaged on the disk
        log.error("attachment %s can't be shown: %s", attachment.pk, error)
        raise Http404


@login_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, attachment_id: int) -> HttpResponse:
    """Ask why a file should go, and remove it."""
    attachment = attachment_visible(attachment_id, request.actor)
    case = request_for(attachment.case_id, request.actor, Act.REMOVE_FILE).case
    if not papers.may_be_removed_by(attachment, request.actor):
        raise NotAllowed(_("附件由上传的人、服务中心或部门负责人删除。"))
    back = reverse("servicedesk:request", args=[case.pk])
    form = RemoveFileForm(request.POST if request.method == "POST" else None)

    def act() -> tuple[str, str]:
        papers.attachment_remove(
            attachment_id=attachment_id,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=timezone.now(),
        )
        return back, _("附件已删除，原因留在原处。")

    if form.is_bound and form.is_valid():
        try:
            return send_once(request, form, act)
        except Invalid as error:
            form.refuse(error)
    context = {
        "form": form,
        "attachment": attachment,
        "case": case,
        "back_url": back,
        "page_title": _("删除附件"),
        "shell_page": (
            "web/portal.html" if request.actor.side is Side.ENTERPRISE else "web/desk.html"
        ),
    }
    status = form.status if form.is_bound else 200
    return render(request, "servicedesk/attachment_remove.html", context, status=status)


@login_required
@require_safe
def download_all(request: HttpRequest, case_id: int) -> HttpResponse:
    """One zip of what the actor may read; notes' files only for the park's side."""
    case = request_visible(case_id, request.actor).case
    found = attachments_visible_to(request.actor).filter(case=case, removed_at=None)
    if not found:
        return refusal(request, 404, _("这件诉求还没有附件。"))
    try:
        packed = files.pack((item.file, item.name, timezone.localtime(item.at)) for item in found)
    except FileNotFoundError:
        log.error("the bytes of an attachment of case %s are gone from the disk", case.pk)
        return _gone(request)
    name = _("%(number)s附件.zip") % {"number": case.number}
    return files.as_attachment(packed, name, "application/zip")


def _gone(request: HttpRequest) -> HttpResponse:
    return refusal(
        request, 404, _("这个文件在服务器上找不到了，已经记下。请告诉服务中心，或者重新上传。")
    )
