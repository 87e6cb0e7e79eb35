"""When a message goes out: at once, at the end of the quiet hours, at the digest's time.

Pure: instants are timezone-aware, times of day are the zone's. An instant that the clocks leave
out or pass twice is read as Python reads it (China has neither).
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

DIGEST_AT = time(17, 0)  # before the offices close
GIVEN_UP_AFTER = timedelta(hours=48)
# minutes from a failed try to the next; the last one repeats
_PAUSES = (1, 5, 15, 30, 60, 120, 240)


@dataclass(frozen=True, slots=True)
class Habits:
    """When somebody wants to be left alone, and when his digest comes."""

    quiet_from: time | None = None
    quiet_until: time | None = None
    digest_at: time = DIGEST_AT

    def quiet_end(self, at: datetime, zone: tzinfo) -> datetime | None:
        """Return when the quiet hours that hold at `at` end; None outside them.

        The first instant is quiet, the last is not. From 22:00 until 7:00 passes midnight.
        """
        if self.quiet_from is None or self.quiet_until is None:
            return None
        local = at.astimezone(zone)
        clock = local.time()
        begins, ends = self.quiet_from, self.quiet_until
        is_between = min(begins, ends) <= clock < max(begins, ends)
        passes_midnight = begins > ends
        if is_between == passes_midnight:
            return None
        end = datetime.combine(local.date(), ends, zone)
        return end if end > at else datetime.combine(local.date() + timedelta(days=1), ends, zone)

    def at_once(self, at: datetime, zone: tzinfo, *, is_urgent: bool = False) -> datetime:
        """Return when a message of `at` may go out; an urgent one doesn't wait."""
        return at if is_urgent else self.quiet_end(at, zone) or at

    def next_digest(self, at: datetime, zone: tzinfo) -> datetime:
        """Return when the next digest after `at` goes out, never in quiet hours."""
        local = at.astimezone(zone)
        due = datetime.combine(local.date(), self.digest_at, zone)
        if due <= at:
            due = datetime.combine(local.date() + timedelta(days=1), self.digest_at, zone)
        return self.quiet_end(due, zone) or due


def next_try(attempts: int, failed_at: datetime) -> datetime:
    """Return when to try again after the `attempts`-th try (from 1) failed: pauses grow."""
    return failed_at + timedelta(minutes=_PAUSES[min(attempts, len(_PAUSES)) - 1])
