"""Capacity that a variant lacks, given to officers by name: the least that places everybody."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any

from .drafts import Draft, Place


@dataclass(frozen=True, slots=True)
class Relaxed:
    """An officer's capacity as it is and as it would be."""

    officer_id: int
    before: int
    capacity: int


def relaxed(draft: Draft, shortage: Sequence[Mapping[str, Any]]) -> list[Relaxed]:
    """Who would serve more, so that nothing is missing: whoever is asked for least, one each.

    Of the role that is missing, in its area where somebody of it knows that area. Empty where a
    role is missing of which nobody takes part: no capacity helps there.
    """
    added: dict[int, int] = {}
    for one in shortage:
        places = list(_of(draft, one))
        if not places:
            return []
        for place in islice(cycle(places), one["number"]):
            added[place.officer] = added.get(place.officer, 0) + 1
    return [
        Relaxed(pk, draft.places[pk].capacity, draft.places[pk].capacity + more)
        for pk, more in sorted(added.items())
    ]


def _of(draft: Draft, one: Mapping[str, Any]) -> Iterator[Place]:
    there = [
        place for place in draft.places.values() if place.is_here and place.role == one["role"]
    ]
    area = one.get("area_id")
    near = [
        place for place in there
        if area is not None and (known := draft.known.get(place.officer)) and known.area == area
    ]  # fmt: skip
    yield from sorted(near or there, key=lambda place: (place.capacity, place.officer))
