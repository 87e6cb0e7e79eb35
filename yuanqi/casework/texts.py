"""Words that an operation asks for: somebody must have written them, and they must fit."""

from django.utils.translation import gettext as _

from yuanqi.foundation.errors import Invalid

LONG = 1000  # characters


def required(text: str, field: str, missing: str, *, at_most: int = 500) -> str:
    """Return the text without space around it. Raises Invalid if nothing is left, or too much."""
    text = text.strip()
    if not text:
        raise Invalid(missing, field)
    if len(text) > at_most:
        raise Invalid(_("最多 %(count)d 个字。") % {"count": at_most}, field)
    return text
