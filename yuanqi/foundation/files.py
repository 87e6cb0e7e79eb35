"""Uploads: checked by content, stored by hash, served as attachments.

What a browser claims of a file (name, type) is only a claim: the type is read from the bytes.
"""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import puremagic
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from .errors import Invalid
from .models import StoredFile

# what enterprises hand in: photographs, scans, office papers
IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PAPERS = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Upload:
    """A checked upload, already on disk; its row is written by the operation that keeps it."""

    name: str
    sha256: str
    size: int
    content_type: str


def check(uploads: Iterable[UploadedFile]) -> list[Upload]:
    """Check and store the bytes of uploads. Raises Invalid naming the file and what to do."""
    return [_check_one(upload) for upload in uploads]


def _check_one(upload: UploadedFile) -> Upload:
    name = Path(upload.name or "").name[-160:] or _("未命名")
    largest = settings.FILE_LARGEST_BYTES
    if not upload.size:
        raise Invalid(_("“%(name)s”是空文件，请重新选择。") % {"name": name}, "files")
    if upload.size > largest:
        raise Invalid(
            _("“%(name)s”超过 %(limit)d MB，请压缩或分开上传。")
            % {"name": name, "limit": largest // 1024 // 1024},
            "files",
        )
    root = Path(settings.FILES_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    descriptor, temporary = tempfile.mkstemp(dir=root, prefix="incoming-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in upload.chunks(_CHUNK):
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            # an accepted upload outlives a power cut, like the row that names it
            os.fsync(file.fileno())
        content_type = _type_of(Path(temporary), name)
        target = path_of(digest.hexdigest())
        target.parent.mkdir(mode=0o700, exist_ok=True)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return Upload(name, digest.hexdigest(), upload.size, content_type)


def _type_of(path: Path, name: str) -> str:
    refused = Invalid(
        _("“%(name)s”不是可以接收的文件。请上传照片（JPG、PNG、WebP）、PDF、Word 或 Excel。")
        % {"name": name},
        "files",
    )
    try:
        with Image.open(path, formats=list(IMAGES)) as image:
            kind = image.format or ""
            image.verify()
    except UnidentifiedImageError:
        pass
    except Exception:
        # Pillow raises many kinds on a damaged picture; all mean the same to the sender
        raise refused
    else:
        return IMAGES[kind]
    suffix = Path(name).suffix.lower()
    try:
        found = {match.extension for match in puremagic.magic_file(str(path))}
    except (puremagic.PureError, ValueError):
        found = set()
    # .docx and .xlsx are told apart by their name once they are known to be Office papers
    if suffix in PAPERS and suffix in found:
        return PAPERS[suffix]
    raise refused


def path_of(sha256: str) -> Path:
    return Path(settings.FILES_ROOT) / sha256[:2] / sha256


def keep(upload: Upload, at: datetime) -> StoredFile:
    """Return the row of an upload's bytes, made at first sight."""
    row, _created = StoredFile.objects.get_or_create(
        sha256=upload.sha256,
        defaults={"size": upload.size, "content_type": upload.content_type, "stored_at": at},
    )
    return row


def serve(file: StoredFile, name: str) -> FileResponse:
    """Serve the bytes as an attachment: never shown as a page of our origin."""
    response = FileResponse(path_of(file.sha256).open("rb"), content_type=file.content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
