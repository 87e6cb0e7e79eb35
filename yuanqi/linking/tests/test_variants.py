"""Variants worked out, compared, taken; capacity that is short names itself."""

import pytest

from tests.evidence import every_row
from yuanqi.foundation.errors import Conflict, NotAllowed
from yuanqi.linking import operations, working_out
from yuanqi.linking.drafts import HARD, draft_of
from yuanqi.linking.models import Round, RoundLink, Seat, Variant
from yuanqi.linking.telling import shortage_said

from .conftest import TODAY, drafted, firm, pair_set, publish


def worked_out(zone, round_: Round) -> dict[str, Variant]:
    operations.variants_ask(round_id=round_.pk, actor=zone.actor(zone.clerk, TODAY), at=TODAY)
    assert working_out.variants_make(round_id=round_.pk, at=TODAY) == 3
    return {one.code: one for one in Variant.objects.filter(round=round_)}


def take(zone, round_: Round, code: str) -> Round:
    return operations.variant_take(
        round_id=round_.pk, code=code, revision=Round.objects.get(pk=round_.pk).revision,
        actor=zone.actor(zone.clerk, TODAY), at=TODAY,
    )  # fmt: skip


def test_everybody_is_placed_and_kept_where_he_was(zone, other, colleague):
    round_ = drafted(zone)
    found = worked_out(zone, round_)

    assert {code: (one.state, one.moves, one.unplaced) for code, one in found.items()} == {
        "keep": ("done", 0, {}), "fair": ("done", 0, {}), "wishes": ("done", 0, {}),
    }  # fmt: skip
    take(zone, round_, "keep")
    draft = draft_of(round_)
    assert draft.pairs[zone.enterprise.pk].lead == zone.linked_officer.pk
    assert [rule for rule in HARD if draft.findings[rule]] == []
    publish(zone, round_)


def test_capacity_short_by_one_says_which_and_the_least_to_add(zone, other, colleague):
    firm("MA1XK009", "青穗")
    round_ = drafted(zone)
    Seat.objects.filter(round=round_, officer=zone.leader).update(capacity=0)
    Seat.objects.filter(round=round_, capacity__gt=0).update(capacity=1)

    keep = worked_out(zone, round_)["keep"]

    assert len(keep.unplaced) == 1
    assert [one["code"] for one in keep.unplaced.values()] == ["full"]
    assert [(one["role"], one["number"]) for one in keep.shortage] == [("head", 1)]
    assert shortage_said(keep.shortage) == ["差 1 个名额：给部门负责人再加 1 家就够"]


def test_the_variant_of_wishes_moves_whom_the_others_keep(zone, other, colleague):
    operations.wish_state(
        enterprise_id=zone.enterprise.pk, officer_id=colleague.pk, kind="officer",
        actor=zone.actor(colleague, TODAY), at=TODAY,
    )  # fmt: skip
    found = worked_out(zone, drafted(zone))

    assert [(one.code, one.moves, one.wishes) for one in found.values()] == [
        ("keep", 0, 1), ("fair", 0, 1), ("wishes", 1, 0),
    ]  # fmt: skip


def test_a_pair_set_by_hand_stays_when_the_rest_is_worked_out(zone, other, colleague):
    round_ = drafted(zone)
    pair_set(zone, round_, zone.enterprise, colleague)
    worked_out(zone, round_)

    take(zone, round_, "keep")

    row = RoundLink.objects.get(round=round_, enterprise=zone.enterprise)
    assert (row.lead_id, row.is_by_hand) == (colleague.pk, True)


def test_a_variant_of_an_older_draft_is_not_taken(zone, other, colleague):
    round_ = drafted(zone)
    worked_out(zone, round_)
    operations.seat_set(
        round_id=round_.pk, officer_id=colleague.pk, capacity=3,
        actor=zone.actor(zone.clerk, TODAY), at=TODAY,
    )  # fmt: skip
    before = every_row()

    with pytest.raises(Conflict, match="不是按现在的草稿算的"):
        take(zone, round_, "keep")
    with pytest.raises(NotAllowed):
        operations.variants_ask(round_id=round_.pk, actor=zone.actor(zone.leader, TODAY), at=TODAY)

    assert every_row() == before
