"""Who is told of visits, promises and questions, and in which words."""

from datetime import date

import pytest

from tests.people import at
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.models import Notice
from yuanqi.notices.wording import lines_of
from yuanqi.promises import notices as promised
from yuanqi.promises import operations as promises
from yuanqi.registry.contacting import notices as asked
from yuanqi.registry.contacting import operations as contacting
from yuanqi.registry.handing import parts_of
from yuanqi.visiting import notices as visited
from yuanqi.visiting import operations

from .conftest import THURSDAY, plan, record, wish

pytestmark = pytest.mark.django_db
NOW = at("11-05 10:05")


def test_each_is_told_what_concerns_him(zone):
    actor = zone.actor
    contacting.fact_ask(
        enterprise_id=zone.enterprise.pk, field="rd_expense", why="测算研发补助",
        actor=actor(zone.planning_handler), at=THURSDAY,
    )  # fmt: skip
    wish(zone, "safety_handler", "核对排水口", date(2026, 11, 12))
    visit = plan(zone)
    record(zone, visit_id=visit.pk)
    row = promises.promise_make(
        enterprise_id=zone.enterprise.pk, text="请审批局来讲一次", due_on=date(2026, 11, 30),
        officer_id=zone.approval_handler.pk, actor=actor(zone.clerk), at=THURSDAY,
    )  # fmt: skip
    promises.promise_keep(
        promise_id=row.pk, outcome="讲过了", actor=actor(zone.approval_handler), at=NOW
    )
    for module in (asked, visited, promised):
        found = JournalEvent.objects.filter(kind__in=list(module.KINDS)).order_by("id")
        for _turn in range(2):
            module.notices_make(list(found), now=NOW)

    def told(person):
        own = list(Notice.objects.filter(account=person.account).order_by("event_id"))
        said = lines_of(own, actor(person))
        return [said[one.pk].says for one in own]

    assert told(zone.contact) == [
        "规建局，陆瑶想了解“年度研发费用”，用于：测算研发补助",
        "园区约了 11 月 10 日来走访。",
        "走访记录写好了，请看看对不对。",
        "园区答应的“请审批局来讲一次”：讲过了",
    ]
    assert told(zone.linked_officer) == [
        "安环局想在 11 月 12 日前去松濑精密陶瓷，看看能不能和您一起去。"
    ]
    assert told(zone.stranger) == []


def test_departments_and_the_enterprise_are_told_what_becomes_of_one_visit_for_all(zone):
    other = plan(zone, "safety_handler", planned_on=date(2026, 11, 9), purpose="核对排水口")
    visit = plan(zone, join_ids=[other.pk])
    plan(zone, visit_id=visit.pk, planned_on=date(2026, 11, 12))
    operations.visit_cancel(
        visit_id=visit.pk, reason="台风", actor=zone.actor(zone.linked_officer), at=THURSDAY
    )
    found = JournalEvent.objects.filter(kind__in=list(visited.KINDS), stream=visit.stream)
    for event in found.order_by("id"):
        visited.notices_make([event], now=NOW)

    def told(person):
        own = list(Notice.objects.filter(account=person.account).order_by("event_id"))
        said = lines_of(own, zone.actor(person))
        return [said[one.pk].says for one in own]

    assert told(zone.contact)[-1] == "11 月 12 日的来访取消了，请看原因。"
    assert told(zone.safety_handler)[-1] == (
        "沈一帆 11 月 12 日不去松濑精密陶瓷了，您的事等下一次或另约。"
    )


def test_a_successor_takes_over_promises_and_the_last_visits(zone):
    record(zone)
    promises.promise_make(
        enterprise_id=zone.enterprise.pk, text="请审批局来讲一次", due_on=date(2026, 11, 30),
        actor=zone.actor(zone.linked_officer), at=THURSDAY,
    )  # fmt: skip
    parts = parts_of(zone.enterprise.links.get(), zone.actor(zone.clerk), NOW)
    told = {str(one.label): one.count for one in parts}
    assert (told["没兑现的承诺"], told["最近的走访"]) == (1, 1)
