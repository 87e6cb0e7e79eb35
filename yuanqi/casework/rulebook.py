"""Which rules hold: published mechanisms and their limits, read once and kept in memory."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from yuanqi.foundation.standing import RULES, Kept

from .casefile import Allowance
from .definition import OPTIONAL_PURPOSES, MechanismDefinition, most_exact
from .models import LimitRule, Mechanism, MechanismVersion

_standing: Kept[dict[Any, Any]] = Kept(dict, RULES)


def current_mechanism(code: str) -> MechanismVersion:
    """Return the newest published version of a mechanism, kept in memory and shared.

    Raises DoesNotExist if none is.
    """
    kept = _standing.known()
    version: MechanismVersion | None = kept.get(code)
    if version is None:
        version = kept[code] = (
            MechanismVersion.objects.select_related("mechanism")
            .filter(mechanism__code=code)
            .latest("number")
        )
    return version


def published(version_id: int) -> MechanismVersion:
    """Return this version of a mechanism, kept in memory and shared. Raises DoesNotExist."""
    kept = _standing.known()
    version: MechanismVersion | None = kept.get(version_id)
    if version is None:
        version = kept[version_id] = MechanismVersion.objects.get(pk=version_id)
    return version


def version_ids(code: str) -> list[int]:
    """Return every published version of a mechanism, kept in memory: its cases have one of them."""
    kept = _standing.known()
    found: list[int] | None = kept.get(("versions", code))
    if found is None:
        versions = MechanismVersion.objects.filter(mechanism__code=code)
        found = kept["versions", code] = sorted(versions.values_list("pk", flat=True))
    return found


def limits_on(mechanism_id: int, day: date) -> "Limits":
    """Return `Limits.on` that day, kept in memory and shared."""
    kept = _standing.known()
    limits: Limits | None = kept.get((mechanism_id, day))
    if limits is None:
        limits = kept[mechanism_id, day] = Limits.on(mechanism_id, day)
    return limits


# published definitions are few and never change: one a digest
_definitions: dict[str, MechanismDefinition] = {}


def definition_in(version: MechanismVersion) -> MechanismDefinition:
    """Return what this version defines, checked once a process."""
    definition = _definitions.get(version.digest)
    if definition is None:
        definition = MechanismDefinition.model_validate(version.definition)
        _definitions[version.digest] = definition
    return definition


class Limits:
    """The rule table of one mechanism on one day, read once.

    The most exact rule wins: for the level and category, the level, the category, then for any.
    """

    def __init__(self, rules: Iterable[LimitRule]) -> None:
        self._rules = {(rule.purpose, rule.level, rule.category): rule for rule in rules}

    @classmethod
    def on(cls, mechanism: Mechanism | int, day: date) -> "Limits":
        rules = list(
            LimitRule.objects.filter(mechanism=mechanism)
            .filter(Q(valid_until__isnull=True) | Q(valid_until__gt=day))
            .order_by("valid_from")
        )
        holding = [rule for rule in rules if rule.valid_from <= day]
        # a step that the park limited only later: its first limits hold for older cases too
        known = {rule.purpose for rule in holding}
        later = [
            rule for rule in rules
            if rule.purpose in OPTIONAL_PURPOSES and rule.purpose not in known
        ]  # fmt: skip
        return cls(later[::-1] + holding)

    def allowance(self, purpose: str, level: str = "", category: str = "") -> Allowance:
        """Return the limit for a purpose. Raises LookupError if the table has none."""
        found = self.find(purpose, level, category)
        if found is None:
            raise LookupError(f"no limit for {purpose} at level {level!r}, category {category!r}")
        return found

    def find(self, purpose: str, level: str = "", category: str = "") -> Allowance | None:
        """Return the limit for a purpose that a mechanism may leave out."""
        for key in most_exact(purpose, level, category):
            rule = self._rules.get(key)
            if rule is not None:
                return Allowance(rule.limit, rule.source)
        return None
