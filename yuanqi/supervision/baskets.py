"""质量抽查: baskets of closed cases that the service centre looks at once more.

A case stands in every basket whose question it raises, and leaves them all once it has been
looked at since it was closed. The oldest comes first, so that nothing waits without end.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from yuanqi.casework.models import Case, CaseState, ClockPause, ClockRecord, Outcome, Purpose
from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation.actors import Actor
from yuanqi.parameters import parameters

from .models import Basket, Inspection
from .parameters_defined import FAST_MINUTES, LONG_PAUSE_DAYS, REACH_DAYS

SLOW_LEVEL = "P4"  # a consultation may well be answered at once

_clocks = ClockRecord.objects.filter(case=OuterRef("pk"), task__isnull=True)
_inspected = Inspection.objects.filter(case=OuterRef("pk"), at__gte=OuterRef("closed_at"))


def _no_contact() -> Q:
    """The contact clock runs until the enterprise is spoken to, at the latest until the answer."""
    in_silence = _clocks.filter(purpose=Purpose.CONTACT, stopped_at__gte=OuterRef("answered_at"))
    return Q(answered_at__isnull=False) & Exists(in_silence)


def _long_paused() -> Q:
    length = timedelta(days=parameters.value(LONG_PAUSE_DAYS))
    return Exists(
        ClockPause.objects.filter(clock__case=OuterRef("pk"), end_at__gte=F("start_at") + length)
    )


def _fast() -> Q:
    """From the raising to the answer there was hardly time to look."""
    length = timedelta(minutes=parameters.value(FAST_MINUTES))
    return Q(answered_at__lte=F("opened_at") + length) & ~Q(level=SLOW_LEVEL)


_CONDITIONS: Mapping[str, Callable[[], Q]] = {
    Basket.NO_CONTACT: _no_contact,
    Basket.BAD_REVIEW: lambda: Q(bad_reviews__gte=1),
    Basket.UNRATED: lambda: Q(outcome=Outcome.UNRATED),
    Basket.LONG_PAUSED: _long_paused,
    Basket.FAST: _fast,
}


def in_basket(basket: str, actor: Actor, now: datetime) -> QuerySet[Case]:
    """The closed cases of a basket that nobody has looked at since they were closed."""
    return cases_visible_to(actor).filter(
        _CONDITIONS[basket](),
        ~Exists(_inspected),
        state=CaseState.CLOSED,
        # what ended earlier is too old to be mended
        closed_at__gte=now - timedelta(days=parameters.value(REACH_DAYS)),
    )


def next_in(basket: str, actor: Actor, now: datetime, after: int | None = None) -> Case | None:
    """The case that was closed first; with `after` the one that follows it: it was left aside."""
    cases = in_basket(basket, actor, now).order_by("closed_at", "id")
    left = Case.objects.filter(pk=after, closed_at__isnull=False).first() if after else None
    if left is not None:
        cases = cases.filter(
            Q(closed_at__gt=left.closed_at) | Q(closed_at=left.closed_at, pk__gt=left.pk)
        )
    return cases.select_related("enterprise", "lead", "responsible__department").first()


def inspections_since(start: datetime, actor: Actor) -> QuerySet[Inspection]:
    """What has been looked at since then, the latest first."""
    return (
        Inspection.objects.filter(case__in=cases_visible_to(actor), at__gte=start)
        .select_related("case__enterprise", "by")
        .order_by("-at", "-id")
    )
