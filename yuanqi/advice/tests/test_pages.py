"""The pages of advice: the enterprise's own, the lists with their filters, the figures."""

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.evidence import every_row
from tests.people import Zone, at
from yuanqi.advice import operations
from yuanqi.advice.models import Advice, State, Topic, Verdict

pytestmark = pytest.mark.django_db
BUT = ("once_key", "django_session")
TEXT = "西门夜班公交十点就停，希望末班车延到十一点半。"


@pytest.fixture(autouse=True)
def now(wall):
    wall.set("11-24 10:00")
    return wall


def given(zone: Zone, when: str = "11-02 09:00", topic: str = "traffic") -> Advice:
    return operations.advice_give(
        enterprise=zone.enterprise, text=TEXT, topic=topic, source="portal",
        actor=zone.actor(zone.contact), at=at(when),
    )  # fmt: skip


def assigned(zone: Zone, **more: str) -> Advice:
    row = given(zone, **more)
    operations.advice_assign(
        advice_id=row.pk, department_id=zone.planning.pk, actor=zone.actor(zone.clerk),
        at=at("11-23 10:00"),
    )  # fmt: skip
    row.refresh_from_db()
    return row


def answered(zone: Zone, verdict: str = Verdict.ADOPTED, **more: str) -> Advice:
    row = assigned(zone, **more)
    operations.advice_answer(
        advice_id=row.pk, verdict=verdict, answer="12 月起延到 23:30。",
        actor=zone.actor(zone.planning_handler), at=at("11-23 11:00"),
    )  # fmt: skip
    row.refresh_from_db()
    return row


def shown(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def said(answer) -> list[str]:
    return [str(one) for one in get_messages(answer.wsgi_request)]


def test_an_enterprise_gives_advice_and_reads_its_answer(zone, client_of):
    client = client_of("contact")
    form = client.get("/advice/new/").context["form"]
    sent = {"once": form.initial["once"], "text": TEXT, "topic": "traffic"}

    answer = client.post("/advice/new/", sent)

    assert answer.status_code == 303
    row = Advice.objects.get()
    assert (row.contact, row.source, row.state) == (zone.contact, "portal", State.GIVEN)
    assert client.post("/advice/new/", sent).url == answer.url
    assert Advice.objects.count() == 1
    assert "12 月 15 日（周二）前答复您" in shown(client, "/advice/")

    operations.advice_assign(
        advice_id=row.pk, department_id=zone.planning.pk, note="只给部门看",
        actor=zone.actor(zone.clerk), at=at("11-24 10:30"),
    )  # fmt: skip
    operations.advice_answer(
        advice_id=row.pk, verdict="partly", answer="先试半年。",
        actor=zone.actor(zone.planning_handler), at=at("11-24 11:00"),
    )  # fmt: skip
    html = shown(client, answer.url)
    assert "部分采纳" in html
    assert "先试半年。" in html
    assert "只给部门看" not in html


def test_what_is_wrong_keeps_what_was_typed(zone, client_of):
    client = client_of("contact")
    before = every_row(but=BUT)
    answer = client.post("/advice/new/", {"text": TEXT, "topic": ""})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert TEXT in html
    assert "请选一个主题。" in html
    assert every_row(but=BUT) == before


def test_a_linked_officer_writes_down_what_his_enterprise_said(zone, client_of):
    client = client_of("linked_officer")
    assert "松濑精密陶瓷" in shown(client, "/advice/new/")
    url = f"/advice/new/?enterprise={zone.enterprise.pk}"
    sent = {"text": TEXT, "topic": "traffic", "source": "visit", "contact": str(zone.contact.pk)}
    assert client.post(url, sent).status_code == 303
    row = Advice.objects.get()
    assert (row.officer, row.contact) == (zone.linked_officer, zone.contact)
    other = f"/advice/new/?enterprise={zone.stranger.enterprise.pk}"
    assert client.post(other, sent).status_code == 403


def test_the_centre_assigns_the_department_answers_and_tells_what_changed(zone, client_of):
    row = given(zone)
    url = f"/advice/{row.pk}/"
    clerk, planner = client_of("clerk"), client_of("planning_handler")
    assert "请分派" in shown(clerk, url)
    answer = clerk.post(url + "assignments/", {"department": zone.planning.pk, "revision": 0})
    assert (answer.status_code, said(answer)) == (303, ["分派好了，已通知部门。"])

    assert "答复企业" in shown(planner, url)
    sent = {"verdict": "adopted", "answer": "延到 23:30。", "revision": 1}
    assert planner.post(url + "answers/", {**sent, "revision": 0}).status_code == 409
    assert planner.post(url + "answers/", sent).status_code == 303
    assert planner.post(url + "answers/", sent).status_code == 409

    assert planner.post(url + "changes/", {"change": ""}).status_code == 422
    assert planner.post(url + "changes/", {"change": "已延。"}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.change) == (State.CHANGED, "已延。")


def test_who_was_second_keeps_what_he_typed(zone, client_of):
    row = assigned(zone)
    planner = client_of("planning_handler")
    operations.advice_assign(
        advice_id=row.pk, department_id=zone.safety.pk, actor=zone.actor(zone.clerk),
        at=at("11-24 09:00"),
    )  # fmt: skip
    safety = client_of("safety_handler")
    sent = {"verdict": "not", "answer": "我写的理由", "revision": row.revision}
    answer = safety.post(f"/advice/{row.pk}/answers/", sent)
    assert answer.status_code == 409
    assert "我写的理由" in answer.content.decode()
    # it isn't planning's any more
    assert planner.post(f"/advice/{row.pk}/answers/", sent).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("safety_handler", 404), ("leader", 200)]
)
def test_a_page_is_there_for_those_concerned_only(zone, client_of, who, status):
    row = assigned(zone)
    shown(client_of(who), f"/advice/{row.pk}/", status)


def test_each_figure_leads_to_its_rows(zone, client_of):
    answered(zone)
    answered(zone, Verdict.NOT)
    answered(zone, Verdict.PARTLY, topic="living", when="11-20 09:00")
    given(zone, when="11-20 09:00")
    client = client_of("leader")

    every = client.get("/advice/figures/").context["every"]
    numbers = {name: one.number for name, one in every.figures.items()}
    assert numbers == {
        "given": 4, "answered": 3, "adopted": 1, "partly": 1, "refused": 1, "late": 0,
        "changed": 0,
    }  # fmt: skip
    assert every.taken.number == 2
    rows = client.get("/advice/figures/").context["rows"]
    for row in (every, *rows):
        for figure in (*row.figures.values(), row.taken):
            assert len(client.get(figure.url).context["lines"]) == figure.number
    assert client_of("safety_handler").get("/advice/figures/").status_code == 403
    assert client_of("contact").get("/advice/figures/").status_code == 403


def test_lists_are_narrowed_by_their_address(zone, client_of):
    late = assigned(zone)  # due on 11-23
    fresh = given(zone, when="11-20 09:00", topic="living")
    client = client_of("clerk")

    def found(query: str) -> list[int]:
        return [line.advice.pk for line in client.get(f"/advice/?{query}").context["lines"]]

    assert found("") == [fresh.pk, late.pk]
    assert found("queue=late") == [late.pk]
    assert found("queue=given") == [fresh.pk]
    assert found("topic=living&year=2026") == [fresh.pk]
    assert found("year=2025") == []
    assert found(f"department={zone.planning.pk}") == [late.pk]
    assert found("q=松濑") == [fresh.pk, late.pk]
    assert found("queue=nonsense&department=x&verdict=no&year=abc&after=x") == [fresh.pk, late.pk]


def test_a_list_asks_a_fixed_number_of_queries(zone, client_of):
    client = client_of("clerk")

    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            client.get("/advice/")
        return len(asked)

    assigned(zone)
    client.get("/advice/")
    few = count()
    for _time in range(3):
        assigned(zone)
    assert count() == few == 10


def test_topics_are_kept_by_the_centre(zone, client_of):
    client = client_of("clerk")
    sent = {"code": "parks", "name": "公园绿地", "name_en": "Parks", "is_active": "on"}
    assert client.post("/advice/topics/", sent).status_code == 303
    assert client.post("/advice/topics/", {**sent, "code": "again"}).status_code == 422
    assert client.post("/advice/topics/", {**sent, "is_active": ""}).status_code == 303
    topic = Topic.objects.get(code="parks")
    assert (topic.name, topic.is_active) == ("公园绿地", False)
    assert "公园绿地" not in shown(client_of("contact"), "/advice/new/")
    others = [client_of(who) for who in ("leader", "safety_handler", "contact")]
    before = every_row(but=BUT)
    for other in others:
        assert other.post("/advice/topics/", sent).status_code == 403
    assert every_row(but=BUT) == before
