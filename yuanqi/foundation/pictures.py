"""Photographs: what a camera wrote beside the picture is taken out, what is larger than anybody
reads is made smaller, and small ones to look at are made when they are first asked for.

A telephone writes into each photograph where it was taken, when and with what. Nobody means to
hand that in, and nobody here needs it (Personal Information Protection Law art. 6).
"""

import os
import tempfile
from pathlib import Path
from typing import Literal

from django.conf import settings
from PIL import Image, ImageOps

LONGEST = 2000  # pixels of the long side that are kept
SIZES: dict[str, int] = {"thumb": 320, "screen": 1600}
Size = Literal["thumb", "screen"]
# a PNG or WebP is unpacked whole, four bytes a pixel; a JPEG is read smaller than it is
_MOST_PIXELS = 50_000_000
_FORMATS = ("JPEG", "PNG", "WEBP")
# what a file may say of its picture and still be kept as it is
_HARMLESS = {
    "jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi", "adobe", "adobe_transform",
    "progressive", "progression", "icc_profile", "transparency", "gamma", "srgb", "aspect",
    "interlace", "chromaticity", "background", "loop", "duration", "timestamp",
}  # fmt: skip
_ENDS = {"JPEG": b"\xff\xd9", "PNG": b"IEND\xaeB`\x82"}


def tidy(path: Path) -> bool:
    """Write the picture anew, upright, smaller and without what the camera wrote, if it must be.

    Returns whether it was; a small picture that says nothing is kept byte for byte. Raises what
    Pillow raises on a damaged picture (OSError, SyntaxError, ValueError and others).
    """
    with Image.open(path, formats=_FORMATS) as image:
        if image.format != "JPEG" and image.width * image.height > _MOST_PIXELS:
            raise ValueError("too many pixels")
        if image.format == "JPEG":
            image.draft(image.mode, (LONGEST, LONGEST))
        is_large = max(image.size) > LONGEST
        image.load()  # what a PNG says after its picture is known only now
        if not is_large and _says_nothing(image, path):
            return False
        kind = image.format or "JPEG"
        picture = _upright(image, LONGEST)
        if kind == "JPEG" and picture.mode not in ("RGB", "L"):
            picture = picture.convert("RGB")
        kept = {"quality": 88} if kind in ("JPEG", "WEBP") else {"optimize": True}
        # straight into the file that the caller will name: nobody else knows it yet
        picture.save(path, kind, **kept)
    return True


def _says_nothing(image: Image.Image, path: Path) -> bool:
    """Whether there is nothing in the file but the picture."""
    if set(image.info) - _HARMLESS or image.getexif() or getattr(image, "n_frames", 1) > 1:
        return False
    if getattr(image, "private_chunks", None):
        return False
    for name, data in getattr(image, "applist", ()):
        if name not in ("APP0", "APP14") and not data.startswith(b"ICC_PROFILE"):
            return False
    return _ends_with_its_picture(path, image.format or "")


def _ends_with_its_picture(path: Path, kind: str) -> bool:
    """A moving picture, with its own place and time, may hang on a still one."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if kind == "WEBP":
            return int.from_bytes(file.read(8)[4:], "little") + 8 == size
        file.seek(-len(_ENDS[kind]), os.SEEK_END)
        return file.read() == _ENDS[kind]


def _upright(image: Image.Image, longest: int) -> Image.Image:
    """The first picture of the file as it is meant to be seen, with nothing but its colours."""
    picture = ImageOps.exif_transpose(image)
    picture.thumbnail((longest, longest), Image.Resampling.LANCZOS)
    kept = {"icc_profile", "transparency"}
    picture.info = {key: value for key, value in picture.info.items() if key in kept}
    return picture


# --- to look at -------------------------------------------------------------------------------


def preview(source: Path, sha256: str, size: Size) -> Path:
    """Return a small JPEG of a stored picture, made when it is first asked for.

    Raises FileNotFoundError if the picture is gone, OSError and others if it can't be read.
    """
    target = preview_path(sha256, size)
    if target.exists() and source.exists():
        return target
    with Image.open(source, formats=_FORMATS) as image:
        image.draft("RGB", (SIZES[size], SIZES[size]))
        picture = _upright(image, SIZES[size])
    if picture.mode != "RGB":
        picture = picture.convert("RGBA")
        ground = Image.new("RGB", picture.size, "white")
        ground.paste(picture, mask=picture.getchannel("A"))
        picture = ground
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix="making-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            picture.save(file, "JPEG", quality=80, optimize=True)
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return target


def preview_path(sha256: str, size: str) -> Path:
    return Path(settings.FILES_ROOT) / "previews" / sha256[:2] / f"{sha256}-{SIZES[size]}.jpg"


def forget_previews(sha256: str) -> None:
    for size in SIZES:
        preview_path(sha256, size).unlink(missing_ok=True)
