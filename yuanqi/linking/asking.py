"""Variants of a draft are asked for: by hand, and whenever a draft begins or is scoped afresh."""

from datetime import datetime

from yuanqi.foundation.actors import Actor

from . import jobs
from .events import VariantsAsked
from .models import Round, Variant, VariantState
from .opening import tell
from .solving import CODES


def ask(round_: Round, *, actor: Actor, at: datetime) -> None:
    """Have the variants worked out by the job, from the draft as it now stands."""
    for code in CODES:
        Variant.objects.update_or_create(
            round=round_, code=code,
            defaults={"state": VariantState.WAITING, "asked_at": at, "revision": round_.revision},
        )  # fmt: skip
    jobs.enqueue(round_.pk)
    event = VariantsAsked(round_id=round_.pk, revision=round_.revision)
    tell(event, round_, actor=actor, at=at)
