"""What else a request may live through, to the minute: extended, parked, sent back, reopened.

The enterprise raises on Thursday 5 November at ten; P2, environment: ten working days to resolve.
"""

from datetime import date

import pytest

from tests.evidence import every_row
from tests.people import Zone, at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, CaseState, ClockPause, Extension, Purpose, Task
from yuanqi.casework.queries import Act, cases_visible_to
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation import operations as organisation
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.models import Ending, Reopening
from yuanqi.servicedesk.operations import CoHandler
from yuanqi.servicedesk.queries import acts_open

pytestmark = pytest.mark.django_db


class Told:
    """A request of the enterprise, and whatever anybody does to it."""

    def __init__(self, zone: Zone, who: str = "contact", **complaint: int) -> None:
        self.zone = zone
        contact = getattr(zone, who)
        self.pk = desk.request_raise(
            contact_id=contact.pk, category="ENV", level="P2", text="废水怎么接入？",
            actor=zone.actor(contact), at=at("11-05 10:00"), **complaint,
        )  # fmt: skip

    @property
    def case(self) -> Case:
        return Case.objects.get(pk=self.pk)

    def do(self, operation, who: str, when: str, **asked):
        actor = self.zone.actor(getattr(self.zone, who), at(when))
        return operation(case_id=self.pk, actor=actor, at=at(when), **asked)

    def dispatch(self, lead: str = "safety", when: str = "11-05 10:10", *helping: str) -> None:
        asked = [CoHandler(getattr(self.zone, unit).pk, "余量") for unit in helping]
        unit = getattr(self.zone, lead).pk
        self.do(desk.request_dispatch, "clerk", when, lead_id=unit, co_handlers=asked)

    def accept(self, who: str = "safety_handler", when: str = "11-05 10:20") -> None:
        self.do(desk.request_accept, who, when)

    def answer(self, who: str = "safety_handler", when: str = "11-09 10:00") -> None:
        self.do(desk.request_answer, who, when, body="可以")

    def rate(self, level: int, when: str) -> None:
        self.do(
            cases.case_evaluate, "contact", when, level=level, is_resolved=level > 2,
            was_contacted=True,
        )  # fmt: skip

    def events(self) -> list[tuple[str, str]]:
        found = JournalEvent.objects.filter(stream=f"case:{self.pk}").order_by("seq")
        return [(kind.split(".")[1], audience) for kind, audience in
                found.values_list("kind", "audience")]  # fmt: skip

    def open_clocks(self) -> dict[str, object]:
        found = self.case.clocks.filter(stopped_at__isnull=True, task__isnull=True)
        return dict(found.values_list("purpose", "due_at"))


@pytest.fixture
def told(zone: Zone) -> Told:
    return Told(zone)


@pytest.fixture
def begun(told: Told) -> Told:
    told.dispatch()
    told.accept()
    return told


ASK = {"amount": 5, "reason": "要再测一次水样"}
YES = {"is_granted": True, "decision": "情况属实"}


# --- extension --------------------------------------------------------------------------------


def test_a_granted_extension_moves_the_limit_by_as_many_working_days(begun):
    begun.do(cases.extension_ask, "safety_colleague", "11-17 10:00", **ASK)
    assert begun.case.due_at == at("11-19 17:30")

    begun.do(cases.extension_decide, "safety_handler", "11-18 10:00", **YES)

    extension = Extension.objects.get()
    assert extension.reviewer == extension.decided_by == begun.zone.safety_handler
    assert (extension.due_before, extension.due_after) == (at("11-19 17:30"), at("11-26 17:30"))
    assert begun.case.due_at == at("11-26 17:30")
    assert begun.events()[-2:] == [
        ("extension_asked", "staff"), ("extension_decided", "enterprise"),
    ]  # fmt: skip


def test_a_refused_extension_moves_nothing_and_may_be_asked_again(begun):
    begun.do(cases.extension_ask, "safety_colleague", "11-17 10:00", **ASK)
    no = {"is_granted": False, "decision": "先做能做的"}

    begun.do(cases.extension_decide, "safety_handler", "11-17 11:00", **no)

    assert begun.case.due_at == at("11-19 17:30")
    assert begun.events()[-1] == ("extension_decided", "staff")
    begun.do(cases.extension_ask, "safety_colleague", "11-18 10:00", **ASK)
    begun.do(cases.extension_decide, "safety_handler", "11-18 11:00", **YES)
    with pytest.raises(Conflict, match="已经批准过一次延期"):
        begun.do(cases.extension_ask, "safety_colleague", "11-20 10:00", **ASK)


def test_an_extension_granted_after_the_limit_counts_from_the_limit(begun):
    begun.do(cases.extension_ask, "safety_colleague", "11-19 17:30", **ASK)

    begun.do(cases.extension_decide, "safety_handler", "11-23 10:00", **YES)

    assert begun.case.due_at == at("11-26 17:30")


@pytest.mark.parametrize(
    ("when", "asked", "error"),
    [
        ("11-19 17:31", ASK, Conflict),  # too late
        ("11-17 10:00", ASK | {"amount": 6}, Invalid),  # the table allows five days at P2
        ("11-17 10:00", ASK | {"amount": 0}, Invalid),
        ("11-17 10:00", ASK | {"reason": " "}, Invalid),
    ],
)
def test_an_extension_that_the_rules_do_not_allow_is_not_asked_for(begun, when, asked, error):
    before = every_row()

    with pytest.raises(error):
        begun.do(cases.extension_ask, "safety_colleague", when, **asked)

    assert every_row() == before


def test_who_asks_is_never_who_decides(begun):
    """The head of the unit asks himself: it falls to the head above him."""
    begun.do(cases.extension_ask, "safety_handler", "11-17 10:00", **ASK)

    assert Extension.objects.get().reviewer == begun.zone.leader
    with pytest.raises(NotAllowed):
        begun.do(cases.extension_decide, "safety_handler", "11-17 11:00", **YES)
    begun.do(cases.extension_decide, "leader", "11-17 11:00", **YES)
    assert begun.case.due_at == at("11-26 17:30")


def test_who_acts_for_the_head_does_not_decide_his_own_either(begun):
    zone = begun.zone
    organisation.absence_record(
        officer_id=zone.safety_handler.pk, acting_id=zone.safety_colleague.pk, reason="年休假",
        start_at=at("11-16 08:00"), end_at=at("11-21 08:00"), at=at("11-13 09:00"),
        actor=zone.actor(zone.safety_handler),
    )  # fmt: skip

    begun.do(cases.extension_ask, "safety_colleague", "11-17 10:00", **ASK)

    assert Extension.objects.get().reviewer == zone.leader


def test_an_answer_takes_back_what_was_asked_for(begun):
    begun.do(cases.extension_ask, "safety_colleague", "11-17 10:00", **ASK)

    begun.answer(when="11-18 10:00")

    extension = Extension.objects.get()
    assert (extension.is_taken_back, extension.is_granted) == (True, False)
    with pytest.raises(Conflict, match="没有等审批的延期申请"):
        begun.do(cases.extension_decide, "safety_handler", "11-18 11:00", **YES)


# --- parked, handed over, redispatched, named ---------------------------------------------------


def test_a_parked_request_goes_on_by_itself_after_the_day_of_review(begun):
    """Until Sunday the eighth: at the close of Monday. Three closes don't count."""
    until = {"explanation": "管道下周通水", "until": date(2026, 11, 8)}
    begun.do(cases.case_park, "clerk", "11-05 15:00", **until)
    assert (begun.case.is_paused, begun.case.due_at) == (True, None)
    assert begun.events()[-1] == ("case_parked", "enterprise")

    assert cases.sweep(at=at("11-09 17:29")) == 0
    assert cases.sweep(at=at("11-12 03:00")) == 1

    pause = ClockPause.objects.get()
    assert (pause.ground, pause.end_at) == ("parked", at("11-09 17:30"))
    assert (begun.case.is_paused, begun.case.due_at) == (False, at("11-23 17:30"))


@pytest.mark.parametrize("until", [date(2026, 11, 5), date(2027, 2, 27), date(9999, 1, 1)])
def test_a_request_is_parked_for_sixty_working_days_at_most(begun, until):
    before = every_row()

    with pytest.raises(Invalid):
        begun.do(cases.case_park, "clerk", "11-05 15:00", explanation="等", until=until)

    assert every_row() == before


def test_a_task_handed_over_is_the_colleagues_with_its_clock(begun):
    due = begun.case.due_at
    task = Task.objects.get(case=begun.pk)
    to = begun.zone.safety_colleague

    begun.do(
        cases.task_hand_over, "safety_handler", "11-06 10:00", task_id=task.pk,
        to_officer_id=to.pk, reason="出差",
    )  # fmt: skip

    task.refresh_from_db()
    assert (task.officer, begun.case.responsible, begun.case.due_at) == (to, to, due)
    with pytest.raises(Invalid):
        begun.do(
            cases.task_hand_over, "safety_handler", "11-06 11:00", task_id=task.pk,
            to_officer_id=begun.zone.planning_handler.pk, reason="出差",
        )  # fmt: skip


def test_a_redispatch_relieves_the_first_lead_and_the_resolve_clock_goes_on(told):
    told.dispatch("safety", "11-05 10:10", "planning")
    told.accept()
    moved = {"lead_id": told.zone.approval.pk, "reason": "职责在审批局"}

    told.do(desk.request_redispatch, "clerk", "11-06 10:00", **moved)

    tasks = Task.objects.filter(case=told.pk).order_by("pk")
    assert list(tasks.values_list("department", "state")) == [
        (told.zone.safety.pk, "cancelled"),
        (told.zone.planning.pk, "cancelled"),
        (told.zone.approval.pk, "ready"),
    ]
    assert told.open_clocks() == {
        Purpose.CONTACT: at("11-06 10:00"),
        Purpose.RESOLVE: at("11-19 17:30"),
        Purpose.SIGN: at("11-06 12:00"),  # two working hours afresh
    }
    assert (told.case.state, told.case.responsible) == ("dispatched", told.zone.approval_handler)
    assert told.events()[-1] == ("request_redispatched", "enterprise")
    with pytest.raises(NotAllowed):
        told.answer(when="11-06 10:30")


def test_after_the_second_return_the_unit_is_named_and_may_not_return_it(told):
    back = {"reason": "不归我们", "basis": "三定"}
    told.dispatch("safety", "11-05 10:10")
    told.do(desk.request_return, "safety_handler", "11-05 10:20", **back)
    told.dispatch("planning", "11-05 10:30")
    told.do(desk.request_return, "planning_handler", "11-05 10:40", **back)
    told.dispatch("approval", "11-05 10:50")
    approver = told.zone.actor(told.zone.approval_handler)
    before = every_row()

    assert Task.objects.get(case=told.pk, state="ready").is_named
    assert Act.RETURN not in acts_open(told.case, approver)
    with pytest.raises(Conflict, match="服务中心已经指定由审批局办理，不能再退单。"):
        told.do(desk.request_return, "approval_handler", "11-05 11:00", **back)
    assert every_row() == before


# --- ends without an answer ---------------------------------------------------------------------


def test_what_is_not_accepted_says_why_and_where_to_turn(told):
    told.do(
        desk.request_refuse, "clerk", "11-05 11:00", ground="court", explanation="已在法院立案。"
    )

    ending = Ending.objects.get()
    assert (ending.ground, ending.where_to) == ("court", "有管辖权的人民法院")
    assert ending.basis.endswith("诉求办理规则》第 8 条第 1 项")
    assert (told.case.state, told.case.outcome) == ("closed", "not_accepted")
    assert told.open_clocks() == {}
    assert told.events()[-1] == ("request_refused", "enterprise")


def test_the_settled_is_not_handled_again_and_the_earlier_one_is_named(zone):
    earlier, again, other = Told(zone), Told(zone), Told(zone, "stranger")
    for one in (earlier, other):
        one.dispatch()
        one.accept()
        one.answer()
    asked = {"ground": "settled", "explanation": "上次已经答复过。"}

    for wrong in (None, other.pk, again.pk):
        with pytest.raises(Invalid):
            again.do(desk.request_refuse, "clerk", "11-10 11:00", earlier_id=wrong, **asked)
    again.do(desk.request_refuse, "clerk", "11-10 11:00", earlier_id=earlier.pk, **asked)

    assert Ending.objects.get().earlier == earlier.case


def test_whoever_gets_the_other_later_reads_what_was_merged_into_it(zone):
    kept, gone = Told(zone), Told(zone)
    gone.do(desk.request_merge, "clerk", "11-05 10:30", into_id=kept.pk)

    kept.dispatch("planning", "11-05 10:40")

    assert (gone.case.merged_into, gone.case.outcome) == (kept.case, "merged")
    planner = zone.actor(zone.planning_handler)
    assert set(cases_visible_to(planner)) == {kept.case, gone.case}
    assert [kind for kind, _ in kept.events()] == [
        "request_raised", "request_joined", "request_dispatched",
    ]  # fmt: skip
    assert gone.events()[-1] == ("request_merged", "enterprise")
    with pytest.raises(Conflict, match=kept.case.number):
        gone.do(desk.request_reopen, "contact", "11-06 10:00", reason="不是一回事")


def test_requests_of_two_enterprises_are_never_merged(zone):
    mine, other = Told(zone), Told(zone, "stranger")
    before = every_row()

    with pytest.raises(Invalid):
        mine.do(desk.request_merge, "clerk", "11-05 10:30", into_id=other.pk)

    assert every_row() == before


def test_a_complaint_is_merged_with_nothing_that_its_accused_may_read(zone):
    asked, complaint = Told(zone), Told(zone, accused_department_id=zone.safety.pk)

    for one, other in ((asked, complaint), (complaint, asked)):
        with pytest.raises(Conflict):
            one.do(desk.request_merge, "clerk", "11-05 10:30", into_id=other.pk)


# --- complaints -----------------------------------------------------------------------------------


def test_a_complaint_about_the_centre_is_taken_in_by_the_head_above_it(zone):
    complaint = Told(zone, accused_officer_id=zone.clerk.pk)

    assert complaint.case.responsible == zone.leader
    assert not cases_visible_to(zone.actor(zone.clerk)).exists()
    lead = {"lead_id": zone.approval.pk}
    complaint.do(desk.request_dispatch, "leader", "11-05 10:30", **lead)
    assert complaint.case.responsible == zone.approval_handler


def test_a_complaint_goes_to_no_unit_that_it_is_about(zone):
    complaint = Told(zone, accused_officer_id=zone.safety_colleague.pk)
    before = every_row()

    for lead, helping in (("safety", ()), ("planning", ("safety",))):
        with pytest.raises(Invalid, match="要回避安环局"):
            complaint.dispatch(lead, "11-05 10:30", *helping)

    assert every_row() == before


def test_who_acts_for_the_officer_is_passed_over_if_it_is_about_him(zone):
    """The approver is away, and somebody of the accused unit acts for him."""
    organisation.absence_record(
        officer_id=zone.approval_handler.pk, acting_id=zone.safety_handler.pk, reason="培训",
        start_at=at("11-05 08:00"), end_at=at("11-06 08:00"), at=at("11-04 09:00"),
        actor=zone.actor(zone.approval_handler),
    )  # fmt: skip
    complaint = Told(zone, accused_department_id=zone.safety.pk)

    complaint.dispatch("approval", "11-05 10:30")

    assert complaint.case.responsible == zone.leader


# --- sent back, reopened ------------------------------------------------------------------------


def test_what_was_badly_done_goes_back_to_be_put_right_in_a_time_of_its_own(begun):
    begun.answer()
    begun.rate(2, "11-09 15:00")

    begun.do(
        desk.request_call_back, "clerk", "11-10 10:00", spoke_with="许若楠", facts="没通",
        is_resolved=False, is_sent_back=True,
    )  # fmt: skip

    case = begun.case
    assert (case.state, case.bad_reviews, case.answered_at) == ("in_progress", 1, None)
    assert case.responsible == begun.zone.safety_handler
    assert begun.open_clocks() == {Purpose.RESOLVE: at("11-17 17:30")}  # five working days at P2
    begun.answer(when="11-12 10:00")
    begun.rate(1, "11-12 11:00")
    assert begun.case.bad_reviews == 2


@pytest.mark.parametrize(("when", "is_open"), [("11-24 17:30", True), ("11-24 17:31", False)])
def test_a_closed_request_is_taken_up_again_within_fifteen_days(begun, when, is_open):
    begun.answer()
    begun.rate(5, "11-09 15:00")
    contact = begun.zone.actor(begun.zone.contact)

    assert (Act.REOPEN in acts_open(begun.case, contact, at(when))) is is_open
    if not is_open:
        with pytest.raises(Conflict):
            begun.do(desk.request_reopen, "contact", when, reason="又堵了")
        return
    begun.do(desk.request_reopen, "contact", when, reason="又堵了")

    case, reopening = begun.case, Reopening.objects.get()
    assert (case.state, case.outcome, case.closed_at, case.reopened) == ("in_progress", "", None, 1)
    assert case.responsible == begun.zone.safety_handler
    assert (reopening.outcome_before, reopening.closed_before) == ("evaluated", at("11-09 15:00"))
    assert begun.open_clocks() == {
        Purpose.CONTACT: at("11-25 17:30"), Purpose.RESOLVE: at("12-08 17:30"),
    }  # fmt: skip


def test_whose_officer_has_left_is_dispatched_anew(begun):
    begun.answer()
    begun.rate(5, "11-09 15:00")
    left = begun.zone.safety_handler
    left.is_active = False
    left.save()

    begun.do(desk.request_reopen, "clerk", "11-10 10:00", reason="又堵了")

    case = begun.case
    assert (case.state, case.lead, case.responsible) == (
        CaseState.SUBMITTED, None, begun.zone.clerk,
    )  # fmt: skip
    assert set(begun.open_clocks()) == {Purpose.SIGN, Purpose.CONTACT, Purpose.RESOLVE}


def test_only_what_the_park_does_counts_as_something_done(begun):
    assert begun.case.acted_at == at("11-05 10:20")

    begun.do(cases.message_send, "contact", "11-06 10:00", body="有进展吗？")
    assert begun.case.acted_at == at("11-05 10:20")
    begun.do(cases.message_send, "safety_handler", "11-06 11:00", body="在核", kind="note")
    assert begun.case.acted_at == at("11-06 11:00")
