"""The demo park as a first start leaves it: committed, and under a seal."""

from datetime import UTC, datetime

from yuanqi.demo import park
from yuanqi.foundation import seals, verify
from yuanqi.foundation.models import JournalEvent, JournalSeal

NOW = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)


def test_a_committed_park_is_sealed(committed):
    park.load(tell=lambda line: None, at=NOW)

    report = verify.run(whole=True)
    assert report.intact
    assert report.seals == 1
    assert JournalSeal.objects.get().count == JournalEvent.objects.count()
    assert seals.make(at=NOW) is None
