"""Files of a request: one, or all that the actor may read in a zip."""

import logging

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from yuanqi.casework.queries import attachment_visible, attachments_visible_to
from yuanqi.foundation import files
from yuanqi.foundation.http import refusal

from ..queries import request_visible

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
def download_all(request: HttpRequest, case_id: int) -> HttpResponse:
    """One zip of what the actor may read; notes' files only for the park's side."""
    case = request_visible(case_id, request.actor).case
    found = attachments_visible_to(request.actor).filter(case=case)
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
