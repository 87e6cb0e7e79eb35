"""The notices came from another slice with their rows: nobody's messages were lost on the way."""

import pytest
from django.core.management import call_command
from django.db import connection

from tests.people import build_zone
from yuanqi.servicedesk.tests.noticed import RAISED_AT, Desk


def migrate(*target: str) -> None:
    call_command("migrate", *target, database="owner", verbosity=0, interactive=False)


@pytest.mark.usefixtures("committed")
def test_notices_that_stood_before_keep_their_words_and_when_they_were_read():
    zone = build_zone()
    case_id = Desk(zone).case_id
    account = zone.clerk.account.pk
    migrate("notices", "zero")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO notice (account_id, case_id, event_id, kind, at, read_at)"
            " VALUES (%s, %s, 5, 'raised', %s, %s), (%s, %s, 6, 'returned', %s, NULL)",
            [account, case_id, RAISED_AT, RAISED_AT, account, case_id, RAISED_AT],
        )
    migrate("notices")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, source, subject, event_id, kind, is_urgent, read_at IS NULL"
            " FROM notice ORDER BY event_id"
        )
        rows = cursor.fetchall()
    subject = f"case:{case_id}"
    assert rows == [
        (account, "servicedesk", subject, 5, "raised", False, False),
        (account, "servicedesk", subject, 6, "returned", False, True),
    ]
