"""The access log: who saw personal data in full (PIPL art. 51, 55; GB/T 22239-2019, 8.1.4.3).

One row for each page that showed some, not one for each value; a value that was masked is not read,
and nobody is noted for his own.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import DatabaseError, connection

from yuanqi.foundation.actors import Actor

log = logging.getLogger(__name__)

MOST_PEOPLE = 5000  # an export names no more; `count` says how many there were

_INSERT = (
    "INSERT INTO access_read (at, account_id, subject, people, what, count, address)"
    " VALUES (%s, %s, %s, %s::varchar[], %s, %s, %s)"
)


def note(
    *,
    actor: Actor,
    at: datetime,
    subject: str,
    what: str,
    count: int = 1,
    address: str = "",
    of: Sequence[str] = (),
) -> None:
    """Note that the actor saw `count` personal values of `subject` (a stream, `enterprise:12`).

    `what` names them: "phone", "legal_person", "export"; `of` names the persons, as streams
    (`contact:5`, `officer:3`). One INSERT; a page is shown even if the log can't be written (a
    full disk): then the program's own log says so. Nothing is noted for SYSTEM, for nothing, nor
    for what is the actor's own.
    """
    if actor.account_id is None or count < 1 or _is_own(actor, subject, of):
        return
    row = [at, actor.account_id, subject, list(of)[:MOST_PEOPLE], what, count, address[:45]]
    try:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, row)
    except DatabaseError:
        # inside a transaction nothing more would work: there the reader must hear of it
        if connection.in_atomic_block:
            raise
        log.exception(
            "reading not logged: account %s read %s of %s (%s)",
            actor.account_id, what, subject, count,
        )  # fmt: skip


def _is_own(actor: Actor, subject: str, of: Sequence[str]) -> bool:
    own = {f"contact:{actor.contact_id}", f"officer:{actor.officer_id}"}
    if actor.enterprise_id is not None and subject == f"enterprise:{actor.enterprise_id}":
        return True
    return subject in own or (bool(of) and set(of) <= own)
