"""Which enterprises an officer serves today: his own links, and groups whose head he leads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone

from yuanqi.foundation import prepared
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.models import Account

from .models import Enterprise, LinkRole
from .queries import links_on


def links_of(_account: Account, at: datetime, known: Actor) -> Mapping[str, Any] | None:
    """What the register knows of an account: the enterprises that its officer serves today.

    Those of an absent officer come to whoever acts for him. Whoever sees every case anyway is
    seldom asked for all of them: they are read when he is.
    """
    if known.officer_id is None:
        return None
    served = Served(sorted(known.officer_ids), timezone.localdate(at))
    return {"linked_enterprise_ids": served if known.sees_every_case else served.all}


class Served(Set[int]):
    """The keys of the enterprises that these officers serve on a day, read as far as is asked."""

    def __init__(self, officers: Sequence[int], day: date) -> None:
        self._asked = (list(officers), day, day)
        self._day = day
        self._known: dict[int, bool] = {}
        self._has_own: bool | None = None

    @cached_property
    def all(self) -> frozenset[int]:
        found = prepared.row(_LINKS, *self._asked, LinkRole.LEAD.value)
        assert found is not None, "a row of values is always there"
        served, groups = found
        inheriting = _inheriting(set(groups), self._day) if groups else ()
        return frozenset(served).union(inheriting)

    def __contains__(self, enterprise_id: object) -> bool:
        if "all" in self.__dict__ or not isinstance(enterprise_id, int):
            return enterprise_id in self.all
        if enterprise_id not in self._known:
            lead, day = LinkRole.LEAD.value, self._day
            found = prepared.row(
                _IS_SERVED, *self._asked, enterprise_id, lead, enterprise_id, lead, day, day
            )
            assert found is not None, "a row of values is always there"
            self._known[enterprise_id] = found[1]
            self._note(found[0])
        return self._known[enterprise_id]

    def __bool__(self) -> bool:
        if self._has_own is None and "all" not in self.__dict__:
            found = prepared.row(_ANY, *self._asked)
            assert found is not None, "a row of values is always there"
            self._note(found[0])
        return bool(self.all) if self._has_own is None else self._has_own

    def _note(self, has_own: bool) -> None:
        """What is inherited hangs on a link of one's own: without any there is nothing to read."""
        self._has_own = has_own
        if not has_own:
            self.__dict__["all"] = frozenset()

    def __iter__(self) -> Iterator[int]:
        return iter(self.all)

    def __len__(self) -> int:
        return len(self.all)

    @classmethod
    def _from_iterable(cls, found: Iterable[int]) -> frozenset[int]:  # type: ignore[override]
        return frozenset(found)

    def __hash__(self) -> int:
        return hash(self.all)


# `links_on` a day of these officers
_OWN = """
WITH own AS (
    SELECT enterprise_id, role FROM link
    WHERE officer_id = ANY(%s) AND from_on <= %s AND (until_on IS NULL OR until_on > %s)
)
"""
# as two lists: one officer may serve tens of thousands of enterprises
_LINKS = f"""{_OWN}
SELECT ARRAY(SELECT enterprise_id FROM own), ARRAY(
    SELECT id FROM enterprise_group
    WHERE head_id IN (SELECT enterprise_id FROM own WHERE role = %s)
)
"""  # noqa: S608  no value is written into it
_ANY = f"{_OWN} SELECT EXISTS (SELECT FROM own)"  # noqa: S608
# the same for one enterprise, without reading the others
_IS_SERVED = f"""{_OWN}
SELECT EXISTS (SELECT FROM own), EXISTS (SELECT FROM own WHERE enterprise_id = %s) OR EXISTS (
    SELECT FROM enterprise
    JOIN enterprise_group ON enterprise_group.id = enterprise.group_id
    JOIN own ON own.enterprise_id = enterprise_group.head_id AND own.role = %s
    WHERE enterprise.id = %s AND enterprise.merged_into_id IS NULL AND NOT EXISTS (
        SELECT FROM link
        WHERE link.enterprise_id = enterprise.id AND link.role = %s
            AND from_on <= %s AND (until_on IS NULL OR until_on > %s)
    )
)
"""  # noqa: S608


def _inheriting(groups: set[int], day: date) -> set[int]:
    """The enterprises of these groups that have no lead officer of their own."""
    led = links_on(day).filter(enterprise=OuterRef("pk"), role=LinkRole.LEAD)
    found = Enterprise.objects.filter(~Exists(led), group__in=groups, merged_into__isnull=True)
    return set(found.values_list("pk", flat=True))
