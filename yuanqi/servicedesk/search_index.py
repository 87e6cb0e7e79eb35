"""The index of requests: made again from rows after each event on a case.

The subscriber "search" feeds it. It looks at which cases and enterprises were touched, never at
what the event says, so that running twice, late or from the beginning gives the same index.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from yuanqi.casework.models import (
    Attachment,
    Case,
    CaseAccess,
    Evaluation,
    Extension,
    Message,
    Task,
)
from yuanqi.foundation import search
from yuanqi.foundation.models import JournalEvent
from yuanqi.registry import search as registry
from yuanqi.registry.models import Enterprise

from .models import CallBack, Ending, Reopening, Return, SearchText

BATCH = 500  # cases read and written at a time


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler: index what these events touched."""
    cases = {event.payload.get("case_id") for event in events}
    enterprises = {
        int(event.stream.partition(":")[2])
        for event in events
        if event.stream.startswith("enterprise:")
    }
    touched = {case for case in cases if isinstance(case, int)}
    # whoever is let into a case is let into what was merged into it
    merged = Case.objects.filter(merged_into__in=touched).values_list("pk", flat=True)
    index(touched | set(merged))
    if enterprises:
        registry.index(enterprises)


def rebuild(tell: Callable[[int], None] = lambda done: None) -> int:
    """Make the whole index again, a batch a transaction; return how many requests it holds.

    `tell` hears after each batch how many are done.
    """
    with transaction.atomic():
        registry.index(Enterprise.objects.values_list("pk", flat=True))
    done = 0
    last = 0
    while ids := list(
        Case.objects.filter(request__isnull=False, pk__gt=last)
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH]
    ):
        index(ids)
        last = ids[-1]
        done += len(ids)
        tell(done)
    return done


@transaction.atomic
def index(case_ids: Iterable[int]) -> int:
    """Make the index of these cases again from their rows; return how many are requests."""
    wanted = sorted(case_ids)
    done = 0
    for start in range(0, len(wanted), BATCH):
        _one_at_a_time()
        rows = [_row(case, said) for case, said in _read(wanted[start : start + BATCH])]
        SearchText.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["case"],
            update_fields=["opened_at", "words", "inside"],
        )
        done += len(rows)
    return done


def _one_at_a_time() -> None:
    """Until the transaction ends: a rebuild must not write over what is newer than it has read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('request_search', 0))")


@dataclass
class Said:
    """The texts of one request: what the enterprise may read, and what stays in the park."""

    openly: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    grantees: list[str] = field(default_factory=list)


def _row(case: Case, said: Said) -> SearchText:
    words = search.lexemes(case.title, case.request.text, case.request.contact.name, *said.openly)
    words |= search.code_lexemes(case.number)
    words |= registry.lexemes_of(case.enterprise)
    inside = words | search.lexemes(*said.inside) | set(marks_of(case.opened_at, said.grantees))
    return SearchText(
        case=case,
        opened_at=case.opened_at,
        words=search.vector(words),
        inside=search.vector(inside),
    )


def marks_of(opened_at: datetime, grantees: Iterable[str]) -> list[str]:
    """The year and the month in which a request was raised, and who may see it."""
    at = timezone.localtime(opened_at)
    return [year_mark(at.year), month_mark(at.year, at.month), *map(search.mark, grantees)]


def year_mark(year: int) -> str:
    return search.mark(f"{year}")


def month_mark(year: int, month: int) -> str:
    return search.mark(f"{year}{month:02d}")


def _read(ids: Sequence[int]) -> list[tuple[Case, Said]]:
    """Read these requests with everything that was written on them: a query a table."""
    cases = list(
        Case.objects.filter(pk__in=ids, request__isnull=False)
        .select_related("enterprise", "request__contact")
        .order_by("pk")
    )
    found: dict[int, Said] = defaultdict(Said)
    access = CaseAccess.objects.filter(case__in=ids).values_list("case_id", "grantee")
    for case_id, name in access:
        found[case_id].grantees.append(name)
    for message in Message.objects.filter(case__in=ids):
        _add(found[message.case_id], message.audience, message.body)
    for file in Attachment.objects.filter(case__in=ids, removed_at__isnull=True):
        _add(found[file.case_id], file.audience, file.name)
    for evaluation in Evaluation.objects.filter(case__in=ids):
        found[evaluation.case_id].openly += [evaluation.praise, evaluation.complaint]
    for ending in Ending.objects.filter(case__in=ids):
        found[ending.case_id].openly += [ending.explanation, ending.where_to]
    for reopening in Reopening.objects.filter(case__in=ids):
        found[reopening.case_id].openly.append(reopening.reason)
    for task in Task.objects.filter(case__in=ids):
        _add(found[task.case_id], Message.Audience.STAFF, task.brief, task.opinion)
    for record in Return.objects.filter(case__in=ids):
        _add(found[record.case_id], Message.Audience.STAFF, record.reason, record.basis)
    for record in CallBack.objects.filter(case__in=ids):
        _add(found[record.case_id], Message.Audience.STAFF, record.facts)
    for record in Extension.objects.filter(case__in=ids):
        _add(found[record.case_id], Message.Audience.STAFF, record.reason, record.decision)
    return [(case, found[case.pk]) for case in cases]


def _add(said: Said, audience: str, *texts: str) -> None:
    told = [text for text in texts if text]
    if audience == Message.Audience.ENTERPRISE:
        said.openly += told
    else:
        said.inside += told
