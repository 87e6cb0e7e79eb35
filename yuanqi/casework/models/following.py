"""How far the open clocks have followed a newly published calendar."""

from django.db import models
from django.db.models import Q

from yuanqi.organisation.models import CalendarVersion


class CalendarFollowing(models.Model):
    """One publication's walk over the open clocks, in order of their keys.

    Written together with the clocks of each batch, so that a walk that was killed goes on where it
    stood. After it the row rests some minutes; a second walk takes in what began by the old
    calendar while the new one was being published. Then it is finished.
    """

    calendar = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    last_clock_id = models.BigIntegerField(default=0)
    moved = models.IntegerField(default=0)
    rests_until = models.DateTimeField(null=True, blank=True)  # the first walk has ended
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "calendar_following"
        constraints = [
            models.UniqueConstraint(
                fields=["calendar"],
                condition=Q(finished_at__isnull=True),
                name="calendar_following_one_open",
            ),
        ]
