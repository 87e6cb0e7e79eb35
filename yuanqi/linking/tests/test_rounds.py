"""A round from its scopes to its publication: what holds, what is refused, who is told."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.evidence import every_row
from tests.people import MONDAY_9AM, at, build_zone
from tests.together import at_once
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.linking import operations
from yuanqi.linking.drafts import FULL, UNCOVERED, draft_of
from yuanqi.linking.models import Round, RoundLink, Seat, Wish
from yuanqi.organisation import officers as organisation
from yuanqi.organisation.models import Officer
from yuanqi.registry import operations as registry
from yuanqi.registry.models import Enterprise, EnterpriseGroup, Link

from .conftest import BEGINS, TODAY, drafted, firm, links_said, officer, pair_set, publish, terms


def test_a_draft_begins_with_who_serves_whom_and_seats_all_of_rank(zone, colleague, other):
    round_ = drafted(zone, lists=["key-core"])

    assert [
        (row.enterprise_id, row.lead_id, row.scopes) for row in round_.pairs.order_by("pk")
    ] == [
        (zone.enterprise.pk, zone.linked_officer.pk, ["everyone"]),
        (other.pk, None, ["everyone"]),
    ]
    assert sorted(Seat.objects.values_list("officer", "role", "capacity")) == sorted(
        [(zone.leader.pk, "leader", 5), (zone.linked_officer.pk, "head", 10),
         (colleague.pk, "head", 10)]
    )  # fmt: skip
    assert draft_of(round_).findings[UNCOVERED] == [other.pk]


def test_an_enterprise_in_two_scopes_is_covered_once_for_both_reasons(zone, other):
    registry.enterprise_change(
        enterprise_id=other.pk, values={"industry_code": "C2761"}, actor=SYSTEM, at=MONDAY_9AM
    )
    registry.project_create(
        enterprise_id=other.pk, actor=SYSTEM, at=MONDAY_9AM,
        values={"name": "二期厂房", "stage": 3, "stage_on": date(2026, 10, 1)},
    )  # fmt: skip
    round_ = drafted(zone, is_everyone=False, industries=["C27"], stages=[3])

    assert {row.enterprise_id: row.scopes for row in round_.pairs.all()} == {
        zone.enterprise.pk: ["linked"],
        other.pk: ["industry:C27", "project:3"],
    }


@pytest.mark.parametrize(
    ("who", "more", "error"),
    [
        ("contact", {}, NotVisible),
        ("leader", {}, NotAllowed),
        ("linked_officer", {}, NotAllowed),
        ("clerk", {"name": " "}, Invalid),
        ("clerk", {"from_on": date(2026, 11, 4)}, Invalid),
        ("clerk", {"until_on": BEGINS}, Invalid),
        ("clerk", {"is_everyone": False}, Invalid),
        ("clerk", {"industries": ["X99"]}, Invalid),
    ],
)
def test_a_refused_draft_leaves_nothing(zone, who, more, error):
    before = every_row()
    with pytest.raises(error):
        operations.round_draft(
            terms=terms(**more), actor=zone.actor(getattr(zone, who), TODAY), at=TODAY
        )
    assert every_row() == before


def test_published_links_end_and_begin_on_one_day(zone, colleague, other):
    round_ = drafted(zone)
    pair_set(zone, round_, zone.enterprise, colleague)
    pair_set(zone, round_, other, zone.linked_officer)

    publish(zone, round_)

    assert links_said() == [
        ("松濑精密陶瓷", "沈一帆", "2026-01-01", "2026-12-01"),
        ("松濑精密陶瓷", "陆远", "2026-12-01", None),
        ("禾屿生物医药", "沈一帆", "2026-12-01", None),
    ]
    Officer.objects.filter(pk=colleague.pk).update(is_active=False)
    published = Round.objects.get(pk=round_.pk)
    assert draft_of(published).findings["absent"] == []  # who leaves later doesn't spoil it
    event = JournalEvent.objects.get(kind="linking.round_published")
    assert (event.payload["begun"], event.payload["ended"], event.payload["kept"]) == (2, 1, 0)


def test_who_keeps_his_officer_keeps_his_link_and_a_planned_end_is_taken_away(zone, other):
    link = Link.objects.get(enterprise=zone.enterprise)
    registry.link_end(link_id=link.pk, until_on=BEGINS, actor=SYSTEM, at=TODAY)
    round_ = drafted(zone)
    pair_set(zone, round_, other, zone.linked_officer)

    publish(zone, round_)

    assert links_said()[0] == ("松濑精密陶瓷", "沈一帆", "2026-01-01", None)
    assert Link.objects.filter(enterprise=zone.enterprise).count() == 1


def test_an_overlap_is_excluded_by_the_database(zone, colleague):
    with pytest.raises(IntegrityError, match="link_no_overlap"), transaction.atomic():
        Link.objects.create(enterprise=zone.enterprise, officer=colleague, from_on=BEGINS)


def test_what_breaks_a_rule_is_not_published_and_the_refusal_names_it(zone, colleague, other):
    round_ = drafted(zone, head_capacity=0, leader_capacity=1)
    for one in (zone.linked_officer, colleague):
        Seat.objects.filter(round=round_, officer=one).update(capacity=1)
    pair_set(zone, round_, other, zone.linked_officer)
    before = every_row()

    with pytest.raises(Conflict) as refusal:
        publish(zone, round_)

    assert refusal.value.message == ("还不能发布：超出容量 2 家（松濑精密陶瓷、禾屿生物医药）。")
    assert draft_of(round_).findings[FULL] == [zone.enterprise.pk, other.pk]
    assert every_row() == before


def test_a_conflict_of_interest_bars_a_pair(zone, other):
    operations.wish_state(
        enterprise_id=other.pk, officer_id=zone.linked_officer.pk, kind="barred",
        reason="配偶任该企业财务总监", actor=zone.actor(zone.linked_officer, TODAY), at=TODAY,
    )  # fmt: skip
    round_ = drafted(zone)
    pair_set(zone, round_, other, zone.linked_officer)

    with pytest.raises(Conflict, match="应当回避 1 家（禾屿生物医药）"):
        publish(zone, round_)


def test_an_officer_who_leaves_on_the_day_of_publication_is_named(zone, colleague, other):
    round_ = drafted(zone)
    pair_set(zone, round_, zone.enterprise, colleague)
    pair_set(zone, round_, other, colleague)
    when = at("12-01 09:00")
    organisation.officer_leave(
        officer_id=colleague.pk, to_id=None, reason="调离", actor=SYSTEM, at=when
    )
    before = every_row()

    with pytest.raises(Conflict) as refusal:
        publish(zone, round_, when)

    assert refusal.value.message == "还不能发布：不在本轮名单 2 家（陆远已离岗）。"
    assert every_row() == before


def test_of_two_who_edit_one_pair_the_second_is_told_who_stands_there(zone, colleague, other):
    round_ = drafted(zone)
    pair_set(zone, round_, other, colleague)
    before = every_row()

    with pytest.raises(Conflict) as refusal:
        pair_set(zone, round_, other, zone.linked_officer, seen_lead_id=None)

    assert "现在挂钩干部是陆远" in refusal.value.message
    assert every_row() == before


def test_of_two_who_change_the_terms_of_one_round_the_second_is_told(zone):
    round_ = drafted(zone)
    clerk = zone.actor(zone.clerk, TODAY)
    told = {"round_id": round_.pk, "revision": 0, "actor": clerk, "at": TODAY}
    operations.round_scope(terms=terms(head_capacity=3), **told)
    before = every_row()

    with pytest.raises(Conflict):
        operations.round_scope(terms=terms(head_capacity=4), **told)

    assert every_row() == before
    assert Seat.objects.get(round=round_, officer=zone.linked_officer).capacity == 3


def test_a_round_is_published_once_by_two_at_the_same_time(committed):
    zone = build_zone()
    other = zone.stranger.enterprise
    round_ = drafted(zone)
    pair_set(zone, round_, other, zone.linked_officer)
    seen = Round.objects.get(pk=round_.pk).revision

    answers = at_once(
        lambda: publish(zone, round_, revision=seen), lambda: publish(zone, round_, revision=seen)
    )

    assert sorted(isinstance(one, Conflict) for one in answers) == [False, True]
    assert Link.objects.filter(enterprise=other).count() == 1
    assert JournalEvent.objects.filter(kind="linking.round_published").count() == 1


def test_a_change_in_mid_round_moves_only_those_it_is_about(zone, colleague, other):
    third = officer(zone, "qiaoyu", "乔羽")
    first = drafted(zone)
    pair_set(zone, first, zone.enterprise, colleague)
    pair_set(zone, first, other, zone.linked_officer)
    publish(zone, first)
    late = at("12-15 09:00")
    firm("MA1XK009", "青穗")
    change = operations.round_draft(
        terms=terms(name="年中调整", from_on=date(2026, 12, 20)), base_id=first.pk,
        actor=zone.actor(zone.clerk, late), at=late,
    )  # fmt: skip
    operations.seat_set(
        round_id=change.pk, officer_id=colleague.pk, capacity=0,
        actor=zone.actor(zone.clerk, late), at=late,
    )  # fmt: skip
    with pytest.raises(Conflict, match="没有挂钩干部 1 家（青穗）；不在本轮名单 1 家（陆远）"):
        publish(zone, change, late)
    for row in RoundLink.objects.filter(round=change).exclude(lead=zone.linked_officer):
        pair_set(zone, change, row.enterprise, third)

    publish(zone, change, late)

    assert links_said()[1:] == [
        ("松濑精密陶瓷", "陆远", "2026-12-01", "2026-12-20"),
        ("松濑精密陶瓷", "乔羽", "2026-12-20", None),
        ("禾屿生物医药", "沈一帆", "2026-12-01", None),
        ("青穗", "乔羽", "2026-12-20", None),
    ]
    with pytest.raises(Conflict, match="直接改草稿"):
        operations.round_draft(
            terms=terms(from_on=date(2027, 1, 1)),
            base_id=drafted(zone, from_on=date(2027, 2, 1), until_on=date(2027, 3, 1)).pk,
            actor=zone.actor(zone.clerk, late), at=late,
        )  # fmt: skip


def test_a_wish_stands_once_and_only_its_own_withdraw_it(zone, other, colleague):
    wish = operations.wish_state(
        enterprise_id=zone.enterprise.pk, officer_id=zone.linked_officer.pk, kind="enterprise",
        actor=zone.actor(zone.contact, TODAY), at=TODAY,
    )  # fmt: skip
    before = every_row()
    again = {"enterprise_id": zone.enterprise.pk, "officer_id": zone.linked_officer.pk,
             "kind": "enterprise", "at": TODAY}  # fmt: skip
    with pytest.raises(Conflict):
        operations.wish_state(**again, actor=zone.actor(zone.contact, TODAY))
    with pytest.raises(NotAllowed):
        operations.wish_state(**again, actor=zone.actor(zone.linked_officer, TODAY))
    with pytest.raises(NotVisible):
        operations.wish_state(**again, actor=zone.actor(zone.stranger, TODAY))
    with pytest.raises(NotVisible):
        operations.wish_withdraw(wish_id=wish.pk, actor=zone.actor(zone.stranger, TODAY), at=TODAY)
    assert every_row() == before

    operations.wish_withdraw(wish_id=wish.pk, actor=zone.actor(zone.contact, TODAY), at=TODAY)
    assert Wish.objects.get().ended_at == TODAY


def test_links_that_no_round_reaches_any_more_end_with_its_eve(zone, other):
    registry.link_begin(
        enterprise_id=other.pk, officer=zone.linked_officer, from_on=TODAY.date(),
        actor=SYSTEM, at=TODAY,
    )  # fmt: skip
    registry.enterprise_change(
        enterprise_id=other.pk, values={"standing": "moved"}, actor=SYSTEM, at=TODAY
    )
    round_ = drafted(zone)

    publish(zone, round_)

    assert links_said()[1] == ("禾屿生物医药", "沈一帆", "2026-11-05", BEGINS.isoformat())
    assert BEGINS - timedelta(days=1) == date(2026, 11, 30)


def test_a_member_given_to_its_heads_officer_today_takes_no_place_of_its_own(zone, other):
    group = EnterpriseGroup.objects.create(name="松濑集团", head=zone.enterprise)
    Enterprise.objects.filter(pk=other.pk).update(group=group)
    link = registry.link_begin(
        enterprise_id=other.pk, officer=zone.linked_officer, from_on=date(2026, 1, 1),
        actor=SYSTEM, at=TODAY,
    )  # fmt: skip
    registry.link_end(link_id=link.pk, until_on=TODAY.date(), actor=SYSTEM, at=TODAY)

    change = drafted(zone, from_on=TODAY.date())

    assert list(change.pairs.values_list("enterprise", flat=True)) == [zone.enterprise.pk]


def test_a_change_says_anew_how_many_a_role_serves_but_not_what_was_set_by_hand(
    zone, colleague, other
):
    first = drafted(zone)
    operations.seat_set(
        round_id=first.pk, officer_id=colleague.pk, capacity=3,
        actor=zone.actor(zone.clerk, TODAY), at=TODAY,
    )  # fmt: skip
    pair_set(zone, first, other, zone.linked_officer)
    publish(zone, first)

    change = operations.round_draft(
        terms=terms(head_capacity=8), base_id=first.pk, actor=zone.actor(zone.clerk, TODAY),
        at=TODAY,
    )  # fmt: skip

    seats = dict(Seat.objects.filter(round=change).values_list("officer", "capacity"))
    assert seats == {zone.leader.pk: 5, zone.linked_officer.pk: 8, colleague.pk: 3}
