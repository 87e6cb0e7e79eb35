"""Requests many at a time: the acts of the operations, run over stories in bulk.

What an operation asks the database for at each step (limits, calendar, who is on duty, the next
number) is resolved once, in the `Book`. Permission is not asked: a story is told by the park.
Each act still refuses what doesn't fit the case's state (Conflict). Notices are the subscriber's.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from django.utils import timezone

from yuanqi.casework import acts as cases
from yuanqi.casework import duty
from yuanqi.casework.casefile import CaseFile
from yuanqi.casework.models import Message, Task, TaskKind, TaskState
from yuanqi.foundation.bulk import Bulk
from yuanqi.organisation.models import Officer

from . import acts
from .book import Book, Person
from .models import Channel
from .steps import (
    Accept,
    Answer,
    CallBack,
    CloseUnrated,
    DecideExtension,
    Dispatch,
    Evaluate,
    Extend,
    Finish,
    HandOver,
    Merge,
    Park,
    Pause,
    Raise,
    Redispatch,
    Refuse,
    Reopen,
    Resume,
    Return,
    Say,
    Start,
    Step,
    Story,
    Supply,
    Withdraw,
)

__all__ = ["Book", "Person", "load"]


def load(stories: Iterable[Story], *, bulk: Bulk, book: Book) -> list[CaseFile]:
    """Write the stories' rows and events; return the cases' files in the stories' order.

    Numbers follow the order of the stories within a month; among those that merge, the order of
    time. Raises Conflict for a step that doesn't fit what went before, KeyError for a name that
    nobody bears.
    """
    told = list(stories)
    book.reserve_numbers(story[0].at for story in told)
    files: dict[int, CaseFile] = {}
    for places in _together(told):
        steps = ([(step.at, place, step) for step in told[place]] for place in places)
        for _at, place, step in heapq.merge(*steps, key=lambda item: item[:2]):
            if place in files:
                files[place].turn(book.people[step.by].actor, step.at)
                _STEPS[type(step)](step, files[place], bulk, book)
            else:
                files[place] = _raised(step, bulk, book)
    return [files[place] for place in range(len(told))]


def _together(stories: Sequence[Story]) -> Iterator[list[int]]:
    """The places of the stories, each alone; those that merge are told side by side."""
    places = {
        story[0].key: place
        for place, story in enumerate(stories)
        if isinstance(story[0], Raise) and story[0].key
    }
    first = list(range(len(stories)))
    for place, story in enumerate(stories):
        for step in story:
            if isinstance(step, Merge):
                one, other = sorted((first[place], first[places[step.into]]))
                first = [one if root == other else root for root in first]
    groups: dict[int, list[int]] = {}
    for place, root in enumerate(first):
        groups.setdefault(root, []).append(place)
    yield from groups.values()


def _raised(step: Step, bulk: Bulk, book: Book) -> CaseFile:
    if not isinstance(step, Raise):
        raise TypeError("a story begins with a Raise")
    person = book.people[step.by]
    contact = book.people[step.contact].contact
    assert contact is not None, f"{step.contact} is no contact"
    category = book.categories[step.category]
    accused = book.accused(step.accused_unit, step.accused)
    file = acts.raise_request(
        bulk,
        number=book.number(step.at),
        mechanism=book.rules.version,
        contact=contact,
        category=category.code,
        level=step.level,
        text=step.text,
        channel=_channel(person, book),
        proposed_lead=category.lead,
        enclosed=book.enclosed(step.uploads, bulk, step.at),
        limits=book.rules.limits(timezone.localdate(step.at)),
        calendar=book.calendar,
        intake=book.intake(step.at, accused.bars if accused else ()),
        actor=person.actor,
        at=step.at,
        accused=accused,
    )
    if step.key:
        book.cases[step.key] = file
    return file


def _channel(person: Person, book: Book) -> str:
    if person.officer is None:
        return str(Channel.ENTERPRISE)
    if person.officer.department_id == book.centre.pk:
        return str(Channel.CENTRE)
    return str(Channel.OFFICER)


def _limits(file: CaseFile, book: Book) -> Any:
    return book.rules.limits(timezone.localdate(file.case.opened_at))


def _dispatch(step: Dispatch, file: CaseFile, bulk: Bulk, book: Book) -> None:
    lead = book.departments[step.lead]
    acts.dispatch(
        file,
        lead=lead,
        officer=duty.answering(book, lead, step.at, file.bars),
        co_handlers=book.asked(step.asked, step.at, file.bars),
        limits=_limits(file, book),
        is_named=step.is_named,
    )


def _redispatch(step: Redispatch, file: CaseFile, bulk: Bulk, book: Book) -> None:
    lead = book.departments[step.lead]
    acts.redispatch(
        file,
        lead=lead,
        officer=duty.answering(book, lead, step.at, file.bars),
        co_handlers=book.asked(step.asked, step.at, file.bars),
        reason=step.reason,
        limits=_limits(file, book),
    )


def _accept(step: Accept, file: CaseFile, bulk: Bulk, book: Book) -> None:
    acts.accept(file, officer=book.officer(step.by), limits=_limits(file, book))


def _return(step: Return, file: CaseFile, bulk: Bulk, book: Book) -> None:
    acts.return_(
        file,
        officer=book.officer(step.by),
        reason=step.reason,
        basis=step.basis,
        intake=book.intake(step.at, file.bars),
        limits=_limits(file, book),
    )


def _say(step: Say, file: CaseFile, bulk: Bulk, book: Book) -> None:
    cases.talk(
        file,
        body=step.body,
        kind=Message.Kind(step.kind),
        enclosed=book.enclosed(step.uploads, bulk, step.at),
    )


def _pause(step: Pause, file: CaseFile, bulk: Bulk, book: Book) -> None:
    cases.pause(file, ground=step.ground, awaited=step.awaited, definition=book.rules.definition)


def _park(step: Park, file: CaseFile, bulk: Bulk, book: Book) -> None:
    cases.park(
        file,
        explanation=step.explanation,
        until=step.until,
        officer=book.officer(step.by),
        definition=book.rules.definition,
    )


def _resume(step: Resume, file: CaseFile, bulk: Bulk, book: Book) -> None:
    cases.resume(file, by="officer")


def _supply(step: Supply, file: CaseFile, bulk: Bulk, book: Book) -> None:
    cases.supply(
        file,
        body=step.body,
        enclosed=book.enclosed(step.uploads, bulk, step.at),
        definition=book.rules.definition,
    )


def _start(step: Start, file: CaseFile, bulk: Bulk, book: Book) -> None:
    officer = book.officer(step.by)
    cases.task_start(file, _own_task(file, officer), officer)


def _finish(step: Finish, file: CaseFile, bulk: Bulk, book: Book) -> None:
    task = _own_task(file, book.officer(step.by))
    cases.task_finish(file, task, opinion=step.opinion)


def _hand_over(step: HandOver, file: CaseFile, bulk: Bulk, book: Book) -> None:
    to = book.officer(step.to)
    tasks = [
        task
        for task in file.tasks
        if task.state == TaskState.ACTIVE and task.department_id == to.department_id
    ]
    cases.hand_over(file, tasks[0], to=to, reason=step.reason)


def _extend(step: Extend, file: CaseFile, bulk: Bulk, book: Book) -> None:
    case, asker = file.case, book.officer(step.by)
    assert case.lead is not None, "asked by its officer"
    cases.extension_ask(
        file,
        officer=asker,
        reviewer=duty.reviewer_of(book, case.lead, step.at, asker=asker, bars=file.bars),
        amount=step.amount,
        reason=step.reason,
        most=_limits(file, book).find("extension", case.level, case.category),
    )


def _decide_extension(step: DecideExtension, file: CaseFile, bulk: Bulk, book: Book) -> None:
    cases.extension_decide(
        file,
        officer=book.officer(step.by),
        is_granted=step.is_granted,
        decision=step.decision,
    )


def _own_task(file: CaseFile, officer: Officer) -> Task:
    for task in file.open_tasks(TaskKind.CO_HANDLE):
        if task.department_id == officer.department_id:
            return task
    raise LookupError(f"{officer.name} has no co-handling task in {file.case.number}")


def _answer(step: Answer, file: CaseFile, bulk: Bulk, book: Book) -> None:
    acts.answer(
        file,
        body=step.body,
        enclosed=book.enclosed(step.uploads, bulk, step.at),
        limits=_limits(file, book),
    )


def _evaluate(step: Evaluate, file: CaseFile, bulk: Bulk, book: Book) -> None:
    intake = book.intake(step.at, file.bars)
    cases.evaluate(
        file,
        level=step.level,
        is_resolved=step.is_resolved,
        was_contacted=step.was_contacted,
        praise=step.praise,
        complaint=step.complaint,
        definition=book.rules.definition,
        call_back=_limits(file, book).allowance("call_back"),
        on_duty=(intake.officer, intake.centre),
    )


def _call_back(step: CallBack, file: CaseFile, bulk: Bulk, book: Book) -> None:
    acts.call_back(
        file,
        officer=book.officer(step.by),
        spoke_with=step.spoke_with,
        facts=step.facts,
        is_resolved=step.is_resolved,
        is_sent_back=step.is_sent_back,
        answering=_answering_lead(file, book) if step.is_sent_back else None,
        limits=_limits(file, book),
    )


def _answering_lead(file: CaseFile, book: Book) -> Officer:
    assert file.case.lead is not None, "an answered request has a lead"
    return duty.answering(book, file.case.lead, file.at, file.bars)


def _refuse(step: Refuse, file: CaseFile, bulk: Bulk, book: Book) -> None:
    acts.refuse(
        file,
        ground=step.ground,
        explanation=step.explanation,
        where_to=step.where_to,
        earlier=book.cases[step.earlier].case if step.earlier else None,
        definition=book.rules.definition,
    )


def _merge(step: Merge, file: CaseFile, bulk: Bulk, book: Book) -> None:
    into = book.cases[step.into].turn(file.actor, file.at)
    acts.merge(file, into, explanation=step.explanation)


def _withdraw(step: Withdraw, file: CaseFile, bulk: Bulk, book: Book) -> None:
    acts.withdraw(file, reason=step.reason)


def _reopen(step: Reopen, file: CaseFile, bulk: Bulk, book: Book) -> None:
    acts.reopen(
        file,
        reason=step.reason,
        definition=book.rules.definition,
        limits=_limits(file, book),
        calendar=book.calendar,
        intake=book.intake(step.at, file.bars),
    )


def _close_unrated(step: CloseUnrated, file: CaseFile, bulk: Bulk, book: Book) -> None:
    cases.close(file, how="unrated")


_STEPS: dict[type[Step], Callable[[Any, CaseFile, Bulk, Book], None]] = {
    Dispatch: _dispatch,
    Redispatch: _redispatch,
    Accept: _accept,
    Return: _return,
    Say: _say,
    Pause: _pause,
    Park: _park,
    Extend: _extend,
    DecideExtension: _decide_extension,
    HandOver: _hand_over,
    Resume: _resume,
    Supply: _supply,
    Start: _start,
    Finish: _finish,
    Answer: _answer,
    Evaluate: _evaluate,
    CallBack: _call_back,
    Refuse: _refuse,
    Merge: _merge,
    Withdraw: _withdraw,
    Reopen: _reopen,
    CloseUnrated: _close_unrated,
}
