"""An event's place in the chain and under its seal, as the audit administrator sees it proven."""

from tests.people import MONDAY_9AM, build_zone
from yuanqi.audit import queries
from yuanqi.foundation import seals
from yuanqi.foundation.models import JournalEvent


def test_an_events_place_in_the_chain_and_under_its_seal_is_proven(committed, settings, tmp_path):
    settings.VAR = tmp_path
    build_zone()
    seals.make(at=MONDAY_9AM)
    events = list(JournalEvent.objects.order_by("xid", "id"))

    proof = queries.proof_of(events[4])

    assert proof.is_right and proof.is_root_right and proof.position == 5
    assert proof.seal.count == len(events)
    events[4].payload = {**events[4].payload, "department_id": 99}
    assert not queries.proof_of(events[4]).is_hash_right
