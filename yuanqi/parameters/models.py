"""What the park has set, from which day, by whom and why: rows are added, never changed."""

from django.db import models
from django.db.models import Q

from yuanqi.foundation.models import Account


class ParameterValue(models.Model):
    """One value of a parameter, counted from its day until the next one's.

    Of two for the same day the later set counts. One whose day hasn't come can be withdrawn; the
    row stays and says so.
    """

    key = models.CharField(max_length=60)
    value = models.JSONField()
    valid_from = models.DateField()
    set_by = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    document_no = models.CharField(max_length=60, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    withdrawn_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "parameter_value"
        indexes = [models.Index(fields=["key", "-id"], name="parameter_value_key")]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=False) | Q(withdrawn_reason=""),
                name="parameter_withdrawn_with_its_time",
            ),
        ]
