"""The variants of a round are worked out, for the job."""

from datetime import datetime

from django.db import transaction

from yuanqi.foundation import journal

from .drafts import Draft, draft_of
from .models import Round, Variant, VariantState
from .solving import Solution, measured, solve


def variants_make(*, round_id: int, at: datetime) -> int:
    """Work out the variants of a round that wait for it; returns how many were kept.

    Outside the transaction, which it would hold for seconds: what was changed meanwhile has made
    the variant stale, and its answer is thrown away.
    """
    waiting = list(Variant.objects.filter(round=round_id, state=VariantState.WAITING))
    round_ = Round.objects.filter(pk=round_id).first()
    if round_ is None or not waiting:
        return 0
    draft = draft_of(round_)
    kept = 0
    for variant in waiting:
        try:
            solution = solve(draft, variant.code)
        except Exception:
            _fail(variant)
            raise
        kept += _keep(round_, variant, draft, solution, at)
    return kept


@transaction.atomic
def _keep(round_: Round, variant: Variant, draft: Draft, solution: Solution, at: datetime) -> bool:
    journal.lock(round_.stream)
    values = measured(draft, solution)
    return bool(
        Variant.objects.filter(
            pk=variant.pk, state=VariantState.WAITING, asked_at=variant.asked_at
        ).update(state=VariantState.DONE, made_at=at, **values)
    )


def _fail(variant: Variant) -> None:
    Variant.objects.filter(pk=variant.pk, state=VariantState.WAITING).update(
        state=VariantState.FAILED
    )
