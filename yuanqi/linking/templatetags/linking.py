"""Filters that say kept reasons of pairs in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from ..telling import reason_said, reasons_said

register = template.Library()


@register.filter
def reasons(found: Iterable[Mapping[str, Any]]) -> list[str]:
    """The reasons of a pair, a sentence each."""
    return reasons_said(found)


@register.filter
def reason(why: Mapping[str, Any]) -> str:
    return reason_said(why)
