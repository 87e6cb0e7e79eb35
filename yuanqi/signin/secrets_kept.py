"""What is kept of secrets: encrypted where we must read them again, else a keyed hash.

Both keys come from the program's own secret (`YUANQI_SECRET_KEY`), which stands outside the
database: a copy of the database alone gives nothing away. The first part of a stored value names
the way it was made, so that another (SM4, SM3) can follow.
"""

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_MADE_BY = "a1"  # AES-256-GCM, a nonce of 96 bits


def _key(purpose: str) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), f"yuanqi.signin.{purpose}".encode(), "sha256")


def keyed_hash(purpose: str, value: str) -> str:
    """Return 64 hexadecimal digits that only this installation can make from `value`."""
    return hmac.new(_key(purpose), value.encode(), hashlib.sha256).hexdigest()


def encrypt(value: str, *, of: int) -> str:
    """Encrypt what belongs to account `of`; it can't be read as another account's."""
    nonce = os.urandom(12)
    sealed = AESGCM(_key("secret")).encrypt(nonce, value.encode(), str(of).encode())
    return f"{_MADE_BY}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(kept: str, *, of: int) -> str | None:
    """Return what was encrypted for account `of`; None if the program's secret is another now."""
    made_by, _colon, rest = kept.partition(":")
    if made_by != _MADE_BY:
        return None
    raw = base64.b64decode(rest)
    try:
        return AESGCM(_key("secret")).decrypt(raw[:12], raw[12:], str(of).encode()).decode()
    except InvalidTag:
        return None
