"""How accounts' pages say roles and names, and the key of each small form."""

from collections.abc import Collection, Mapping
from uuid import uuid4

from django import template

from .. import rules

register = template.Library()


@register.filter
def roles(codes: Collection[str]) -> str:
    """The roles by their labels, in their order."""
    return rules.said(codes)


@register.filter
def named(names: Mapping[int, str], account_id: int) -> str:
    """The name of an account among those the page knows."""
    return names.get(account_id, "")


@register.simple_tag
def once_key() -> str:
    """A key for a form without fields of its own: sent twice, it acts once."""
    return str(uuid4())
