"""The knowledge base: questions that come again, each with the answer its unit stands by."""

from datetime import date

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from yuanqi.casework.models import Case
from yuanqi.organisation.models import Department, Officer


class EntryState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤下")


class EntryAudience(models.TextChoices):
    """Who reads an entry. What is public is read by every enterprise of the zone."""

    PUBLIC = "public", _("企业和园区")
    STAFF = "staff", _("只给园区人员")


class Entry(models.Model):
    """A question and its answer, kept current by a unit until a day.

    Units keep the knowledge base current: Weifang 12345 Regulation (2021), art. 31. After
    `expires_on` an entry is offered to nobody until its keeper has read it again.
    """

    question = models.CharField(max_length=200)
    answer = models.TextField(max_length=5000)
    category = models.CharField(max_length=8, blank=True)
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="entries")
    keeper = models.ForeignKey(Officer, on_delete=models.PROTECT, related_name="kept_entries")
    expires_on = models.DateField()
    source_case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="entries"
    )
    state = models.CharField(max_length=12, choices=EntryState.choices, default=EntryState.DRAFT)
    audience = models.CharField(
        max_length=8, choices=EntryAudience.choices, default=EntryAudience.PUBLIC
    )
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_reason = models.CharField(max_length=200, blank=True)
    helped = models.PositiveIntegerField(default=0)  # so often it made a request unnecessary
    words = SearchVectorField()

    class Meta:
        db_table = "knowledge_entry"
        constraints = [
            models.CheckConstraint(condition=~Q(question=""), name="entry_asks"),
            models.CheckConstraint(condition=~Q(answer=""), name="entry_answers"),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(withdrawn_reason=""),
                name="entry_withdrawn_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="published") | Q(published_at__isnull=False),
                name="entry_published_at_a_time",
            ),
        ]
        indexes = [
            GinIndex(fields=["words"], name="entry_words", fastupdate=False),
            models.Index(fields=["-updated_at", "-id"], name="entry_updated"),
            models.Index(
                fields=["expires_on"], name="entry_expiring", condition=Q(state="published")
            ),
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def stream(self) -> str:
        return f"knowledge:{self.pk}"

    def is_expired(self, today: date) -> bool:
        """Whether nobody has vouched for it up to this day (the day itself is included)."""
        return self.expires_on < today
