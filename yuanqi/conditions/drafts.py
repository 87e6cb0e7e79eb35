"""What somebody writes of a version before it is one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .models import ConditionVersion

Case = dict[str, Any]  # {"note", "facts": {name: value}, "expected": true | false | null}


@dataclass(frozen=True, slots=True)
class Draft:
    """The text, from when to when, on what ground, and the cases that it must pass."""

    text: str
    valid_from: date | None = None
    planned_to: date | None = None
    source: str = ""
    reason: str = ""
    cases: Sequence[Case] = field(default=())

    @classmethod
    def of(cls, version: ConditionVersion) -> "Draft":
        return cls(**{name: getattr(version, name) for name in NAMES})

    @property
    def said(self) -> dict[str, str]:
        """Each part as a form carries it, to tell what somebody else has changed."""
        return {
            "text": unified(self.text),
            "valid_from": self.valid_from.isoformat() if self.valid_from else "",
            "planned_to": self.planned_to.isoformat() if self.planned_to else "",
            "source": self.source,
            "reason": self.reason,
            "cases": cases_said(self.cases),
        }

    @property
    def values(self) -> Mapping[str, Any]:
        return {name: getattr(self, name) for name in NAMES} | {"cases": list(self.cases)}


NAMES = ("text", "valid_from", "planned_to", "source", "reason", "cases")


def cases_said(cases: Sequence[Case]) -> str:
    return json.dumps(list(cases), ensure_ascii=False, sort_keys=True)


def unified(text: str) -> str:
    """A form sends lines apart by two signs; positions count one."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
