"""The promise: a request always has a responsible person and a clock, whatever anybody does.

A machine lets random people do random things to one request at random instants: by night, at
weekends, over holidays, while officers are away. After each step, allowed or refused, the request
must stand as it was promised, and a refusal must have left no trace.
"""

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.evidence import events, every_row
from tests.people import Zone, at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import (
    UNANSWERED,
    Case,
    CaseState,
    ClockPause,
    ClockRecord,
    Purpose,
    Task,
    TaskKind,
    TaskState,
)
from yuanqi.casework.queries import Act, case_visible, cases_visible_to
from yuanqi.domain.clock import Light
from yuanqi.foundation import verify
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, NotVisible, YuanqiError
from yuanqi.organisation import operations as organisation
from yuanqi.organisation.calendars import work_calendar
from yuanqi.organisation.queries import acting_for
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.operations import CoHandler
from yuanqi.servicedesk.queries import acts_open

pytestmark = pytest.mark.django_db

OFFICERS = (
    "clerk", "safety_handler", "safety_colleague", "planning_handler", "approval_handler",
    "linked_officer", "leader",
)  # fmt: skip
PEOPLE = (*OFFICERS, "contact", "stranger")
UNITS = ("safety", "planning", "approval")

people = st.sampled_from(PEOPLE)
units = st.sampled_from(UNITS)
whiles = st.one_of(
    st.integers(0, 240).map(lambda n: timedelta(minutes=n)),
    st.integers(1, 72).map(lambda n: timedelta(hours=n)),
    st.integers(1, 25).map(lambda n: timedelta(days=n, minutes=17)),
)
# what must be open to whoever answers for the request, so that it can go on
MOVES_ON = {
    CaseState.SUBMITTED: {Act.DISPATCH},
    CaseState.DISPATCHED: {Act.ACCEPT},
    CaseState.IN_PROGRESS: {Act.ANSWER, Act.TASK_FINISH},
    CaseState.CALL_BACK: {Act.CALL_BACK},
}


class Promise(RuleBasedStateMachine):
    zone: Zone

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.case_id = 0

    def teardown(self) -> None:
        report = verify.run(whole=True)
        transaction.savepoint_rollback(self.savepoint)
        assert report.first_break == ""

    # --- who, and when ----------------------------------------------------------------

    def actor(self, who: str) -> Actor:
        return self.zone.actor(getattr(self.zone, who), self.now)

    def later(self, by: timedelta) -> None:
        self.now += by

    @property
    def case(self) -> Case:
        return Case.objects.select_related("clock__calendar", "responsible").get(pk=self.case_id)

    def attempt(self, act: Act, actor: Actor, do: Callable[[], object]) -> bool:
        """Do it; hold a refusal to having left no trace, and the offer of a button to its word."""
        case = self.case
        offered = act in acts_open(case, actor) and self._visible(actor)
        before, count = self.rows, events()
        try:
            do()
        except YuanqiError as refused:
            assert self._rows_now() == before, "a refusal changed rows"
            if offered:
                assert isinstance(refused, Conflict), f"{act} was offered, then {refused!r}"
            return False
        assert offered, f"{act} was done by {actor.name} in {case.state}, but not offered"
        assert events() > count, "a change without an event"
        self.rows = self._rows_now()
        return True

    def _visible(self, actor: Actor) -> bool:
        return cases_visible_to(actor).filter(pk=self.case_id).exists()

    def _rows_now(self) -> dict[str, str]:
        return every_row()

    # --- what people do ---------------------------------------------------------------

    @initialize(
        after=st.integers(0, 300 * 24 * 60),
        level=st.sampled_from(["P1", "P2", "P3", "P4"]),
        category=st.sampled_from(["ENV", "PAY", "POL", "OTH"]),
        who=st.sampled_from(["contact", "linked_officer", "clerk"]),
    )
    def raise_(self, after: int, level: str, category: str, who: str) -> None:
        self.now = self.raised_at = at("01-05 00:00") + timedelta(minutes=after)
        self.case_id = desk.request_raise(
            contact_id=self.zone.contact.pk,
            category=category,
            level=level,
            text="废水能不能接入市政管网？设备已经订了。",
            actor=self.actor(who),
            at=self.now,
        )
        self.rows = self._rows_now()

    @rule(who=people, lead=units, co=st.sets(units, max_size=2), wait=whiles)
    def dispatch(self, who: str, lead: str, co: set[str], wait: timedelta) -> None:
        self.later(wait)
        actor = self.actor(who)
        self.attempt(
            Act.DISPATCH,
            actor,
            lambda: desk.request_dispatch(
                case_id=self.case_id,
                lead_id=getattr(self.zone, lead).pk,
                co_handlers=[
                    CoHandler(getattr(self.zone, unit).pk, "核余量") for unit in sorted(co - {lead})
                ],
                actor=actor,
                at=self.now,
            ),
        )

    @rule(who=people, wait=whiles)
    def accept(self, who: str, wait: timedelta) -> None:
        self.later(wait)
        actor = self.actor(who)
        self.attempt(
            Act.ACCEPT,
            actor,
            lambda: desk.request_accept(case_id=self.case_id, actor=actor, at=self.now),
        )

    @rule(who=people, wait=whiles)
    def return_(self, who: str, wait: timedelta) -> None:
        self.later(wait)
        actor = self.actor(who)
        self.attempt(
            Act.RETURN,
            actor,
            lambda: desk.request_return(
                case_id=self.case_id, reason="不归我们", basis="三定", actor=actor, at=self.now
            ),
        )

    @rule(who=people, kind=st.sampled_from(["talk", "note", "plan"]), wait=whiles)
    def talk(self, who: str, kind: str, wait: timedelta) -> None:
        self.later(wait)
        actor = self.actor(who)
        act = {"talk": Act.TALK, "note": Act.NOTE, "plan": Act.PLAN}[kind]
        self.attempt(
            act,
            actor,
            lambda: cases.message_send(
                case_id=self.case_id, body="在核", kind=kind, actor=actor, at=self.now
            ),
        )

    @rule(
        who=people,
        ground=st.sampled_from(["enterprise-material", "superior-organ"]),
        wait=whiles,
    )
    def pause(self, who: str, ground: str, wait: timedelta) -> None:
        self.later(wait)
        actor = self.actor(who)
        self.attempt(
            Act.PAUSE,
            actor,
            lambda: cases.clock_pause(
                case_id=self.case_id, ground=ground, awaited="水样报告", actor=actor, at=self.now
            ),
        )

    @rule(who=people, wait=whiles)
    def resume(self, who: str, wait: timedelta) -> None:
        self.later(wait)
        actor = self.actor(who)
        self.attempt(
            Act.RESUME,
            actor,
            lambda: cases.clock_resume(case_id=self.case_id, actor=actor, at=self.now),
        )

    @rule(who=people, wait=whiles)
    def supply(self, who: str, wait: timedelta) -> None:
        self.later(wait)
        actor = self.actor(who)
        self.attempt(
            Act.SUPPLY,
            actor,
            lambda: cases.material_supply(
                case_id=self.case_id, body="报告", actor=actor, at=self.now
            ),
        )

    @rule(who=people, which=st.integers(0, 3), finish=st.booleans(), wait=whiles)
    def work(self, who: str, which: int, finish: bool, wait: timedelta) -> None:
        self.later(wait)
        actor = self.actor(who)
        tasks = list(Task.objects.filter(case=self.case_id).values_list("pk", flat=True))
        task_id = tasks[which % len(tasks)] if tasks else 0
        if finish:
            self.attempt(
                Act.TASK_FINISH,
                actor,
                lambda: cases.task_finish(
                    case_id=self.case_id, task_id=task_id, opinion="有余量", actor=actor,
                    at=self.now,
                ),
            )  # fmt: skip
        else:
            self.attempt(
                Act.TASK_START,
                actor,
                lambda: cases.task_start(
                    case_id=self.case_id, task_id=task_id, actor=actor, at=self.now
                ),
            )

    @rule(who=people, wait=whiles)
    def answer(self, who: str, wait: timedelta) -> None:
        self.later(wait)
        actor = self.actor(who)
        self.attempt(
            Act.ANSWER,
            actor,
            lambda: desk.request_answer(
                case_id=self.case_id, body="可以", actor=actor, at=self.now
            ),
        )

    @rule(who=people, level=st.integers(1, 5), wait=whiles)
    def evaluate(self, who: str, level: int, wait: timedelta) -> None:
        self.later(wait)
        actor = self.actor(who)
        self.attempt(
            Act.EVALUATE,
            actor,
            lambda: cases.case_evaluate(
                case_id=self.case_id, level=level, is_resolved=level > 2, was_contacted=True,
                actor=actor, at=self.now,
            ),
        )  # fmt: skip

    @rule(who=people, wait=whiles)
    def call_back(self, who: str, wait: timedelta) -> None:
        self.later(wait)
        actor = self.actor(who)
        self.attempt(
            Act.CALL_BACK,
            actor,
            lambda: desk.request_call_back(
                case_id=self.case_id, spoke_with="许若楠", facts="没有解决", is_resolved=False,
                actor=actor, at=self.now,
            ),
        )  # fmt: skip

    @precondition(lambda self: self.case.state != CaseState.CLOSED)
    @rule(choose=st.integers(0, 10**6), wait=whiles)
    def press_a_button(self, choose: int, wait: timedelta) -> None:
        """Somebody does something that his page offers: so stories get far."""
        case = self.case
        start = choose % len(PEOPLE)
        for who in PEOPLE[start:] + PEOPLE[:start]:
            offers = sorted(acts_open(case, self.actor(who)) - {Act.TALK, Act.NOTE})
            if offers:
                break
        else:
            return
        act = offers[choose % len(offers)]
        unit = UNITS[choose % 3]
        co = {UNITS[choose % 3 - 1]} if choose % 2 else set()
        wait = min(wait, timedelta(hours=9))
        match act:
            case Act.DISPATCH:
                self.dispatch(who, unit, co, wait)
            case Act.TASK_START | Act.TASK_FINISH:
                tasks = list(Task.objects.filter(case=case).values_list("kind", "state"))
                state = TaskState.READY if act == Act.TASK_START else TaskState.ACTIVE
                self.work(
                    who, tasks.index((TaskKind.CO_HANDLE, state)), act == Act.TASK_FINISH, wait
                )
            case Act.PAUSE:
                ground = ("enterprise-material", "superior-organ")[choose % 2]
                self.pause(who, ground, wait)
            case Act.EVALUATE:
                self.evaluate(who, choose % 5 + 1, wait)
            case Act.PLAN:
                self.talk(who, "plan", wait)
            case Act.RETURN:
                self.return_(who, wait)
            case _:
                getattr(self, act.value)(who, wait)

    @rule(who=st.sampled_from(OFFICERS), acting=st.sampled_from(OFFICERS), days=st.integers(1, 30))
    def go_away(self, who: str, acting: str, days: int) -> None:
        """An officer goes on leave from now on, and somebody acts for him."""
        absent, other = getattr(self.zone, who), getattr(self.zone, acting)
        before = self.rows
        try:
            organisation.absence_record(
                officer_id=absent.pk,
                acting_id=other.pk,
                start_at=self.now,
                end_at=self.now + timedelta(days=days),
                reason="年休假",
                actor=self.actor(who),
                at=self.now,
            )
        except YuanqiError:
            assert self._rows_now() == before
        self.rows = self._rows_now()

    @rule(wait=whiles)
    def sweep(self, wait: timedelta) -> None:
        """The minute's job, however late; a second run finds nothing left."""
        self.later(wait)
        count = events()
        done = cases.sweep(at=self.now)
        assert done <= events() - count
        assert done or self._rows_now() == self.rows
        self.rows = self._rows_now()
        assert cases.sweep(at=self.now) == 0
        assert self._rows_now() == self.rows

    @rule()
    def a_stranger_meets_nothing(self) -> None:
        """Neither sees the request nor may touch what he does not see."""
        actor = self.zone.actor(self.zone.stranger, self.now)
        with pytest.raises(NotVisible):
            case_visible(self.case_id, actor)
        assert acts_open(self.case, actor) == frozenset()

    # --- what was promised ------------------------------------------------------------

    @invariant()
    def promise_is_kept(self) -> None:
        if not self.case_id:
            return
        case = self.case
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        clocks = list(ClockRecord.objects.filter(case=case).select_related("calendar"))
        opened = [clock.purpose for clock in clocks if clock.is_open and clock.task_id is None]
        assert len(opened) == len(set(opened)), "two open clocks for one purpose"
        if case.state in UNANSWERED:
            assert case.responsible is not None
            assert opened.count(Purpose.RESOLVE) == 1
            assert Purpose.EVALUATE not in opened
        elif case.state == CaseState.CLOSED:
            assert [clock for clock in clocks if clock.is_open] == []
        else:
            assert case.responsible is not None
            assert opened == [Purpose.EVALUATE]
        self._check_clocks(case, clocks)
        self._check_tasks(case, clocks)
        self._check_holdings(case)
        if case.state != CaseState.CLOSED:
            self._check_somebody_can_go_on(case)

    def _check_clocks(self, case: Case, clocks: list[ClockRecord]) -> None:
        paused = False
        for clock in clocks:
            calendar = work_calendar(clock.calendar)
            pauses = list(ClockPause.objects.filter(clock=clock).order_by("start_at"))
            for pause in pauses:
                assert clock.purpose == Purpose.RESOLVE
                assert pause.ground and pause.basis and pause.awaited
                assert pause.end_at is None or pause.end_at <= pause.until_at
            domain = clock.clock(pauses)
            assert clock.due_at == domain.due_at(calendar)
            assert clock.warn_at == domain.warn_at(calendar, clock.warn)
            if clock.is_open and pauses and pauses[-1].end_at is None:
                paused = True
        assert case.is_paused is paused
        if case.state == CaseState.CLOSED:
            assert (case.clock, case.due_at, case.warn_at) == (None, None, None)
            assert case.light(self.now) == Light.DONE
            return
        shown = case.clock
        assert shown is not None and shown.is_open and shown.case_id == case.pk
        assert (case.due_at, case.warn_at) == (shown.due_at, shown.warn_at)
        pauses = list(ClockPause.objects.filter(clock=shown).order_by("start_at"))
        # a pause covers its end and not its start: the stored light tells what comes next
        soon = self.now + timedelta(microseconds=1)
        calendar = work_calendar(shown.calendar)
        assert case.light(soon) == shown.clock(pauses).light(soon, calendar, shown.warn)

    def _check_tasks(self, case: Case, clocks: list[ClockRecord]) -> None:
        tasks = list(Task.objects.filter(case=case))
        leads = [task for task in tasks if task.kind == TaskKind.LEAD and task.is_open]
        wanted = {
            CaseState.DISPATCHED: [TaskState.READY],
            CaseState.IN_PROGRESS: [TaskState.ACTIVE],
        }.get(CaseState(case.state), [])
        assert [task.state for task in leads] == wanted
        if leads:
            assert leads[0].department_id == case.lead_id
        for task in tasks:
            running = [c for c in clocks if c.task_id == task.pk and c.is_open]
            expected = task.is_open and task.kind == TaskKind.CO_HANDLE
            assert len(running) == expected
            if case.state not in (CaseState.DISPATCHED, CaseState.IN_PROGRESS):
                assert not task.is_open

    def _check_holdings(self, case: Case) -> None:
        held = list(case.holdings.order_by("start_at", "id"))
        assert held[0].start_at == case.opened_at == self.raised_at
        assert [item.pk for item in held] == sorted(item.pk for item in held)
        for before, after in itertools.pairwise(held):
            assert before.start_at <= after.start_at
            same = ("officer_id", "department_id", "work")
            assert [getattr(before, n) for n in same] != [getattr(after, n) for n in same]
        assert held[-1].officer_id == case.responsible_id
        for item in held:
            assert case.access.filter(grantee=f"o{item.officer_id}").exists()

    def _check_somebody_can_go_on(self, case: Case) -> None:
        """Whoever answers for the request now can take the step that it waits for."""
        wanted = MOVES_ON.get(CaseState(case.state))
        if wanted is None:
            contact = self.actor("contact")
            assert Act.EVALUATE in acts_open(case, contact)
            return
        assert case.responsible is not None
        answering = acting_for(case.responsible, self.now)
        assert answering.account is not None
        offered = acts_open(case, self.zone.actor(answering, self.now))
        assert offered & wanted, f"{answering} answers for a {case.state} case and may {offered}"


def test_the_promise_is_kept_whatever_anybody_does(zone: Zone) -> None:
    Promise.zone = zone

    run_state_machine_as_test(
        Promise,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            # a failing story is printed as it was found: shrinking it takes minutes
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
