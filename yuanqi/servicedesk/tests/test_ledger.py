"""The ledger: each role's queues, urgency, filters, whose move it is; the enterprise's own list."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from tests.desk import NOW, Desk
from tests.people import at
from yuanqi.casework import sight
from yuanqi.casework.models import Case, CaseBar, ClockPause, Extension, Task
from yuanqi.casework.queries import cases_visible_to
from yuanqi.casework.rulebook import version_ids
from yuanqi.casework.sight import (
    cases_in_order,
    cases_led_by,
    cases_worked_by,
    count_seen,
    seen_among,
)
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.models import Account, RoleGrant
from yuanqi.foundation.pages import Key
from yuanqi.foundation.standing import looked_up_once
from yuanqi.organisation.models import Absence, Department, Officer
from yuanqi.registry.models import ContactPerson, Enterprise
from yuanqi.servicedesk import ledger, rows, search_index
from yuanqi.servicedesk.ledger import Filters
from yuanqi.servicedesk.models import MECHANISM
from yuanqi.servicedesk.queries import category_names
from yuanqi.servicedesk.search import TooBroad

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thursday")]

URGENT_FIRST = [
    "停产超时",  # 11-17 17:30
    "待派超时",  # 11-18 11:00
    "待签收",  # 11-19 10:50
    "待派单",  # 11-19 12:00
    "退单",  # 11-19 13:30
    "在办黄灯",  # 11-19 17:30
    "差评",  # 11-20 17:30
    "别家的",  # 11-20 17:30, raised later
    "协办中",  # 11-24 17:30
    "等材料",  # paused
]


ASIDE = {
    "second-return": 0, "twice-unsatisfied": 0, "idle": 3, "reopened": 0, "parked": 0,
    "extensions": 0,
}  # fmt: skip


def counts(actor: Actor) -> dict[str, int]:
    found = ledger.queue_counts(actor, NOW, ledger.standing(actor))
    return {code: count.number for code, count in found.items()}


def listed(actor: Actor, **query: str) -> list[str]:
    queues = ledger.queues_of(actor, NOW)
    filters = Filters.read(query, queues, category_names())
    asked = ledger.asked_for(filters, queues, actor, NOW)
    page = pages.keyset_page(asked, ledger.order_of(filters), query.get("after", ""))
    return [case.title for case in page.rows]


def get(client: Client, person, address: str = "/requests/"):
    client.force_login(person.account)
    response = client.get(address)
    assert response.status_code == 200
    return response


# queues ------------------------------------------------------------------------------------------


def test_the_centre_and_the_leader_count_every_request_by_what_it_waits_for(desk):
    expected = {
        "undispatched": 4,
        "warning": 2,
        "overdue": 2,
        "supervised": 0,
        "returned": 1,
        "call-back": 1,
        "open": 10,
        "answered": 1,
        "closed": 4,
        **ASIDE,
    }
    assert counts(desk.zone.actor(desk.zone.clerk, NOW)) == expected
    assert counts(desk.zone.actor(desk.zone.leader, NOW)) == expected


def test_a_department_counts_what_it_leads_and_what_it_co_handles(desk):
    assert counts(desk.zone.actor(desk.zone.safety_handler, NOW)) == {
        "to-sign": 0,
        "co-handling": 1,
        "warning": 1,
        "overdue": 1,
        "open": 3,
        "answered": 0,
        "closed": 3,
        "supervised": 0,
        **ASIDE,
    }
    assert counts(desk.zone.actor(desk.zone.planning_handler, NOW)) == {
        "to-sign": 1,
        "co-handling": 1,
        "warning": 1,
        "overdue": 0,
        "open": 3,
        "answered": 0,
        "closed": 1,
        "supervised": 0,
        **ASIDE,
        "idle": 1,
    }


def test_a_linked_officer_without_a_role_counts_his_enterprises(desk):
    assert counts(desk.zone.actor(desk.zone.linked_officer, NOW)) == {
        "warning": 2,
        "overdue": 2,
        "open": 9,
        "answered": 1,
        "closed": 4,
        "supervised": 0,
        **ASIDE,
    }


def test_each_queue_lists_what_it_counts_for_every_role(desk):
    for person in (
        desk.zone.clerk,
        desk.zone.leader,
        desk.zone.safety_handler,
        desk.zone.planning_handler,
        desk.zone.approval_handler,
        desk.zone.linked_officer,
    ):
        actor = desk.zone.actor(person, NOW)
        for code, count in counts(actor).items():
            assert len(listed(actor, queue=code)) == count, (person.name, code)


@pytest.mark.parametrize("wide", [1, 100_000])
def test_what_is_found_the_short_way_is_what_the_actor_may_see(desk, monkeypatch, wide):
    monkeypatch.setattr(sight, "_WIDE", wide)
    # of whatever is barred from a unit, neither way shows it
    barred = Case.objects.get(title="协办中")
    CaseBar.objects.create(case=barred, grantee=f"d{desk.zone.safety.pk}")
    every = list(Case.objects.values_list("pk", flat=True))
    for person in (
        desk.zone.safety_handler,
        desk.zone.planning_handler,
        desk.zone.approval_handler,
        desk.zone.linked_officer,
    ):
        actor = desk.zone.actor(person, NOW)
        seen = cases_visible_to(actor)
        visible = set(seen.values_list("pk", flat=True))
        led = seen.filter(lead=actor.department_id).values_list("pk", flat=True)
        done = Task.objects.filter(department=actor.department_id, kind="co_handle", state="done")
        helped = set(done.values_list("case", flat=True))

        assert set(seen_among(every, actor)) == visible
        assert set(cases_in_order(actor).values_list("pk", flat=True)) == visible
        assert set(cases_led_by(actor).values_list("pk", flat=True)) == set(led)
        worked = set(cases_worked_by(actor).values_list("pk", flat=True))
        assert worked == set(led) | (helped & visible)
        assert barred.pk not in worked or person != desk.zone.safety_handler


def test_all_that_somebody_may_see_is_read_in_its_order_from_page_to_page(desk):
    barred = Case.objects.get(title="协办中")
    CaseBar.objects.create(case=barred, grantee=f"d{desk.zone.safety.pk}")
    for person in (desk.zone.safety_handler, desk.zone.approval_handler, desk.zone.linked_officer):
        actor = desk.zone.actor(person, NOW)
        visible = ledger.requests_listed(actor)
        for sort, order in (("", ("-opened_at", "-id")), ("oldest", ("opened_at", "id"))):
            filters = Filters.read({"queue": "all", "sort": sort}, (), ())
            find = ledger.finder(filters, actor, NOW, ledger.standing(actor))
            found, after = [], None
            while keys := find(after, 2):
                found += keys
                last = Case.objects.get(pk=keys[-1])
                after = (last.opened_at, last.pk)

            assert found == list(visible.order_by(*order).values_list("pk", flat=True))
        assert ledger.count_of_all(actor).number == len(found) > 2
        for most in (1, len(found) - 1, len(found), len(found) + 1):
            assert count_seen(actor, version_ids(MECHANISM), most) == min(most, len(found))
        narrowed = Filters.read({"queue": "all", "level": "P2"}, (), ())
        assert ledger.finder(narrowed, actor, NOW, ledger.standing(actor)) is None


def test_a_queues_first_page_is_found_by_what_is_kept_as_it_is_by_asking(desk):
    for person in (desk.zone.clerk, desk.zone.safety_handler, desk.zone.linked_officer):
        actor = desk.zone.actor(person, NOW)
        at_hand = ledger.standing(actor)
        queues = ledger.queues_of(actor, NOW)
        for queue in queues:
            for sort in ledger.SORTS:
                filters = Filters.read({"queue": queue.code, "sort": sort}, queues, ())
                asked = ledger.asked_for(filters, queues, actor, NOW, at_hand)
                order = [key.ordering for key in ledger.order_of(filters)]
                find = ledger.finder(filters, actor, NOW, at_hand)

                found = list(asked.order_by(*order).values_list("pk", flat=True))
                assert find(None, 100) == found, (person, queue.code, sort)
                assert find(None, 1) == found[:1]
                assert find((NOW, 1), 100) is None  # further pages are asked for


def test_open_queues_are_counted_by_one_query_and_closed_ones_by_another(
    desk, django_assert_num_queries
):
    # who doesn't see every case has his own found first; a department's closed ones are those
    # that it led, then those with which it helped
    people = ((desk.zone.clerk, 2), (desk.zone.safety_handler, 4), (desk.zone.linked_officer, 3))
    for person, asked in people:
        actor = desk.zone.actor(person, NOW)
        at_hand = ledger.standing(actor)
        with looked_up_once():
            ledger.queue_counts(actor, NOW, at_hand)
            with django_assert_num_queries(asked):
                ledger.queue_counts(actor, NOW, at_hand)


def test_what_a_department_gave_back_leaves_its_inbox(desk):
    actor = desk.zone.actor(desk.zone.safety_handler, NOW)

    assert listed(actor) == ["停产超时", "在办黄灯", "协办中"]


def test_what_falls_to_an_acting_officer_stands_in_his_own_inbox(desk):
    Absence.objects.create(
        officer=desk.zone.safety_handler,
        acting=desk.zone.planning_handler,
        start_at=NOW - timedelta(days=1),
        end_at=NOW + timedelta(days=1),
        reason="出差",
    )
    actor = desk.zone.actor(desk.zone.planning_handler, NOW)

    assert "在办黄灯" in listed(actor)


def test_the_lights_in_sql_are_the_lights_of_each_case_at_every_instant(desk):
    cases = list(Case.objects.filter(state__in=rows.AT_WORK))
    instants = {case.due_at for case in cases} | {case.warn_at for case in cases}
    for instant in sorted(instants - {None}):
        for now in (instant - timedelta.resolution, instant, instant + timedelta.resolution):
            lit = {
                case.pk: light
                for light, condition in ledger.lights(now).items()
                for case in Case.objects.filter(condition)
            }
            assert lit == {case.pk: case.light(now).value for case in cases}


# order, pages ------------------------------------------------------------------------------------


def test_the_most_urgent_comes_first_and_what_is_paused_last(desk):
    actor = desk.zone.actor(desk.zone.clerk, NOW)

    assert listed(actor) == URGENT_FIRST
    assert listed(actor, sort="newest")[:3] == ["待派单", "别家的", "待签收"]
    assert listed(actor, queue="closed") == ["回访过", "超时没评价", "按时满意", "上月办结"]


def test_pages_follow_each_other_without_an_offset(desk, client, monkeypatch):
    for name in ("keyset_page", "counted_page"):
        of = getattr(pages, name)
        monkeypatch.setattr(of, "__kwdefaults__", {**of.__kwdefaults__, "size": 4})
    address, seen = "/requests/?level=P2", []
    while address:
        response = get(client, desk.zone.clerk, address)
        seen += [row.case.title for row in response.context["rows"]]
        address = response.context["foot"]["next_url"]

    assert seen == [name for name in URGENT_FIRST if desk.case(name).level == "P2"]
    assert response.context["foot"]["first_url"] == "/requests/?level=P2"
    assert response.context["foot"]["text"] == "共 6 件"


def test_a_broken_cursor_shows_the_first_page_and_says_so(desk, client):
    response = get(client, desk.zone.clerk, "/requests/?after=nonsense")

    assert "这个页码已经失效，下面是第一页。" in response.content.decode()
    assert len(response.context["rows"]) == 10


def plan(queryset) -> str:
    """How the database would read it if the table were large: never sorting, never in bulk."""
    with connection.cursor() as cursor:
        for setting in ("enable_sort", "enable_seqscan", "enable_bitmapscan"):
            cursor.execute(f"SET LOCAL {setting} = off")
    return queryset.explain()


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ({}, "case_open_due"),
        ({"queue": "overdue"}, "case_open_due"),
        ({"queue": "undispatched"}, "case_open_due"),
        ({"queue": "closed"}, "case_closed"),
        ({"queue": "all"}, "case_opened"),
        ({"queue": "all", "sort": "oldest"}, "case_opened"),
        ({"queue": "closed", "sort": "closed-first"}, "case_closed"),
        # of a few requests the planner may take the index of all for that of the open ones
        ({"sort": "newest"}, "case_(open_)?opened"),
        ({"sort": "oldest"}, "case_(open_)?opened"),
    ],
)
def test_each_order_is_that_of_an_index_on_the_first_page_and_on_those_after(desk, query, index):
    actor = desk.zone.actor(desk.zone.clerk, NOW)
    queues = ledger.queues_of(actor, NOW)
    filters = Filters.read(query, queues, ())
    keys = ledger.order_of(filters)
    first = ledger.asked_for(filters, queues, actor, NOW).order_by(*(k.ordering for k in keys))
    row = first[0]
    following = first.filter(*pages._following(
        [Key(key.name, key.descending) for key in keys], [key.value_of(row) for key in keys]
    ))  # fmt: skip

    for queryset in (first, following):
        found = plan(queryset[:51])
        assert re.search(f"using {index} on", found)
        assert "Sort" not in found
    assert re.search(rf"Index Cond: .*ROW\({keys[0].name}, id\)", found)


# filters -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"category": "UTL"}, ["停产超时"]),
        ({"level": "P3"}, ["退单", "等材料"]),
        ({"light": "red"}, ["停产超时", "待派超时"]),
        ({"light": "yellow"}, ["待签收", "在办黄灯"]),
        ({"light": "paused"}, ["等材料"]),
        ({"lead": "none", "level": "P2"}, ["待派超时", "待派单"]),
        ({"q": "材料"}, ["等材料"]),
        ({"q": "禾屿"}, ["别家的"]),
        ({"q": "%"}, []),
        ({"queue": "closed", "answer": "late"}, ["超时没评价"]),
        ({"queue": "closed", "review": "satisfied"}, ["按时满意", "上月办结"]),
        ({"queue": "closed", "review": "dissatisfied"}, ["回访过"]),
        ({"queue": "closed", "review": "none"}, ["超时没评价"]),
        ({"queue": "closed", "resolved": "no"}, ["回访过"]),
        ({"queue": "closed", "closed_until": "2026-11-01"}, ["上月办结"]),
        (
            {"queue": "closed", "closed_from": "2026-10-16", "answer": "on-time"},
            ["回访过", "按时满意"],
        ),
        ({"queue": "all", "opened_from": "2026-11-19"}, ["待派单", "别家的"]),
        ({"queue": "all", "returned_from": "2026-11-01"}, ["退单"]),
        ({"queue": "all", "returned_until": "2026-11-18"}, []),
        ({"queue": "all", "reopened_from": "2026-01-01"}, []),
        ({"state": "dispatched"}, ["待签收"]),
        ({"queue": "closed", "outcome": "unrated"}, ["超时没评价"]),
        ({"queue": "closed", "answer": "none"}, []),
        (
            {"queue": "closed", "sort": "closed-first", "answer": "any", "level": "P2"},
            ["上月办结", "按时满意", "回访过"],
        ),
        ({"firm": "禾屿"}, ["别家的"]),
        ({"firm": "91320583MA1XK002"}, ["别家的"]),
        ({"firm": "没有这家"}, []),
        ({"channel": "centre"}, []),
        ({"channel": "enterprise", "level": "P4"}, ["别家的"]),
        ({"complaint": "yes"}, []),
        ({"complaint": "no", "level": "P4"}, ["别家的"]),
        ({"flag": "second-return"}, []),
        ({"opened_from": "2026-11-18", "opened_to": "2026-11-18"}, ["待派超时", "待签收", "退单"]),
        ({"sort": "oldest", "opened_to": "2026-11-10"}, ["在办黄灯", "协办中"]),
    ],
)
def test_a_filter_leaves_what_it_says(desk, query, expected):
    if "q" in query:
        search_index.rebuild()
    assert listed(desk.zone.actor(desk.zone.clerk, NOW), **query) == expected


def test_a_filter_by_officer_takes_his_number(desk):
    actor = desk.zone.actor(desk.zone.clerk, NOW)

    assert listed(actor, handler=str(desk.zone.approval_handler.pk)) == ["停产超时"]


def test_flags_and_what_is_set_aside_are_piles_of_their_own(desk):
    def mark(name: str, **values: object) -> None:
        Case.objects.filter(pk=desk.ids[name]).update(**values)

    mark("退单", returns=2)
    mark("差评", bad_reviews=2, reopened=1)
    mark("停产超时", escalation=1)
    mark("在办黄灯", is_supervised=True, acted_at=NOW)
    ClockPause.objects.filter(clock__case=desk.ids["等材料"]).update(ground="parked")
    clerk = desk.zone.actor(desk.zone.clerk, NOW)

    assert listed(clerk, queue="second-return") == ["退单"]
    assert listed(clerk, queue="twice-unsatisfied") == ["差评"]
    assert listed(clerk, queue="reopened") == ["差评"]
    assert listed(clerk, queue="supervised") == ["停产超时", "在办黄灯"]
    assert listed(clerk, queue="parked") == ["等材料"]
    assert listed(clerk, queue="idle") == listed(clerk, flag="idle") == ["停产超时", "协办中"]
    assert listed(desk.zone.actor(desk.zone.safety_handler, NOW), queue="supervised") == [
        "停产超时", "在办黄灯",
    ]  # fmt: skip
    assert listed(desk.zone.actor(desk.zone.planning_handler, NOW), queue="parked") == ["等材料"]
    assert listed(desk.zone.actor(desk.zone.planning_handler, NOW), queue="supervised") == []


def test_an_extension_waits_in_its_reviewers_queue_which_a_head_always_sees(desk, client):
    clock = desk.case("在办黄灯").clocks.get(purpose="resolve")
    Extension.objects.create(
        case_id=desk.ids["在办黄灯"],
        clock=clock,
        asked_at=NOW,
        asked_by=desk.zone.safety_colleague,
        reason="要等检测",
        amount=5,
        reviewer=desk.zone.safety_handler,
        due_before=clock.due_at,
        due_after=clock.due_at + timedelta(days=7),
    )

    assert listed(desk.zone.actor(desk.zone.safety_handler, NOW), queue="extensions") == [
        "在办黄灯"
    ]
    assert counts(desk.zone.actor(desk.zone.clerk, NOW))["extensions"] == 0
    assert "延期待批 <b>1</b>" in get(client, desk.zone.safety_handler).content.decode()
    assert "延期待批" not in get(client, desk.zone.planning_handler).content.decode()
    RoleGrant.objects.create(account=desk.zone.planning_handler.account, role=Role.HEAD.value)
    assert "<b>0</b><span>延期待批</span>" in (
        get(client, desk.zone.planning_handler).content.decode()
    )


def test_a_name_is_completed_from_the_register_as_far_as_the_actor_may_know_it(desk, client):
    assert "禾屿生物医药有限公司" in get(
        client, desk.zone.clerk, "/requests/firms/?firm=禾屿"
    ).content.decode()  # fmt: skip
    for address in ("/requests/firms/?firm=禾屿", "/requests/firms/"):
        assert "<option" not in get(client, desk.zone.contact, address).content.decode()


def test_words_that_stand_everywhere_are_sent_back_to_be_narrowed(desk, client, monkeypatch):
    def gives_up(*_whatever):
        raise TooBroad

    monkeypatch.setattr("yuanqi.servicedesk.ledger_filters.matching", gives_up)
    client.force_login(desk.zone.clerk.account)
    response = client.get("/requests/?q=的&level=P2")

    assert (response.status_code, response["Location"]) == (303, "/requests/?level=P2")
    assert "“的”太常见" in client.get(response["Location"]).content.decode()


def test_heads_of_columns_sort_and_say_which_way(desk, client):
    html = get(client, desk.zone.clerk, "/requests/?queue=closed&sort=newest").content.decode()

    assert (
        '<th scope="col" aria-sort="descending"><a href="/requests/?queue=closed&amp;sort=oldest">'
        in html
    )
    assert (
        '<th scope="col" class="is-num"><a href="/requests/?queue=closed&amp;sort=closed">' in html
    )


def test_a_filter_by_department_or_enterprise_takes_its_number(desk):
    actor = desk.zone.actor(desk.zone.clerk, NOW)
    stranger = desk.zone.stranger.enterprise_id

    assert listed(actor, lead=str(desk.zone.planning.pk)) == ["待签收", "等材料"]
    assert listed(actor, enterprise=str(stranger)) == ["别家的"]
    assert listed(actor, queue="all", returned_by=str(desk.zone.safety.pk)) == ["退单"]


def test_what_an_address_asks_that_is_not_known_is_left_out(desk, client):
    nonsense = {
        "queue": "x", "category": "x", "level": "P9", "light": "blue", "lead": "x", "sort": "x",
        "enterprise": "9" * 30, "opened_from": "2026-13-01", "closed_until": "x", "answer": "x",
        "review": "x", "resolved": "x", "returned_by": "-1", "q": "\x00",
    }  # fmt: skip
    actor = desk.zone.actor(desk.zone.clerk, NOW)

    assert Filters.read(nonsense, ledger.queues_of(actor, NOW), ()) == Filters()
    for first in ("0001-01-01", "9999-12-31"):
        get(client, desk.zone.clerk, f"/requests/?opened_from={first}&queue=all")


def test_a_set_filter_is_tinted_and_can_be_taken_off(desk, client):
    page = get(client, desk.zone.clerk, "/requests/?queue=closed&level=P2&closed_from=2026-11-01")
    html = page.content.decode()

    assert '<select class="form-select is-set" name="level" aria-label="级别">' in html
    assert (
        '<input class="form-control is-set" type="date" name="closed_from" value="2026-11-01"'
        in html
    )
    assert [(chip.said, chip.url) for chip in page.context["chips"]] == [
        ("办结：11-01 起", "/requests/?queue=closed&level=P2")
    ]
    assert 'href="/requests/?queue=closed">清除筛选' in html


# rows --------------------------------------------------------------------------------------------


def moves(desk: Desk, person, *names: str) -> dict[str, tuple]:
    cases = rows.with_row_parts(Case.objects.filter(title__in=names))
    found = rows.rows_of(list(cases), desk.zone.actor(person, NOW), NOW)
    return {row.case.title: (row.move, row.move_is_mine, row.own_task) for row in found}


def test_a_row_says_whose_move_it_is_and_marks_ours(desk):
    assert moves(desk, desk.zone.clerk, *URGENT_FIRST, "等评价") == {
        "停产超时": ("审批局 吴绍峰", False, ""),
        "待派超时": ("服务中心 派单", True, ""),
        "待签收": ("规建局 签收", False, ""),
        "待派单": ("服务中心 派单", True, ""),
        "退单": ("服务中心 重新派单", True, ""),
        "在办黄灯": ("安环局 何思远", False, ""),
        "差评": ("服务中心 回访", True, ""),
        "别家的": ("服务中心 派单", True, ""),
        "协办中": ("规建局 陆瑶（协办）", False, ""),
        "等材料": ("企业 补总平面图", False, ""),
        "等评价": ("企业 评价", False, ""),
    }


def test_a_department_sees_its_own_moves_and_what_it_owes_as_a_co_handler(desk):
    assert moves(desk, desk.zone.planning_handler, "待签收", "协办中", "等材料") == {
        "待签收": ("规建局 签收", True, ""),
        # two working days from 11-10 10:10 have passed
        "协办中": ("我 协办", True, "协办意见已超时"),
        "等材料": ("企业 补总平面图", False, ""),
    }
    assert moves(desk, desk.zone.safety_handler, "在办黄灯", "停产超时") == {
        "在办黄灯": ("我 办理", True, ""),
        "停产超时": ("审批局 吴绍峰", False, "本部门协办意见已超时"),
    }
    assert moves(desk, desk.zone.safety_colleague, "在办黄灯") == {
        "在办黄灯": ("安环局 何思远", False, "")
    }


def test_who_acts_for_a_handler_of_another_unit_sees_what_that_unit_owes(desk):
    Absence.objects.create(
        officer=desk.zone.safety_handler,
        acting=desk.zone.planning_handler,
        start_at=at("11-19 08:00"),
        end_at=at("11-20 18:00"),
        reason="出差",
    )

    assert moves(desk, desk.zone.planning_handler, "停产超时") == {
        "停产超时": ("审批局 吴绍峰", False, "本部门协办意见已超时"),
    }


def test_a_row_says_the_time_left_in_the_limits_own_days(desk):
    cases = rows.with_row_parts(Case.objects.filter(title__in=URGENT_FIRST))
    found = {
        row.case.title: row
        for row in rows.rows_of(list(cases), desk.zone.actor(desk.zone.clerk, NOW), NOW)
    }
    day = timedelta(hours=7, minutes=30)

    # from 11-17 17:30: a working day and 1 hour 20 of this one
    assert (found["停产超时"].left, found["停产超时"].day) == (
        -(day + timedelta(hours=1, minutes=20)),
        day,
    )
    assert found["待签收"].left == timedelta(minutes=30)
    # stopped on the first of ten days at 10:00: six and a half hours of it and nine days
    assert found["等材料"].left == 9 * day + timedelta(hours=6, minutes=30)
    assert found["等材料"].is_paused


def test_late_is_late_even_when_the_office_has_been_closed_ever_since(desk):
    case = rows.with_row_parts(Case.objects.filter(title="差评")).get()
    saturday = at("11-21 10:00")

    row = rows.rows_of([case], desk.zone.actor(desk.zone.clerk, NOW), saturday)[0]

    assert (row.light.value, row.left) == ("red", -timedelta.resolution)


def test_a_closed_row_says_how_it_was_rated_and_whether_it_was_answered_in_time(desk, client):
    html = get(client, desk.zone.clerk, "/requests/?queue=closed").content.decode()
    found = {
        row.case.title: (row.review, row.was_on_time, row.light)
        for row in client.get("/requests/?queue=closed").context["rows"]
    }

    assert found == {
        "超时没评价": ("", False, None),
        "回访过": ("不满意", True, None),
        "按时满意": ("非常满意", True, None),
        "上月办结": ("非常满意", True, None),
    }
    assert "没评价" in html


# pages -------------------------------------------------------------------------------------------


def test_the_ledger_takes_the_same_queries_however_many_rows(
    desk, client, django_assert_num_queries
):
    client.force_login(desk.zone.clerk.account)
    client.get("/requests/")  # what stands (who works where, categories, rules) is known since
    # session, account, roles, whether what stands is still so, contact, links, messages: the actor
    # and the shell; the page's keys and rows, 2 counts, who ever held one, views, enterprises,
    # clocks, pauses: the page
    with django_assert_num_queries(15):
        client.get("/requests/")
    for case_id in range(8):
        desk.raised(f"多一件{case_id}", "11-19 10:01")
    with django_assert_num_queries(15):
        client.get("/requests/")


def test_a_departments_inbox_takes_three_queries_more_for_what_it_owes_and_helped_with(
    desk, client, django_assert_num_queries
):
    client.force_login(desk.zone.safety_handler.account)
    client.get("/requests/")
    with django_assert_num_queries(20):
        client.get("/requests/")


def test_an_empty_queue_says_what_to_do_next(desk, client):
    html = get(client, desk.zone.safety_handler, "/requests/?queue=to-sign").content.decode()

    assert "“待签收”没有诉求了。" in html
    assert '<a class="btn" href="/requests/?queue=overdue">去看已超时 1 件</a>' in html


def test_filters_that_nothing_fits_are_named_and_can_be_cleared(desk, client):
    html = get(client, desk.zone.clerk, "/requests/?level=P4&light=red").content.decode()

    assert "没有符合“级别：P4 咨询，灯：红”的诉求。" in html
    assert '<a class="btn" href="/requests/?queue=open">清除筛选</a>' in html


def test_an_empty_desk_is_quiet(desk, client):
    unit = Department.objects.create(code="new", name="新局", short_name="新局", name_en="New")
    account = Account.objects.create(username="new")
    RoleGrant.objects.create(account=account, role=Role.HANDLER.value)
    officer = Officer.objects.create(account=account, department=unit, name="新人", title="科员")

    assert "“本部门在办”没有诉求，眼下没有要办的。" in get(client, officer).content.decode()


def test_only_the_centre_and_linked_officers_are_offered_to_raise(desk, client):
    assert "登记诉求" in get(client, desk.zone.clerk).content.decode()
    assert "代企业提诉求" in get(client, desk.zone.linked_officer).content.decode()
    assert 'href="/requests/new/"' not in get(client, desk.zone.safety_handler).content.decode()


def test_a_handler_finds_nothing_that_is_not_his_departments(desk):
    actor = desk.zone.actor(desk.zone.approval_handler, NOW)

    assert listed(actor, queue="all") == ["差评", "等评价", "停产超时"]


# the enterprise ----------------------------------------------------------------------------------


def test_an_enterprise_sees_its_own_requests_in_plain_words_open_ones_first(desk, client):
    response = get(client, desk.zone.contact)
    opened = [item.case.title for item in response.context["open_items"]]
    closed = [item.case.title for item in response.context["closed_items"]]
    says = {item.case.title: (item.says, item.asks) for item in response.context["open_items"]}

    assert opened == [
        "待派单", "待签收", "退单", "待派超时", "差评", "等评价", "等材料", "停产超时", "协办中",
        "在办黄灯",
    ]  # fmt: skip
    assert closed == ["回访过", "超时没评价", "按时满意", "上月办结"]
    assert says["等材料"] == (
        "暂停计时，等您补材料，补齐后继续办。",
        "请您补交：总平面图",
    )
    assert says["协办中"] == ("规建局陆瑶正在给协办意见，由安环局答复您。", "")
    html = response.content.decode()
    assert "11 月 19 日（周四）17:30 前答复您。" in html
    assert "本应 11 月 17 日（周二）17:30 前答复，已经超时。" in html
    assert "别家的" not in html


def test_an_enterprise_cannot_ask_for_anothers_rows(desk, client):
    response = get(
        client, desk.zone.contact, f"/requests/?enterprise={desk.zone.stranger.enterprise_id}"
    )

    assert "别家的" not in response.content.decode()
    assert len(response.context["open_items"]) == 10


def test_an_enterprises_list_takes_the_same_queries_however_many_rows(
    desk, client, django_assert_num_queries
):
    client.force_login(desk.zone.contact.account)
    with django_assert_num_queries(10):
        client.get("/requests/")


def test_an_enterprise_searches_its_own_and_is_told_when_nothing_is_found(desk, client):
    search_index.rebuild()

    found = get(client, desk.zone.contact, "/requests/?q=材料")
    none = get(client, desk.zone.contact, "/requests/?q=别家的").content.decode()

    assert [item.case.title for item in found.context["open_items"]] == ["等材料"]
    assert "没有找到“别家的”。" in none
    assert '<a class="btn" href="/requests/">看全部诉求</a>' in none


def test_an_enterprise_without_requests_is_told_how_to_raise_one(desk, client):
    firm = Enterprise.objects.create(uscc="91320583MA1XK003X0", name="新企业", short_name="新企业")
    ContactPerson.objects.filter(pk=desk.zone.stranger.pk).update(enterprise=firm)

    html = get(client, desk.zone.stranger).content.decode()

    assert "您还没有提过诉求。" in html
    assert '<a class="btn" href="/requests/new/">提诉求</a>' in html


def test_an_account_of_nobody_is_refused(desk, client):
    ContactPerson.objects.filter(pk=desk.zone.stranger.pk).update(is_active=False)
    client.force_login(desk.zone.stranger.account)

    assert client.get("/requests/").status_code == 403
