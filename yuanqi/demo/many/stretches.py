"""A task over stretches of a plan, by several processes at once."""

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, TypeVar

STRETCH = 2_000
T = TypeVar("T")

_task: Callable[[int, int], Any] | None = None


def _told(start: int, end: int) -> Any:
    assert _task is not None, "set before the processes are forked"
    return _task(start, end)


def stretches(task: Callable[[int, int], T], count: int, processes: int) -> Iterator[tuple[int, T]]:
    """Run a task over stretches by several processes; yield the results in order, with how far.

    The processes are forked, so that they have what the task needs; none asks the database.
    """
    global _task  # handed over by the fork
    _task = task
    context = multiprocessing.get_context("fork")
    waiting: deque[tuple[int, Future[T]]] = deque()
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        for start in range(0, count, STRETCH):
            end = min(start + STRETCH, count)
            waiting.append((end, pool.submit(_told, start, end)))
            # no more than a few in memory
            if len(waiting) > processes + 1:
                done, result = waiting.popleft()
                yield done, result.result()
        while waiting:
            done, result = waiting.popleft()
            yield done, result.result()
    _task = None
