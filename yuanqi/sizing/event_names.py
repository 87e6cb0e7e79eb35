"""What the events of size classes are called, and what they say on a timeline."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from .events import SizeClassChanged
from .known import label_of

CHANGED = SizeClassChanged.kind
NAMES = {CHANGED: pgettext_lazy("event", "企业规模变化")}


def changed(payload: Mapping[str, Any], _names: object) -> str:
    """The sentence of the enterprise's timeline."""
    said = {"before": label_of(payload["size_before"]), "after": label_of(payload["size_after"])}
    if not said["before"]:
        return _("划型为%(after)s企业") % said
    if not said["after"]:
        return _("不再能划型，原为%(before)s企业") % said
    return _("划型由%(before)s变为%(after)s企业") % said
