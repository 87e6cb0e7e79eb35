"""What stands is kept in memory, and never longer than it holds."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.people import MONDAY_9AM, Zone, at
from yuanqi.foundation.prepared import Given, Read, among
from yuanqi.foundation.standing import ORGANISATION, RULES, Kept, looked_up_once
from yuanqi.organisation import roster
from yuanqi.organisation.models import Absence, Department, Officer
from yuanqi.registry.models import ContactPerson

pytestmark = pytest.mark.django_db


def counted() -> tuple[Kept[int], list[int]]:
    """Something kept of the organisation, and how often it was read."""
    times: list[int] = []

    def read() -> int:
        times.append(1)
        return Department.objects.count()

    return Kept(read, ORGANISATION), times


def test_what_nobody_changed_is_read_once(zone: Zone) -> None:
    kept, times = counted()

    assert kept.known() == kept.known() == Department.objects.count()

    assert len(times) == 1


def test_whatever_changes_a_register_is_seen_at_once(zone: Zone) -> None:
    kept, times = counted()
    before = kept.known()

    Department.objects.filter(pk=zone.safety.pk).update(short_name="安监")
    assert kept.known() == before
    with connection.cursor() as cursor:
        cursor.execute("UPDATE department SET short_name = '安环' WHERE id = %s", [zone.safety.pk])
    assert kept.known() == before

    assert len(times) == 3


def test_another_register_is_none_of_its_business(zone: Zone) -> None:
    times: list[int] = []
    kept = Kept(lambda: times.append(1), RULES)
    kept.known()

    Department.objects.filter(pk=zone.safety.pk).update(short_name="安监")
    kept.known()

    assert len(times) == 1


def test_what_was_rolled_back_is_not_kept(zone: Zone) -> None:
    kept, _times = counted()
    before = kept.known()

    with transaction.atomic():
        point = transaction.savepoint()
        zone.safety.pk, zone.safety.code = None, "another"
        zone.safety.save(force_insert=True)
        assert kept.known() == before + 1
        transaction.savepoint_rollback(point)

    assert kept.known() == before


def test_in_a_block_that_changes_no_register_the_versions_are_asked_for_once(zone: Zone) -> None:
    kept, _times = counted()

    with looked_up_once(), CaptureQueriesContext(connection) as asked:
        for _time in range(5):
            kept.known()

    assert sum("standing" in query["sql"] for query in asked.captured_queries) == 1


def test_who_goes_away_is_answered_for_at_once(zone: Zone) -> None:
    handler, colleague = zone.safety_handler, zone.safety_colleague
    assert roster.standing(MONDAY_9AM).acting_for(handler.pk, MONDAY_9AM) == handler

    Absence.objects.create(
        officer=handler, acting=colleague, start_at=at("11-01 00:00"), end_at=at("11-05 00:00"),
        reason="培训",
    )  # fmt: skip

    standing = roster.standing(MONDAY_9AM)
    assert standing.acting_for(handler.pk, MONDAY_9AM) == colleague
    assert standing.represented_by(colleague.pk, MONDAY_9AM) == {handler.pk}
    assert zone.actor(colleague).acts_for == {handler.pk}
    assert roster.standing(at("11-06 09:00")).acting_for(handler.pk, at("11-06 09:00")) == handler


def test_a_read_gives_what_the_query_itself_gives(zone: Zone) -> None:
    people = ContactPerson.objects.select_related("enterprise").order_by("id")
    read = Read(lambda: people.filter(pk=Given("pk"), is_active=True))
    names = Read(
        lambda: Officer.objects.filter(among("id", "ids")).order_by("id").values_list("id")
    )

    for person in people:
        found = read.first(pk=person.pk)
        assert found is not None
        assert found.__dict__.keys() == person.__dict__.keys()
        assert (found, found.name, found.enterprise.name) == (
            person, person.name, person.enterprise.name,
        )  # fmt: skip
    assert read.first(pk=0) is None
    ids = [zone.clerk.pk, zone.leader.pk]
    assert names.all(ids=ids) == [(pk,) for pk in sorted(ids)]
    assert names.all(ids=[]) == []
