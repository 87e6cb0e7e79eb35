"""One-time passwords: drawn by chance, shown once, typed by hand from a slip of paper."""

import secrets

# without 0 and o, 1, i and l: somebody reads it aloud
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _SIZE = 4, 4


def draw() -> str:
    """Return a password of four groups of four: 79 bits of chance."""
    return "-".join(
        "".join(secrets.choice(_SIGNS) for _sign in range(_SIZE)) for _group in range(_GROUPS)
    )
