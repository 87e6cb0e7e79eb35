"""What a page may listen to, and what an event wakes.

A page names its topics in passes that it was given when it was rendered: whoever sees the page may
hear that something on it has changed. A pass says who may hear what until when, and is signed, so
that the live process needs no database to check it. Nothing but names of topics goes out to
pages; what has changed they fetch themselves, with their own permissions.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.db import connection

from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.journal import Audience

LEDGER = "ledger"
# how long a page may listen before it is asked again whether it may
PASS_SECONDS = 15 * 60
_OPEN = "/open"
_CASE, _ENTERPRISE, _ACCOUNT = "case:", "enterprise:", "account:"
_signer = Signer(salt="yuanqi.live")


def case_topic(case_id: int, *, to_enterprise: bool) -> str:
    """A case for the park's side; for the enterprise only what is told to the enterprise."""
    return f"{_CASE}{case_id}{_OPEN if to_enterprise else ''}"


def enterprise_topic(enterprise_id: int) -> str:
    """Whatever is told to this enterprise, on any of its cases."""
    return f"{_ENTERPRISE}{enterprise_id}"


def account_topic(account_id: int) -> str:
    """The messages of one account."""
    return f"{_ACCOUNT}{account_id}"


def woken_by(stream: str, audience: str, enterprise_id: int | None) -> Iterator[str]:
    """Which topics an event of the journal wakes. Only cases are shown live."""
    if not stream.startswith(_CASE):
        return
    yield stream
    yield LEDGER
    if audience == Audience.ENTERPRISE:
        yield stream + _OPEN
        if enterprise_id is not None:
            yield enterprise_topic(enterprise_id)


# --- passes -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pass:
    """One topic that somebody may hear, and since when (Unix time, milliseconds)."""

    topic: str
    given_ms: int

    def is_valid(self, at_ms: int) -> bool:
        return at_ms - self.given_ms < PASS_SECONDS * 1000


def give(topic: str, *, at: datetime) -> str:
    """Return a pass for a topic to put into a page that its reader was allowed to see."""
    return _signer.sign_object([topic, int(at.timestamp() * 1000)])


def read(text: str) -> Pass | None:
    """Return what a pass says; None if it is not one of ours."""
    try:
        topic, given_ms = _signer.unsign_object(text)
    except (BadSignature, ValueError, UnicodeError):
        return None
    return Pass(topic, given_ms)


def may_hear(topic: str, actor: Actor) -> bool:
    """Whether the actor may (still) hear of this topic: asked when a pass is renewed."""
    if topic == LEDGER:
        return actor.side is Side.PARK and actor.officer_id is not None
    if topic.startswith(_ACCOUNT):
        return actor.account_id is not None and topic == account_topic(actor.account_id)
    if topic.startswith(_ENTERPRISE):
        return actor.enterprise_id is not None and topic == enterprise_topic(actor.enterprise_id)
    number = topic.removeprefix(_CASE).removesuffix(_OPEN)
    if not number.isdecimal() or (actor.side is Side.ENTERPRISE and not topic.endswith(_OPEN)):
        return False
    return cases_visible_to(actor).filter(pk=int(number)).exists()


# --- where streams are blocked ----------------------------------------------------------------


def marks(topics: Iterable[str]) -> dict[str, int]:
    """Return a number for each topic that is another one when something has changed on it.

    One query, each topic by the end of an index.
    """
    names = sorted(set(topics))
    with connection.cursor() as cursor:
        cursor.execute(_MARKS, {"topics": names})
        return dict(cursor.fetchall())


_MARKS = f"""
SELECT topic, coalesce(CASE
    WHEN topic = '{LEDGER}' THEN (SELECT max(id) FROM journal_event)
    WHEN topic LIKE '{_ACCOUNT}%%' THEN (
        SELECT id FROM notice WHERE account_id = substr(topic, {len(_ACCOUNT) + 1})::bigint
        ORDER BY at DESC, id DESC LIMIT 1)
    WHEN topic LIKE '{_ENTERPRISE}%%' THEN (
        SELECT id FROM journal_event
        WHERE enterprise_id = substr(topic, {len(_ENTERPRISE) + 1})::bigint
            AND audience = '{Audience.ENTERPRISE}'
        ORDER BY at DESC, id DESC LIMIT 1)
    WHEN topic LIKE '{_CASE}%%{_OPEN}' THEN (
        SELECT seq FROM journal_event
        WHERE stream = left(topic, -{len(_OPEN)}) AND audience = '{Audience.ENTERPRISE}'
        ORDER BY seq DESC LIMIT 1)
    ELSE (SELECT seq FROM journal_stream WHERE name = topic)
END, 0) FROM unnest(%(topics)s::text[]) AS topic
"""  # noqa: S608 - constants of this module
