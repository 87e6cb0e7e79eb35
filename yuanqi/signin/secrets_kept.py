"""What is kept of secrets: encrypted where we must read them again, else a keyed hash.

Both keys come from the program's own secret (`YUANQI_SECRET_KEY`), which stands outside the
database: a copy of the database alone gives nothing away. Secrets that it had before
(`YUANQI_SECRET_KEY_OLD`) still read what was kept with them; nothing more is kept with those. The
first part of a stored value names the way it was made, so that another (SM4, SM3) can follow.
"""

import base64
import contextlib
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_MADE_BY = "a1"  # AES-256-GCM, a nonce of 96 bits


def _keys(purpose: str) -> list[bytes]:
    """Today's key first, then those of the secrets before."""
    named = f"yuanqi.signin.{purpose}".encode()
    known = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [hmac.digest(secret.encode(), named, "sha256") for secret in known]


def keyed_hash(purpose: str, value: str) -> str:
    """Return 64 hexadecimal digits that only this installation can make from `value`."""
    return keyed_hashes(purpose, value)[0]


def keyed_hashes(purpose: str, value: str) -> list[str]:
    """As `keyed_hash`, and what it was under the secrets before."""
    return [hmac.new(key, value.encode(), hashlib.sha256).hexdigest() for key in _keys(purpose)]


def encrypt(value: str, *, of: int) -> str:
    """Encrypt what belongs to account `of`; it can't be read as another account's."""
    nonce = os.urandom(12)
    sealed = AESGCM(_keys("secret")[0]).encrypt(nonce, value.encode(), str(of).encode())
    return f"{_MADE_BY}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(kept: str, *, of: int) -> str | None:
    """Return what was encrypted for account `of`; None if it was under a secret unknown here."""
    made_by, _colon, rest = kept.partition(":")
    if made_by != _MADE_BY:
        return None
    raw = base64.b64decode(rest)
    for key in _keys("secret"):
        with contextlib.suppress(InvalidTag):
            return AESGCM(key).decrypt(raw[:12], raw[12:], str(of).encode()).decode()
    return None
