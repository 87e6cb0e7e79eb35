"""The demo park is loaded whole or not at all."""

from datetime import UTC, datetime

import pytest

from yuanqi.casework.models import Case
from yuanqi.demo import park
from yuanqi.demo.tests.parks import SMALL
from yuanqi.foundation.models import Account, JournalEvent, JournalSeal
from yuanqi.organisation.models import CalendarVersion, Department

NOW = datetime(2026, 11, 24, 2, 10, tzinfo=UTC)


def test_a_load_that_fails_leaves_nothing_and_the_next_begins_again(
    committed, monkeypatch, settings, tmp_path
):
    settings.VAR = tmp_path  # the file of seals is this park's alone

    def fails(*args, **kwargs):
        raise RuntimeError("killed")

    monkeypatch.setattr("yuanqi.servicedesk.bulk.load", fails)
    with pytest.raises(RuntimeError):
        park.load(tell=lambda line: None, at=NOW, size=SMALL)
    for model in (Account, CalendarVersion, Department, JournalEvent, JournalSeal):
        assert not model.objects.exists()

    monkeypatch.undo()
    park.load(tell=lambda line: None, at=NOW, size=SMALL)
    assert Case.objects.count() >= 120
