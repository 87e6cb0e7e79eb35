"""Cases, their tasks, clocks, holdings, talk, attachments, evaluations; mechanisms and limits."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yuanqi.domain.clock import Clock, Holding, Light, Limit, Pause
from yuanqi.domain.worktime import WorkCalendar
from yuanqi.foundation.models import Account, StoredFile
from yuanqi.organisation.models import CalendarVersion, Department, Officer
from yuanqi.registry.models import Enterprise


class Mechanism(models.Model):
    """A kind of case (事项): its versions are definitions, cases are their runs."""

    code = models.SlugField(max_length=60, unique=True)

    class Meta:
        db_table = "mechanism"


class MechanismVersion(models.Model):
    """A definition checked whole before it was published; a case keeps the one it began with."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    digest = models.CharField(max_length=64)
    definition = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        db_table = "mechanism_version"
        constraints = [
            models.UniqueConstraint(fields=["mechanism", "number"], name="mechanism_version_once"),
        ]


class Purpose(models.TextChoices):
    """What a clock measures."""

    SIGN = "sign", _("签收")
    CONTACT = "contact", _("联系企业")
    PLAN = "plan", _("给出办理计划")
    RESOLVE = "resolve", _("办结")
    EVALUATE = "evaluate", _("评价")
    WORK = "work", _("协办")


class LimitRule(models.Model):
    """A limit with its base, source and validity; blank level or category: for any."""

    mechanism = models.ForeignKey(Mechanism, on_delete=models.PROTECT, related_name="limits")
    purpose = models.CharField(max_length=12)  # a clock's, or "call_back"
    level = models.CharField(max_length=4, blank=True)
    category = models.CharField(max_length=8, blank=True)
    amount = models.DecimalField(max_digits=7, decimal_places=1)
    base = models.CharField(max_length=16)
    source = models.CharField(max_length=200)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        db_table = "limit_rule"
        constraints = [
            models.UniqueConstraint(
                fields=["mechanism", "purpose", "level", "category", "valid_from"],
                name="limit_rule_once",
            ),
        ]

    @property
    def limit(self) -> Limit:
        return Limit(Decimal(self.amount), self.base)


class CaseState(models.TextChoices):
    """Where a case stands. Until ANSWERED its resolve clock runs or is paused on a ground."""

    SUBMITTED = "submitted", _("待派单")
    DISPATCHED = "dispatched", _("待签收")
    IN_PROGRESS = "in_progress", _("办理中")
    ANSWERED = "answered", _("待评价")
    CALL_BACK = "call_back", _("差评回访")
    CLOSED = "closed", _("已办结")


UNANSWERED = (CaseState.SUBMITTED, CaseState.DISPATCHED, CaseState.IN_PROGRESS)


class Case(models.Model):
    """Whatever an enterprise wants from the park.

    `responsible` always names a person until the case is closed. `clock` is the clock that the
    lists show (the soonest that somebody must act on); its due and warning instants are repeated
    here, indexed, and follow every change; the light is computed from them, never stored.
    """

    number = models.CharField(max_length=12, unique=True)
    mechanism_version = models.ForeignKey(MechanismVersion, on_delete=models.PROTECT)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="cases")
    title = models.CharField(max_length=120)
    level = models.CharField(max_length=4)
    category = models.CharField(max_length=8)
    state = models.CharField(max_length=12, choices=CaseState.choices, default=CaseState.SUBMITTED)
    opened_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    lead = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="led_cases"
    )
    responsible = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="held_cases"
    )
    clock = models.ForeignKey(
        "ClockRecord", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_at = models.DateTimeField(null=True, blank=True)
    warn_at = models.DateTimeField(null=True, blank=True)
    is_paused = models.BooleanField(default=False)
    returns = models.SmallIntegerField(default=0)

    class Meta:
        db_table = "case"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed") | Q(responsible__isnull=False),
                name="case_has_a_responsible_person",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False, clock__isnull=True)
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="case_open_until_closed",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["submitted", "dispatched", "in_progress"])
                | Q(answered_at__isnull=False),
                name="case_answered_before_evaluation",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["dispatched", "in_progress"]) | Q(lead__isnull=False),
                name="case_dispatched_to_a_lead",
            ),
        ]
        indexes = [
            # lists of open cases, the most urgent first; paused ones (no due instant) come last
            models.Index(
                F("due_at").asc(nulls_last=True),
                "id",
                name="case_open_due",
                condition=~Q(state="closed"),
            ),
            models.Index(
                "lead",
                F("due_at").asc(nulls_last=True),
                "id",
                name="case_open_lead_due",
                condition=~Q(state="closed"),
            ),
            models.Index(fields=["enterprise", "-opened_at", "-id"], name="case_enterprise_opened"),
            models.Index(fields=["-opened_at", "-id"], name="case_opened"),
            models.Index(
                fields=["-closed_at", "-id"], name="case_closed", condition=Q(state="closed")
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def stream(self) -> str:
        return f"case:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state != CaseState.CLOSED

    def light(self, now: datetime) -> Light:
        """The light of the clock that the lists show, from its stored instants."""
        if self.state == CaseState.CLOSED:
            return Light.DONE
        if self.due_at is None:
            return Light.PAUSED
        if now > self.due_at:
            return Light.RED
        return Light.YELLOW if self.warn_at is not None and now >= self.warn_at else Light.GREEN


class CaseAccess(models.Model):
    """Who may see a case, as an indexable row.

    `grantee` is "e" + enterprise, "d" + department or "o" + officer; an actor carries the names
    under which he may come in (`Actor.grantees`), so a new link or an acting officer sees at once.
    """

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="access")
    grantee = models.CharField(max_length=24)

    class Meta:
        db_table = "case_access"
        constraints = [
            models.UniqueConstraint(fields=["grantee", "case"], name="case_access_once"),
        ]


class CaseNumber(models.Model):
    """The last number given in a month ("2611")."""

    month = models.CharField(max_length=4, primary_key=True)
    last = models.IntegerField(default=0)

    class Meta:
        db_table = "case_number"


class TaskKind(models.TextChoices):
    LEAD = "lead", _("主办")
    CO_HANDLE = "co_handle", _("协办")


class TaskState(models.TextChoices):
    WAITING = "waiting", _("未开始")
    READY = "ready", _("待签收")
    ACTIVE = "active", _("办理中")
    DONE = "done", _("已完成")
    RETURNED = "returned", _("已退回")
    WAIVED = "waived", _("承诺免交")
    REJECTED = "rejected", _("不予办理")
    CANCELLED = "cancelled", _("已取消")


OPEN_TASKS = (TaskState.WAITING, TaskState.READY, TaskState.ACTIVE)


class Task(models.Model):
    """One department's piece of a case."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=12, choices=TaskKind.choices)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="tasks")
    officer = models.ForeignKey(
        Officer, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks"
    )
    brief = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=12, choices=TaskState.choices, default=TaskState.READY)
    opinion = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "task"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(kind="lead", state__in=["waiting", "ready", "active"]),
                name="task_one_open_lead",
            ),
            models.UniqueConstraint(
                fields=["case", "department"],
                condition=Q(state__in=["waiting", "ready", "active"]),
                name="task_department_once",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["active", "done"]) | Q(officer__isnull=False),
                name="task_active_has_an_officer",
            ),
        ]
        indexes = [
            models.Index(
                fields=["department", "state"],
                name="task_open_department",
                condition=Q(state__in=["waiting", "ready", "active"]),
            ),
        ]

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_TASKS


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
    calendar = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT)
    started_at = models.DateTimeField()
    limit_amount = models.DecimalField(max_digits=7, decimal_places=1)
    limit_base = models.CharField(max_length=16)
    limit_source = models.CharField(max_length=200)
    extension_amount = models.DecimalField(max_digits=7, decimal_places=1, null=True, blank=True)
    warn_seconds = models.BigIntegerField()
    due_at = models.DateTimeField(null=True, blank=True)
    warn_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)

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


class CaseHolding(models.Model):
    """Who held the case from when on, until the next holding: no hour without a holder."""

    class Work(models.TextChoices):
        DISPATCH = "dispatch", _("派单")
        SIGN = "sign", _("签收")
        HANDLE = "handle", _("办理")
        CO_HANDLE = "co_handle", _("协办")
        EVALUATE = "evaluate", _("等企业评价")
        CALL_BACK = "call_back", _("回访")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="holdings")
    start_at = models.DateTimeField()
    officer = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    work = models.CharField(max_length=12, choices=Work.choices)

    class Meta:
        db_table = "case_holding"
        ordering = ["start_at", "id"]


class Message(models.Model):
    """What was said on a case. `audience` staff: an internal note the enterprise never sees."""

    class Kind(models.TextChoices):
        TALK = "talk", _("沟通")
        NOTE = "note", _("内部备注")
        PLAN = "plan", _("办理计划")
        ANSWER = "answer", _("正式答复")
        SUPPLY = "supply", _("补交材料")

    class Audience(models.TextChoices):
        ENTERPRISE = "enterprise", _("企业与园区")
        STAFF = "staff", _("仅园区")

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    at = models.DateTimeField()
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.TALK)
    audience = models.CharField(max_length=12, choices=Audience.choices)
    from_enterprise = models.BooleanField()
    author = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(max_length=40)
    author_unit = models.CharField(max_length=100)
    body = models.TextField(max_length=5000)

    class Meta:
        db_table = "message"
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="note") | Q(audience="staff", from_enterprise=False),
                name="message_note_stays_inside",
            ),
        ]


class Attachment(models.Model):
    """A file on a case; with an internal note, it is as hidden as the note."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="attachments")
    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=160)
    at = models.DateTimeField()
    audience = models.CharField(max_length=12, choices=Message.Audience.choices)
    from_enterprise = models.BooleanField()
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "attachment"
        ordering = ["at", "id"]


class Satisfaction(models.IntegerChoices):
    """Five levels (好差评); the two lowest open a call-back. Source: GB/T 39735-2020 practice."""

    VERY_SATISFIED = 5, _("非常满意")
    SATISFIED = 4, _("满意")
    FAIRLY_SATISFIED = 3, _("基本满意")
    DISSATISFIED = 2, _("不满意")
    VERY_DISSATISFIED = 1, _("非常不满意")


class Evaluation(models.Model):
    """What the enterprise says of the handling: a level, facts, praise (一事一评)."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="evaluations")
    at = models.DateTimeField()
    level = models.SmallIntegerField(choices=Satisfaction.choices)
    is_resolved = models.BooleanField()  # 问题实际解决: counted apart from satisfaction
    was_contacted = models.BooleanField()
    praise = models.CharField(max_length=500, blank=True)
    complaint = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "evaluation"
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level__gte=1, level__lte=5), name="evaluation_five_levels"
            ),
        ]
