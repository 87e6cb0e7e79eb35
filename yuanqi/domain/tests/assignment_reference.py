"""Assignments worked out slowly: every plan there is, judged by the words of the rules.

Costs are in thousandths. Places cost whole thousandths only where 2,000 divides well: capacities
of 1, 2, 4 and 5 under the usual weights.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from yuanqi.domain.assignment import Officer, Subject, Weights

WEIGHTS = Weights()


class Reference:
    """One stage: leads, or seconds when `leads` are given."""

    def __init__(
        self,
        subjects: Sequence[Subject],
        officers: Sequence[Officer],
        current: Mapping[str, str],
        weights: Weights = WEIGHTS,
        leads: Mapping[str, str] | None = None,
    ) -> None:
        self.subjects = [one for one in subjects if leads is None or one.id in leads]
        self.officers = {one.id: one for one in officers}
        self.current = current
        self.weights = weights
        self.leads = leads
        self.taken = Counter((leads or {}).values())

    def may(self, subject: Subject, officer: str | None) -> bool:
        if officer not in self.officers or subject.id in self.officers[officer].barred:
            return False
        if self.leads is not None:
            return self.leads[subject.id] != officer
        return subject.new or self.officers[officer].role != "congress_deputy"

    def kept(self, subject: Subject) -> str | None:
        """Whom it has and may keep."""
        had = self.current.get(subject.id)
        return had if self.may(subject, had) else None

    def has_lost(self, subject: Subject) -> bool:
        had = self.current.get(subject.id)
        return had is not None and had not in self.officers

    def wishes_cost(self, subject: Subject, name: str) -> int:
        """What a pair costs but for the kept one."""
        officer, weights = self.officers[name], self.weights
        apart = None not in (subject.area, officer.area) and subject.area != officer.area
        misses = subject.specialties and not subject.specialties & officer.specialties
        cost = (
            round(4 * subject.effort)
            * 250
            * (weights.area * apart + weights.specialty * bool(misses))
        )
        head = self.current.get(subject.group_head)
        if subject.group_head != subject.id and self.may(subject, head) and head != name:
            cost += 1000 * weights.group
        wished = [one for one in subject.wished if self.may(subject, one)]
        if wished and name not in wished:
            cost += 1000 * weights.wish
        return int(cost)

    def place_cost(self, name: str, count: int) -> int:
        return int(1000 * self.weights.load * (2 * count - 1) // (2 * self.officers[name].capacity))

    def cost(self, pairs: Mapping[str, str]) -> int:
        """Pairs and loads, without what moving costs."""
        by_id = {one.id: one for one in self.subjects}
        found = sum(self.wishes_cost(by_id[one], officer) for one, officer in pairs.items())
        for officer, count in Counter(pairs.values()).items():
            before = self.taken[officer]
            found += sum(self.place_cost(officer, before + k + 1) for k in range(count))
        return found

    def moved(self, pairs: Mapping[str, str]) -> int:
        return sum(
            self.kept(one) is not None and pairs.get(one.id) != self.kept(one)
            for one in self.subjects
        )

    def badness(self, pairs: Mapping[str, str]) -> tuple[int, ...]:
        """What matters, the weightiest first, where kept pairs come before all wishes."""
        missing = [one for one in self.subjects if one.id not in pairs]
        light = [one for one in missing if self.leads is not None or self.has_lost(one)]
        return len(missing) - len(light), self.moved(pairs), len(light), self.cost(pairs)

    def plans(self) -> Iterator[dict[str, str]]:
        choices = [
            [None, *(name for name in self.officers if self.may(one, name))]
            for one in self.subjects
        ]
        for chosen in product(*choices):
            load = self.taken + Counter(name for name in chosen if name)
            if all(load[name] <= one.capacity for name, one in self.officers.items()):
                yield {
                    one.id: name
                    for one, name in zip(self.subjects, chosen, strict=True)
                    if name is not None
                }
