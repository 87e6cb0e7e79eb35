"""Who is told of returns: contacts when they are asked, officers when they can help."""

import pytest

from tests.people import Zone, at
from yuanqi.foundation.models import JournalEvent
from yuanqi.monitoring import operations
from yuanqi.monitoring.notices import Told, lines, notices_make
from yuanqi.notices.models import Notice

from .collecting import MONDAY, collecting, filing_of, send

__all__ = ["collecting"]


def told(zone: Zone, when: str = "11-02 10:00") -> list[tuple[int, str]]:
    """Make the notices of all that has happened at the enterprise; who was told what."""
    events = JournalEvent.objects.filter(stream=zone.enterprise.stream).order_by("seq")
    notices_make(list(events), now=at(when))
    return list(Notice.objects.order_by("event_id", "pk").values_list("account", "kind"))


def test_a_contact_is_told_that_figures_are_asked_and_once(collecting):
    expected = [(collecting.contact.account_id, Told.OPENED)]

    assert told(collecting) == expected
    assert told(collecting) == expected


def test_before_and_after_the_due_day_the_contact_later_the_officer(collecting):
    for day in ("11-06", "11-09", "11-11"):
        operations.sweep(at=at(f"{day} 09:07"))

    contact, officer = collecting.contact.account_id, collecting.linked_officer.account_id
    assert told(collecting, "11-11 09:08") == [
        (contact, Told.OPENED), (contact, Told.REMINDED), (contact, Told.REMINDED),
        (officer, Told.HELP),
    ]  # fmt: skip


def test_who_speaks_for_the_enterprise_no_longer_is_not_told(collecting):
    collecting.enterprise.people.update(is_active=False)

    assert told(collecting) == []


def test_what_is_asked_back_is_told_with_the_question(collecting):
    send(collecting, collecting.contact)
    operations.filing_ask_back(
        filing_id=filing_of(collecting).pk, question="产值和税务的数对不上？",
        actor=collecting.actor(collecting.clerk), at=MONDAY,
    )  # fmt: skip
    told(collecting)

    (notice,) = Notice.objects.filter(kind=Told.ASKED)
    line = lines([notice], collecting.actor(collecting.contact))[notice.pk]
    assert line.says == "10 月的指标有一处想问您：产值和税务的数对不上？"
    assert "产值" not in line.brief
    assert line.url == f"/filings/{collecting.enterprise.pk}/2026-10/"


def test_what_happened_long_ago_is_no_news(collecting):
    assert told(collecting, "12-20 09:00") == []


@pytest.mark.parametrize(("who", "sees"), [("contact", True), ("clerk", True), ("stranger", False)])
def test_of_an_enterprise_that_one_may_not_see_only_that_is_said(collecting, who, sees):
    told(collecting)
    notice = Notice.objects.get()

    line = lines([notice], collecting.actor(getattr(collecting, who)))[notice.pk]

    assert line.is_visible is sees
    assert ("10 月" in line.says) is sees
