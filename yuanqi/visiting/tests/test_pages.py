"""The pages of visits and contacts: forms without a script, refusals that keep what was typed."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
from python_calamine import load_workbook

from tests.evidence import every_row
from tests.life import photo, sent
from tests.people import at
from yuanqi.foundation import pages
from yuanqi.registry.contacting.queries import use_of
from yuanqi.registry.models import Contact, Enterprise
from yuanqi.steering.tests.conftest import decline, make
from yuanqi.visiting.models import Visit
from yuanqi.visiting.operations import Note
from yuanqi.visiting.plans import Standing, VisitPlan
from yuanqi.visiting.views.plans import page_of

from .conftest import KEY, plan, record, wish

pytestmark = pytest.mark.django_db
LOGS = ("once_key", "access_reading", "signin_session")


@pytest.fixture(autouse=True)
def _thursday(wall) -> None:
    wall.set("11-05 10:00")


def typed(**more):
    told = {
        "key": str(KEY), "orders": "多了", "talk": "二期厂房封顶", "happened": "2026-11-05T09:30",
        "request_0_text": "特殊物品审批一次批半年", "request_0_category": "ENV",
        "request_0_level": "P3",
    }  # fmt: skip
    return told | more


def test_a_note_sent_twice_without_a_script_leads_to_one_visit(zone, client_of, files_root):
    linked = client_of("linked_officer")
    where = f"/visits/note/{zone.enterprise.pk}/"
    assert "见面前看" in linked.get(where).content.decode()

    answers = [linked.post(where, typed(files=photo())) for _turn in range(2)]

    row = Visit.objects.get()
    assert [(one.status_code, one["Location"]) for one in answers] == [
        (303, f"/visits/{row.pk}/")
    ] * 2
    assert (row.happened_at, row.orders, row.photos.count()) == (at("11-05 09:30"), "多了", 1)
    page = client_of("contact").get(f"/visits/{row.pk}/").content.decode()
    assert "特殊物品审批一次批半年" in page
    assert "写得对，确认" in page
    image = client_of("contact").get(f"/visits/photos/{row.photos.get().pk}/")
    assert image["Content-Type"] == "image/jpeg"
    assert client_of("stranger").get(f"/visits/photos/{row.photos.get().pk}/").status_code == 404


def test_the_script_is_told_briefly_what_became_of_a_note(zone, client_of):
    linked = client_of("linked_officer")
    where = f"/visits/note/{zone.enterprise.pk}/"
    assert linked.get("/visits/token/").json()["account"] == zone.linked_officer.account_id
    script = {"HTTP_X_NOTE": "1"}
    refused = linked.post(where, typed(talk="", orders="", request_0_text=""), **script)
    assert (refused.status_code, refused.json()["said"]) == (
        422, "请写下谈了什么，或者点一项了解到的情况。",
    )  # fmt: skip
    taken = linked.post(where, typed(), **script)
    assert (taken.status_code, taken.json()["url"]) == (201, f"/visits/{Visit.objects.get().pk}/")
    assert linked.get("/sw.js")["Content-Type"].startswith("text/javascript")


def test_a_visit_too_many_is_refused_and_the_note_keeps_its_words(zone, client_of):
    record(zone, when=at("11-01 10:00"))
    for _turn in range(3):
        record(zone, "safety_handler", key=uuid4(), note=Note(talk="检查"), when=at("11-03 10:00"))
    linked = client_of("linked_officer")
    where = f"/visits/note/{zone.enterprise.pk}/"
    told = typed(key=str(uuid4()), request_0_text="")
    assert "为什么这个月还要来" in linked.get(where).content.decode()
    before = every_row(but=LOGS)

    answer = linked.post(where, told)

    assert answer.status_code == 422
    assert "二期厂房封顶" in answer.content.decode()
    assert every_row(but=LOGS) == before
    assert linked.post(where, told | {"reason": "企业请我们来"}).status_code == 303


def test_a_call_too_many_is_refused_and_a_held_fact_is_shown(zone, client_of, wall):
    handler = client_of("safety_handler")
    where = f"/enterprises/{zone.enterprise.pk}/contacted/"
    for _turn in range(4):
        told = sent(kind="call", subject="核对排水口")
        assert handler.post(where + "new/", told).status_code == 303
    before = every_row(but=LOGS)
    answer = handler.post(where + "new/", sent(kind="call", subject="再核对一次"))
    assert answer.status_code == 422
    assert "再核对一次" in answer.content.decode()
    assert "最多 4 次" in answer.content.decode()
    assert every_row(but=LOGS) == before

    wall.set("12-01 10:00")
    handler = client_of("safety_handler")  # his session has ended meanwhile
    record(zone, when=at("12-01 09:00"), note=Note(talk="x", capacity_use=Decimal(80)))
    shown = handler.post(where + "asking/", sent(field="capacity_use", why="测算"))
    assert "80.0 %" in shown.content.decode()
    asked = handler.post(where + "asking/", sent(field="rd_expense", why="测算研发补助"))
    assert asked.status_code == 303
    assert Contact.objects.exclude(asks="").count() == 1
    own = client_of("contact").get(where).content.decode()
    assert "年度研发费用" in own
    assert "测算研发补助" in own


def test_those_on_a_list_may_be_come_to_as_often_as_their_list_says(zone):
    decline(zone)
    make(at=at("11-05 09:00"))
    assert use_of(zone.enterprise.pk, date(2026, 11, 5)).budget == 8
    assert use_of(zone.stranger.enterprise_id, date(2026, 11, 5)).budget == 6


def test_the_day_begins_with_the_next_stop(zone, client_of):
    wish(zone, "safety_handler", "核对排水口", date(2026, 11, 12))
    plan(zone, planned_on=date(2026, 11, 5), purpose="每月走访")
    linked = client_of("linked_officer")
    page = linked.get("/day/").content.decode()
    assert "下一站，今天" in page
    assert "看要点，记走访" in page
    visits = linked.get("/visits/").content.decode()
    assert "可以合成一次的走访" in visits
    assert "核对排水口" in visits


def test_a_day_with_other_departments_names_them_to_the_enterprise_before_and_after(
    zone, client_of
):
    theirs = plan(zone, "safety_handler", planned_on=date(2026, 11, 9), purpose="核对排水口")
    handler = client_of("planning_handler")
    where = f"/visits/plan/{zone.enterprise.pk}/"
    assert "和他们一起去，企业只接待一次" in handler.get(where).content.decode()
    joining = sent(subject="看二期工地", visit=str(theirs.pk))
    assert handler.post(f"/visits/wish/{zone.enterprise.pk}/", joining).status_code == 303

    linked = client_of("linked_officer")
    assert "安环局 何思远约了 11-09：核对排水口" in linked.get("/visits/").content.decode()
    assert "并成一次" in linked.get(where).content.decode()
    told = sent(planned_on="2026-11-10", join_ids=[theirs.pk])
    assert linked.post(where, told).status_code == 303

    contact = client_of("contact")
    said = "3 个部门合成一次：" + "、".join(
        getattr(zone, who).department.label
        for who in ("linked_officer", "planning_handler", "safety_handler")
    )
    assert said in contact.get(f"/visits/of/{zone.enterprise.pk}/").content.decode()
    assert "3 个部门合成一次" in contact.get("/portal/").content.decode()


def test_an_officers_visits_come_a_page_at_a_time(zone, client_of):
    some = [Enterprise(pk=10 + place) for place in range(pages.SIZE + 1)]
    due = date(2026, 11, 30)
    plans = {
        one.pk: VisitPlan(
            one.pk, 30, "", None, None, due - timedelta(days=one.pk % 3), Standing.DUE, None
        )
        for one in some
    }  # fmt: skip

    first = page_of(some, plans, "all", "")
    rest = page_of(some, plans, "all", first.next_cursor)

    found = [*first.rows, *rest.rows]
    assert (len(first.rows), len(rest.rows), rest.next_cursor) == (pages.SIZE, 1, None)
    assert found == sorted(some, key=lambda one: (plans[one.pk].due_on, one.pk))
    answer = client_of("linked_officer").get("/visits/?queue=all&after=x").content.decode()
    assert "这个页码已经失效" in answer
    assert "松濑精密陶瓷" in answer


def test_the_list_of_visits_asks_the_same_few_questions(zone, client_of, django_assert_num_queries):
    for number in range(3):
        record(zone, key=uuid4(), when=at(f"10-0{number + 1} 10:00"))
    clerk = client_of("clerk")
    where = f"/visits/of/{zone.enterprise.pk}/"
    clerk.get(where)
    with django_assert_num_queries(10):
        clerk.get(where)


def test_who_watches_over_all_departments_sees_who_was_come_to_too_often(zone, client_of):
    for _turn in range(4):
        record(zone, "safety_handler", key=uuid4(), note=Note(talk="检查"), when=at("11-03 10:00"))
    record(zone, reason="企业请我们来", when=at("11-04 10:00"))
    clerk = client_of("clerk")
    page = clerk.get("/contacted/").content.decode()
    assert "5 / 4，超过" in page
    assert "2026-11：1 家企业，5 次" in page
    assert "5 / 4，超过" not in clerk.get("/contacted/?month=2026-10").content.decode()
    for who in ("safety_handler", "contact"):
        assert client_of(who).get("/contacted/").status_code == 404


def test_all_visits_are_listed_by_month_and_written_as_a_workbook(zone, client_of):
    record(zone, when=at("11-04 10:00"))
    record(zone, "safety_handler", key=uuid4(), when=at("10-04 10:00"), note=Note(talk="检查"))
    clerk = client_of("clerk")
    page = clerk.get("/visits/records/?month=2026-11").content.decode()
    assert "共 1 次" in page
    assert "沈一帆" in page
    assert "没有符合的走访" in clerk.get("/visits/records/?q=陆瑶").content.decode()

    answer = clerk.get("/visits/records/?export=xlsx")

    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0)
    head, *rows = sheet.to_python()
    assert head[1] == "企业"
    assert [row[12] for row in rows] == ["二期厂房封顶，明年 3 月搬。", "检查"]
    assert client_of("contact").get("/visits/records/").status_code == 404
