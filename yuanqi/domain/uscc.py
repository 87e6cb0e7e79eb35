"""The unified social credit code (统一社会信用代码): both check digits.

Rule: GB 32100-2015 for the whole code, GB 11714-1997 for the organisation code in positions 9 to
17. Computed here, held by tests against python-stdnum: a file of a hundred thousand enterprises
asks for each.
"""

import re
from operator import mul

# registering authority and kind, six digits of the registrar's place, organisation code, check
_FORM = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION = {sign: value for value, sign in enumerate(_ALPHABET)}
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # of the whole code: without I, O, S, V, Z
_VALUES = {sign: value for value, sign in enumerate(_SIGNS)}
_POWERS = tuple(pow(3, place, 31) for place in range(17))


class UsccError(ValueError):
    """The code can't be right; `part` says where: "form", "organisation" or "final"."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


def check(code: str) -> str:
    """Return the code without spaces, in capitals. Raises UsccError."""
    compact = code.strip().replace(" ", "").replace("-", "").upper()
    if not _FORM.fullmatch(compact):
        raise UsccError("form")
    if organisation_digit(compact[8:16]) != compact[16]:
        raise UsccError("organisation")
    if final_digit(compact[:17]) != compact[17]:
        raise UsccError("final")
    return compact


def final_digit(seventeen: str) -> str:
    """Return the check digit of the whole code (GB 32100): powers of 3 modulo 31."""
    total = sum(map(mul, _POWERS, map(_VALUES.__getitem__, seventeen)))
    return _SIGNS[-total % 31]


def organisation_digit(body: str) -> str:
    """Return the check digit of an organisation code's eight characters (GB 11714)."""
    total = sum(map(mul, _WEIGHTS, map(_ORGANISATION.__getitem__, body)))
    digit = 11 - total % 11
    return {10: "X", 11: "0"}.get(digit, str(digit))


def make(prefix: str, body: str) -> str:
    """Return a code from its first eight characters and an organisation body of eight."""
    seventeen = prefix + body + organisation_digit(body)
    return seventeen + final_digit(seventeen)
