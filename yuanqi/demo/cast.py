"""Who plays in the requests of the years: handlers, heads and their acting colleagues, links."""

from collections import defaultdict
from datetime import datetime

from yuanqi.organisation.bulk import NewAbsence

from . import people
from .size import Size


class Cast:
    """Everybody by username, as the requests of one loading need them."""

    def __init__(self, now: datetime, size: Size) -> None:
        told = people.organisation(now, size)
        self.now = now
        self.crowd = people.crowd(size)
        self._heads = {unit.code: unit.head for unit in told.departments if unit.head}
        self.names = {unit.code: unit.short_name for unit in told.departments}
        self._absences: dict[str, list[NewAbsence]] = defaultdict(list)
        for away in told.absences:
            self._absences[away.officer].append(away)
        firms = [*people.enterprises_told(), *self.crowd.firms]
        self._linked_on = {
            firm: people.linked_on(position, now, size) for position, firm in enumerate(firms)
        }

    def head(self, department: str, at: datetime) -> str:
        """Who answers for a department as its head at an instant, through absences."""
        found = self._heads[department]
        for _step in range(5):
            away = next((a for a in self._absences[found] if a.start_at <= at < a.end_at), None)
            if away is None:
                return found
            found = away.acting
        return found

    def handlers(self, department: str) -> tuple[str, ...]:
        """The clerks of a department who are not hand-written: those have their own stories."""
        return self.crowd.staff.clerks[department]

    def linked_officer(self, firm: str, at: datetime) -> str | None:
        """The firm's officer, if the link stands on that day already."""
        return self.crowd.officers[firm] if self._linked_on[firm] <= at.date() else None

    def contact(self, firm: str) -> str:
        return people.contact_login(firm)

    def contact_name(self, firm: str) -> str:
        """The name of the main contact."""
        if firm in self.crowd.firms:
            return self.crowd.firms[firm].people[0][0]
        return people.main_contact(firm)
