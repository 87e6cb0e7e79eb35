"""What hangs on officers here: the enterprises that they serve (挂钩)."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.merging import Work
from yuanqi.organisation.models import Department, Officer

from . import acts
from .models import Link


class Links:
    """An officer's links go with him to another department, and to a colleague when he leaves."""

    stays_with_person = True

    def of_officer(self, officer: Officer, at: datetime) -> Work | None:
        links = list(_links_of(officer, at).select_related("enterprise"))
        if not links:
            return None
        return Work(
            label=_("挂钩关系"),
            count=len(links),
            streams=tuple(sorted({link.enterprise.stream for link in links})),
        )

    def of_department(self, department: Department, at: datetime) -> Work | None:
        return None

    def officer_to(self, officer: Officer, to: Officer, *, actor: Actor, at: datetime) -> None:
        """The colleague serves from today on; what had not begun begins with him."""
        today = timezone.localdate(at)
        for link in _links_of(officer, at).select_related("enterprise"):
            begins = max(link.from_on, today)
            until = link.until_on
            if link.from_on < today:
                acts.link_end(DIRECT, link, until_on=today, actor=actor, at=at)
                acts.link(
                    DIRECT,
                    enterprise=link.enterprise,
                    officer=to,
                    from_on=begins,
                    role=link.role,
                    until_on=until,
                    actor=actor,
                    at=at,
                )
            else:
                acts.link_change(DIRECT, link, officer=to, actor=actor, at=at)

    def department_to(
        self, department: Department, into: Department, *, actor: Actor, at: datetime
    ) -> None:
        return None

    def officer_moved(self, officer: Officer, before: Department) -> None:
        return None


LINKS = Links()


def _links_of(officer: Officer, at: datetime) -> QuerySet[Link]:
    today = timezone.localdate(at)
    found = Link.objects.filter(officer=officer)
    return found.filter(Q(until_on__isnull=True) | Q(until_on__gt=today)).order_by("pk")
