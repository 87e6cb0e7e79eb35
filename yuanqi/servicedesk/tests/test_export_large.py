"""Ten thousand requests as a workbook: all of them, in their order, a few in memory at a time."""

import io
from collections.abc import Iterator
from datetime import timedelta
from weakref import WeakSet

import pytest
from django.db import connection, transaction
from python_calamine import CalamineWorkbook

from tests.people import Zone, at, build_zone
from yuanqi.casework.models import Case
from yuanqi.foundation.bulk import Bulk
from yuanqi.foundation.models import JournalEvent
from yuanqi.servicedesk import exports
from yuanqi.servicedesk.bulk import Book, load
from yuanqi.servicedesk.rows import rows_of
from yuanqi.servicedesk.steps import Raise

pytestmark = pytest.mark.django_db

MANY = 10_000
FIRST, NOW = at("11-05 09:00"), at("11-19 10:20")


@pytest.fixture(scope="module")
def crowded(django_db_setup: None, django_db_blocker) -> Iterator[Zone]:
    """A zone in which ten thousand requests wait to be dispatched."""
    with django_db_blocker.unblock(), transaction.atomic():
        zone = build_zone()
        bulk = Bulk()
        stories = [
            (
                Raise(
                    FIRST + timedelta(seconds=number),
                    "contact",
                    "contact",
                    "ENV",
                    "P2",
                    f"第 {number} 件",
                ),
            )
            for number in range(MANY)
        ]
        load(stories, bulk=bulk, book=Book.over(FIRST, NOW))
        bulk.flush()
        with connection.cursor() as cursor:
            # keys that refer are checked at the end by plans that were made for empty tables
            cursor.execute("DISCARD PLANS")
        yield zone
        transaction.set_rollback(True)


def test_ten_thousand_rows_are_exported_whole_and_never_held_all_at_once(
    crowded, client, monkeypatch
):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    client.force_login(crowded.clerk.account)
    held: WeakSet[Case] = WeakSet()
    most = 0

    def counted(cases, *args, **more):
        nonlocal most
        held.update(cases)
        most = max(most, len(held))
        return rows_of(cases, *args, **more)

    monkeypatch.setattr(exports, "rows_of", counted)

    response = client.get("/requests/?queue=open&sort=oldest&export=xlsx")

    assert response.status_code == 200
    content = io.BytesIO(b"".join(response.streaming_content))
    _head, *rows = CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python()
    numbers = Case.objects.order_by("opened_at", "id").values_list("number", flat=True)
    assert [row[1] for row in rows] == list(numbers)
    assert (len(rows), rows[-1][3]) == (MANY, "第 9999 件")
    # those that are written, and those just read to be written next
    assert most <= 2 * exports.AT_A_TIME
    told = JournalEvent.objects.get(kind="servicedesk.list_exported")
    assert told.payload == {"query": "queue=open&sort=oldest", "rows": MANY}
