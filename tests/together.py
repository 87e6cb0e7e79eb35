"""Several who do something at the same instant, each over a connection of his own."""

import threading
from collections.abc import Callable

from django.db import connection

from yuanqi.foundation.errors import YuanqiError


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

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
        assert not thread.is_alive(), "somebody still waits for a lock"
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, YuanqiError):
            raise answer
    return answers
