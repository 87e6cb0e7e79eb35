"""The years before are written behind the pages: whole months, once, whatever happens meanwhile."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connections
from django.test import override_settings

from yuanqi.casework.models import Case, CaseNumber, ClockRecord, Evaluation, Message, Task
from yuanqi.demo import park, past
from yuanqi.demo.tests.parks import SMALL
from yuanqi.foundation import postgres, verify
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.models import JournalEvent, JournalSeal
from yuanqi.servicedesk.models import Return

NOW = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)


class Killed(Exception):
    pass


def quiet(line: str) -> None:
    pass


def told() -> dict[str, list[Any]]:
    """All that the requests' tables say, apart from the keys that the database gave."""
    of_case = {
        Message: ("at", "kind", "author_name", "body"),
        Task: ("kind", "department__code", "officer__name", "state", "started_at", "ended_at"),
        ClockRecord: ("purpose", "started_at", "due_at", "warn_at", "stopped_at"),
        Evaluation: ("at", "level", "praise", "complaint"),
        Return: ("at", "department__code", "officer__name", "reason"),
    }
    found: dict[str, list[Any]] = {
        model.__name__: sorted(model.objects.values_list("case__number", *fields), key=repr)
        for model, fields in of_case.items()
    }
    found["Case"] = sorted(
        Case.objects.values_list(
            "number", "title", "enterprise__uscc", "state", "outcome", "opened_at", "closed_at",
            "due_at", "lead__code", "responsible__name", "returns", "reopened",
            "merged_into__number",
        ),
        key=repr,
    )  # fmt: skip
    events = JournalEvent.objects.filter(stream__startswith="case:")
    found["events"] = sorted(events.values_list("at", "kind", "audience"), key=repr)
    return found


@pytest.fixture(scope="module")
def undisturbed(databases, django_db_setup, django_db_blocker, tmp_path_factory):
    """A whole small park, in a database of its own; what was said while its past was written."""
    said: list[str] = []
    var = override_settings(VAR=tmp_path_factory.mktemp("whole"))
    with var, django_db_blocker.unblock():
        name = databases.copy()
        park.load(tell=quiet, at=NOW, size=SMALL)
        newest = JournalEvent.objects.latest("id").pk
        assert past.load(tell=said.append, rest=0) > 100
        yield name, newest, said, told()
        for connection in connections.all():
            connection.close()
        postgres.drop_database(databases.server, name)


def test_the_whole_park_is_numbered_without_a_gap_and_its_journal_verifies(undisturbed):
    _name, newest, said, _told = undisturbed

    assert Case.objects.count() == SMALL.requests
    for month in CaseNumber.objects.all():
        numbers = Case.objects.filter(number__startswith=f"{month.month}-")
        assert sorted(numbers.values_list("number", flat=True)) == [
            f"{month.month}-{n:04d}" for n in range(1, month.last + 1)
        ]
    late = JournalEvent.objects.filter(pk__gt=newest, stream__startswith="case:")
    assert late.latest("at").at <= NOW
    report = verify.run(whole=True)
    assert report.intact
    assert report.events == sum(JournalSeal.objects.values_list("count", flat=True))
    assert said[0].startswith("更早的诉求 older requests: 2026-09")
    assert not past.is_missing()
    assert past.load(tell=quiet, rest=0) == 0


def test_stopped_in_the_middle_it_goes_on_and_the_tables_are_those_of_an_undisturbed_one(
    undisturbed, committed, monkeypatch, settings, tmp_path
):
    settings.VAR = tmp_path  # the file of seals is this park's alone
    park.load(tell=quiet, at=NOW, size=SMALL)
    months = []

    def stops(bulk: Bulk) -> int:
        months.append(bulk)
        if len(months) == 2:
            raise Killed
        return flush(bulk)

    flush = Bulk.flush
    monkeypatch.setattr(Bulk, "flush", stops)
    with pytest.raises(Killed):
        past.load(tell=quiet, rest=0)
    monkeypatch.undo()
    settings.VAR = tmp_path
    half = Case.objects.count()
    assert past.is_missing()

    assert past.load(tell=quiet, rest=0) == SMALL.requests - half

    assert told() == undisturbed[3]
    assert not past.is_missing()
