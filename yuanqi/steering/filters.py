"""What narrows a list, all of it in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from yuanqi.foundation.actors import Actor
from yuanqi.registry import industry
from yuanqi.registry.indicators import month_read
from yuanqi.registry.models import Area
from yuanqi.registry.search import enterprises_found

from .models import Entry, Move, Ruling, Sheet
from .queries import entries_visible_to

LONGEST_SEARCH = 60
ENTERED, LEFT, UNCONFIRMED, OVERRULED = "entered", "left", "unconfirmed", "overruled"
QUEUES: Mapping[str, Q] = {
    "": Q(is_on=True),
    UNCONFIRMED: Q(is_on=True, ruling=Ruling.NONE),
    ENTERED: Q(move=Move.ENTERED),
    LEFT: Q(move=Move.LEFT),
    OVERRULED: Q(ruling__in=(Ruling.ON, Ruling.OFF)),
}


@dataclass(frozen=True)
class Filters:
    """Each is empty where it doesn't narrow; what an address says wrongly is left out."""

    month: str = ""
    queue: str = ""
    q: str = ""
    area: str = ""
    industry: str = ""
    mine: str = ""

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Filters":
        def text(name: str) -> str:
            return str(query.get(name, "")).replace("\x00", "").strip()

        area, code, month = text("area"), text("industry"), text("month")
        return cls(
            month=month if month_read(month) else "",
            queue=text("queue") if text("queue") in QUEUES else "",
            q=text("q")[:LONGEST_SEARCH],
            area=area if area.isascii() and area.isdigit() and len(area) < 19 else "",
            industry=code if industry.find(code) and len(code) <= 3 else "",
            mine="1" if text("mine") == "1" else "",
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.area or self.industry or self.mine)

    def address(self, **changes: str) -> str:
        """The query of the same list with something changed; an empty value leaves it out."""
        said = {one.name: getattr(self, one.name) for one in fields(self)} | changes
        return urlencode({name: value for name, value in said.items() if value})

    def narrowed(self, sheet: Sheet, actor: Actor) -> QuerySet[Entry]:
        """The sheet's entries that are meant, in whatever queue."""
        listed = entries_visible_to(actor).filter(sheet=sheet)
        if self.q:
            listed = listed.filter(enterprise__in=enterprises_found(self.q, actor))
        if self.area:
            listed = listed.filter(enterprise__area=int(self.area))
        if self.industry:
            listed = listed.filter(enterprise__industry_code__startswith=self.industry)
        if self.mine:
            listed = listed.filter(enterprise__in=actor.linked_enterprise_ids)
        return listed

    @property
    def areas(self) -> list[tuple[str, str]]:
        return [(str(one.pk), one.label) for one in Area.objects.all()]

    @property
    def industries(self) -> list[tuple[str, str]]:
        return [(one.code, f"{one.code} {one.label}") for one in industry.sections()]
