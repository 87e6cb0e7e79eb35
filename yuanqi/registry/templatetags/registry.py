"""Sums and areas as the register shows them."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def amount(value: Decimal | int | None) -> str:
    """At most two digits after the point, no noughts at the end: 40,900 or 2,484.5; or —."""
    if value is None:
        return "—"
    return f"{Decimal(value).quantize(Decimal('0.01')).normalize():,f}"
