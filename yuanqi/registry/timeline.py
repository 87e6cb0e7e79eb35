"""What happened in the registers to one enterprise, a sentence an event, the newest first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from django.utils import timezone

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation.models import Officer

from .models import Area, ContactPerson, Enterprise, EnterpriseGroup, Project
from .timeline_words import WORDS, Names

KINDS = WORDS.keys()  # grows as slices above tell theirs


@dataclass(frozen=True, slots=True)
class Happening:
    at: datetime
    text: str


def audiences_of(actor: Actor) -> list[str]:
    """The enterprise reads events meant for it; staff also those that stay inside the park."""
    found = [Audience.ENTERPRISE.value]
    if actor.side is not Side.ENTERPRISE:
        found.append(Audience.STAFF.value)
    return found


def happenings_of(
    enterprise: Enterprise, actor: Actor, now: datetime, most: int
) -> list[Happening]:
    """Return the latest events of the enterprise's register that the actor may read."""
    events = list(
        JournalEvent.objects.filter(
            stream=enterprise.stream, kind__in=list(KINDS), audience__in=audiences_of(actor)
        ).order_by("-seq")[:most]
    )
    told = Telling(events, now)
    return [Happening(event.at, text) for event in events if (text := told.say(event))]


@dataclass
class Telling:
    """Says events of the registers: reads at once everybody whom they name."""

    events: Sequence[JournalEvent]
    now: datetime
    tz: tzinfo = field(default_factory=timezone.get_default_timezone)

    def __post_init__(self) -> None:
        self.names = Names(
            now=self.now,
            tz=self.tz,
            officers=Officer.objects.select_related("department").in_bulk(self._ids("officer_id")),
            people={
                pk: person.name
                for pk, person in ContactPerson.objects.in_bulk(self._ids("contact_id")).items()
            },
            groups=_labels(EnterpriseGroup, self._changed("group_id")),
            areas=_labels(Area, self._changed("area_id")),
            projects=_labels(Project, self._ids("project_id")),
            firms=_labels(Enterprise, self._ids("into_id")),
        )

    def say(self, event: JournalEvent) -> str | None:
        """The sentence of an event; None for what another event says already."""
        words = WORDS.get(event.kind)
        return None if words is None else words(event.payload, self.names)

    def _ids(self, key: str) -> set[int]:
        return {event.payload[key] for event in self.events if key in event.payload}

    def _changed(self, key: str) -> set[int]:
        found: set[int] = set()
        for event in self.events:
            for side in ("before", "after"):
                value = (event.payload.get(side) or {}).get(key)
                if isinstance(value, int):
                    found.add(value)
        return found


def _labels(model: type, ids: Iterable[int]) -> dict[int, str]:
    wanted = set(ids)
    if not wanted:
        return {}
    return {row.pk: row.label for row in model.objects.filter(pk__in=wanted)}
