"""Two at the same instant: one is first, the other is told kindly, and nothing is done twice.

Real transactions on a database of its own, a connection a thread; a barrier lets them go at once.
"""

import random
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.db import connection, connections
from django.test import override_settings

from tests.people import Zone, at, build_zone
from yuanqi.casework import operations as cases
from yuanqi.casework.models import (
    UNANSWERED,
    Attachment,
    Case,
    CaseState,
    ClockPause,
    ClockRecord,
    Evaluation,
    Extension,
    Purpose,
    Task,
    TaskKind,
)
from yuanqi.foundation import seals, verify
from yuanqi.foundation.errors import Conflict, YuanqiError
from yuanqi.foundation.files import Upload
from yuanqi.foundation.models import JournalEvent, OnceKey
from yuanqi.foundation.once import once
from yuanqi.foundation.postgres import drop_database
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.operations import CoHandler

NOW = at("11-05 10:30")
ROUNDS = 5  # a race won by luck once is rarely won so often


@pytest.fixture(scope="module")
def zone(databases, django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Zone]:
    """One park for all these tests, on a database that they commit to; each raises its own."""
    # the file of seals is this database's alone
    with django_db_blocker.unblock(), override_settings(VAR=tmp_path_factory.mktemp("var")):
        name = databases.copy()
        yield build_zone()
        for each in connections.all():
            each.close()
        databases.use(databases.shared)
        drop_database(databases.server, name)


@pytest.fixture(autouse=True)
def journal_stays_whole(zone: Zone) -> Iterator[None]:
    yield
    assert verify.run(whole=True).first_break == ""


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run all acts at the same instant; return what each gave back or was refused with.

    Any other error is raised here: no race may end in one.
    """
    barrier = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            answers[place] = act()
        except BaseException as error:
            answers[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
        assert not thread.is_alive(), "somebody still waits for a lock"
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, YuanqiError):
            raise answer
    return answers


def refused(answers: Sequence[object]) -> list[YuanqiError]:
    return [answer for answer in answers if isinstance(answer, YuanqiError)]


def raised(zone: Zone) -> int:
    return desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P2", text="废水怎么接入？",
        actor=zone.actor(zone.contact), at=at("11-05 10:00"),
    )  # fmt: skip


def dispatched(zone: Zone) -> int:
    case_id = raised(zone)
    desk.request_dispatch(
        case_id=case_id, lead_id=zone.safety.pk, actor=zone.actor(zone.clerk), at=at("11-05 10:10")
    )
    return case_id


def begun(zone: Zone) -> int:
    case_id = dispatched(zone)
    desk.request_accept(
        case_id=case_id, actor=zone.actor(zone.safety_handler), at=at("11-05 10:20")
    )
    return case_id


def paused(zone: Zone) -> int:
    case_id = begun(zone)
    cases.clock_pause(
        case_id=case_id, ground="enterprise-material", awaited="水样报告",
        actor=zone.actor(zone.safety_handler), at=at("11-05 10:25"),
    )  # fmt: skip
    return case_id


def kinds(case_id: int) -> list[str]:
    found = JournalEvent.objects.filter(stream=f"case:{case_id}").order_by("seq")
    return list(found.values_list("kind", flat=True))


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_handlers_who_accept_at_once_one_wins_and_the_other_learns_who(zone, _round):
    case_id = dispatched(zone)
    handlers = [zone.safety_handler, zone.safety_colleague]
    actors = [zone.actor(handler) for handler in handlers]

    answers = at_once(
        *(
            lambda actor=actor: desk.request_accept(case_id=case_id, actor=actor, at=NOW)
            for actor in actors
        )
    )

    (lost,) = refused(answers)
    winner = handlers[1 - answers.index(lost)]
    assert isinstance(lost, Conflict)
    assert lost.message == f"刚被安环局{winner.name}签收，不用再签。"
    case = Case.objects.get(pk=case_id)
    assert (case.state, case.responsible) == (CaseState.IN_PROGRESS, winner)
    assert kinds(case_id).count("servicedesk.request_accepted") == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_clerks_who_dispatch_at_once_the_second_learns_to_whom(zone, _round):
    case_id = raised(zone)
    leads = [zone.safety, zone.planning]
    clerk = zone.actor(zone.clerk)

    answers = at_once(
        *(
            lambda lead=lead: desk.request_dispatch(
                case_id=case_id, lead_id=lead.pk, actor=clerk, at=NOW
            )
            for lead in leads
        )
    )

    (lost,) = refused(answers)
    winner = leads[1 - answers.index(lost)]
    assert isinstance(lost, Conflict)
    assert winner.short_name in lost.message
    assert Case.objects.get(pk=case_id).lead == winner
    assert list(Task.objects.filter(case=case_id).values_list("department_id", flat=True)) == [
        winner.pk
    ]


def test_a_return_and_an_acceptance_at_once_leave_one_of_them(zone):
    case_id = dispatched(zone)
    one, other = zone.actor(zone.safety_handler), zone.actor(zone.safety_colleague)

    answers = at_once(
        lambda: desk.request_accept(case_id=case_id, actor=one, at=NOW),
        lambda: desk.request_return(
            case_id=case_id, reason="不归我们", basis="三定", actor=other, at=NOW
        ),
    )

    (lost,) = refused(answers)
    assert isinstance(lost, Conflict)
    state = CaseState.IN_PROGRESS if answers[0] is None else CaseState.SUBMITTED
    assert Case.objects.get(pk=case_id).state == state


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_supply_and_a_resumption_at_once_end_the_pause_once(zone, _round):
    case_id = paused(zone)
    handler, contact = zone.actor(zone.safety_handler), zone.actor(zone.contact)

    answers = at_once(
        lambda: cases.material_supply(case_id=case_id, body="报告", actor=contact, at=NOW),
        lambda: cases.clock_resume(case_id=case_id, actor=handler, at=NOW),
    )

    (lost,) = refused(answers)
    assert isinstance(lost, Conflict)
    pause = ClockPause.objects.get(clock__case=case_id)
    assert pause.end_at == NOW
    assert kinds(case_id).count("casework.clock_resumed") == 1
    assert not Case.objects.get(pk=case_id).is_paused


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_an_answer_and_a_pause_at_once_one_is_refused(zone, _round):
    case_id = begun(zone)
    one, other = zone.actor(zone.safety_handler), zone.actor(zone.safety_colleague)

    answers = at_once(
        lambda: desk.request_answer(case_id=case_id, body="可以", actor=one, at=NOW),
        lambda: cases.clock_pause(
            case_id=case_id, ground="superior-organ", awaited="省厅批复", actor=other, at=NOW
        ),
    )

    (lost,) = refused(answers)
    assert isinstance(lost, Conflict)
    case = Case.objects.get(pk=case_id)
    assert (case.state, case.is_paused) == (
        (CaseState.ANSWERED, False) if answers[0] is None else (CaseState.IN_PROGRESS, True)
    )


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_redispatches_at_once_the_second_learns_who_leads_now(zone, _round):
    case_id = begun(zone)
    clerk = zone.actor(zone.clerk)

    answers = at_once(
        *[
            lambda: desk.request_redispatch(
                case_id=case_id, lead_id=zone.planning.pk, reason="不归安环局", actor=clerk, at=NOW
            )
        ]
        * 2
    )  # fmt: skip

    (lost,) = refused(answers)
    assert isinstance(lost, Conflict)
    assert lost.message == "没有改派：现在就由规建局主办。"
    states = Task.objects.filter(case=case_id).order_by("pk").values_list("state", flat=True)
    assert list(states) == ["cancelled", "ready"]
    assert kinds(case_id).count("servicedesk.request_redispatched") == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_a_withdrawal_and_an_answer_at_once_one_is_refused(zone, _round):
    case_id = begun(zone)
    handler, contact = zone.actor(zone.safety_handler), zone.actor(zone.contact)

    answers = at_once(
        lambda: desk.request_answer(case_id=case_id, body="可以", actor=handler, at=NOW),
        lambda: desk.request_withdraw(case_id=case_id, reason="办好了", actor=contact, at=NOW),
    )

    (lost,) = refused(answers)
    assert isinstance(lost, Conflict)
    case = Case.objects.get(pk=case_id)
    assert (case.state, case.outcome) == (
        (CaseState.ANSWERED, "") if answers[0] is None else (CaseState.CLOSED, "withdrawn")
    )


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_requests_merged_into_each_other_at_once_leave_one_of_them(zone, _round):
    one, other = dispatched(zone), begun(zone)
    clerk = zone.actor(zone.clerk)

    answers = at_once(
        *(
            lambda pair=pair: desk.request_merge(
                case_id=pair[0], into_id=pair[1], actor=clerk, at=NOW
            )
            for pair in ((one, other), (other, one))
        )
    )

    (lost,) = refused(answers)
    assert isinstance(lost, Conflict)
    gone, kept = (one, other) if answers[0] is None else (other, one)
    assert Case.objects.get(pk=gone).merged_into_id == kept
    case = Case.objects.get(pk=kept)
    assert (case.outcome, case.merged_into) == ("", None)
    assert kinds(kept).count("servicedesk.request_joined") == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_an_extension_granted_and_refused_at_once_is_decided_once(zone, _round):
    case_id = begun(zone)
    cases.extension_ask(
        case_id=case_id, amount=2, reason="要再测", actor=zone.actor(zone.safety_colleague), at=NOW
    )
    before = Case.objects.get(pk=case_id).due_at
    head = zone.actor(zone.safety_handler)

    answers = at_once(
        *(
            lambda granted=granted: cases.extension_decide(
                case_id=case_id, is_granted=granted, decision="情况属实", actor=head, at=NOW
            )
            for granted in (True, False)
        )
    )

    (lost,) = refused(answers)
    assert isinstance(lost, Conflict)
    extension = Extension.objects.get(case=case_id)
    assert extension.is_granted is (answers[0] is None)
    assert (Case.objects.get(pk=case_id).due_at > before) is extension.is_granted
    assert kinds(case_id).count("casework.extension_decided") == 1


def test_a_late_reader_of_the_clock_ends_a_pause_no_earlier_than_it_began(zone):
    """The supply was sent a moment before the pause was set, and got the lock after it."""
    case_id = paused(zone)

    cases.material_supply(
        case_id=case_id, body="报告", actor=zone.actor(zone.contact), at=at("11-05 10:24")
    )

    pause = ClockPause.objects.get(clock__case=case_id)
    assert (pause.start_at, pause.end_at) == (at("11-05 10:25"), at("11-05 10:25"))


def test_two_evaluations_at_once_are_one(zone):
    case_id = begun(zone)
    desk.request_answer(case_id=case_id, body="可以", actor=zone.actor(zone.safety_handler), at=NOW)
    contact = zone.actor(zone.contact)

    answers = at_once(
        *(
            lambda level=level: cases.case_evaluate(
                case_id=case_id, level=level, is_resolved=True, was_contacted=True, actor=contact,
                at=at("11-05 11:00"),
            )
            for level in (1, 5)
        )
    )  # fmt: skip

    assert [type(lost) for lost in refused(answers)] == [Conflict]
    assert Evaluation.objects.get(case=case_id).level == (1 if answers[0] is None else 5)


def test_two_sweeps_at_once_do_the_work_once(zone):
    found = [paused(zone) for _ in range(4)]
    later = at("12-20 10:00")

    answers = at_once(lambda: cases.sweep(at=later), lambda: cases.sweep(at=later))

    assert sum(answers) >= 4  # what other tests left paused is swept too
    assert cases.sweep(at=later) == 0
    for case_id in found:
        assert kinds(case_id).count("casework.clock_resumed") == 1


def test_requests_raised_at_once_get_numbers_in_a_row(zone):
    contact = zone.actor(zone.contact)

    found = at_once(
        *[
            lambda: desk.request_raise(
                contact_id=zone.contact.pk, category="ENV", level="P2", text="废水怎么接入？",
                actor=contact, at=NOW,
            )
        ]
        * 8
    )  # fmt: skip

    numbers = sorted(Case.objects.filter(pk__in=found).values_list("number", flat=True))
    first = int(numbers[0][5:])
    assert numbers == [f"2611-{first + count:04}" for count in range(8)]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_form_sent_twice_at_once_is_carried_out_once(zone, _round):
    contact = zone.actor(zone.contact)
    key = str(uuid.uuid4())
    count = Case.objects.count()

    def send() -> str:
        return once(
            account_id=contact.account_id,
            key=key,
            at=NOW,
            act=lambda: f"/requests/{raised(zone)}/",
        )

    places = at_once(send, send, send)

    assert places == [f"/requests/{Case.objects.latest('pk').pk}/"] * 3
    assert Case.objects.count() == count + 1


def test_a_refused_form_may_be_sent_again_with_its_key(zone):
    case_id = dispatched(zone)
    handler = zone.actor(zone.safety_handler)
    key = str(uuid.uuid4())

    def send() -> str:
        cases.clock_pause(
            case_id=case_id, ground="superior-organ", awaited="批复", actor=handler, at=NOW
        )
        return "/done/"

    with pytest.raises(Conflict):
        once(account_id=handler.account_id, key=key, at=NOW, act=send)
    assert not OnceKey.objects.filter(key=key).exists()
    desk.request_accept(case_id=case_id, actor=handler, at=NOW)

    assert once(account_id=handler.account_id, key=key, at=NOW, act=send) == "/done/"


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_who_enclose_the_same_new_files_in_another_order_do_not_wait_in_a_ring(zone, _round):
    handler = zone.actor(zone.safety_handler)
    found = [begun(zone), begun(zone)]
    papers = [Upload("报告.pdf", f"{_round:04}{n:060x}", 10, "application/pdf") for n in range(20)]

    answers = at_once(
        *(
            lambda case_id=case_id, files=files: cases.message_send(
                case_id=case_id, body="见附件", uploads=files, actor=handler, at=NOW
            )
            for case_id, files in zip(found, (papers, papers[::-1]), strict=True)
        )
    )

    assert answers == [None, None]
    assert Attachment.objects.filter(case__in=found).count() == 40


def test_many_who_do_anything_to_a_few_requests_never_wait_for_each_other_in_a_ring(zone):
    """Random acts on three requests from six sides at once. What is left is a journal that
    verifies and requests as they were promised."""
    found = [dispatched(zone) for _ in range(3)]
    names = ("contact", "clerk", "safety_handler", "safety_colleague", "planning_handler")
    actors = [zone.actor(getattr(zone, name)) for name in names]
    papers = [Upload("报告.pdf", f"ffff{n:060x}", 10, "application/pdf") for n in range(4)]

    def act(choose: random.Random, minute: int) -> None:
        asked = {
            "case_id": choose.choice(found),
            "actor": choose.choice(actors),
            "at": at(f"11-06 {9 + minute // 60:02}:{minute % 60:02}"),
        }
        tasks = list(Task.objects.filter(case=asked["case_id"], kind=TaskKind.CO_HANDLE))
        co = CoHandler(zone.planning.pk, "余量")
        task_id = choose.choice(tasks).pk if tasks else 0
        files = choose.sample(papers, 3)
        choose.choice(
            [
                lambda: desk.request_dispatch(lead_id=zone.safety.pk, co_handlers=[co], **asked),
                lambda: desk.request_accept(**asked),
                lambda: desk.request_return(reason="不归我们", basis="三定", **asked),
                lambda: cases.message_send(body="在核", uploads=files, **asked),
                lambda: cases.message_send(body="在核", kind="note", uploads=files, **asked),
                lambda: cases.clock_pause(ground="superior-organ", awaited="批复", **asked),
                lambda: cases.clock_resume(**asked),
                lambda: cases.task_start(task_id=task_id, **asked),
                lambda: cases.task_finish(task_id=task_id, opinion="有余量", **asked),
                lambda: desk.request_answer(body="可以", uploads=files, **asked),
                lambda: cases.sweep(at=asked["at"]),
                lambda: desk.request_redispatch(
                    lead_id=zone.planning.pk, reason="改派", **asked
                ),
                lambda: desk.request_merge(into_id=choose.choice(found), **asked),
                lambda: desk.request_reopen(reason="又堵了", **asked),
                lambda: cases.extension_ask(amount=1, reason="再测", **asked),
                lambda: cases.extension_decide(is_granted=True, decision="同意", **asked),
                lambda: desk.request_raise(
                    contact_id=zone.contact.pk, category="ENV", level="P2", text="废水",
                    uploads=files, actor=actors[0], at=asked["at"],
                ),
                lambda: seals.make(at=asked["at"]),
            ]
        )()  # fmt: skip

    def many(seed: int) -> int:
        choose = random.Random(seed)
        done = 0
        for minute in range(40):
            try:
                act(choose, minute)
                done += 1
            except YuanqiError:
                pass
        return done

    done = at_once(*(lambda seed=seed: many(seed) for seed in range(6)))

    assert sum(done) > 40
    assert Attachment.objects.exists()
    for case in Case.objects.exclude(state=CaseState.CLOSED):
        open_clocks = ClockRecord.objects.filter(case=case, task=None, stopped_at=None)
        purpose = Purpose.RESOLVE if case.state in UNANSWERED else Purpose.EVALUATE
        assert open_clocks.filter(purpose=purpose).count() == 1
        assert case.responsible_id == case.holdings.order_by("start_at", "id").last().officer_id
