"""An event as a timeline reads it, and who is meant by the ids in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


@dataclass(frozen=True, slots=True)
class Happened:
    """An event as the journal holds it."""

    kind: str
    at: datetime
    actor: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """Who is meant by the ids of events. What is not known is left out of a sentence."""

    units: Mapping[int, str] = field(default_factory=dict)  # departments
    people: Mapping[str, str] = field(default_factory=dict)  # by the journal's label of an actor
    their_units: Mapping[str, str] = field(default_factory=dict)
    officers: Mapping[int, str] = field(default_factory=dict)
    opinions: Mapping[int, str] = field(default_factory=dict)  # by task
    grounds: Mapping[str, str] = field(default_factory=dict)  # labels of the pause grounds
    supplied: frozenset[str] = frozenset()  # grounds that the enterprise's material ends
    refusals: Mapping[str, str] = field(default_factory=dict)  # labels of the refusal grounds

    def unit(self, pk: Any) -> str:
        return self.units.get(pk, "")

    def who(self, event: Happened) -> str:
        """The person who acted, without the unit."""
        return self.people.get(event.actor, "")

    def officer(self, event: Happened) -> str:
        """The unit and the name of the officer who acted: 安环局何思远."""
        return pgettext("unit and person", "%(unit)s%(name)s") % {
            "unit": self.their_units.get(event.actor, ""),
            "name": self.who(event),
        }

    def reason(self, ground: str, awaited: str) -> str:
        """Why a clock stands still: 等企业补水质检测报告."""
        if ground in self.supplied:
            return _("等企业补%(awaited)s") % {"awaited": awaited}
        label = self.grounds.get(ground, "")
        return _("%(ground)s：%(awaited)s") % {"ground": label, "awaited": awaited.rstrip("。")}
