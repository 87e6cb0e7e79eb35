"""What a telling adds to the words of its life, so that some words are frequent and others rare."""

from hashlib import sha256

from yuanqi.foundation import search

# stand in every text, or in a quarter of all, of which no two meet
_PLACES = ("甲栋", "乙栋", "丙栋", "丁栋")
_EACH = 5  # requests that speak of the same device
_LINES = "ABCDEFGH"
# what was asked before the platform was there was taken over from books
_TAKEN_OVER = "，由纸质台账补录"
_RARELY = "，搬迁过渡期内提出"
_RARE_ONE_IN = 4000


def tail_of(number: str, serial: int, firm: str, *, is_old: bool) -> str:
    """The end of a request's text: who asks, where, about which device.

    `serial` runs through all requests; some words occur only in what `is_old`.
    """
    mixed = int.from_bytes(sha256(number.encode()).digest()[:4])
    device = f"{_LINES[mixed % len(_LINES)]}{serial // _EACH:06d}"
    old = _TAKEN_OVER if is_old else ""
    if is_old and mixed % _RARE_ONE_IN == 0:
        old += _RARELY
    return f"（{firm}，{_PLACES[mixed % len(_PLACES)]}，设备编号 {device}{old}）"


def vector_of(*found: set[str]) -> str:
    """Lexemes as they follow others in the text of a vector."""
    return search.vector(set().union(*found))
