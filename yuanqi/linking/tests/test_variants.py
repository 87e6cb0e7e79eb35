"""Variants worked out, compared, taken; capacity that is short names itself."""

import pytest

from tests.evidence import every_row
from tests.people import at
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.errors import Conflict, NotAllowed
from yuanqi.foundation.models import JournalEvent
from yuanqi.linking import following, operations, working_out
from yuanqi.linking.drafts import HARD, draft_of
from yuanqi.linking.models import Handover, Round, RoundLink, Seat, Variant
from yuanqi.linking.queries import waiting_on
from yuanqi.linking.telling import shortage_said
from yuanqi.organisation import officers as organisation
from yuanqi.organisation.models import Officer
from yuanqi.registry import operations as registry
from yuanqi.registry.models import Link

from .conftest import TODAY, drafted, firm, officer, pair_set, publish


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

    seen = Round.objects.get(pk=round_.pk).revision
    more = {"round_id": round_.pk, "code": "keep", "revision": seen, "at": TODAY}
    before = every_row()
    with pytest.raises(NotAllowed):
        operations.capacity_relax(**more, actor=zone.actor(zone.leader, TODAY))
    assert every_row() == before

    seats = operations.capacity_relax(**more, actor=zone.actor(zone.clerk, TODAY))

    assert [(one.officer_id, one.capacity) for one in seats] == [(zone.linked_officer.pk, 2)]
    assert working_out.variants_make(round_id=round_.pk, at=TODAY) == 3
    assert Variant.objects.get(code="keep").unplaced == {}
    with pytest.raises(Conflict):
        operations.capacity_relax(
            **more | {"revision": seen + 1}, actor=zone.actor(zone.clerk, TODAY)
        )


def test_a_variant_with_somebody_who_has_left_is_not_taken(zone, other, colleague):
    round_ = drafted(zone)
    pair_set(zone, round_, zone.enterprise, colleague)
    worked_out(zone, round_)
    organisation.officer_leave(
        officer_id=colleague.pk, to_id=None, reason="调离", actor=SYSTEM, at=TODAY
    )
    before = every_row()

    with pytest.raises(Conflict, match="不是按现在的草稿算的"):
        take(zone, round_, "keep")

    assert every_row() == before


def test_whoever_keeps_the_firms_of_one_who_left_hands_on_these_and_none_of_his_own(
    zone, other, colleague
):
    registry.link_begin(
        enterprise_id=other.pk, officer=colleague, from_on=TODAY.date(), actor=SYSTEM, at=TODAY
    )
    third = officer(zone, "qiaoyu", "乔羽")
    Officer.objects.filter(pk=zone.linked_officer.pk).update(department=zone.planning)
    organisation.officer_leave(
        officer_id=zone.linked_officer.pk, to_id=colleague.pk, reason="调离", actor=SYSTEM, at=TODAY
    )
    events = list(JournalEvent.objects.filter(kind__in=following.KINDS).order_by("id"))
    following.follow(events, now=TODAY)
    first = Handover.objects.get()
    assert (first.from_officer_id, first.to_officer_id) == (zone.linked_officer.pk, colleague.pk)
    round_ = drafted(zone, from_on=TODAY.date())
    Seat.objects.filter(round=round_, officer=zone.leader).update(capacity=0)
    Seat.objects.filter(round=round_, capacity__gt=0).update(capacity=1)

    worked_out(zone, round_)
    take(zone, round_, "keep")
    publish(zone, round_)

    pairs = RoundLink.objects.filter(round=round_).values_list("enterprise", "lead")
    assert dict(pairs) == {zone.enterprise.pk: third.pk, other.pk: colleague.pk}


def test_what_was_never_taken_over_is_handed_on_from_whoever_left_it(zone, colleague):
    third = officer(zone, "qiaoyu", "乔羽")
    link = Link.objects.get(enterprise=zone.enterprise)
    for one, until_on, next_ in (
        (link, TODAY.date(), colleague), (None, at("11-09 09:00").date(), third),
    ):  # fmt: skip
        one = one or Link.objects.get(enterprise=zone.enterprise, until_on=None)
        registry.link_end(link_id=one.pk, until_on=until_on, actor=SYSTEM, at=TODAY)
        registry.link_begin(
            enterprise_id=zone.enterprise.pk, officer=next_, from_on=until_on, actor=SYSTEM,
            at=TODAY,
        )  # fmt: skip
        new = Link.objects.get(enterprise=zone.enterprise, until_on=None)
        operations.handover_open(link_id=new.pk, actor=SYSTEM, at=TODAY)
        if next_ is colleague:
            operations.handover_note(
                handover_id=Handover.objects.get().pk, note="每周问一次用电。", at=TODAY,
                actor=zone.actor(zone.linked_officer, TODAY),
            )  # fmt: skip

    passed, waits = Handover.objects.order_by("pk")
    assert (waits.from_officer_id, waits.note) == (zone.linked_officer.pk, "每周问一次用电。")
    later = at("11-09 10:00")
    assert list(Handover.objects.filter(waiting_on(later.date()))) == [waits]
    with pytest.raises(Conflict, match="又换了人"):
        operations.handover_confirm(
            handover_id=passed.pk, actor=zone.actor(colleague, later), at=later
        )


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
