"""Translation for what is said hundreds of times a page: the active language is asked once."""

from collections.abc import Callable
from functools import cache

from django.utils.translation import get_language, gettext


class _Words(dict[str, str]):
    """What has been said in one language: catalogs don't change while a process runs."""

    def __missing__(self, text: str) -> str:
        # asked with the language active: `spoken` is called for the page in hand
        said = self[text] = gettext(text)
        return said


@cache
def _words(_language: str | None) -> _Words:
    return _Words()


def spoken() -> Callable[[str], str]:
    """Return `gettext` of the language that is active now; kept no longer than that is.

    Called `_` where it is used, so that the words are collected.
    """
    return _words(get_language()).__getitem__
