"""Rules that come with the program: the first version of each, with its source.

A slice says them in its `apps.py`; `load` writes those that the database doesn't have yet. What a
park has changed since is its own: a later release doesn't change it in silence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from yuanqi.domain.rules import Rule
from yuanqi.foundation import journal
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import DIRECT

from . import kinds
from .drafts import Case
from .events import ConditionAdded, ConditionPublished
from .models import Condition, ConditionVersion, State

# a shipped rule judges the months before the program came as well
EVER = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Shipped:
    kind: str
    code: str
    names: Mapping[str, str]  # "zh", "en"
    text: str
    source: str
    cases: tuple[Case, ...] = ()


_shipped: dict[tuple[str, str], Shipped] = {}


def ship(
    kind: str,
    code: str,
    names: Mapping[str, str],
    text: str,
    source: str,
    *,
    cases: Sequence[Case] = (),
) -> None:
    """Let a rule come with the program (from an `apps.py`); saying it again changes nothing.

    ValueError where two rules bear one code.
    """
    said = Shipped(kind, code, dict(names), text, source, tuple(cases))
    if _shipped.setdefault((kind, code), said) != said:
        raise ValueError(f"the rule {code!r} of the kind {kind!r} is shipped twice")


def shipped(kind: str, code: str) -> Shipped | None:
    """What comes with the program under a code, if anything does."""
    return _shipped.get((kind, code))


def everything() -> list[Shipped]:
    """All that comes with the program."""
    return list(_shipped.values())


def forget(kind: str) -> None:
    """Take a kind's rules back, for a test that ships its own."""
    for key in [key for key in _shipped if key[0] == kind]:
        del _shipped[key]


@transaction.atomic
def load(*, at: datetime) -> int:
    """Publish what the database doesn't have yet as version 1; returns how many were new.

    Raises RuleError if one of them isn't a rule over its kind's facts.
    """
    if not _missing():
        return 0
    journal.lock("conditions")  # two starts at once write one row each
    new = _missing()
    for said in new:
        _publish(said, at)
    return len(new)


def _missing() -> list[Shipped]:
    have = set(Condition.objects.values_list("kind", "code"))
    return [said for key, said in _shipped.items() if key not in have]


def _publish(said: Shipped, at: datetime) -> None:
    kind = kinds.find(said.kind)
    Rule.parse(said.text, kind.schema())
    condition = DIRECT.insert(
        Condition(
            kind=said.kind,
            code=said.code,
            name=said.names["zh"],
            name_en=said.names.get("en", ""),
            subject=kind.subject,
        )
    )
    where = {
        "stream": condition.stream, "audience": Audience.STAFF, "actor": SYSTEM, "at": at,
    }  # fmt: skip
    DIRECT.record(
        ConditionAdded(condition_id=condition.pk, of_kind=said.kind, code=said.code), **where
    )
    DIRECT.insert(
        ConditionVersion(
            condition=condition,
            number=1,
            state=State.PUBLISHED,
            text=said.text,
            valid_from=EVER,
            source=said.source,
            cases=list(said.cases),
            is_shipped=True,
            drafted_at=at,
            decided_at=at,
        )
    )
    DIRECT.record(
        ConditionPublished(
            condition_id=condition.pk,
            of_kind=said.kind,
            code=said.code,
            number=1,
            text_sha256=sha256_of(said.text),
            valid_from=EVER,
            valid_to=None,
        ),
        **where,
    )
