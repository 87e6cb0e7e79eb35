"""Clocks as recorded facts: limits, pauses, extensions."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from yuanqi.domain.clock import Clock, Holding, Limit, Pause
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.organisation.models import CalendarVersion, Officer

from .case import Case
from .mechanism import Purpose
from .work import Task

# a warning is for a limit that lies ahead, and is said again only if the limit has moved since
to_be_warned = (Q(warned_at__isnull=True) | Q(warned_at__lt=F("warn_at"))) & (
    Q(escalated_at__isnull=True) | Q(escalated_at__lte=F("due_at"))
)


class ClockRecord(models.Model):
    """A clock as a function of recorded facts: limit, pauses, extension, calendar.

    `due_at` and `warn_at` are derived, stored, and recomputed on every change. The limit is kept
    with its source as it stood when the clock began.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    task = models.ForeignKey(
        Task, null=True, blank=True, on_delete=models.CASCADE, related_name="clocks"
    )
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    calendar = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, db_index=False)
    started_at = models.DateTimeField()
    limit_amount = models.DecimalField(max_digits=7, decimal_places=1)
    limit_base = models.CharField(max_length=16)
    limit_source = models.CharField(max_length=200)
    extension_amount = models.DecimalField(max_digits=7, decimal_places=1, null=True, blank=True)
    warn_seconds = models.BigIntegerField()
    due_at = models.DateTimeField(null=True, blank=True)
    warn_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    # when it was said that this limit is near, and that it has passed: each is said once
    warned_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "clock"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "purpose"],
                condition=Q(stopped_at__isnull=True, task__isnull=True),
                name="clock_one_open_a_purpose",
            ),
            models.UniqueConstraint(
                fields=["task", "purpose"],
                condition=Q(stopped_at__isnull=True, task__isnull=False),
                name="clock_one_open_a_task_and_purpose",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"], name="clock_open_due", condition=Q(stopped_at__isnull=True)
            ),
            # what the minute's sweep has to say next: most of what is late was said long ago
            models.Index(
                fields=["due_at"],
                name="clock_to_escalate",
                condition=Q(stopped_at__isnull=True, escalated_at__isnull=True),
            ),
            models.Index(
                fields=["warn_at"],
                name="clock_to_warn",
                condition=Q(stopped_at__isnull=True) & to_be_warned,
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.stopped_at is None

    @property
    def limit(self) -> Limit:
        return Limit(Decimal(self.limit_amount), self.limit_base)

    @property
    def warn(self) -> timedelta:
        return timedelta(seconds=self.warn_seconds)

    def clock(
        self,
        pauses: "tuple[ClockPause, ...] | list[ClockPause]",
        holdings: tuple[Holding, ...] = (),
    ) -> Clock:
        """Return the domain's clock of this record with its pauses, in order of start."""
        extension = None
        if self.extension_amount is not None:
            extension = Limit(Decimal(self.extension_amount), self.limit_base)
        return Clock(
            started_at=self.started_at,
            limit=self.limit,
            pauses=tuple(Pause(p.start_at, p.end_at, p.ground) for p in pauses),
            extension=extension,
            holdings=holdings,
            stopped_at=self.stopped_at,
        )

    def left_as_said(
        self, pauses: "list[ClockPause]", now: datetime, calendar: WorkCalendar
    ) -> timedelta:
        """Return what is left; never nought or more once the due instant has passed.

        Late is late from that instant on, though the office has been closed ever since and not a
        minute of working time has run.
        """
        left = self.clock(pauses).left(now, calendar)
        if self.due_at is not None and now > self.due_at:
            return min(left, -timedelta.resolution)
        return left

    def derive(self, pauses: "list[ClockPause]", calendar: WorkCalendar) -> dict[str, object]:
        """Return the derived instants as they follow from the facts."""
        clock = self.clock(pauses)
        return {
            "due_at": clock.due_at(calendar),
            "warn_at": clock.warn_at(calendar, self.warn),
        }


class ClockPause(models.Model):
    """Time that does not count, on a ground that the mechanism allows (暂停计时)."""

    clock = models.ForeignKey(ClockRecord, on_delete=models.CASCADE, related_name="pauses")
    start_at = models.DateTimeField()
    end_at = models.DateTimeField(null=True, blank=True)
    until_at = models.DateTimeField()  # at the latest: the clock goes on by itself
    ground = models.CharField(max_length=40)
    awaited = models.CharField(max_length=200)  # what is waited for, as the enterprise reads it
    basis = models.CharField(max_length=200)
    by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "clock_pause"
        ordering = ["start_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(end_at__isnull=True) | Q(end_at__gte=F("start_at")),
                name="pause_ends_after_it_starts",
            ),
            models.UniqueConstraint(
                fields=["clock"], condition=Q(end_at__isnull=True), name="pause_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(ground="") & ~Q(basis=""), name="pause_has_ground_and_basis"
            ),
        ]


class Extension(models.Model):
    """延期: asked once, before the limit ends, decided by the unit's head, told the enterprise.

    Rule: Anyang Government Service Regulation (2021) art. 50; how much is the park's table. It
    stands open while `decided_at` is empty. Granted once; refused, it may be asked again.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="extensions")
    clock = models.ForeignKey(ClockRecord, on_delete=models.CASCADE, related_name="extensions")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    amount = models.DecimalField(max_digits=7, decimal_places=1)  # in the base of the limit
    reviewer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    is_granted = models.BooleanField(default=False)
    decision = models.CharField(max_length=500, blank=True)  # why so
    due_before = models.DateTimeField()
    due_after = models.DateTimeField()  # as it would be, or is

    class Meta:
        db_table = "case_extension"
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(decided_at__isnull=True) | Q(is_granted=True),
                name="extension_once",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="extension_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=False) | Q(is_granted=False),
                name="extension_granted_by_decision",
            ),
        ]
        indexes = [
            # what waits for somebody's decision, among all that he ever decided
            models.Index(
                fields=["reviewer"],
                name="extension_waiting",
                condition=Q(decided_at__isnull=True),
            ),
        ]

    @property
    def is_taken_back(self) -> bool:
        """Ended undecided (answered, withdrawn, redispatched): nobody decides his own."""
        return self.decided_by_id is not None and self.decided_by_id == self.asked_by_id
