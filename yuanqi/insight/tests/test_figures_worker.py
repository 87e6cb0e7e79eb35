"""The subscriber of the daily figures, as a worker runs it."""

import pytest

from tests.desk import build_desk
from tests.people import build_zone
from yuanqi.foundation import subscribers
from yuanqi.insight import figures
from yuanqi.insight.models import RequestFact


def test_a_worker_killed_between_effect_and_cursor_counts_nothing_twice(committed, monkeypatch):
    desk = build_desk(build_zone())
    subscriber = next(s for s in subscribers.registered() if s.name == "figures")

    class Killed(Exception):
        pass

    def dies(*_args: object, **_kwargs: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("yuanqi.foundation.models.SubscriberCursor.save", dies)
        with pytest.raises(Killed):
            subscribers.run_once(subscriber)
    assert RequestFact.objects.count() == 0

    while subscribers.run_once(subscriber):
        pass
    assert RequestFact.objects.count() == len(desk.ids)
    assert figures.check().is_none
