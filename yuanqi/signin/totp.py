"""Codes of an authenticator app: TOTP by RFC 6238, six digits, thirty seconds, SHA-1.

SHA-1 is what all apps know; as HMAC it holds. A code of the step before and of the one after is
taken, because telephones are seconds off. Pure: the time comes in.
"""

import base64
import hmac
import secrets
import struct
from datetime import datetime
from io import BytesIO
from urllib.parse import quote, urlencode

import qrcode
from qrcode.image.svg import SvgPathImage

STEP_SECONDS = 30
DIGITS = 6
TOLERANCE = 1  # steps
_BYTES = 20


def draw() -> str:
    """Return a new secret of 160 random bits, in base32 as apps read it."""
    return base64.b32encode(secrets.token_bytes(_BYTES)).decode()


def counter_at(at: datetime) -> int:
    return int(at.timestamp()) // STEP_SECONDS


def code(secret: str, counter: int) -> str:
    """Return the code of one step (RFC 4226)."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", counter), "sha1")
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return str(number % 10**DIGITS).zfill(DIGITS)


def matching(secret: str, given: str, at: datetime) -> int | None:
    """Return the step whose code this is, now or just before or after; else None.

    All steps are compared, in the same time whether or not one fits.
    """
    now = counter_at(at)
    found = None
    for counter in range(now - TOLERANCE, now + TOLERANCE + 1):
        if hmac.compare_digest(code(secret, counter).encode(), given.encode()):
            found = counter
    return found


def is_fresh(counter: int, last: int, at: datetime) -> bool:
    """Say whether a matching step is later than the last one taken.

    Where the last one lies beyond the present, the clock has been set back since: what was taken
    in that future tells nothing, else its owner would wait for it to come.
    """
    if last > counter_at(at) + TOLERANCE:
        return True
    return counter > last


def address(secret: str, *, username: str, issuer: str) -> str:
    """Return what an app reads from the picture (otpauth://)."""
    values = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(f'{issuer}:{username}')}?{values}"


def picture(text: str) -> str:
    """Return a QR code as a data: address of an SVG, which the content policy lets in."""
    image = qrcode.make(text, image_factory=SvgPathImage, box_size=12, border=2)
    out = BytesIO()
    image.save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()


def grouped(secret: str) -> str:
    """The secret in groups of four, to be typed."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
