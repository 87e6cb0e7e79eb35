"""What a leader is asked to settle: few things, the gravest first, each with its step."""

from decimal import Decimal

import pytest

from tests.desk import NOW
from tests.people import at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case
from yuanqi.insight import figures
from yuanqi.insight.counting import Scope
from yuanqi.insight.needs import Kind, needs
from yuanqi.servicedesk import operations
from yuanqi.supervision import operations as supervision

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thursday")]


def asked(desk, who=None) -> list[tuple[str, str]]:
    actor = desk.zone.actor(who or desk.zone.leader, NOW)
    return [
        (need.kind.value, need.row.case.title if need.row else need.department.label)
        for need in needs(actor, Scope.of(actor), NOW)
    ]


def returned(desk, name: str, when: str) -> None:
    officer = desk.zone.safety_handler
    desk.dispatched(name, f"11-18 {when}:00", desk.zone.safety)
    operations.request_return(
        case_id=desk.ids[name],
        reason="不归安环局",
        basis="三定方案",
        actor=desk.zone.actor(officer),
        at=at(f"11-18 {when}:30"),
    )


def test_only_what_is_late_waits_until_something_else_does(desk):
    assert asked(desk) == [("late", "停产超时"), ("late", "待派超时")]


def test_what_was_returned_twice_waits_for_a_name(desk):
    desk.raised("谁来办", "11-18 09:30", category="TRA", level="P4")
    returned(desk, "谁来办", "10")
    returned(desk, "谁来办", "14")

    assert asked(desk) == [("late", "停产超时"), ("naming", "谁来办"), ("late", "待派超时")]


def test_an_extension_waits_for_its_reviewer_only(desk):
    # the head himself asks, so the head above him decides
    cases.extension_ask(
        case_id=desk.ids["在办黄灯"],
        amount=Decimal(3),
        reason="专家组 11 月 24 日才到",
        actor=desk.zone.actor(desk.zone.safety_handler),
        at=at("11-19 09:00"),
    )

    assert ("extension", "在办黄灯") in asked(desk)
    assert ("extension", "在办黄灯") not in asked(desk, desk.zone.clerk)


def test_what_has_gone_up_to_the_leader_waits_for_his_account_and_shows_once(desk):
    for when in ("11-18 10:00", "11-19 10:00"):
        supervision.sweep(at=at(when))

    kinds = {title: kind for kind, title in asked(desk)}
    assert kinds["停产超时"] == "late"  # stopped production is first whatever else it is
    assert len(asked(desk)) == len(set(asked(desk)))


def test_a_department_late_three_times_in_a_month_is_to_be_talked_to(desk):
    for number in range(3):
        name = f"慢{number}"
        desk.raised(name, "11-05 10:00", category="UTL", level="P3")
        desk.dispatched(name, "11-05 10:10", desk.zone.planning)
        desk.accepted(name, "11-05 10:20", desk.zone.planning_handler)
    supervision.sweep(at=at("11-19 10:00"))

    assert ("talk", "规建局") in asked(desk)


def test_no_more_than_four_and_the_page_leads_on(desk, client):
    for number in range(6):
        desk.raised(f"待派{number}", "11-17 10:00", category="TRA", level="P4")
    figures.rebuild()
    client.force_login(desk.zone.leader.account)

    page = client.get("/cockpit/")

    assert len(asked(desk)) == 4
    assert "需要您关注 4 件" in page.content.decode()
    assert "已超时共 8 件" in page.content.decode()


def test_nothing_late_means_nothing_asked(desk):
    Case.objects.filter(title__in=["停产超时", "待派超时"]).update(due_at=at("12-01 17:30"))

    assert asked(desk) == []
    assert {kind.value for kind in Kind} == {"late", "account", "extension", "naming", "talk"}
