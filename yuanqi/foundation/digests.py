"""The SHA-256 of texts: what the journal and the tables keep in place of words."""

import hashlib


def sha256_of(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()
