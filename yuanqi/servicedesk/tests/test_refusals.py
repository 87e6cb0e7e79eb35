"""Who may do what, and when: every act by everybody in every state, and what a refusal leaves.

A stranger is told nothing (NotVisible), who may never do it is told so (NotAllowed), who comes too
late or too early is told what happened (Conflict). None of them changes or records anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from django.db import transaction

from tests.evidence import every_row
from tests.people import Zone, at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, CaseState, Message, Task
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible, YuanqiError
from yuanqi.foundation.models import JournalEvent
from yuanqi.organisation import operations as organisation
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.operations import CoHandler

pytestmark = pytest.mark.django_db

PEOPLE = (
    "contact", "stranger", "clerk", "safety_handler", "safety_colleague", "planning_handler",
    "approval_handler", "linked_officer", "leader",
)  # fmt: skip
LEAD = {"safety_handler", "safety_colleague"}
NOW = at("11-11 10:00")


@dataclass
class Story:
    """One request, led by the safety bureau with planning as co-handler, told act by act."""

    zone: Zone
    case_id: int = 0
    other_id: int = 0  # the same enterprise's, into which it might be merged

    def actor(self, who: str) -> Actor:
        return self.zone.actor(getattr(self.zone, who), NOW)

    def raise_(self) -> None:
        self.other_id, self.case_id = (
            desk.request_raise(
                contact_id=self.zone.contact.pk, category="ENV", level="P2", text="废水怎么接入？",
                actor=self.actor("contact"), at=at("11-05 10:00"),
            )
            for _ in range(2)
        )  # fmt: skip

    def dispatch(self, lead: str = "safety", when: str = "11-05 10:10") -> None:
        desk.request_dispatch(
            case_id=self.case_id,
            lead_id=getattr(self.zone, lead).pk,
            co_handlers=[CoHandler(self.zone.planning.pk, "余量")] if lead == "safety" else [],
            actor=self.actor("clerk"),
            at=at(when),
        )

    def accept(self) -> None:
        self.do("accept", "safety_handler", "11-05 10:20")

    def task(self) -> Task:
        return Task.objects.get(case=self.case_id, department=self.zone.planning)

    def lead_task(self) -> Task:
        return Task.objects.filter(case=self.case_id, department=self.zone.safety).latest("pk")

    def do(self, act: str, who: str, when: str) -> None:
        ACTS[act](self, {"case_id": self.case_id, "actor": self.actor(who), "at": at(when)})

    def submitted(self) -> None:
        self.raise_()

    def dispatched(self) -> None:
        self.submitted()
        self.dispatch()

    def returned(self) -> None:
        self.dispatched()
        self.do("return", "safety_handler", "11-05 10:20")

    def dispatched_to_another(self) -> None:
        self.returned()
        self.dispatch("approval", "11-05 10:30")

    def begun(self) -> None:
        self.dispatched()
        self.accept()

    def co_handled(self) -> None:
        self.begun()
        self.do("task_start", "planning_handler", "11-05 11:00")

    def opinions_in(self) -> None:
        self.co_handled()
        self.do("task_finish", "planning_handler", "11-05 14:00")

    def extension_asked(self) -> None:
        """By a colleague, so that the head of the unit decides."""
        self.opinions_in()
        self.do("extend", "safety_colleague", "11-09 10:00")

    def parked(self) -> None:
        self.opinions_in()
        self.do("park", "clerk", "11-09 10:00")

    def paused(self) -> None:
        self.opinions_in()
        self.do("pause", "safety_handler", "11-05 15:00")

    def late(self) -> None:
        """In progress, and no longer within any limit when it is tried."""
        self.opinions_in()
        Case.objects.filter(pk=self.case_id).update(due_at=at("11-06 10:00"))
        self.clocks("resolve").update(due_at=at("11-06 10:00"))

    def answered(self) -> None:
        self.opinions_in()
        self.do("answer", "safety_handler", "11-09 10:00")

    def call_back(self) -> None:
        self.answered()
        self.do("evaluate_badly", "contact", "11-10 10:00")

    def sent_back(self) -> None:
        self.call_back()
        self.do("send_back", "clerk", "11-10 11:00")

    def merged(self) -> None:
        self.begun()
        self.do("merge", "clerk", "11-06 10:00")

    def withdrawn(self) -> None:
        self.begun()
        self.do("withdraw", "contact", "11-06 10:00")

    def refused(self) -> None:
        self.returned()
        self.do("refuse", "clerk", "11-06 10:00")

    def closed(self) -> None:
        self.answered()
        self.do("evaluate", "contact", "11-10 10:00")

    def clocks(self, purpose: str):
        return Case.objects.get(pk=self.case_id).clocks.filter(purpose=purpose)


Asked = dict[str, object]
ACTS: dict[str, Callable[[Story, Asked], None]] = {
    "dispatch": lambda story, asked: desk.request_dispatch(lead_id=story.zone.safety.pk, **asked),
    "accept": lambda story, asked: desk.request_accept(**asked),
    "return": lambda story, asked: desk.request_return(reason="不归我们", basis="三定", **asked),
    "talk": lambda story, asked: cases.message_send(body="在核", **asked),
    "note": lambda story, asked: cases.message_send(body="在核", kind="note", **asked),
    "plan": lambda story, asked: cases.message_send(body="三天内", kind="plan", **asked),
    "pause": lambda story, asked: cases.clock_pause(
        ground="enterprise-material", awaited="水样报告", **asked
    ),
    "resume": lambda story, asked: cases.clock_resume(**asked),
    "supply": lambda story, asked: cases.material_supply(body="报告", **asked),
    "task_start": lambda story, asked: cases.task_start(task_id=story.task().pk, **asked),
    "task_finish": lambda story, asked: cases.task_finish(
        task_id=story.task().pk, opinion="有余量", **asked
    ),
    "answer": lambda story, asked: desk.request_answer(body="可以", **asked),
    "evaluate": lambda story, asked: cases.case_evaluate(
        level=5, is_resolved=True, was_contacted=True, **asked
    ),
    "evaluate_badly": lambda story, asked: cases.case_evaluate(
        level=1, is_resolved=False, was_contacted=True, **asked
    ),
    "call_back": lambda story, asked: desk.request_call_back(
        spoke_with="许若楠", facts="没解决", is_resolved=False, **asked
    ),
    "send_back": lambda story, asked: desk.request_call_back(
        spoke_with="许若楠", facts="没解决", is_resolved=False, is_sent_back=True, **asked
    ),
    "redispatch": lambda story, asked: desk.request_redispatch(
        lead_id=story.zone.approval.pk, reason="职责在审批局", **asked
    ),
    "hand_over": lambda story, asked: cases.task_hand_over(
        task_id=story.lead_task().pk, to_officer_id=story.zone.safety_colleague.pk, reason="出差",
        **asked,
    ),
    "extend": lambda story, asked: cases.extension_ask(amount=5, reason="要再测一次", **asked),
    "decide_extension": lambda story, asked: cases.extension_decide(
        is_granted=True, decision="情况属实", **asked
    ),
    "park": lambda story, asked: cases.case_park(
        explanation="等片区规划调整", until=date(2026, 12, 1), **asked
    ),
    "refuse": lambda story, asked: desk.request_refuse(
        ground="court", explanation="已经起诉", **asked
    ),
    "merge": lambda story, asked: desk.request_merge(into_id=story.other_id, **asked),
    "withdraw": lambda story, asked: desk.request_withdraw(reason="已经解决", **asked),
    "reopen": lambda story, asked: desk.request_reopen(reason="又堵了", **asked),
}  # fmt: skip

# who may ever do it, once the safety bureau leads and planning co-handles
MAY = {
    "dispatch": {"clerk"},
    "accept": LEAD,
    "return": LEAD,
    "talk": LEAD | {"contact", "clerk", "linked_officer", "planning_handler"},
    "note": LEAD | {"clerk", "linked_officer", "planning_handler", "leader"},
    "plan": LEAD,
    "pause": LEAD,
    "resume": LEAD | {"clerk"},
    "supply": {"contact"},
    "task_start": {"planning_handler"},
    "task_finish": {"planning_handler"},
    "answer": LEAD,
    "evaluate": {"contact"},
    "evaluate_badly": {"contact"},
    "call_back": {"clerk"},
    "send_back": {"clerk"},
    "redispatch": {"clerk"},
    "hand_over": {"safety_handler"},  # whose task it is, and who heads the unit
    "extend": LEAD,
    "decide_extension": set(),  # until somebody has asked
    "park": {"clerk", "safety_handler"},
    "refuse": {"clerk"},
    "merge": {"clerk"},
    "withdraw": {"contact"},
    "reopen": {"contact", "clerk"},
}
INVOLVED = {"contact", "clerk", "linked_officer", "leader"}
SEES = INVOLVED | LEAD | {"planning_handler"}
TALK = {"talk", "note"}
OPEN = TALK | {"merge", "withdraw"}
AT_WORK = OPEN | {"plan", "pause", "redispatch", "hand_over", "extend", "park"}
REVIEWED = {"decide_extension": {"safety_handler"}}

RETURNED = {act: MAY[act] - {"planning_handler"} for act in ("talk", "task_start", "task_finish")}

# state: (who sees it, which acts fit it, what differs from MAY)
STATES: dict[str, tuple[set[str], set[str], dict[str, set[str]]]] = {
    "submitted": (INVOLVED, OPEN | {"dispatch", "refuse"}, {}),
    "dispatched": (SEES, OPEN | {"accept", "redispatch"}, {}),
    # planning's task was cancelled with the return: it is no part of theirs any more
    "returned": (
        SEES,
        OPEN | {"dispatch", "refuse"},
        {"task_start": set(), "task_finish": set(), "talk": MAY["talk"] - {"planning_handler"}},
    ),
    # whoever gave it back has no say in what another bureau leads
    "dispatched_to_another": (
        SEES | {"approval_handler"},
        OPEN | {"accept"},  # too late to be returned again
        {
            act: MAY[act] - LEAD | {"approval_handler"}
            for act in ("accept", "return", "plan", "pause", "resume", "answer", "extend", "park")
        }
        | {"task_start": set(), "task_finish": set(), "hand_over": set()}
        | {"talk": INVOLVED - {"leader"} | {"approval_handler"}}
        | {"note": MAY["note"] | {"approval_handler"}},
    ),
    "begun": (SEES, AT_WORK | {"task_start"}, {}),
    "co_handled": (SEES, AT_WORK | {"task_finish"}, {}),
    "opinions_in": (SEES, AT_WORK | {"answer"}, {}),
    "extension_asked": (
        SEES, AT_WORK - {"extend"} | {"answer", "decide_extension"}, REVIEWED,
    ),
    "paused": (SEES, OPEN | {"plan", "resume", "supply", "hand_over"}, {}),
    "parked": (SEES, OPEN | {"plan", "resume", "hand_over"}, {}),
    "late": (SEES, AT_WORK - {"pause", "extend", "park"} | {"answer"}, {}),
    "answered": (SEES, TALK | {"evaluate", "evaluate_badly"}, {}),
    "call_back": (SEES, TALK | {"call_back", "send_back"}, {}),
    "sent_back": (SEES, AT_WORK - {"plan"} | {"answer"}, {}),
    "closed": (SEES, {"reopen"}, {}),
    "merged": (SEES, set(), {}),
    "withdrawn": (SEES, {"reopen"}, {}),
    "refused": (SEES, {"reopen"}, RETURNED),
}  # fmt: skip


@pytest.fixture
def story(zone: Zone) -> Story:
    return Story(zone)


def expected(state: str, act: str, who: str) -> type[YuanqiError] | None:
    sees, fits, differs = STATES[state]
    if who not in sees:
        return NotVisible
    may = differs.get(act, MAY[act])
    if who not in may:
        return NotAllowed
    return None if act in fits else Conflict


def tried(story: Story, act: str, actor: Actor) -> type[YuanqiError] | None:
    savepoint = transaction.savepoint()
    try:
        ACTS[act](story, {"case_id": story.case_id, "actor": actor, "at": NOW})
    except YuanqiError as refused:
        return type(refused)
    else:
        transaction.savepoint_rollback(savepoint)
        return None


@pytest.mark.parametrize("state", STATES)
def test_each_act_is_done_or_refused_as_said_and_a_refusal_leaves_no_trace(story, state):
    getattr(story, state)()
    before = every_row()

    actors = {who: story.actor(who) for who in PEOPLE}
    answers = {}
    for act in ACTS:
        if state == "submitted" and act in ("task_start", "task_finish", "hand_over"):
            continue  # there is no task yet to name
        for who, actor in actors.items():
            answers[act, who] = tried(story, act, actor)
        assert every_row() == before, f"somebody tried {act} in {state}: rows changed"

    assert answers == {(act, who): expected(state, act, who) for act, who in answers}


def test_nothing_can_be_done_to_a_case_that_does_not_exist(story):
    before = every_row()

    for act in ACTS:
        if act.startswith("task") or act == "hand_over":
            continue
        with pytest.raises(NotVisible):
            ACTS[act](story, {"case_id": 999_999, "actor": story.actor("clerk"), "at": NOW})

    assert every_row() == before


def test_a_return_after_the_sign_limit_is_refused(story):
    story.dispatched()
    before = every_row()

    with pytest.raises(Conflict, match="签收时限已过"):
        story.do("return", "safety_handler", "11-05 14:11")  # P2: two working hours from 10:10

    assert every_row() == before


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"contact_id": 999_999}, NotVisible),
        ({"category": "???"}, Invalid),
        ({"level": "P9"}, Invalid),
        ({"text": " \n "}, Invalid),
    ],
)
def test_a_malformed_request_is_not_raised(story, change, error):
    before = every_row()
    asked = {"contact_id": story.zone.contact.pk, "category": "ENV", "level": "P2", "text": "好"}

    with pytest.raises(error):
        desk.request_raise(**{**asked, **change}, actor=story.actor("clerk"), at=NOW)

    assert every_row() == before


@pytest.mark.parametrize(
    ("who", "error"),
    [("stranger", NotVisible), ("safety_handler", NotAllowed), ("leader", NotAllowed)],
)
def test_only_the_enterprise_its_officer_and_the_centre_raise_for_it(story, who, error):
    before = every_row()

    with pytest.raises(error):
        desk.request_raise(
            contact_id=story.zone.contact.pk, category="ENV", level="P2", text="废水",
            actor=story.actor(who), at=NOW,
        )  # fmt: skip

    assert every_row() == before


@pytest.mark.parametrize("lead", ["centre", "nowhere"])
def test_a_request_is_dispatched_to_a_bureau_and_to_nobody_else(story, lead):
    story.submitted()
    before = every_row()
    department = 999_999 if lead == "nowhere" else story.zone.centre.pk

    with pytest.raises(Invalid):
        desk.request_dispatch(
            case_id=story.case_id, lead_id=department, actor=story.actor("clerk"), at=NOW
        )

    assert every_row() == before


def test_a_co_handler_is_named_once_and_is_not_the_lead(story):
    story.submitted()
    before = every_row()
    safety, planning = story.zone.safety.pk, story.zone.planning.pk

    for asked in ([safety], [planning, planning], [999_999]):
        with pytest.raises(Invalid):
            desk.request_dispatch(
                case_id=story.case_id,
                lead_id=safety,
                co_handlers=[CoHandler(pk, "余量") for pk in asked],
                actor=story.actor("clerk"),
                at=NOW,
            )

    assert every_row() == before


def test_a_pause_needs_a_ground_that_the_rules_name(story):
    story.begun()
    before = every_row()

    with pytest.raises(Conflict):
        cases.clock_pause(
            case_id=story.case_id, ground="busy", awaited="", actor=story.actor("safety_handler"),
            at=NOW,
        )  # fmt: skip

    assert every_row() == before


@pytest.mark.parametrize("kind", ["answer", "supply", "shout"])
@pytest.mark.parametrize("who", ["contact", "safety_handler"])
def test_an_answer_or_a_supply_is_never_passed_off_as_talk(story, kind, who):
    story.begun()
    before = every_row()

    with pytest.raises(Invalid):
        cases.message_send(
            case_id=story.case_id, body="可以", kind=kind, actor=story.actor(who), at=NOW
        )

    assert every_row() == before


@pytest.mark.parametrize("level", [0, 6])
def test_there_are_five_levels_of_satisfaction(story, level):
    story.answered()
    before = every_row()

    with pytest.raises(Invalid):
        cases.case_evaluate(
            case_id=story.case_id, level=level, is_resolved=True, was_contacted=True,
            actor=story.actor("contact"), at=NOW,
        )  # fmt: skip

    assert every_row() == before


def test_what_another_enterprise_asks_is_not_raised_in_its_name(story):
    before = every_row()

    with pytest.raises(NotVisible):
        desk.request_raise(
            contact_id=story.zone.stranger.pk, category="ENV", level="P2", text="废水",
            actor=story.actor("contact"), at=NOW,
        )  # fmt: skip

    assert every_row() == before


# --- absence: whoever answers can act -------------------------------------------------


def away(story: Story, who: str, acting: str) -> None:
    organisation.absence_record(
        officer_id=getattr(story.zone, who).pk,
        acting_id=getattr(story.zone, acting).pk,
        start_at=NOW - timedelta(days=7),
        end_at=NOW + timedelta(days=7),
        reason="出差",
        actor=story.actor(who),
        at=NOW - timedelta(days=7),
    )


def test_who_acts_for_the_absent_clerk_dispatches_what_came_in(story):
    away(story, "clerk", "leader")
    story.raise_()
    assert Case.objects.get(pk=story.case_id).responsible == story.zone.leader

    desk.request_dispatch(
        case_id=story.case_id, lead_id=story.zone.safety.pk, actor=story.actor("leader"), at=NOW
    )

    assert Case.objects.get(pk=story.case_id).state == CaseState.DISPATCHED


def test_who_acts_for_an_absent_head_of_another_bureau_accepts_and_answers(story):
    away(story, "safety_handler", "linked_officer")
    story.submitted()
    story.dispatch()
    assert Case.objects.get(pk=story.case_id).responsible == story.zone.linked_officer

    story.do("accept", "linked_officer", "11-05 10:20")
    story.do("task_start", "planning_handler", "11-05 10:30")
    story.do("task_finish", "planning_handler", "11-05 10:40")
    story.do("answer", "linked_officer", "11-05 10:50")

    assert Case.objects.get(pk=story.case_id).state == CaseState.ANSWERED


def test_who_acts_for_an_absent_co_handler_takes_up_his_task(story):
    away(story, "planning_handler", "linked_officer")
    story.begun()

    story.do("task_start", "linked_officer", "11-05 10:30")

    task = story.task()
    assert (task.state, task.officer) == ("active", story.zone.linked_officer)


def test_an_administrator_of_the_system_has_no_say_in_a_case(story):
    story.begun()
    actor = Actor(side="park", account_id=1, roles=frozenset({Role.SYSTEM_ADMIN.value}))
    before = every_row()

    for act in ACTS:
        with pytest.raises(NotVisible):
            ACTS[act](story, {"case_id": story.case_id, "actor": actor, "at": NOW})

    assert every_row() == before


def test_time_never_runs_backwards_on_a_case(story):
    """Who waited for the lock read the clock before the one who had it."""
    story.begun()
    story.do("note", "safety_handler", "11-05 10:21")

    story.do("talk", "safety_handler", "11-05 10:19")

    events = JournalEvent.objects.filter(stream=f"case:{story.case_id}").order_by("seq")
    times = list(events.values_list("at", flat=True))
    assert times == sorted(times)
    assert times[-1] == Message.objects.filter(case=story.case_id).last().at == at("11-05 10:21")
