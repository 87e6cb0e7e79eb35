"""What a limit is for, in the words of the pages: those of clocks, and the others."""

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from yuanqi.casework.models import Purpose

_OTHERS = {
    "call_back": pgettext_lazy("limit", "差评回访"),
    "extension": pgettext_lazy("limit", "最多延期"),
    "rectify": pgettext_lazy("limit", "差评整改"),
}


def purpose_label(purpose: str) -> str | Promise:
    return _OTHERS[purpose] if purpose in _OTHERS else Purpose(purpose).label
