"""The rules of cases, resolved once for many of them."""

from datetime import date

from .models import MechanismVersion
from .rulebook import Limits, current_mechanism, definition_in


class Rules:
    """The mechanism that new cases begin with, its definition, and its limits by day."""

    def __init__(self, version: MechanismVersion) -> None:
        self.version = version
        self.definition = definition_in(version)
        self._limits: dict[date, Limits] = {}

    @classmethod
    def current(cls, code: str) -> "Rules":
        """Raises DoesNotExist if no version is published."""
        return cls(current_mechanism(code))

    def limits(self, day: date) -> Limits:
        """The limits in force on a day, read at first use."""
        if day not in self._limits:
            self._limits[day] = Limits.on(self.version.mechanism, day)
        return self._limits[day]
