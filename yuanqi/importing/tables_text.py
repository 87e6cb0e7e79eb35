"""Cells and columns as people read them."""

from typing import Any

from yuanqi.foundation import tables_in


def letters(column: int) -> str:
    """The name of a column in a spreadsheet: A, B, … AA."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def shown(cell: Any) -> str:
    """A cell as typed, what doesn't print made visible."""
    text = tables_in.as_typed(cell)
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else "␀" if sign == "\0" else " " for sign in text)
