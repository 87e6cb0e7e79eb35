"""Every read of the knowledge base starts here, from what the actor may read."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet

from yuanqi.casework.models import Case
from yuanqi.casework.queries import departments_worked_for
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.search import Matches, Query
from yuanqi.organisation.models import Department, Officer
from yuanqi.organisation.queries import departments

from .models import Entry, EntryAudience, EntryState

SOON = timedelta(days=30)  # before its day an entry is shown as one to be read again


def departments_kept(actor: Actor) -> frozenset[int] | None:
    """The departments whose entries the actor keeps; None for all of them (the centre)."""
    if actor.side is Side.SYSTEM or actor.has(Role.CENTRE):
        return None
    return departments_worked_for(actor) if actor.officer_id is not None else frozenset()


def may_keep(actor: Actor, department_id: int) -> bool:
    """Whether the actor may make and change entries of a department: its own people, the centre."""
    kept = departments_kept(actor)
    return kept is None or department_id in kept


def units_kept(actor: Actor) -> list[Department]:
    """The departments for which the actor may make an entry."""
    kept = departments_kept(actor)
    found = departments().exclude(kind=Department.Kind.LEADERSHIP)
    return list(found if kept is None else found.filter(pk__in=kept))


def may_be_source(case: Case) -> bool:
    """Whether an entry may be made of its answer: not of a complaint, which the unit that it is
    about would then read (Jinan 12345 Regulation, 2018, art. 32)."""
    return not case.bars.exists()


def entries_visible_to(actor: Actor, today: date) -> QuerySet[Entry]:
    """What is in force and meant for him; officers also what has expired, and their own drafts."""
    found = Entry.objects.select_related("department", "keeper", "source_case__enterprise")
    if actor.side is Side.SYSTEM:
        return found
    if actor.side is Side.PARK and actor.officer_id is not None:
        kept = departments_kept(actor)
        if kept is None:
            return found
        return found.filter(Q(state=EntryState.PUBLISHED) | Q(department__in=kept))
    if actor.side is Side.ENTERPRISE and actor.enterprise_id is not None:
        return found.filter(
            state=EntryState.PUBLISHED, audience=EntryAudience.PUBLIC, expires_on__gte=today
        )
    return found.none()


def entries_offered_to(actor: Actor, today: date) -> QuerySet[Entry]:
    """What may be offered as an answer: published, in force, meant for him."""
    return entries_visible_to(actor, today).filter(
        state=EntryState.PUBLISHED, expires_on__gte=today
    )


def entry_visible(entry_id: int, actor: Actor, today: date) -> Entry:
    """Return the entry if the actor may read it. Raises NotVisible."""
    found = entries_visible_to(actor, today).filter(pk=entry_id).first()
    if found is None:
        raise NotVisible(entry_id)
    return found


def entries_found(text: str, actor: Actor, today: date) -> QuerySet[Entry]:
    """The entries in force with these words in them, the newest first."""
    query = Query.of(text)
    offered = entries_offered_to(actor, today).order_by("-updated_at", "-id")
    return offered.none() if query is None else offered.filter(Matches("words", query))


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks of the list; what it doesn't know it leaves out."""

    q: str = ""
    department: int | None = None
    category: str = ""
    state: str = ""
    review: str = ""  # "own": of what the actor keeps, what has expired or will soon


def entries_listed(filters: Filters, actor: Actor, today: date) -> QuerySet[Entry]:
    """The entries that the filters ask for, of those the actor may read."""
    listed = entries_visible_to(actor, today)
    query = Query.of(filters.q)
    if filters.q:
        listed = listed.filter(Matches("words", query)) if query else listed.none()
    if filters.department is not None:
        listed = listed.filter(department=filters.department)
    if filters.category:
        listed = listed.filter(category=filters.category)
    if filters.state:
        listed = listed.filter(state=filters.state)
    if filters.review:
        listed = listed.filter(pk__in=entries_to_review(actor, today).values("pk"))
    return listed


def entries_to_review(actor: Actor, today: date) -> QuerySet[Entry]:
    """要复核: published entries of the actor's units that have expired, or will within a month."""
    due = Entry.objects.filter(state=EntryState.PUBLISHED, expires_on__lt=today + SOON)
    kept = departments_kept(actor)
    return due if kept is None else due.filter(department__in=kept)


def departments_with_entries() -> QuerySet[Department]:
    """The departments that keep entries, in the order of the directory."""
    return departments().filter(entries__isnull=False).distinct()


def keepers_of(department_id: int) -> list[Officer]:
    """Who may keep an entry of this department."""
    return list(Officer.objects.filter(department=department_id, is_active=True))
