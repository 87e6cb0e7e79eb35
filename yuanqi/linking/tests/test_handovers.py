"""Hand-overs: opened once by whatever moved a link, confirmed by the successor and nobody else."""

from datetime import date

import pytest

from tests.evidence import every_row
from tests.people import MONDAY_9AM, at
from yuanqi.advice import operations as advising
from yuanqi.advice.models import Topic
from yuanqi.audit import erasing
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.errors import Conflict, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.foundation.writer import DIRECT
from yuanqi.linking import following, notices, operations
from yuanqi.linking.handing import parts_of
from yuanqi.linking.models import Handover
from yuanqi.notices.models import Notice
from yuanqi.organisation import officers as organisation
from yuanqi.promises import operations as promising
from yuanqi.registry import acts
from yuanqi.registry import operations as registry
from yuanqi.registry.models import Link
from yuanqi.servicedesk import operations as desk

from .conftest import BEGINS, TODAY, drafted, firm, officer, pair_set, publish

DECEMBER = at("12-01 09:00")


def follow(now=TODAY) -> None:
    """Let both subscribers read the whole journal, twice."""
    for _time in range(2):
        events = list(JournalEvent.objects.filter(kind__in=following.KINDS).order_by("id"))
        following.follow(events, now=now)
        told = JournalEvent.objects.filter(kind__in=notices.KINDS).order_by("id")
        notices.notices_make(list(told), now=now)


@pytest.fixture
def handed(zone, colleague, other) -> Handover:
    """A round gives 松濑 to 陆远 from December on."""
    round_ = drafted(zone)
    pair_set(zone, round_, zone.enterprise, colleague)
    pair_set(zone, round_, other, zone.linked_officer)
    publish(zone, round_)
    follow()
    return Handover.objects.get()


def confirm(zone, handover: Handover, who, when=DECEMBER) -> Handover:
    return operations.handover_confirm(
        handover_id=handover.pk, actor=zone.actor(who, when), at=when
    )


def test_a_published_round_opens_one_hand_over_a_change_and_tells_everybody_once(
    zone, handed, colleague, other
):
    assert (handed.from_officer_id, handed.to_officer_id, handed.from_on) == (
        zone.linked_officer.pk, colleague.pk, BEGINS,
    )  # fmt: skip
    told = Notice.objects.filter(source="linking").values_list("account", "kind", "subject")
    firm_of, other_of = f"enterprise:{zone.enterprise.pk}", f"enterprise:{other.pk}"
    round_of = (
        f"round:{JournalEvent.objects.get(kind='linking.round_published').payload['round_id']}"
    )
    assert sorted(told) == sorted(
        [
            (zone.contact.account_id, "served_by", firm_of),
            (zone.stranger.account_id, "served_by", other_of),
            (zone.linked_officer.account_id, "round_published", round_of),
            (colleague.account_id, "round_published", round_of),
            (colleague.account_id, "takes_over", firm_of),
            (zone.linked_officer.account_id, "hands_over", firm_of),
        ]
    )


def test_only_the_successor_confirms_and_once(zone, handed, colleague):
    before = every_row()
    for who, error in (
        (zone.clerk, NotAllowed), (zone.leader, NotAllowed), (zone.linked_officer, NotAllowed),
        (zone.safety_handler, NotVisible), (zone.contact, NotVisible),
    ):  # fmt: skip
        with pytest.raises(error):
            confirm(zone, handed, who)
    assert every_row() == before

    confirm(zone, handed, colleague)

    handed.refresh_from_db()
    assert (handed.confirmed_at, handed.confirmed_by_id) == (DECEMBER, colleague.account_id)
    with pytest.raises(Conflict):
        confirm(zone, handed, colleague)


def test_the_successor_finds_open_requests_from_his_first_day(zone, handed, colleague):
    desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P3", text="危废暂存间怎么备案？",
        actor=zone.actor(zone.contact, TODAY), at=TODAY,
    )  # fmt: skip

    def seen(who, when) -> list[tuple[str, int]]:
        told = parts_of(handed.link, zone.actor(who, when), when)
        return [(str(part.label), part.count) for part in told if str(part.label) == "在办诉求"]

    assert seen(colleague, DECEMBER) == [("在办诉求", 1)]
    assert seen(colleague, TODAY) == [("在办诉求", 0)]
    assert seen(zone.clerk, TODAY) == [("在办诉求", 1)]


def test_the_predecessor_writes_what_his_successor_should_know_until_it_is_confirmed(
    zone, handed, colleague
):
    note = {"handover_id": handed.pk, "note": "年底扩产，每周问一次用电。", "at": TODAY}
    with pytest.raises(NotAllowed):
        operations.handover_note(**note, actor=zone.actor(colleague, TODAY))
    operations.handover_note(**note, actor=zone.actor(zone.linked_officer, TODAY))
    confirm(zone, handed, colleague)

    before = every_row()
    with pytest.raises(Conflict):
        operations.handover_note(
            **note | {"note": "补充"}, actor=zone.actor(zone.linked_officer, TODAY)
        )
    assert every_row() == before
    handed.refresh_from_db()
    assert handed.note == "年底扩产，每周问一次用电。"


def test_an_officer_who_leaves_hands_over_to_him_who_is_named(zone):
    approver = zone.approval_handler
    organisation.officer_leave(
        officer_id=zone.linked_officer.pk, to_id=approver.pk, reason="调离", actor=SYSTEM, at=TODAY
    )
    follow()

    found = Handover.objects.get()
    assert (found.from_officer_id, found.to_officer_id, found.from_on) == (
        zone.linked_officer.pk, approver.pk, TODAY.date(),
    )  # fmt: skip
    kinds = Notice.objects.filter(account=approver.account_id, source="linking")
    assert [one.kind for one in kinds] == ["takes_over"]
    left = Notice.objects.filter(kind="officer_left")
    assert [one.account_id for one in left] == [zone.clerk.account_id]
    told = notices.lines(list(left), zone.actor(zone.clerk, TODAY))
    assert [line.says for line in told.values()] == [
        f"沈一帆离岗，挂钩的 1 家暂由{approver.name}接手，请看要不要做年中调整。"
    ]


def test_the_successor_answers_for_what_his_predecessor_promised_once_he_confirms(
    zone, handed, colleague
):
    told = {"enterprise_id": zone.enterprise.pk, "occasion": "visit", "at": TODAY}
    theirs = promising.promise_make(
        **told, text="送来人才公寓名额", due_on=date(2026, 12, 5),
        actor=zone.actor(zone.linked_officer, TODAY),
    )  # fmt: skip
    others = promising.promise_make(
        **told, text="修好西门路面", due_on=date(2026, 12, 5),
        actor=zone.actor(zone.planning_handler, TODAY),
    )  # fmt: skip

    confirm(zone, handed, colleague)

    theirs.refresh_from_db()
    others.refresh_from_db()
    assert (theirs.officer_id, theirs.department_id) == (colleague.pk, colleague.department_id)
    assert others.officer_id == zone.planning_handler.pk


def test_the_successor_finds_advice_that_nobody_has_answered(zone, handed, colleague):
    advising.advice_give(
        enterprise=zone.enterprise, text="夜班公交晚些收车", source="portal",
        topic=Topic.objects.order_by("pk").values_list("code", flat=True)[0],
        actor=zone.actor(zone.contact, TODAY), at=TODAY,
    )  # fmt: skip
    told = parts_of(handed.link, zone.actor(colleague, DECEMBER), DECEMBER)
    said = [(line.title, line.note) for one in told for line in one.lines]
    assert said == [("夜班公交晚些收车", "还没有交办，11-26 17:30 前答复")]


def test_an_enterprise_is_told_of_an_officer_put_in_another_s_place_before_he_began(
    zone, handed, colleague
):
    third = officer(zone, "qiaoyu", "乔羽")
    late = at("11-06 09:00")
    acts.link_change(DIRECT, handed.link, officer=third, actor=SYSTEM, at=late)
    follow(late)

    kinds = Notice.objects.filter(source="linking", at=late).values_list("account", "kind")
    assert sorted(kinds) == sorted(
        [(zone.contact.account_id, "served_by"), (third.account_id, "takes_over"),
         (zone.linked_officer.account_id, "hands_over")]
    )  # fmt: skip
    served = Notice.objects.filter(kind="served_by", at=late)
    told = notices.lines(list(served), zone.actor(zone.contact, late))
    assert [line.says for line in told.values()] == [
        "12 月 1 日起，由规建局乔羽挂钩服务贵公司，有事可以直接找。"
    ]


def test_links_of_last_year_brought_in_from_a_sheet_hand_nothing_over(zone, other, colleague):
    for who, from_on, until_on in (
        (zone.linked_officer, date(2025, 1, 1), date(2025, 7, 1)),
        (colleague, date(2025, 7, 1), None),
    ):
        link = registry.link_begin(
            enterprise_id=other.pk, officer=who, from_on=from_on, actor=SYSTEM, at=MONDAY_9AM
        )
        if until_on:
            registry.link_end(link_id=link.pk, until_on=until_on, actor=SYSTEM, at=MONDAY_9AM)
    follow()

    assert Link.objects.filter(enterprise=other).count() == 2
    assert not Handover.objects.exists()
    assert not Notice.objects.filter(source="linking").exists()


def test_an_officer_linked_outside_of_a_round_is_told_by_himself(zone, colleague):
    new = firm("MA1XK009", "青穗")
    officer(zone, "qiaoyu", "乔羽")
    registry.link_begin(
        enterprise_id=new.pk, officer=colleague, from_on=TODAY.date(), actor=SYSTEM, at=TODAY
    )
    follow()
    told = Notice.objects.filter(source="linking").values_list("account", "kind")
    assert list(told) == [(colleague.account_id, "linked")]


def test_an_erased_persons_name_goes_from_notes_and_from_reasons_of_wishes(zone, handed, colleague):
    name = zone.contact.name
    operations.handover_note(
        handover_id=handed.pk, note=f"{name}只在上午接电话。", at=TODAY,
        actor=zone.actor(zone.linked_officer, TODAY),
    )  # fmt: skip
    wish = operations.wish_state(
        enterprise_id=zone.enterprise.pk, officer_id=colleague.pk, kind="barred",
        reason=f"与{name}是夫妻", actor=zone.actor(zone.clerk, TODAY), at=TODAY,
    )  # fmt: skip
    person = erasing.find("contact", zone.contact.pk)
    assert person is not None

    removed = erasing.erase(person, TODAY)

    handed.refresh_from_db()
    wish.refresh_from_db()
    assert (handed.note, wish.reason) == ("已删除只在上午接电话。", "与已删除是夫妻")
    assert ("挂钩意愿、交接说明里的姓名和电话", 2) in [(one.label, one.count) for one in removed]


def test_who_does_not_confirm_is_reminded_once_then_the_centre_is_told_once(
    zone, handed, colleague
):
    said = [
        operations.sweep(at=at(when))
        for when in (
            "12-04 17:30", "12-04 17:31", "12-07 10:00", "12-09 17:30", "12-09 17:31",
            "12-10 10:00",
        )
    ]  # fmt: skip

    assert said == [0, 1, 0, 0, 1, 0]
    follow(now=at("12-10 11:00"))
    late = Notice.objects.filter(kind__in=("handover_waits", "handover_untaken")).order_by("pk")
    assert [(one.account_id, one.kind) for one in late] == [
        (colleague.account_id, "handover_waits"), (zone.clerk.account_id, "handover_untaken"),
    ]  # fmt: skip
    told = notices.lines(list(late), zone.actor(zone.clerk, DECEMBER))
    assert [line.says for line in told.values()] == [
        "您接手松濑精密陶瓷还没有确认，请看交接清单并确认。",
        "陆远接手松濑精密陶瓷一直没有确认，请问问他。",
    ]  # fmt: skip


def test_nobody_is_reminded_of_what_is_confirmed_and_nobody_reminds_by_hand(
    zone, handed, colleague
):
    confirm(zone, handed, colleague)
    before = every_row()
    assert operations.sweep(at=at("12-21 10:00")) == 0
    with pytest.raises(NotAllowed):
        operations.handover_watch(
            handover_id=handed.pk, actor=zone.actor(zone.clerk), at=at("12-21 10:00")
        )
    assert every_row() == before


def test_after_a_long_outage_the_centre_is_not_told_on_the_day_of_the_reminder(zone, handed):
    said = [operations.sweep(at=at(when)) for when in (
        "12-21 10:00", "12-21 11:00", "12-22 09:00",
    )]  # fmt: skip
    assert said == [1, 0, 1]
