"""The pages of the knowledge base."""

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from tests.life import Life
from tests.people import Zone
from yuanqi.knowledge.models import Entry
from yuanqi.knowledge.tests.test_operations import ANSWER, QUESTION, made

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _friday(wall) -> None:
    wall.set("11-20 10:00")


def text_of(response) -> str:
    return response.content.decode()


def written(zone: Zone, **change: object) -> dict[str, object]:
    return {
        "question": QUESTION,
        "answer": ANSWER,
        "category": "ENV",
        "department": zone.safety.pk,
        "audience": "public",
        "expires_on": "2027-11-20",
        "once": str(uuid4()),
        **change,
    }


def test_an_officer_writes_an_entry_and_every_enterprise_reads_it(zone, client_of):
    response = client_of("safety_handler").post("/knowledge/new/", written(zone), follow=True)

    entry = Entry.objects.get()
    assert response.redirect_chain == [(f"/knowledge/{entry.pk}/", 303)]
    assert "已发布。" in text_of(response)
    page = text_of(client_of("stranger").get("/knowledge/"))
    assert QUESTION in page and "部门：全部" not in page
    assert ANSWER in text_of(client_of("stranger").get(f"/knowledge/{entry.pk}/"))


def test_a_draft_is_kept_and_the_same_form_sent_twice_makes_one(zone, client_of):
    client, data = client_of("safety_handler"), written(zone, do="draft")

    first = client.post("/knowledge/new/", data)
    second = client.post("/knowledge/new/", data)

    assert first["Location"] == second["Location"]
    assert Entry.objects.get().state == "draft"


def test_a_slip_is_said_and_what_was_written_stays(zone, client_of):
    response = client_of("safety_handler").post(
        "/knowledge/new/", written(zone, answer="", expires_on="2020-01-01")
    )

    assert response.status_code == 422
    assert "请写答复。" in text_of(response)
    assert QUESTION in text_of(response)
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"),
    [("safety_handler", 200), ("clerk", 200), ("linked_officer", 403), ("contact", 403)],
)
def test_the_form_is_for_those_who_keep_entries(client_of, who, status):
    assert client_of(who).get("/knowledge/new/").status_code == status


def test_the_list_is_narrowed_by_words_department_category_state_and_review(zone, client_of):
    made(zone)
    made(
        zone,
        "clerk",
        question="外籍专家工作许可怎么延期？",
        category="TAL",
        department_id=zone.approval.pk,
        expires_on=date(2026, 12, 1),
    )
    client = client_of("approval_handler")

    def listed(query: str) -> list[str]:
        page = text_of(client.get(f"/knowledge/?{query}"))
        return [one.question for one in Entry.objects.order_by("pk")
                if f'href="/knowledge/{one.pk}/"' in page]  # fmt: skip

    first, second = QUESTION, "外籍专家工作许可怎么延期？"
    assert listed("") == [first, second]
    assert listed("q=专家") == [second]
    assert listed("q=排水许") == [first]
    assert listed("category=ENV") == [first]
    assert listed(f"department={zone.approval.pk}") == [second]
    assert listed("state=draft") == []
    assert listed("review=own") == [second]
    assert listed("category=XXX&department=x&state=x&review=x&after=x") == [first, second]
    assert "要复核 1 条" in text_of(client.get("/knowledge/"))
    assert "没有这样的条目" in text_of(client.get("/knowledge/?q=😀"))


def test_the_list_costs_the_same_however_long_it_is(zone, client_of, django_assert_num_queries):
    client = client_of("clerk")
    for _number in range(2):
        made(zone)
    client.get("/knowledge/")  # who works where is known since
    with django_assert_num_queries(11):
        client.get("/knowledge/")
    for _number in range(5):
        made(zone)
    with django_assert_num_queries(11):
        client.get("/knowledge/")


def test_an_entry_is_revised_reviewed_and_withdrawn_from_its_page(zone, client_of):
    entry = made(zone)
    client = client_of("safety_colleague")
    here = f"/knowledge/{entry.pk}/"
    form = text_of(client.get(here + "revisions/"))
    assert ANSWER in form and 'name="version" value="1"' in form

    data = written(zone, answer="3 个工作日。", version="1", keeper=zone.safety_colleague.pk)
    assert client.post(here + "revisions/", data).status_code == 303
    assert client.post(here + "revisions/", data).status_code == 409
    assert client.post(here + "reviews/", {"expires_on": "2020-01-01"}).status_code == 422
    assert client.post(here + "reviews/", {"expires_on": "2028-01-01"}).status_code == 303
    assert client.post(here + "withdrawals/", {"reason": ""}).status_code == 422
    assert client.post(here + "withdrawals/", {"reason": "废止"}).status_code == 303
    entry.refresh_from_db()
    assert (entry.answer, entry.keeper, entry.state) == (
        "3 个工作日。", zone.safety_colleague, "withdrawn",
    )  # fmt: skip
    assert "已撤下：废止" in text_of(client.get(here))
    assert client.post(here + "publications/").status_code == 303
    assert client_of("planning_handler").post(here + "publications/").status_code == 403
    assert client_of("contact").post(here + "publications/").status_code == 403


def test_a_good_answer_becomes_an_entry_in_one_step_without_names(life: Life, client_of):
    case_id = life.bring("answered")
    life.wall.set("11-20 10:00")
    client = client_of("safety_handler")
    assert f'href="/requests/{case_id}/knowledge/"' in text_of(
        client.get(f"/requests/{case_id}/related/")
    )

    form = text_of(client.get(f"/requests/{case_id}/knowledge/"))

    assert "要重新办哪些手续？" in form and ">\n可以接入</textarea>" in form
    assert f'name="source_case" value="{case_id}"' in form
    data = written(life.zone, answer="可以接入", source_case=case_id)
    assert client.post("/knowledge/new/", data).status_code == 303
    entry = Entry.objects.get()
    assert (entry.source_case_id, entry.state) == (case_id, "published")
    related = text_of(client.get(f"/requests/{case_id}/related/"))
    assert f'href="{reverse("knowledge:entry", args=[entry.pk])}"' in related
    assert "把答复存入知识库" not in related


def test_an_entry_can_be_made_only_of_an_answer_and_by_the_park(life: Life, client_of):
    case_id = life.bring("accepted")

    assert client_of("safety_handler").get(f"/requests/{case_id}/knowledge/").status_code == 409
    assert client_of("contact").get(f"/requests/{case_id}/knowledge/").status_code == 404
    assert client_of("contact").get(f"/requests/{case_id}/related/").status_code == 404
    assert client_of("approval_handler").get(f"/requests/{case_id}/related/").status_code == 404


def test_that_an_answer_helped_is_counted_once_and_leads_out(zone, client_of):
    entry = made(zone)
    client, data = client_of("contact"), {"helped": str(uuid4()), "text": "排水许可"}

    first = client.post(f"/knowledge/{entry.pk}/helps/", data)
    client.post(f"/knowledge/{entry.pk}/helps/", data)

    assert (first.status_code, first["Location"]) == (303, "/")
    entry.refresh_from_db()
    assert entry.helped == 1
