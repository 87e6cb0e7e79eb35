"""The register, the quality baskets, and supervision on the page of a request."""

import re

import pytest

from tests.evidence import every_row
from tests.life import Life, sent
from tests.people import at
from yuanqi.casework import operations as cases
from yuanqi.foundation.actors import Role
from yuanqi.foundation.models import RoleGrant
from yuanqi.servicedesk import operations as desk
from yuanqi.supervision.models import Inspection, Reminder, Supervision
from yuanqi.supervision.operations import inspect, supervise, sweep

pytestmark = pytest.mark.django_db


QUERIES = 23  # of a page of the register: 9 ask who it is, 9 count the lists


def text_of(answer) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def late(life: Life) -> int:
    """Accepted by the safety bureau on 5 November, never answered, swept on the 20th at 9:00.

    Three limits have passed at the safety bureau, and the co-handler's at the planning bureau.
    """
    case_id = life.bring("accepted")
    sweep(at=at("11-20 09:00"))
    life.wall.set("11-20 10:00")
    return case_id


# --- on the request ------------------------------------------------------------------------------


def test_the_page_says_who_must_account_and_offers_what_each_may_do(late, client_of):
    def panel(who: str) -> set[str]:
        page = client_of(who).get(f"/requests/{late}/").content.decode()
        found = re.findall(r'id="act-(report|remind|supervise|end-supervision)"', page)
        assert ('id="supervision"' in page) == (who != "contact")
        return set(found)

    assert panel("clerk") == {"remind", "supervise"}
    assert panel("leader") == {"remind", "supervise"}
    assert panel("linked_officer") == {"remind"}
    assert panel("safety_handler") == {"report"}
    assert panel("planning_handler") == {"report"}
    assert panel("contact") == set()
    page = text_of(client_of("clerk").get(f"/requests/{late}/"))
    assert "2 项待说明" in page
    assert "联系企业、办结、给出办理计划超时" in page
    assert "11-20 09:00 请安环局何思远说明，11-23 17:30 前" in page


def test_a_reminder_goes_out_and_for_three_days_the_button_says_why_not(late, client_of):
    clerk = client_of("clerk")

    answer = clerk.post(f"/requests/{late}/reminders/", sent(words="请尽快"), follow=True)

    assert answer.redirect_chain == [(f"/requests/{late}/", 303)]
    assert "已催何思远" in text_of(answer)
    assert Reminder.objects.get().words == "请尽快"
    assert "周敏 11 月 20 日（周五）10:00 催过，11 月 25 日（周三）17:30 起才能再催。" in (
        text_of(answer)
    )
    leader = client_of("leader")
    before = every_row()
    again = leader.post(f"/requests/{late}/reminders/", sent())
    assert again.status_code == 409
    assert "起才能再催" in text_of(again)
    assert every_row() == before


def test_a_demand_is_made_answered_and_ended_on_the_page(late, client_of):
    leader = client_of("leader")
    bad = leader.post(f"/requests/{late}/supervisions/", sent(ground="limit", demand=""))
    assert bad.status_code == 422
    assert "请写明要求做到什么" in text_of(bad)
    assert re.search(r'id="act-supervise" open', bad.content.decode())

    made = leader.post(
        f"/requests/{late}/supervisions/", sent(ground="overdue", demand="周二前答复"), follow=True
    )
    assert "已督办，请何思远在 11 月 23 日（周一）17:30 前说明。" in text_of(made)

    handler = client_of("safety_handler")
    told = handler.post(
        f"/requests/{late}/supervisions/replies/", sent(reply="周一出结果"), follow=True
    )
    assert "不再逐级上报" in text_of(told)
    assert Supervision.objects.filter(reply="周一出结果").count() == 2

    ended = leader.post(f"/requests/{late}/supervisions/ends/", sent(words="可以"), follow=True)
    assert "督办已结束" in text_of(ended)
    row = Supervision.objects.get(by__isnull=False)
    assert (row.ended_by, row.ending) == (row.by, "可以")


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [
        ("safety_colleague", "reminders", 403), ("contact", "reminders", 403),
        ("safety_handler", "supervisions", 403), ("clerk", "supervisions/replies", 403),
        ("stranger", "reminders", 404), ("approval_handler", "supervisions/replies", 404),
        ("clerk", "supervisions/ends", 409), ("leader", "inspections", 403),
    ],
)  # fmt: skip
def test_what_isnt_ones_part_is_refused_and_changes_nothing(late, client_of, who, address, status):
    client = client_of(who)
    before = every_row(but=("access_read",))

    form = sent(words="x", ground="overdue", demand="x", reply="x", finding="ok")
    answer = client.post(f"/requests/{late}/{address}/", form)

    assert answer.status_code == status
    assert every_row(but=("access_read",)) == before


# --- the register --------------------------------------------------------------------------------


def lines(answer) -> list[int]:
    return [int(pk) for pk in re.findall(r'id="supervision-(\d+)"', answer.content.decode())]


def test_the_register_lists_what_is_owed_soonest_first(late, client_of, zone):
    leader = zone.actor(zone.leader)
    supervise(case_id=late, demand="说明", actor=leader, at=at("11-20 09:30"))
    safety, planning, demand = Supervision.objects.order_by("id")
    clerk = client_of("clerk")

    assert lines(clerk.get("/supervision/")) == [safety.pk, planning.pk, demand.pk]
    assert lines(clerk.get("/supervision/?kind=demand")) == [demand.pk]
    assert lines(clerk.get(f"/supervision/?unit={zone.planning.pk}")) == [planning.pk]
    assert lines(clerk.get("/supervision/?view=month&kind=x&unit=y")) == [planning.pk, safety.pk]
    assert lines(clerk.get("/supervision/?view=answered")) == []
    assert "说明过的都办完了。" in text_of(clerk.get("/supervision/?view=answered"))
    # a head sees his own
    assert lines(client_of("planning_handler").get("/supervision/")) == [planning.pk]


def test_what_is_over_leaves_the_list_before_anybody_writes_it(late, client_of, zone):
    cases.task_start(
        case_id=late, task_id=zone.planning.tasks.get().pk,
        actor=zone.actor(zone.planning_handler), at=at("11-20 09:30"),
    )  # fmt: skip
    cases.task_finish(
        case_id=late, task_id=zone.planning.tasks.get().pk, opinion="够",
        actor=zone.actor(zone.planning_handler), at=at("11-20 09:40"),
    )  # fmt: skip
    clerk = client_of("clerk")

    assert lines(clerk.get("/supervision/")) == [Supervision.objects.get(unit=zone.safety).pk]
    sweep(at=at("11-20 10:01"))
    assert lines(clerk.get("/supervision/?view=ended")) == [
        Supervision.objects.get(unit=zone.planning).pk
    ]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("clerk", 200), ("leader", 200), ("safety_handler", 200), ("safety_colleague", 403),
        ("linked_officer", 403), ("contact", 403),
    ],
)  # fmt: skip
def test_the_register_is_for_the_centre_leaders_and_heads(late, client_of, who, status):
    assert client_of(who).get("/supervision/").status_code == status


def test_the_register_asks_as_often_however_long_it_is(
    life, client_of, django_assert_max_num_queries
):
    def asked(requests: int) -> int:
        for _number in range(requests):
            life.bring("accepted")
        sweep(at=at("11-20 09:00"))
        life.wall.set("11-20 10:00")
        client = client_of("clerk")
        client.get("/supervision/")  # the calendar is built once a process
        with django_assert_max_num_queries(QUERIES):
            return len(lines(client.get("/supervision/")))

    assert asked(3) == 6
    assert asked(4) == 14


def test_the_lists_of_leaders(late, life, client_of, zone):
    """Red for more than five days, and the department that was late three times this month."""
    for _number in range(2):
        life.bring("accepted")
    sweep(at=at("11-27 09:00"))
    life.wall.set("11-27 10:00")
    leader = client_of("leader")

    page = leader.get("/supervision/?view=long").content.decode()
    assert len(re.findall(r'id="request-\d+"', page)) == 3
    talks = text_of(leader.get("/supervision/?view=talks"))
    assert "安全环保局 何思远 8601 2000 3 件" in talks
    assert "规划建设局 陆瑶 8601 2000 3 件" in talks
    life.wall.set("12-01 09:00")
    page = text_of(client_of("leader").get("/supervision/?view=talks"))
    assert "本月没有哪个部门超时三件以上。" in page


# --- the quality baskets -------------------------------------------------------------------------


@pytest.fixture
def unrated(life: Life, zone) -> list[int]:
    """Three requests that nobody rated; the enterprise was spoken to."""
    found = []
    for _number in range(3):
        case_id = life.bring("opined")
        cases.message_send(
            case_id=case_id, body="在办", actor=zone.actor(zone.safety_handler),
            at=at("11-06 10:30"),
        )  # fmt: skip
        desk.request_answer(
            case_id=case_id, body="可以接入", actor=zone.actor(zone.safety_handler),
            at=at("11-06 11:00"),
        )  # fmt: skip
        assert cases.case_close_unrated(case_id=case_id, at=at("11-13 09:00"))
        found.append(case_id)
    life.wall.set("11-20 10:00")
    return found


def looked(client, case_id: int, **values: str):
    return client.post(f"/requests/{case_id}/inspections/?basket=unrated", sent(**values))


def test_a_basket_is_worked_from_many_to_one_to_none(unrated, client_of):
    clerk = client_of("clerk")
    page = text_of(clerk.get("/quality/"))
    assert "共 3 件，从最早办结的看起" in page  # the first basket that holds something
    assert "记下，看下一件" in page

    first = looked(clerk, unrated[0], finding="ok")
    assert (first.status_code, first["Location"]) == (303, "/quality/?basket=unrated")
    looked(clerk, unrated[1], finding="not-ok", note="没讲清找谁")
    page = text_of(clerk.get("/quality/?basket=unrated"))
    assert "只剩这一件" in page
    assert "2 件，1 件有问题" in page
    assert "没讲清找谁" in page

    looked(clerk, unrated[2], finding="ok")
    assert "近 90 天办结的，该看的都看过了。" in text_of(clerk.get("/quality/?basket=unrated"))
    assert Inspection.objects.count() == 3


def test_one_may_be_left_aside_and_is_still_there(unrated, client_of):
    clerk = client_of("clerk")

    second = clerk.get(f"/quality/?basket=unrated&after={unrated[0]}").content.decode()
    assert f"/requests/{unrated[1]}/inspections/" in second
    end = clerk.get(f"/quality/?basket=unrated&after={unrated[2]}")
    assert "放一边的还在前面" in text_of(end)
    for odd in ("after=x", "after=999999", "basket=none", f"after={'9' * 30}"):
        assert clerk.get(f"/quality/?{odd}").status_code == 200


def test_a_finding_is_chosen_and_what_is_wrong_is_said(unrated, client_of):
    clerk = client_of("clerk")
    before = every_row()

    for values in ({}, {"finding": "not-ok"}, {"finding": "maybe"}):
        answer = looked(clerk, unrated[0], **values)
        assert answer.status_code == 422
        assert f"/requests/{unrated[0]}/inspections/" in answer.content.decode()
    assert every_row() == before


def test_of_two_who_look_the_second_is_told(unrated, client_of, zone):
    inspect(
        case_id=unrated[0], basket="unrated", finding="ok", actor=zone.actor(zone.clerk),
        at=at("11-20 09:00"),
    )  # fmt: skip
    RoleGrant.objects.create(account=zone.leader.account, role=Role.CENTRE.value)

    answer = looked(client_of("leader"), unrated[0], finding="ok")

    assert answer.status_code == 409
    assert "周敏 11 月 20 日（周五）09:00 已经看过这件。" in text_of(answer)


@pytest.mark.parametrize("who", ["leader", "safety_handler", "contact"])
def test_the_baskets_are_the_centres(unrated, client_of, who):
    assert client_of(who).get("/quality/").status_code == 403
