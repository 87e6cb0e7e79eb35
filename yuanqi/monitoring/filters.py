"""What narrows the board of a month, all of it in the address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from yuanqi.foundation.actors import Actor
from yuanqi.registry import industry
from yuanqi.registry.indicators import MEASURES, month_read
from yuanqi.registry.models import Area
from yuanqi.registry.search import enterprises_found

from .models import OPEN, Filing, FilingState, Round
from .queries import filings_visible_to

LONGEST_SEARCH = 60
LATE = "late"
NO_AREA = "none"


@dataclass(frozen=True)
class Filters:
    """Each is empty where it doesn't narrow; what an address says wrongly is left out."""

    month: str = ""
    queue: str = ""  # a state, or "late"
    q: str = ""
    area: str = ""  # an id, or "none"
    industry: str = ""  # a section or a division
    mine: str = ""
    measure: str = ""  # which figure the list shows

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Filters":
        def text(name: str) -> str:
            return str(query.get(name, "")).replace("\x00", "").strip()

        area = text("area")
        known = area == NO_AREA or (area.isascii() and area.isdigit() and len(area) < 19)
        queue, code, month = text("queue"), text("industry"), text("month")
        return cls(
            month=month if month_read(month) else "",
            queue=queue if queue in (LATE, *FilingState.values) else "",
            q=text("q")[:LONGEST_SEARCH],
            area=area if known else "",
            industry=code if industry.find(code) and len(code) <= 3 else "",
            mine="1" if text("mine") == "1" else "",
            measure=text("measure") if text("measure") in MEASURES else "",
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.area or self.industry or self.mine)

    @property
    def query(self) -> str:
        """The whole address, said one way."""
        said = {one.name: value for one in fields(self) if (value := getattr(self, one.name))}
        return urlencode(said)

    def address(self, **changes: str) -> str:
        """The query of the same list with something changed; an empty value leaves it out."""
        said = {one.name: getattr(self, one.name) for one in fields(self)} | changes
        return urlencode({name: value for name, value in said.items() if value})

    def narrowed(self, round_: Round, actor: Actor) -> QuerySet[Filing]:
        """The round's filings that are meant, in whatever state, of those the actor may see."""
        listed = filings_visible_to(actor).filter(round=round_)
        if self.q:
            listed = listed.filter(enterprise__in=enterprises_found(self.q, actor))
        if self.area:
            place = None if self.area == NO_AREA else int(self.area)
            listed = listed.filter(enterprise__area=place)
        if self.industry:
            listed = listed.filter(enterprise__industry_code__startswith=self.industry)
        if self.mine:
            listed = listed.filter(enterprise__in=actor.linked_enterprise_ids)
        return listed

    def queued(self, listed: QuerySet[Filing], round_: Round, today: date) -> QuerySet[Filing]:
        """Those of the chosen queue."""
        if self.queue == LATE:
            return listed.filter(state__in=OPEN) if today > round_.due_on else listed.none()
        return listed.filter(state=self.queue) if self.queue else listed

    # what there is to choose from ------------------------------------------------------------

    @property
    def areas(self) -> list[tuple[str, str]]:
        return [(str(one.pk), one.label) for one in Area.objects.all()]

    @property
    def industries(self) -> list[tuple[str, str]]:
        """Sections; and the division that is chosen, if one is."""
        found = [(one.code, f"{one.code} {one.label}") for one in industry.sections()]
        chosen = industry.find(self.industry) if len(self.industry) == 3 else None
        return [*found, (chosen.code, f"{chosen.code} {chosen.label}")] if chosen else found
