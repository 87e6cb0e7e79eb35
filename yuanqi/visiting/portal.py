"""What an enterprise's start page says of the park's coming: visits, questions, promises."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Q
from django.utils import timezone

from yuanqi.promises.queries import open_promises
from yuanqi.registry.contacting import asking
from yuanqi.registry.contacting.queries import Use, use_of
from yuanqi.registry.models import Enterprise

from .models import State, Visit
from .queries import planned

_OTHERS = ~Q(wishes__department=F("officer__department"))


@dataclass(frozen=True, slots=True)
class Coming:
    """The next planned visit, the newest report to look at, open questions, promises, the month."""

    planned: Visit | None  # with how many other departments come along, as `others`
    report: Visit | None
    asked: int
    promises: int
    use: Use


def coming_to(enterprise: Enterprise, now: datetime) -> Coming:
    """Return what the park does with an enterprise. Six queries."""
    reports = Visit.objects.filter(enterprise=enterprise, state=State.DONE, confirmed_at=None)
    return Coming(
        planned(enterprise_ids=[enterprise.pk])
        .annotate(others=Count("wishes__department", filter=_OTHERS, distinct=True))
        .first(),
        reports.select_related("officer").order_by("-happened_at").first(),
        asking.unanswered(enterprise.pk).count(),
        open_promises(enterprise_ids=[enterprise.pk]).count(),
        use_of(enterprise.pk, timezone.localdate(now)),
    )
