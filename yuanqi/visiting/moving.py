"""What of visits moves with an enterprise's second row, with an officer who leaves, with a link."""

from datetime import date, datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.merging import Work
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.handing import Line, Part
from yuanqi.registry.inserts import Insert
from yuanqi.registry.merging import Mover
from yuanqi.registry.models import Enterprise, Link

from . import acts
from .models import Visit, Wish
from .queries import is_officer, planned, units_of, visits_of, wishes_of
from .wording import shared_words

SHOWN = 5
FEW = 3  # on the enterprise's first page


class Planned:
    """Planned visits: of who leaves, they are called off, and the departments wait for another."""

    stays_with_person = True

    def of_officer(self, officer: Officer, at: datetime) -> Work | None:
        rows = list(planned(officer_ids=[officer.pk]))
        if not rows:
            return None
        streams = tuple(sorted({row.enterprise.stream for row in rows}))
        return Work(label=_("约好的走访"), count=len(rows), streams=streams)

    def of_department(self, department: Department, at: datetime) -> Work | None:
        return None

    def officer_to(self, officer: Officer, to: Officer, *, actor: Actor, at: datetime) -> None:
        for row in planned(officer_ids=[officer.pk]):
            acts.visit_cancel(
                DIRECT, row, reason=_("挂钩干部变动，由接手的人重新约"),
                wishes=list(row.wishes.all()), actor=actor, at=at,
            )  # fmt: skip

    def department_to(
        self, department: Department, into: Department, *, actor: Actor, at: datetime
    ) -> None:
        Wish.objects.filter(department=department, visit=None, ended_at=None).update(
            department=into
        )

    def officer_moved(self, officer: Officer, before: Department) -> None:
        return None


PLANNED = Planned()


def _visits(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    Visit.objects.filter(enterprise=old).update(enterprise=into)


def _wishes(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
    Wish.objects.filter(enterprise=old).update(enterprise=into)


MOVERS = (
    Mover(
        "visits", gettext_lazy("走访"), lambda old: Visit.objects.filter(enterprise=old).count(),
        _visits,
    ),
    Mover(
        "visit-wishes", gettext_lazy("部门提出的走访"),
        lambda old: Wish.objects.filter(enterprise=old).count(), _wishes,
    ),
)  # fmt: skip


def of_link(link: Link, actor: Actor, at: datetime) -> Part | None:
    """The last visit notes, for who takes the enterprise over."""
    rows = list(visits_of(link.enterprise_id, actor)[: SHOWN + 1])
    if not rows:
        return None
    return Part(
        gettext_lazy("最近的走访"),
        len(rows),
        [
            Line(
                row.talk[:120] or row.purpose or _("走访"),
                f"{row.officer.name}，{timezone.localdate(row.happened_at).isoformat()}",
                reverse("visiting:visit", args=[row.pk]),
            )
            for row in rows[:SHOWN]
        ],
        reverse("visiting:visits_of", args=[link.enterprise_id]),
    )


def of_page(enterprise: Enterprise, actor: Actor, today: date) -> Insert | None:
    """The part of an enterprise's page: its visits; officers may plan or note one."""
    return _part(enterprise, actor, SHOWN)


def of_overview(enterprise: Enterprise, actor: Actor, today: date) -> Insert | None:
    """The same on its first page: what is planned, and the last few."""
    return _part(enterprise, actor, FEW)


def _part(enterprise: Enterprise, actor: Actor, most: int) -> Insert | None:
    rows = list(visits_of(enterprise.pk, actor)[:most])
    ahead = list(planned(enterprise_ids=[enterprise.pk])[:most])
    may_note = is_officer(actor)
    if not rows and not ahead and not may_note:
        return None
    wishes = wishes_of([*ahead, *rows])
    told = [
        (row, shared_words(units_of(row, wishes.get(row.pk, ())))) for row in [*ahead, *rows]
    ]  # fmt: skip
    return Insert("visiting/_panel.html", told, {"may_note": may_note})
