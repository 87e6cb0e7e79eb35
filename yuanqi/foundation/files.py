"""Uploads: checked by content, stored by hash, served as attachments.

What a browser claims of a file (name, type) is only a claim: the type is read from the bytes.
"""

import errno
import hashlib
import os
import shutil
import struct
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO
from urllib.parse import quote

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import FileResponse
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from . import pictures
from .errors import Invalid, OutOfSpace
from .models import StoredFile

# what enterprises hand in: photographs, scans, office papers
IMAGES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}
PDF = "application/pdf"
# an Office paper is a zip that holds this member
PAPERS = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# .docx and .xlsx promise that they hold no programs; one that does hides them
_MACROS = "vbaproject.bin"
NAME_LENGTH = 160
_CHUNK = 1 << 20
_LARGEST_DIRECTORY = 1 << 20  # bytes of a zip's table of contents: some ten thousand members
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Upload:
    """A checked upload, already on disk; its row is written by the operation that keeps it."""

    name: str
    sha256: str
    size: int
    content_type: str


class TooLarge(UploadedFile):
    """Stands for a file that was not kept because it is over the limit: name and size only."""

    def __init__(self, name: str, size: int, field_name: str = "files") -> None:
        super().__init__(None, name, size=size)
        self.field_name = field_name


class StopAtLimit(FileUploadHandler):
    """Keeps nothing of a file beyond the limit, so that an endless one can't fill the disk."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return None if start + len(raw_data) > settings.FILE_LARGEST_BYTES else raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if file_size <= settings.FILE_LARGEST_BYTES:
            return None
        return TooLarge(self.file_name or "", file_size, self.field_name or "")


def check(uploads: Iterable[UploadedFile]) -> list[Upload]:
    """Check and store the bytes of uploads.

    Raises Invalid naming the file and what to do; OutOfSpace when the disk is full.
    """
    return [_check_one(upload) for upload in uploads]


def plain_name(name: str) -> str:
    """Return a file's name without path or anything that doesn't print; the suffix is kept."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()
    return shown[-NAME_LENGTH:] if shown.strip(". ") else _("未命名")


def _check_one(upload: UploadedFile) -> Upload:
    name = plain_name(upload.name or "")
    largest = settings.FILE_LARGEST_BYTES
    if not upload.size:
        raise Invalid(_("“%(name)s”是空文件，请重新选择。") % {"name": name}, "files")
    if upload.size > largest:
        raise Invalid(
            _("“%(name)s”超过 %(limit)d MB，请压缩或分开上传。")
            % {"name": name, "limit": largest // 1024 // 1024},
            "files",
        )
    try:
        sha256, size, content_type = _store(upload, name)
    except OSError as error:
        if error.errno in _NO_SPACE:
            raise OutOfSpace(
                _(
                    "服务器的存储空间满了，“%(name)s”没有存下，刚才这一步没有生效。"
                    "请稍后再试；急的话先不带文件提交。"
                )
                % {"name": name}
            ) from error
        raise
    return Upload(name, sha256, size, content_type)


def _store(upload: UploadedFile, name: str) -> tuple[str, int, str]:
    root = Path(settings.FILES_ROOT)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=root, prefix="incoming-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in upload.chunks(_CHUNK):
                file.write(chunk)
        content_type = _type_of(Path(temporary), name)
        # what is kept, named and told in the journal is the picture alone
        if content_type in IMAGES.values():
            _tidy(Path(temporary), name)
        with open(temporary, "rb+") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
            # an accepted upload outlives a power cut, like the row that names it
            os.fsync(file.fileno())
        target = path_of(sha256)
        target.parent.mkdir(mode=0o700, exist_ok=True)
        os.replace(temporary, target)
        # the names too: of the file in its directory, and of a new directory in the root
        _sync(target.parent)
        _sync(root)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return sha256, size, content_type


def _tidy(path: Path, name: str) -> None:
    """Take out of a picture what the camera wrote beside it, and make it smaller."""
    try:
        pictures.tidy(path)
    except OSError as error:
        if error.errno is not None:  # of the disk, not of the picture
            raise
        raise _unfit(name) from error
    except Exception as error:
        # Pillow raises many kinds on a damaged picture
        raise _unfit(name) from error


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _type_of(path: Path, name: str) -> str:
    found = _image_type(path) or _paper_type(path)
    if found is None:
        raise _unfit(name)
    return found


def _unfit(name: str) -> Invalid:
    return Invalid(
        _(
            "“%(name)s”不是可以接收的文件，或者已经损坏。"
            "请上传照片（JPG、PNG、WebP）、PDF、Word（.docx）或 Excel（.xlsx）。"
        )
        % {"name": name},
        "files",
    )


def _image_type(path: Path) -> str | None:
    try:
        with Image.open(path, formats=list(IMAGES)) as image:
            kind = image.format or ""
            image.verify()
    except UnidentifiedImageError:
        return None
    except Exception:
        # Pillow raises many kinds on a damaged picture, and one on a picture that would unpack
        # to more than it should
        return None
    return IMAGES[kind]


def _paper_type(path: Path) -> str | None:
    with path.open("rb") as file:
        head = file.read(64)
    # some scanners write a byte order mark or blanks before the header
    if head.lstrip(b"\xef\xbb\xbf\r\n\t \0").startswith(b"%PDF-"):
        return PDF
    if not head.startswith(b"PK\x03\x04") or _directory_size(path) > _LARGEST_DIRECTORY:
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            members = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if any(member.lower().endswith(_MACROS) for member in members):
        return None
    return next((kind for member, kind in PAPERS.items() if member in members), None)


def _directory_size(path: Path) -> int:
    """Return how long a zip says its table of contents is, before anything reads it."""
    with path.open("rb") as file:
        file.seek(0, os.SEEK_END)
        file.seek(max(file.tell() - (1 << 16) - 22, 0))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        return 0
    size: int = struct.unpack("<L", tail[at + 12 : at + 16])[0]
    return size


def path_of(sha256: str) -> Path:
    return Path(settings.FILES_ROOT) / sha256[:2] / sha256


def keep(upload: Upload, at: datetime) -> StoredFile:
    """Return the row of an upload's bytes, made at first sight."""
    row = StoredFile(
        sha256=upload.sha256, size=upload.size, content_type=upload.content_type, stored_at=at
    )
    # of two who send the same at once, one is first; the other has no savepoint to go back to
    StoredFile.objects.bulk_create([row], ignore_conflicts=True)
    return StoredFile.objects.get(sha256=upload.sha256)


HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}


def serve(file: StoredFile, name: str) -> FileResponse:
    """Serve the bytes as an attachment: never shown as a page of our origin.

    Raises FileNotFoundError if they are gone from the disk.
    """
    return as_attachment(path_of(file.sha256).open("rb"), name, file.content_type)


def as_attachment(source: IO[bytes], name: str, content_type: str) -> FileResponse:
    """Return an open file as an attachment under a name that may hold anything."""
    response = FileResponse(source, content_type=content_type, headers=dict(HEADERS))
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return response


def serve_preview(file: StoredFile, size: pictures.Size) -> FileResponse:
    """Serve a picture small, to be shown in a page: written anew, it holds nothing but itself.

    Raises FileNotFoundError if the bytes are gone, or are no picture.
    """
    if file.content_type not in IMAGES.values():
        raise FileNotFoundError(file.sha256)
    source = pictures.preview(path_of(file.sha256), file.sha256, size).open("rb")
    return FileResponse(source, content_type="image/jpeg", headers=dict(HEADERS))


def pack(items: Iterable[tuple[StoredFile, str, datetime]]) -> IO[bytes]:
    """Return a zip of the files, open at its beginning; it is gone once closed.

    `items`: file, name, local time. Names are made unique. Raises FileNotFoundError, OutOfSpace.
    """
    packed = tempfile.TemporaryFile(dir=settings.FILES_ROOT)  # noqa: SIM115 - the caller closes it
    taken: set[str] = set()
    try:
        # photographs and papers are compressed already
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            for file, name, at in items:
                entry = zipfile.ZipInfo(_unique(plain_name(name), taken), at.timetuple()[:6])
                with path_of(file.sha256).open("rb") as source, archive.open(entry, "w") as target:
                    shutil.copyfileobj(source, target, _CHUNK)
    except OSError as error:
        packed.close()
        if error.errno in _NO_SPACE:
            raise OutOfSpace(
                _("服务器的存储空间满了，没有打成包。请稍后再试，或者逐个下载。")
            ) from error
        raise
    packed.seek(0)
    return packed


def _unique(name: str, taken: set[str]) -> str:
    """Return `name`, or "name (2).pdf" where a folder would already hold it."""
    stem, suffix = os.path.splitext(name)
    found, count = name, 1
    while found.casefold() in taken:
        count += 1
        found = f"{stem} ({count}){suffix}"
    taken.add(found.casefold())
    return found
