"""What the cockpit's tables are full of."""

from typing import Protocol

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from yuanqi.foundation import formats

register = template.Library()
_NONE = mark_safe('<span class="yq-muted">0</span>')


class Figure(Protocol):
    number: int
    url: str
    light: str


@register.simple_tag
def figure(shown: Figure) -> SafeString:
    """A number that leads to its rows; nought leads nowhere. Two hundred stand on a page, so each
    is made here rather than by a template of its own."""
    if not shown.number:
        return _NONE
    number = formats.integer(shown.number)
    if not shown.light:
        return format_html('<a href="{}">{}</a>', shown.url, number)
    tone = formats.light_parts(shown.light)[0]
    return format_html('<a class="yq-light {}" href="{}">{}</a>', tone, shown.url, number)
