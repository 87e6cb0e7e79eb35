"""Uploads are judged by their bytes, stored by their hash, and handed out as attachments only."""

import errno
import hashlib
import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser
from django.test.client import BOUNDARY, encode_multipart
from django.utils.module_loading import import_string
from PIL import Image

from yuanqi.foundation import files
from yuanqi.foundation.errors import Invalid, OutOfSpace
from yuanqi.foundation.files import TooLarge, Upload, check
from yuanqi.foundation.models import StoredFile

NOON = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def root(settings, tmp_path) -> Path:
    settings.FILES_ROOT = tmp_path / "files"
    return settings.FILES_ROOT


def image(kind: str) -> bytes:
    kept = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(kept, kind)
    return kept.getvalue()


def office(*members: str) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for member in ("[Content_Types].xml", *members):
            archive.writestr(member, "<x/>")
    return kept.getvalue()


def png(width: int, height: int, *chunks: bytes) -> bytes:
    """A PNG that claims a size; its picture may be missing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">L", len(data)) + kind + data + struct.pack(">L", zlib.crc32(kind + data))
        )

    head = chunk(b"IHDR", struct.pack(">LLBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


def upload(data: bytes, name: str = "a.jpg", kind: str = "image/jpeg") -> UploadedFile:
    return SimpleUploadedFile(name, data, kind)


def kept(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file()) if root.exists() else []


DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        (image("JPEG"), "image/jpeg"),
        (image("PNG"), "image/png"),
        (image("WEBP"), "image/webp"),
        (b"%PDF-1.7\n%%EOF", "application/pdf"),
        (b"\xef\xbb\xbf\r\n%PDF-1.4\n", "application/pdf"),
        (office("word/document.xml"), DOCX),
        (office("xl/workbook.xml"), XLSX),
    ],
)
def test_photographs_and_papers_are_known_by_their_bytes_whatever_they_are_called(
    root, data, content_type
):
    digest = hashlib.sha256(data).hexdigest()

    assert check([upload(data, "scan.bin", "text/html")]) == [
        Upload("scan.bin", digest, len(data), content_type)
    ]
    assert kept(root) == [root / digest[:2] / digest]
    assert files.path_of(digest).read_bytes() == data


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"MZ\x90\x00" + bytes(200), "photo.jpg"),
        (b"\x7fELF" + bytes(200), "paper.pdf"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "a.svg"),
        (b"<!doctype html><script>alert(1)</script>", "a.html"),
        (b"<!doctype html>%PDF-1.4", "a.pdf"),
        (b"GIF89a" + bytes(40), "a.gif"),
        (b"plain words", "a.txt"),
        (office("ppt/presentation.xml"), "a.pptx"),
        (office("evil.exe"), "a.docx"),
        (office("word/document.xml", "word/vbaProject.bin"), "a.docx"),
        (b"PK\x03\x04" + bytes(60), "a.xlsx"),
        (image("JPEG")[:40], "cut.jpg"),
        (image("PNG")[:40] + b"xxxx", "broken.png"),
        (png(50_000, 50_000), "bomb.png"),
        (office("word/document.xml").replace(b"PK\x05\x06", b"XX\x05\x06"), "a.docx"),
    ],
)
def test_whatever_else_is_refused_by_name_and_leaves_nothing_behind(root, data, name):
    with pytest.raises(Invalid) as refused:
        check([upload(data, name)])

    assert refused.value.message == (
        f"“{name}”不是可以接收的文件，或者已经损坏。"
        "请上传照片（JPG、PNG、WebP）、PDF、Word（.docx）或 Excel（.xlsx）。"
    )
    assert refused.value.field == "files"
    assert kept(root) == []


def test_a_zip_that_claims_an_endless_table_of_contents_is_not_read(root, monkeypatch):
    data = bytearray(office("word/document.xml"))
    at = data.rfind(b"PK\x05\x06")
    data[at + 12 : at + 16] = struct.pack("<L", 1 << 30)
    monkeypatch.setattr(files.zipfile, "ZipFile", None)

    with pytest.raises(Invalid):
        check([upload(bytes(data), "a.docx")])

    assert kept(root) == []


def test_text_packed_into_a_picture_is_not_unpacked_without_end(root):
    packed = b"Comment\x00\x00" + zlib.compress(bytes(200 << 20), 9)
    chunk = (
        struct.pack(">L", len(packed)) + b"zTXt" + packed
        + struct.pack(">L", zlib.crc32(b"zTXt" + packed))
    )  # fmt: skip

    with pytest.raises(Invalid):
        check([upload(png(8, 8, chunk), "text.png")])

    assert kept(root) == []


def test_an_empty_file_is_refused(root):
    with pytest.raises(Invalid) as refused:
        check([upload(b"", "空.pdf")])

    assert refused.value.message == "“空.pdf”是空文件，请重新选择。"
    assert kept(root) == []


def test_a_file_over_the_limit_is_refused_and_one_at_the_limit_is_not(root, settings):
    data = b"%PDF-1.7\n"
    settings.FILE_LARGEST_BYTES = len(data)
    assert check([upload(data, "at.pdf")])[0].size == len(data)

    with pytest.raises(Invalid) as refused:
        check([upload(data + b"x", "over.pdf")])

    assert refused.value.message.startswith("“over.pdf”超过 ")
    assert len(kept(root)) == 1


def test_what_arrives_beyond_the_limit_is_dropped_as_it_arrives(settings):
    settings.FILE_LARGEST_BYTES = 100_000
    body = encode_multipart(
        BOUNDARY,
        {"text": "说明", "files": [upload(bytes(300_000), "大.pdf"), upload(b"%PDF-", "小.pdf")]},
    )
    request = HttpRequest()
    handlers = [import_string(path)(request) for path in settings.FILE_UPLOAD_HANDLERS]
    meta = {
        "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
        "CONTENT_LENGTH": str(len(body)),
    }

    words, found = MultiPartParser(meta, io.BytesIO(body), handlers, "utf-8").parse()

    large, small = found.getlist("files")
    assert (type(large), large.name, large.size) == (TooLarge, "大.pdf", 300_000)
    assert (small.name, small.read()) == ("小.pdf", b"%PDF-")
    assert words["text"] == "说明"
    with pytest.raises(Invalid, match=r"“大\.pdf”超过"):
        check([large])


def test_a_full_disk_is_said_plainly_and_leaves_nothing_behind(root, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)

    with pytest.raises(OutOfSpace) as refused:
        check([upload(image("JPEG"), "路面.jpg")])

    assert refused.value.message == (
        "服务器的存储空间满了，“路面.jpg”没有存下，刚才这一步没有生效。"
        "请稍后再试；急的话先不带文件提交。"
    )
    assert kept(root) == []


def test_another_fault_of_the_disk_is_not_taken_for_a_full_one(root, monkeypatch):
    def broken(descriptor):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(files.os, "fsync", broken)

    with pytest.raises(OSError, match="Input/output error"):
        check([upload(image("JPEG"))])

    assert kept(root) == []


@pytest.mark.parametrize(
    ("claimed", "name"),
    [
        ("报告.pdf", "报告.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\许\\照片.jpg", "照片.jpg"),
        ('a"b\r\nSet-Cookie: x=1.pdf', 'a"bSet-Cookie: x=1.pdf'),
        ("发票\u202egpj.exe", "发票gpj.exe"),
        ("a\x00b.pdf", "ab.pdf"),
        ("..", "未命名"),
        ("   ", "未命名"),
        ("长" * 200 + ".pdf", "长" * 156 + ".pdf"),
    ],
)
def test_a_name_keeps_neither_path_nor_anything_that_does_not_print(claimed, name):
    assert files.plain_name(claimed) == name


@pytest.mark.django_db
def test_the_same_bytes_are_one_row_and_one_file(root):
    first, second = check([upload(image("PNG"), "a.png"), upload(image("PNG"), "b.png")])

    assert files.keep(first, NOON).pk == files.keep(second, NOON).pk
    assert StoredFile.objects.count() == 1
    assert len(kept(root)) == 1


def stored(data: bytes, name: str = "a.pdf") -> StoredFile:
    found = check([upload(data, name)])[0]
    return StoredFile(sha256=found.sha256, size=found.size, content_type=found.content_type)


def test_a_file_is_served_as_an_attachment_that_no_browser_opens_as_a_page():
    response = files.serve(stored(b"%PDF-1.7"), 'a"b\r\nX: 报告.pdf')

    assert b"".join(response.streaming_content) == b"%PDF-1.7"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        "attachment; filename*=UTF-8''a%22b%0D%0AX%3A%20%E6%8A%A5%E5%91%8A.pdf"
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_bytes_that_are_gone_are_told_as_such():
    file = stored(b"%PDF-1.7")
    files.path_of(file.sha256).unlink()

    with pytest.raises(FileNotFoundError):
        files.serve(file, "a.pdf")


def test_a_pack_holds_every_file_under_a_name_of_its_own():
    one, two = stored(b"%PDF-1"), stored(b"%PDF-2")

    with files.pack(
        [(one, "报告.pdf", NOON), (two, "报告.pdf", NOON), (one, "../报告.PDF", NOON)]
    ) as packed, zipfile.ZipFile(packed) as archive:  # fmt: skip
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "报告.pdf": b"%PDF-1",
            "报告 (2).pdf": b"%PDF-2",
            "报告 (3).PDF": b"%PDF-1",
        }
        assert archive.infolist()[0].date_time == (2026, 11, 5, 4, 0, 0)


def test_a_pack_that_finds_the_disk_full_says_so(monkeypatch):
    file = stored(b"%PDF-1")

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.shutil, "copyfileobj", full)

    with pytest.raises(OutOfSpace) as refused:
        files.pack([(file, "a.pdf", NOON)])

    assert refused.value.message == ("服务器的存储空间满了，没有打成包。请稍后再试，或者逐个下载。")
