"""What a camera wrote beside the picture is not kept, and what nobody reads is not either."""

import hashlib
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from yuanqi.foundation import files, files_sweep, pictures
from yuanqi.foundation.errors import Invalid
from yuanqi.foundation.files import Upload

NOON = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)
ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F
SIDEWAYS = 6  # to be turned a quarter to the right


@pytest.fixture(autouse=True)
def root(settings, tmp_path) -> Path:
    settings.FILES_ROOT = tmp_path / "files"
    return settings.FILES_ROOT


def drawn(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Blue, with a red left half."""
    picture = Image.new("RGB", (width, height), "blue")
    picture.paste("red", (0, 0, width // 2, height))
    return picture.convert(mode)


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, kind, **options)
    return kept.getvalue()


def camera_words(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[MAKE] = "a telephone"
    exif.get_ifd(GPS).update({1: "N", 2: (31.0, 18.0, 0.0), 3: "E", 4: (120.0, 36.0, 0.0)})
    return exif


def kept_of(data: bytes) -> tuple[Upload, bytes]:
    (found,) = files.check([SimpleUploadedFile("照片.jpg", data, "image/jpeg")])
    return found, files.path_of(found.sha256).read_bytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_where_and_with_what_a_photograph_was_taken_is_not_kept(kind):
    sent = encoded(drawn(40, 20), kind, exif=camera_words())
    assert b"a telephone" in sent

    upload, kept = kept_of(sent)

    assert b"a telephone" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        assert (picture.format, picture.size) == (kind, (40, 20))
        assert dict(picture.getexif()) == {}
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"} | (
            {"background", "loop"} if kind == "WEBP" else set()
        )
    assert upload.sha256 == hashlib.sha256(kept).hexdigest()
    assert upload.size == len(kept)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photograph_taken_sideways_is_kept_upright(kind):
    _upload, kept = kept_of(encoded(drawn(40, 20), kind, exif=camera_words(SIDEWAYS)))

    with Image.open(io.BytesIO(kept)) as picture:
        assert picture.size == (20, 40)
        shown = picture.convert("RGB")
        assert shown.getpixel((10, 5))[0] > 200  # what was left is above
        assert shown.getpixel((10, 35))[2] > 200


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("size", "kept_size"),
    [((2000, 10), (2000, 10)), ((2001, 10), (2000, 10)), ((300, 4000), (150, 2000))],
)
def test_the_long_side_has_two_thousand_pixels_at_most(kind, size, kept_size):
    _upload, kept = kept_of(encoded(drawn(*size), kind))

    with Image.open(io.BytesIO(kept)) as picture:
        assert (picture.format, picture.size) == (kind, kept_size)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_small_picture_that_says_nothing_is_kept_byte_for_byte(kind):
    sent = encoded(drawn(400, 300), kind)

    upload, kept = kept_of(sent)

    assert kept == sent
    assert (upload.sha256, upload.size) == (hashlib.sha256(sent).hexdigest(), len(sent))


def test_what_hangs_behind_a_picture_is_cut_off():
    """A telephone hangs a short film on a photograph, with its own place and time."""
    for kind in ("JPEG", "PNG"):
        _upload, kept = kept_of(encoded(drawn(40, 20), kind) + b"ftypmp42 a film and its place")
        assert b"film" not in kept


def test_words_written_into_a_picture_are_not_kept():
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "somebody by name")
    assert b"somebody" not in kept_of(encoded(drawn(40, 20), "PNG", pnginfo=words))[1]
    assert b"somebody" not in kept_of(encoded(drawn(40, 20), "JPEG", comment=b"somebody"))[1]


def test_what_shines_through_still_does():
    picture = Image.new("RGBA", (3000, 30), (255, 0, 0, 0))

    _upload, kept = kept_of(encoded(picture, "PNG"))

    with Image.open(io.BytesIO(kept)) as found:
        assert (found.mode, found.size) == ("RGBA", (2000, 20))
        assert found.getpixel((5, 5))[3] == 0


def test_a_print_shops_colours_become_a_screens_when_it_is_made_smaller():
    _upload, kept = kept_of(encoded(drawn(2400, 20, "CMYK"), "JPEG"))

    with Image.open(io.BytesIO(kept)) as found:
        assert (found.mode, found.size[0]) == ("RGB", 2000)


def test_a_picture_that_unpacks_to_too_much_is_refused_and_nothing_is_left(root, monkeypatch):
    monkeypatch.setattr(pictures, "_MOST_PIXELS", 100)

    with pytest.raises(Invalid, match="不是可以接收的文件"):
        kept_of(encoded(drawn(40, 20), "PNG"))

    assert [path for path in root.rglob("*") if path.is_file()] == []


def test_a_picture_that_breaks_off_is_refused(root):
    sent = encoded(drawn(400, 300), "JPEG")

    with pytest.raises(Invalid, match="已经损坏"):
        kept_of(sent[: len(sent) // 2])

    assert [path for path in root.rglob("*") if path.is_file()] == []


# --- previews ---------------------------------------------------------------------------------


def preview_of(upload: Upload, size: str) -> Path:
    return pictures.preview(files.path_of(upload.sha256), upload.sha256, size)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("size", "longest"), [("thumb", 320), ("screen", 1600)])
def test_a_preview_is_a_small_jpeg_made_once(kind, size, longest):
    upload, _kept = kept_of(encoded(drawn(1800, 900), kind))

    made = preview_of(upload, size)
    first = made.stat().st_mtime_ns

    with Image.open(made) as picture:
        assert (picture.format, picture.mode, picture.size) == (
            "JPEG", "RGB", (longest, longest // 2),
        )  # fmt: skip
        assert dict(picture.getexif()) == {}
    assert preview_of(upload, size).stat().st_mtime_ns == first


def test_a_small_picture_is_not_blown_up_and_glass_stands_on_white():
    upload, _kept = kept_of(encoded(Image.new("RGBA", (50, 40), (0, 0, 0, 0)), "PNG"))

    with Image.open(preview_of(upload, "thumb")) as picture:
        assert picture.size == (50, 40)
        assert picture.getpixel((5, 5)) == (255, 255, 255)


# --- bytes that nothing names -----------------------------------------------------------------


def aged(path: Path, age: timedelta) -> None:
    when = (NOON - age).timestamp()
    os.utime(path, (when, when))


def test_bytes_that_nothing_names_are_deleted_with_their_previews_after_two_days(root):
    named, _bytes = kept_of(encoded(drawn(40, 20), "JPEG"))
    refused, _bytes = kept_of(encoded(drawn(60, 20), "JPEG"))
    recent, _bytes = kept_of(encoded(drawn(80, 20), "JPEG"))
    preview_of(refused, "thumb")
    unfinished = root / "incoming-abc"
    unfinished.write_bytes(b"x")
    for upload in (named, refused):
        aged(files.path_of(upload.sha256), timedelta(days=3))
    aged(files.path_of(recent.sha256), timedelta(days=1))
    aged(unfinished, timedelta(days=3))

    gone = files_sweep.sweep(lambda hashes: {named.sha256} & set(hashes), at=NOON)

    assert gone == 2
    left = {path.name for path in root.rglob("*") if path.is_file()}
    assert left == {named.sha256, recent.sha256}
    assert files_sweep.sweep(lambda hashes: {named.sha256} & set(hashes), at=NOON) == 0


def test_a_sweep_of_nothing_does_nothing(root):
    assert files_sweep.sweep(lambda hashes: set(), at=NOON) == 0
