"""What administrators draw up before it holds."""

from django.db import models
from django.db.models import Q

from yuanqi.foundation.models import Account


class CalendarDraft(models.Model):
    """A year of the working calendar (and the office hours) drawn up, not yet published.

    There is one at most: who draws up another goes on with it. `days` maps ISO dates of the year
    to whether they are worked, `spans` lists the office hours as pairs of "HH:MM".
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    year = models.SmallIntegerField()
    days = models.JSONField()
    spans = models.JSONField()
    document_no = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=200)
    made_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "calendar_draft"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="calendar_draft_one")]
