"""What stands in a text that somebody wrote: its first question, its greeting, its end."""

import re

_GREETING = re.compile(r"^\s*[^，。！\n]{0,12}(?:您好|你好)[，,。！!：:\s]*")
_QUESTION = re.compile(r"[^。！!？?；;\n]*[？?]")


def question_in(text: str) -> str:
    """Return the first question of a text; empty if it asks nothing."""
    asked = _QUESTION.search(text)
    return asked[0].strip("，, 　") if asked else ""


def without_greeting(text: str) -> str:
    """Return an answer without the words that greet whom it was written to."""
    return _GREETING.sub("", text)


def says_all(title: str, text: str) -> bool:
    """Whether the title, which is how the text begins, is all of it."""
    return len(text.strip().rstrip("。")) <= len(title)
