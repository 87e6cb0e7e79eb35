"""The unified social credit code (统一社会信用代码): both check digits.

Rule: GB 32100-2015 for the whole code (by python-stdnum), GB 11714-1997 for the organisation code
in positions 9 to 17, which the library leaves unchecked.
"""

import re

from stdnum.cn import uscc

# registering authority and kind, six digits of the registrar's place, organisation code, check
_FORM = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


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
    if uscc.calc_check_digit(compact[:17]) != compact[17]:
        raise UsccError("final")
    return compact


def organisation_digit(body: str) -> str:
    """Return the check digit of an organisation code's eight characters (GB 11714)."""
    total = sum(weight * _ALPHABET.index(c) for weight, c in zip(_WEIGHTS, body, strict=True))
    digit = 11 - total % 11
    return {10: "X", 11: "0"}.get(digit, str(digit))


def make(prefix: str, body: str) -> str:
    """Return a code from its first eight characters and an organisation body of eight."""
    seventeen = prefix + body + organisation_digit(body)
    return seventeen + str(uscc.calc_check_digit(seventeen))
