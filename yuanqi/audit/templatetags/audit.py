"""What only the audit administrator's pages need."""

from django import template

register = template.Library()


@register.filter
def hex(value: bytes | memoryview) -> str:
    """A hash as it is written down: 64 digits."""
    return bytes(value).hex()
