"""Which rules use a fact: it is neither renamed nor retired while one of them does."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from yuanqi.domain.rules import Rule, RuleError
from yuanqi.registry import facts
from yuanqi.registry.facts import Use

from . import kinds
from .models import State
from .queries import texts_in_use


def uses_of(name: str) -> Iterator[Use]:
    """Each version that holds, will hold or is being written, with its page."""
    schemas, known = {}, facts.schema()
    for version in texts_in_use():
        condition = version.condition
        try:
            kind = kinds.find(condition.kind)
        except LookupError:
            continue
        if name not in version.text:
            continue
        if kind.code not in schemas:
            schemas[kind.code] = kind.schema()
        if schemas[kind.code].get(name) != known.get(name):
            continue  # another subject's fact of the same name
        try:
            used = any(
                field.name == name for field in Rule.parse(version.text, schemas[kind.code]).fields
            )
        except RuleError:
            used = version.state != State.PUBLISHED  # a draft that is wrong may mean it
        if used:
            yield Use(
                _("%(kind)s：%(rule)s，第 %(number)s 版")
                % {"kind": kind.name, "rule": condition.label, "number": version.number},
                reverse("conditions:version", args=[condition.pk, version.number]),
            )
