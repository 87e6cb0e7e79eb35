"""Files: received first, then enclosed in a call by their handles; read as attachments."""

import logging

from django.http import FileResponse, HttpRequest
from django.utils.translation import gettext as _
from ninja import File, Schema
from ninja.files import UploadedFile

from yuanqi.casework.queries import attachment_visible
from yuanqi.foundation import files
from yuanqi.foundation.api import MOST_FILES, FileOut, Id, Scope, file_out
from yuanqi.foundation.errors import Invalid
from yuanqi.foundation.problems import Problem

from .endpoints import HANDLE, WRITE, router

log = logging.getLogger(__name__)


class FilesOut(Schema):
    items: list[FileOut]


@router.act(
    "/files",
    *WRITE,
    *HANDLE,
    response=FilesOut,
    name="uploadFiles",
    summary="Send files (photographs, PDF, Word, Excel; 20 MB each, ten at once)",
)
def upload_files(request: HttpRequest, uploads: File[list[UploadedFile]]) -> FilesOut:
    """A file belongs to nothing until a call of the same account encloses its handle."""
    if len(uploads) > MOST_FILES:
        raise Invalid(_("一次最多 %(most)d 个文件。") % {"most": MOST_FILES}, "uploads")
    account_id = request.actor.account_id
    return FilesOut(items=[file_out(one, account_id) for one in files.check(uploads)])


@router.read(
    "/attachments/{attachment_id}",
    Scope.REQUESTS_READ,
    response=bytes,
    name="downloadAttachment",
    summary="The bytes of an attachment",
    content="*/*",  # what kind of file it is stands with the attachment
)
def download_attachment(request: HttpRequest, attachment_id: Id) -> FileResponse:
    attachment = attachment_visible(attachment_id, request.actor)
    try:
        return files.serve(attachment.file, attachment.name)
    except FileNotFoundError as error:
        log.error("the bytes of attachment %s are gone from the disk", attachment.pk)
        raise Problem(
            "not-found", _("这个文件在服务器上找不到了，已经记下。请告诉服务中心，或者重新上传。")
        ) from error
