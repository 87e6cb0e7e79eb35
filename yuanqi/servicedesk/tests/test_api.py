"""Requests in the API: what each side reads, what it may do, how it is refused."""

import pytest

from tests.api import Caller, token_for
from tests.evidence import every_row
from tests.life import STAGES, TEXT, photo
from yuanqi.casework.models import Case, CaseState, Message
from yuanqi.servicedesk.api import acting, endpoints

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def answers_are_as_read(monkeypatch):
    """What a call answers of the case that it has had in hand is what a reading says."""
    answered = endpoints.row_now

    def checked(case_id, actor, now, file=None):
        said, read = answered(case_id, actor, now, file), answered(case_id, actor, now)
        # how much is left depends on the instant
        one, other = (row and row.model_dump_json(exclude={"left_seconds"}) for row in (said, read))
        assert one == other
        return said

    for module in (endpoints, acting):
        monkeypatch.setattr(module, "row_now", checked)


def test_a_request_lives_from_raise_to_call_back_through_the_api(zone, life, wall, caller_of):
    firm, centre, lead, co = map(
        caller_of, ("contact", "clerk", "safety_handler", "planning_handler")
    )
    uploaded = firm.do("uploadFiles", files=[photo("现场.jpg")])
    assert uploaded.status_code == 201, uploaded.content
    handle = uploaded.json()["items"][0]["handle"]
    raised = firm.do(
        "raiseRequest",
        {
            "contact_id": zone.contact.pk,
            "category": "ENV",
            "level": "P2",
            "text": TEXT,
            "files": [handle],
        },
    )
    assert raised.status_code == 201, raised.content
    case_id = raised.json()["id"]
    assert raised["Location"] == f"/api/v1/requests/{case_id}"
    one = {"case_id": case_id}

    def done(answer, state):
        assert answer.status_code == 201, answer.content.decode()
        assert Case.objects.get(pk=case_id).state == state
        return answer.json()["request"]

    co_handlers = [{"department_id": zone.planning.pk, "brief": "核管网余量"}]
    done(
        centre.do(
            "dispatchRequest", {"lead_id": zone.safety.pk, "co_handlers": co_handlers}, **one
        ),
        CaseState.DISPATCHED,
    )
    done(lead.do("acceptRequest", **one), CaseState.IN_PROGRESS)
    done(lead.do("sendMessage", {"body": "周五前答复", "kind": "plan"}, **one), "in_progress")
    done(lead.do("sendMessage", {"body": "等报告", "kind": "note"}, **one), "in_progress")
    grounds = lead.do("listGrounds").json()["pauses"]
    ground = next(one["code"] for one in grounds if one["ends_with_supply"])
    said = done(
        lead.do("pauseClock", {"ground": ground, "awaited": "水质检测报告"}, **one), "in_progress"
    )
    assert said["is_paused"] is True and said["awaited"] == "水质检测报告"
    done(firm.do("supplyMaterial", {"body": "报告已上传"}, **one), "in_progress")
    task = next(
        task
        for task in co.do("getRequest", **one).json()["tasks"]
        if task["kind"] == "co_handle" and task["is_mine"]
    )
    done(co.do("startTask", task_id=task["id"], **one), "in_progress")
    done(co.do("finishTask", {"opinion": "余量 60 吨"}, task_id=task["id"], **one), "in_progress")
    done(lead.do("answerRequest", {"body": "可以接入"}, **one), CaseState.ANSWERED)
    judged = {"level": 2, "is_resolved": False, "was_contacted": True, "complaint": "没说清"}
    done(firm.do("evaluateRequest", judged, **one), CaseState.CALL_BACK)
    called = {"spoke_with": "许若楠", "facts": "已补充说明", "is_resolved": True}
    said = done(centre.do("callBackRequest", called, **one), CaseState.CLOSED)
    assert said["outcome"] == "called_back"

    whole = firm.do("getRequest", **one).json()
    assert [one["name"] for one in whole["attachments"]] == ["现场.jpg"]
    assert [one["level"] for one in whole["evaluations"]] == [2]
    bytes_ = firm.do("downloadAttachment", attachment_id=whole["attachments"][0]["id"])
    assert bytes_.status_code == 200 and bytes_["Content-Type"] == "image/jpeg"


@pytest.mark.parametrize("stage", STAGES)
def test_what_stays_inside_the_park_never_reaches_an_enterprise(life, caller_of, stage):
    case_id = life.bring(stage)

    firm = caller_of("contact").do("getRequest", case_id=case_id).json()
    staff = caller_of("clerk").do("getRequest", case_id=case_id).json()

    assert firm["tasks"] == []
    assert {clock["purpose"] for clock in firm["clocks"]} <= {"resolve", "evaluate"}
    assert all(one["audience"] == "enterprise" for one in firm["messages"])
    inside = ("returns", "bad_reviews", "escalation", "is_supervised", "proposed_lead", "light")
    assert [firm[name] for name in inside] == [None] * len(inside)
    assert {clock["purpose"] for clock in staff["clocks"]} > {"resolve"}


def test_a_note_and_a_return_are_read_by_the_park_alone(zone, life, wall, caller_of):
    case_id = life.bring("accepted")
    lead = caller_of("safety_handler")
    lead.do("sendMessage", {"body": "内部看法", "kind": "note"}, case_id=case_id)

    kinds = {
        who: [
            one["kind"]
            for one in caller_of(who).do("getRequest", case_id=case_id).json()["messages"]
        ]
        for who in ("contact", "clerk")
    }

    assert kinds == {"contact": [], "clerk": [Message.Kind.NOTE]}


def test_an_enterprise_reads_why_its_request_was_not_accepted_and_where_to_go(
    zone, life, caller_of
):
    case_id = life.bring("submitted")
    centre = caller_of("clerk")
    ground = next(
        one for one in centre.do("listGrounds").json()["refusals"] if not one["needs_earlier"]
    )
    body = {"ground": ground["code"], "explanation": "属于劳动仲裁", "where_to": "仲裁院 8601 3000"}

    done = centre.do("refuseRequest", body, case_id=case_id)
    read = caller_of("contact").do("getRequest", case_id=case_id).json()

    assert done.status_code == 201, done.content
    assert read["outcome"] == "not_accepted"
    (ending,) = read["endings"]
    assert (ending["explanation"], ending["where_to"]) == ("属于劳动仲裁", "仲裁院 8601 3000")
    assert (read["returned"], read["call_backs"]) == ([], [])


def test_the_park_reads_why_a_request_came_back(zone, life, caller_of):
    case_id = life.bring("dispatched")
    caller_of("safety_handler").do(
        "returnRequest", {"reason": "管网归规建局", "basis": "三定方案"}, case_id=case_id
    )

    inside = caller_of("clerk").do("getRequest", case_id=case_id).json()["returned"]
    outside = caller_of("contact").do("getRequest", case_id=case_id).json()["returned"]

    assert [(one["reason"], one["basis"]) for one in inside] == [("管网归规建局", "三定方案")]
    assert outside == []


def test_an_extension_that_the_park_refused_stays_inside_the_park(zone, life, caller_of):
    case_id = life.bring("extension_asked")
    caller_of("safety_handler").do(
        "decideExtension", {"is_granted": False, "decision": "先把材料催齐"}, case_id=case_id
    )

    inside = caller_of("clerk").do("getRequest", case_id=case_id).json()["extensions"]
    outside = caller_of("contact").do("getRequest", case_id=case_id).json()["extensions"]

    assert [one["decision"] for one in inside] == ["先把材料催齐"]
    assert outside == []


def test_an_enterprise_reads_until_when_its_limit_was_extended_and_why(zone, life, caller_of):
    case_id = life.bring("extension_asked")
    caller_of("safety_handler").do(
        "decideExtension", {"is_granted": True, "decision": "下不为例"}, case_id=case_id
    )

    (told,) = caller_of("contact").do("getRequest", case_id=case_id).json()["extensions"]

    assert (told["reason"], told["decision"]) == ("专家组 11 月 24 日才到", "")
    assert told["is_granted"] and told["due_after"] > told["due_before"]


@pytest.mark.parametrize("stage", ["submitted", "closed"])
def test_one_request_is_read_in_a_fixed_number_of_queries(
    life, caller_of, django_assert_max_num_queries, stage
):
    case_id = life.bring(stage)
    centre = caller_of("clerk")
    centre.do("getRequest", case_id=case_id)

    with django_assert_max_num_queries(55):
        assert centre.do("getRequest", case_id=case_id).status_code == 200


def test_somebody_elses_request_does_not_exist(life, caller_of):
    case_id = life.bring("answered")
    stranger = caller_of("stranger")
    before = every_row()

    answers = [
        stranger.do("getRequest", case_id=case_id),
        stranger.do("listRequestEvents", case_id=case_id),
        stranger.do("sendMessage", {"body": "?"}, case_id=case_id),
        stranger.do(
            "evaluateRequest",
            {"level": 5, "is_resolved": True, "was_contacted": True},
            case_id=case_id,
        ),
    ]

    assert [answer.status_code for answer in answers] == [404] * 4
    assert {answer["Content-Type"] for answer in answers} == {"application/problem+json"}
    after = every_row()
    del before["api_token"], after["api_token"]  # calls are counted
    assert after == before


def test_open_acts_name_the_operations_that_the_token_reaches(life, caller_of):
    case_id = life.bring("submitted")

    whole = caller_of("clerk").do("getRequest", case_id=case_id).json()["acts"]
    read_only = caller_of("clerk", "requests:read").do("getRequest", case_id=case_id).json()["acts"]

    assert {"act": "dispatch", "operation_id": "dispatchRequest"} in whole
    assert {"act": "talk", "operation_id": "sendMessage"} in whole
    assert read_only == []


def test_a_refusal_is_a_problem_that_says_what_to_do(zone, life, caller_of):
    case_id = life.bring("dispatched")

    twice = caller_of("clerk").do("dispatchRequest", {"lead_id": zone.safety.pk}, case_id=case_id)
    not_his = caller_of("planning_handler").do("acceptRequest", case_id=case_id)

    assert twice.status_code == 409
    problem = twice.json()
    assert problem["type"] == "/api/v1/problems/conflict"
    assert problem["status"] == 409
    assert problem["instance"] == f"/api/v1/requests/{case_id}/dispatches"
    assert problem["detail"]
    assert not_his.status_code == 403
    assert not_his.json()["type"] == "/api/v1/problems/not-allowed"


def test_a_wrong_field_is_named_as_it_was_sent(zone, life, caller_of):
    case_id = life.bring("submitted")
    centre = caller_of("clerk")

    wrong = centre.do("dispatchRequest", {"lead_id": zone.centre.pk}, case_id=case_id)
    missing = centre.do("dispatchRequest", {"co_handlers": [{"brief": "核"}]}, case_id=case_id)
    unknown = centre.do("dispatchRequest", {"lead_id": zone.safety.pk, "x": 1}, case_id=case_id)

    assert [answer.status_code for answer in (wrong, missing, unknown)] == [422] * 3
    assert [one["field"] for one in wrong.json()["errors"]] == ["lead_id"]
    assert [one["field"] for one in missing.json()["errors"]] == [
        "lead_id",
        "co_handlers.0.department_id",
    ]
    assert [one["field"] for one in unknown.json()["errors"]] == ["x"]


def test_a_filter_that_nobody_knows_is_refused_rather_than_left_out(life, caller_of):
    centre = caller_of("clerk")

    answers = {
        name: centre.do("listRequests", **query)
        for name, query in {
            "category": {"category": "NONE"},
            "colour": {"colour": "red"},
            "light": {"light": "blue"},
            "opened_from": {"opened_from": "yesterday"},
            "queue": {"queue": "nowhere"},
            "lead": {"lead": "安环局"},
        }.items()
    }

    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(
        answers, 422
    )
    for name, answer in answers.items():
        assert [one["field"] for one in answer.json()["errors"]] == [name]


def test_pages_follow_one_another_by_cursor(desk, wall):
    wall.set("11-19 10:20")
    centre = Caller(token_for(desk.zone, "clerk"))
    whole = [one["id"] for one in centre.do("listRequests", queue="all").json()["items"]]
    found, cursor = [], None

    while cursor != "":
        page = centre.do(
            "listRequests", queue="all", limit=3, **({"cursor": cursor} if cursor else {})
        ).json()
        found += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"] or ""

    assert len(whole) > 6
    assert found == whole


def test_an_old_cursor_is_refused_with_what_to_do(desk, wall):
    wall.set("11-19 10:20")
    centre = Caller(token_for(desk.zone, "clerk"))
    cursor = centre.do("listRequests", queue="all", limit=2).json()["next_cursor"]

    answers = [
        centre.do("listRequests", queue="open", cursor=cursor),  # of another order
        centre.do("listRequests", queue="all", cursor=cursor[:-1]),
        centre.do("listRequests", queue="all", cursor="x"),
    ]

    assert [answer.status_code for answer in answers] == [400] * 3
    assert {answer.json()["type"] for answer in answers} == {"/api/v1/problems/lost-cursor"}
    assert "从第一页重新读起" in answers[0].json()["detail"]


def test_the_ledger_reads_in_the_same_number_of_queries_however_many_rows(
    desk, wall, django_assert_max_num_queries
):
    wall.set("11-19 10:20")
    centre = Caller(token_for(desk.zone, "clerk"))
    centre.do("listRequests", queue="all")

    for limit in (1, 100):
        with django_assert_max_num_queries(LEDGER_QUERIES):
            answer = centre.do("listRequests", queue="all", limit=limit)
        assert answer.status_code == 200


# one for the token, eight for who that is and what stands, three for the page
LEDGER_QUERIES = 12
