"""Who read personal data, what was erased and by whom, what retention removed, verifications."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.models import Account


class AccessRead(models.Model):
    """Somebody saw personal data in full: who, when, of what, of whom, from which address.

    Inserted and read, never changed; a row younger than six months can't be deleted by anybody,
    an older one only by `access_read_forget` in the database (Cybersecurity Law 2016,
    art. 21(3): logs are kept for six months at least). `subject` and `people` are
    streams (`enterprise:12`, `contact:5`); `count` is how many values one page showed.
    """

    at = models.DateTimeField()
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    subject = models.CharField(max_length=64)
    people = ArrayField(models.CharField(max_length=64), default=list)
    what = models.CharField(max_length=32)
    count = models.IntegerField(default=1)
    address = models.CharField(max_length=45, blank=True)

    class Meta:
        db_table = "access_read"
        indexes = [
            models.Index(fields=["at", "id"], name="access_read_at"),
            models.Index(fields=["account", "at", "id"], name="access_read_reader"),
            models.Index(fields=["subject", "at", "id"], name="access_read_subject"),
            GinIndex(fields=["people"], name="access_read_people"),
        ]


class Erasure(models.Model):
    """A person's data is to be erased: asked for by one, done by another; what was removed.

    `removed` says which kinds of data and how many of each, never the values; `people` here is a
    person of a kind that a slice registered ("contact").
    """

    class State(models.TextChoices):
        ASKED = "asked", _("待确认")
        DONE = "done", _("已删除")
        REFUSED = "refused", _("未同意")
        WITHDRAWN = "withdrawn", _("已撤回")

    kind = models.CharField(max_length=20)
    person_id = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)  # why it was refused
    removed = models.JSONField(default=list)

    class Meta:
        db_table = "erasure"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "person_id"],
                condition=Q(state="asked"),
                name="erasure_one_open",
            ),
            models.CheckConstraint(
                condition=~Q(decided_by=F("asked_by")) | ~Q(state="done"),
                name="erasure_by_two",
            ),
        ]

    @property
    def stream(self) -> str:
        return f"erasure:{self.pk}"


class RetentionRun(models.Model):
    """What one run of retention removed of one kind: rows older than `before`."""

    kind = models.CharField(max_length=40)
    at = models.DateTimeField()
    before = models.DateTimeField()
    removed = models.BigIntegerField()
    failure = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "retention_run"
        ordering = ["-id"]
        indexes = [models.Index(fields=["kind", "-at"], name="retention_run_kind")]


class Verification(models.Model):
    """A verification of the journal that the audit administrator asked for, and its result."""

    asked_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    whole = models.BooleanField(default=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    events = models.BigIntegerField(default=0)
    streams = models.BigIntegerField(default=0)
    seals = models.BigIntegerField(default=0)
    first_break = models.TextField(blank=True)
    seconds = models.FloatField(default=0)

    class Meta:
        db_table = "verification"
        ordering = ["-id"]

    @property
    def is_running(self) -> bool:
        return self.finished_at is None
