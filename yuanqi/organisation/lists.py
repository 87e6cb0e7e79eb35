"""What narrows the list of officers, all of it in the address."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from .models import Department, Officer

LONGEST_SEARCH = 40
_STATES = ("here", "left", "no-account")


@dataclass(frozen=True)
class OfficerFilters:
    """Each is empty where it doesn't narrow; what an address says wrongly is left out."""

    q: str = ""
    unit: str = ""
    state: str = ""

    @classmethod
    def read(cls, query: Mapping[str, Any], units: Sequence[Department]) -> "OfficerFilters":
        unit, state = str(query.get("department", "")), str(query.get("state", ""))
        return cls(
            q=str(query.get("q", "")).replace("\0", "").strip()[:LONGEST_SEARCH],
            unit=unit if unit in {str(one.pk) for one in units} else "",
            state=state if state in _STATES else "",
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.unit or self.state)

    def applied(self) -> QuerySet[Officer]:
        """The officers that are meant; whoever asks must be allowed to see them all."""
        found = Officer.objects.select_related("department", "account")
        if self.q:
            found = found.filter(name__icontains=self.q)
        if self.unit:
            found = found.filter(department=int(self.unit))
        if self.state == "no-account":
            return found.filter(account=None, is_active=True)
        if self.state:
            return found.filter(is_active=self.state == "here")
        return found
