"""Two workers sweep at the same instant; somebody acts while the sweep does: each thing once."""

from tests.people import at, build_zone
from tests.together import at_once
from yuanqi.foundation import verify
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.models import JournalEvent
from yuanqi.supervision.models import Reminder, Supervision
from yuanqi.supervision.operations import remind, supervise, sweep
from yuanqi.supervision.tests.test_sweep import accepted

LATE = at("11-19 18:00")


def test_two_workers_escalate_once(committed):
    zone = build_zone()
    ids = [accepted(zone) for _number in range(5)]

    answers = at_once(*[lambda: sweep(at=LATE)] * 2)

    # between them each case once, whoever was first at it
    assert sum(answers) == 5
    assert sorted(Supervision.objects.values_list("case_id", flat=True)) == ids
    kinds = list(
        JournalEvent.objects.filter(kind__startswith="supervision.").values_list("kind", flat=True)
    )
    assert sorted(kinds) == [*["supervision.case_escalated"] * 5, *["supervision.limit_passed"] * 5]
    assert sweep(at=LATE) == 0
    assert verify.run(whole=True).first_break == ""


def test_of_two_who_remind_or_demand_at_once_one_is_told(committed):
    zone = build_zone()
    case_id = accepted(zone)
    clerk, leader = zone.actor(zone.clerk), zone.actor(zone.leader)

    answers = at_once(
        *(
            lambda actor=actor: remind(case_id=case_id, actor=actor, at=LATE)
            for actor in (clerk, leader)
        )
    )
    assert sorted(type(answer) for answer in answers if answer is not None) == [Conflict]
    assert Reminder.objects.count() == 1

    answers = at_once(
        *(
            lambda actor=actor: supervise(case_id=case_id, demand="说明", actor=actor, at=LATE)
            for actor in (clerk, leader)
        ),
        lambda: sweep(at=LATE),
    )
    assert [type(answer) for answer in answers[:2]].count(Conflict) == 1
    assert answers[2] == 1
    assert Supervision.objects.count() == 2  # the demand, and the sweep's escalation
