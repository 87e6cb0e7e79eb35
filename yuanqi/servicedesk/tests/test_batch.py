"""Many requests at once: each on its own, the refused told with reasons, nothing done twice."""

from uuid import uuid4

import pytest
from django.test import Client

from tests.desk import NOW, Desk
from tests.evidence import every_row
from tests.people import at
from yuanqi.casework.models import Case, CaseState
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.servicedesk import batch
from yuanqi.servicedesk.batch import Report
from yuanqi.servicedesk.models import Category

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thursday")]

QUEUE = "/requests/?queue=undispatched&sort=newest"


@pytest.fixture
def clerk(desk, client: Client) -> Client:
    client.force_login(desk.zone.clerk.account)
    return client


def send(client: Client, act: str, ids: list[int], *, key: str = "", back: str = QUEUE):
    return client.post(
        "/requests/batches/",
        {"act": act, "case": ids, "back": back, "once": key or str(uuid4())},
    )


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def propose(desk: Desk, unit) -> None:
    Category.objects.filter(pk="ENV").update(lead=unit)


# run ---------------------------------------------------------------------------------------------


def test_each_case_is_done_or_refused_on_its_own_in_the_order_given():
    refusals = {2: Conflict("现在不行"), 4: NotAllowed("不由您办"), 5: NotVisible(5)}
    tried = []

    def do(case_id: int) -> None:
        tried.append(case_id)
        if case_id in refusals:
            raise refusals[case_id]

    assert batch.run([3, 2, 3, 1, 4, 5], do) == Report(
        done=(3, 1),
        refused=((2, "现在不行"), (4, "不由您办"), (5, "这件不归您看了，没有办。")),
    )
    assert tried == [3, 2, 1, 4, 5]


def test_more_than_five_hundred_are_refused_before_anything_is_done():
    tried = []

    assert batch.run(range(500), tried.append).done == tuple(range(500))
    with pytest.raises(Invalid, match="一次最多处理 500 件"):
        batch.run(range(501), tried.append)
    assert len(tried) == 500


def test_a_fault_is_no_refusal():
    def do(case_id: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        batch.run([1], do)


def test_cut_off_half_way_a_batch_sent_again_does_the_rest_and_nothing_twice(desk):
    done: list[int] = []
    clerk = desk.zone.clerk.account_id
    key = str(uuid4())

    def dies(case_id: int) -> None:
        if case_id == 3:
            raise ZeroDivisionError
        done.append(case_id)

    with pytest.raises(ZeroDivisionError):
        batch.run([1, 2, 3], batch.once_each(dies, account_id=clerk, key=key, at=NOW))
    again = batch.once_each(done.append, account_id=clerk, key=key, at=NOW)

    assert batch.run([1, 2, 3], again) == Report(done=(1, 2, 3))
    assert done == [1, 2, 3]


def test_what_was_refused_may_be_tried_again_with_the_same_form(desk):
    done: list[int] = []
    clerk = desk.zone.clerk.account_id
    key = str(uuid4())

    def refuses(case_id: int) -> None:
        raise Conflict("等一下")

    assert batch.run([1], batch.once_each(refuses, account_id=clerk, key=key, at=NOW)).refused == (
        (1, "等一下"),
    )
    batch.run([1], batch.once_each(done.append, account_id=clerk, key=key, at=NOW))

    assert done == [1]


# dispatch as proposed ----------------------------------------------------------------------------


def test_ticked_requests_are_dispatched_as_proposed_and_the_list_comes_back(desk, clerk):
    propose(desk, desk.zone.planning)
    ids = [desk.raised(f"新的{number}", "11-19 10:05") for number in range(12)]

    response = send(clerk, "dispatch", ids)

    assert response.status_code == 303
    assert response["Location"] == QUEUE
    assert said(clerk.get(QUEUE)) == ["已按建议派单 12 件。"]
    assert {
        (case.state, case.lead_id) for case in Case.objects.filter(pk__in=ids)
    } == {(CaseState.DISPATCHED, desk.zone.planning.pk)}  # fmt: skip


def test_of_three_hundred_three_are_refused_each_with_its_reason_and_the_others_done(desk, clerk):
    propose(desk, desk.zone.planning)
    ids = [desk.raised(f"新的{number}", "11-19 10:05") for number in range(297)]
    gone = desk.ids["在办黄灯"]
    propose(desk, None)
    without = desk.raised("没有建议", "11-19 10:06")
    propose(desk, desk.zone.safety)
    back = desk.raised("退过的", "11-19 10:06")
    Case.objects.get(pk=back).return_records.create(
        at=NOW, department=desk.zone.safety, officer=desk.zone.safety_handler, reason="x", basis="y"
    )
    before = every_row()["task"]

    response = send(clerk, "dispatch", [*ids[:150], gone, without, back, *ids[150:]])
    report = clerk.get(response["Location"])
    html = report.content.decode()

    assert response["Location"] == "/requests/batches/"
    assert report.context["said"] == "已按建议派单 297 件。"
    words = {item.case.title: item.words for item in report.context["refused"]}
    assert list(words) == ["在办黄灯", "没有建议", "退过的"]
    assert words["没有建议"] == "这类诉求没有建议的主办部门，请单独派。"
    assert words["退过的"] == "安环局退回过，请单独派。"
    assert "3 件没有办" in html
    assert desk.case("没有建议").number in html
    assert report.context["back_url"] == QUEUE
    states = Case.objects.filter(pk__in=ids).values_list("state", flat=True)
    assert set(states) == {CaseState.DISPATCHED}
    assert Case.objects.get(pk=without).state == CaseState.SUBMITTED
    assert Case.objects.get(pk=back).state == CaseState.SUBMITTED
    assert every_row()["task"] != before


def test_sent_twice_the_same_form_does_nothing_twice(desk, clerk):
    propose(desk, desk.zone.planning)
    ids = [desk.raised("新的一", "11-19 10:05"), desk.raised("新的二", "11-19 10:05")]
    key = str(uuid4())
    send(clerk, "dispatch", ids, key=key)
    dispatched = JournalEvent.objects.filter(kind="servicedesk.request_dispatched").count()

    assert send(clerk, "dispatch", ids, key=key)["Location"] == QUEUE
    assert JournalEvent.objects.filter(kind="servicedesk.request_dispatched").count() == dispatched


def test_who_may_not_dispatch_is_told_so_of_each_and_changes_nothing(desk, client):
    client.force_login(desk.zone.leader.account)
    ids = [desk.ids["待派单"], desk.ids["待派超时"]]
    before = every_row()

    response = send(client, "dispatch", ids)

    changed = {name for name, digest in every_row().items() if digest != before[name]}
    assert changed <= {"signin_session"}
    refused = client.get(response["Location"]).context["refused"]
    assert [item.case.title for item in refused] == ["待派单", "待派超时"]


def test_a_batch_shows_nothing_of_a_request_that_is_out_of_sight(desk, client):
    client.force_login(desk.zone.approval_handler.account)

    response = send(client, "remind", [desk.ids["别家的"], 10**15])
    page = client.get(response["Location"])

    assert [(item.case, item.words) for item in page.context["refused"]] == [
        (None, "这件不归您看了，没有办。"),
        (None, "这件不归您看了，没有办。"),
    ]
    assert "别家的" not in page.content.decode()


def test_nothing_ticked_or_nothing_asked_leads_back_with_a_word(desk, clerk):
    send(clerk, "dispatch", [])
    assert said(clerk.get(QUEUE)) == ["请先勾选要办的诉求，再选怎么办。"]

    send(clerk, "destroy", [desk.ids["待派单"]])
    assert said(clerk.get(QUEUE)) == ["请选要怎么办：按建议派单、催办或合并。"]


@pytest.mark.parametrize(
    "back", ["https://elsewhere.example/requests/", "//elsewhere.example/requests/", "/account/"]
)
def test_a_batch_leads_nowhere_but_to_the_list(desk, clerk, back):
    assert send(clerk, "dispatch", [], back=back)["Location"] == "/requests/"


def test_an_enterprise_has_no_batches(desk, client):
    client.force_login(desk.zone.contact.account)

    assert send(client, "dispatch", [desk.ids["待派单"]]).status_code == 404
    assert client.get("/requests/merges/").status_code == 404


# remind ------------------------------------------------------------------------------------------


def test_a_batch_of_reminders_goes_to_whoever_has_each_in_hand_once_in_the_grace(desk, clerk):
    ids = [desk.ids["在办黄灯"], desk.ids["停产超时"]]

    assert send(clerk, "remind", ids, back="/requests/")["Location"] == "/requests/"
    assert said(clerk.get("/requests/")) == ["已催办 2 件。"]
    assert JournalEvent.objects.filter(kind="supervision.reminded").count() == 2

    again = send(clerk, "remind", ids, back="/requests/")
    refused = clerk.get(again["Location"]).context["refused"]
    assert [item.case.title for item in refused] == ["在办黄灯", "停产超时"]
    assert JournalEvent.objects.filter(kind="supervision.reminded").count() == 2


def test_what_is_offered_follows_the_role(desk):
    def offered(person) -> list[str]:
        return batch.offered(desk.zone.actor(person, at("11-19 10:20")))

    assert offered(desk.zone.clerk) == ["dispatch", "remind", "merge"]
    assert offered(desk.zone.leader) == ["remind"]
    assert offered(desk.zone.linked_officer) == ["remind"]
    assert offered(desk.zone.safety_handler) == []


# merge -------------------------------------------------------------------------------------------


def test_requests_of_one_enterprise_are_merged_into_the_one_that_is_kept(desk, clerk):
    kept, other = desk.ids["待派超时"], desk.ids["待派单"]

    asked = send(clerk, "merge", [other, kept])
    page = clerk.get(asked["Location"])
    assert [row.case.title for row in page.context["rows"]] == ["待派超时", "待派单"]
    assert page.context["form"]["into"].value() == kept
    done = clerk.post(
        "/requests/merges/",
        {"case": [kept, other], "into": kept, "explanation": "说的是同一件事。", "back": QUEUE,
         "once": str(uuid4())},
    )  # fmt: skip

    assert done["Location"] == QUEUE
    assert said(clerk.get(QUEUE)) == [f"已把 1 件并入 {desk.case('待派超时').number}。"]
    merged = Case.objects.get(pk=other)
    assert (merged.state, merged.outcome, merged.merged_into_id) == ("closed", "merged", kept)
    assert Case.objects.get(pk=kept).state == CaseState.SUBMITTED


def test_requests_of_two_enterprises_are_not_merged(desk, clerk):
    ids = [desk.ids["待派单"], desk.ids["别家的"]]
    asked = clerk.get(send(clerk, "merge", ids)["Location"])
    sentence = "只能合并同一家企业的诉求，您选了 禾屿生物医药、松濑精密陶瓷的。"
    before = every_row()

    refused = clerk.post("/requests/merges/", {"case": ids, "into": ids[0], "once": str(uuid4())})

    assert asked.context["trouble"] == sentence
    assert (refused.status_code, refused.context["trouble"]) == (422, sentence)
    assert every_row() == before


def test_merging_needs_two_at_least_and_twenty_at_most(desk, clerk):
    one = clerk.get(f"/requests/merges/?case={desk.ids['待派单']}")
    many = clerk.get("/requests/merges/?" + "&".join(f"case={n}" for n in range(1, 22)))

    assert one.context["trouble"].startswith("合并要选两件以上。")
    assert many.context["trouble"] == "一次最多合并 20 件，请少选几件。"


# one line ----------------------------------------------------------------------------------------


def line(desk: Desk, name: str = "待派单") -> str:
    return f"/requests/{desk.ids[name]}/dispatches/line/"


def test_the_line_has_the_proposed_unit_chosen_and_its_initials_at_hand(desk, clerk):
    propose(desk, desk.zone.planning)
    desk.raised("新的", "11-19 10:05")

    fragment = clerk.get(line(desk, "新的"), HTTP_HX_REQUEST="true").content.decode()
    page = clerk.get(line(desk, "新的"))

    chosen = f'<option value="{desk.zone.planning.pk}" selected data-initials="gjj">规建局</option>'
    assert chosen in fragment
    assert fragment.lstrip().startswith("<tr")
    assert chosen in page.content.decode()
    assert page.templates[0].name == "servicedesk/ledger_line.html"


def test_a_unit_that_gave_the_request_back_is_not_proposed_again(desk, clerk):
    Case.objects.get(pk=desk.ids["退单"]).request.__class__.objects.filter(
        case=desk.ids["退单"]
    ).update(proposed_lead=desk.zone.safety)

    html = clerk.get(line(desk, "退单"), HTTP_HX_REQUEST="true").content.decode()

    assert "selected>请选择</option>" in html
    assert "安环局退回过。" in html


def test_sent_from_the_list_the_row_comes_back_with_the_counts(desk, clerk):
    response = clerk.post(
        line(desk),
        {"lead": desk.zone.planning.pk, "back": QUEUE, "once": str(uuid4())},
        HTTP_HX_REQUEST="true",
    )
    html = response.content.decode()

    assert response.status_code == 200
    assert f'<tr id="request-{desk.ids["待派单"]}" class="is-sent" data-sent>' in html
    assert f'<tr id="line-{desk.ids["待派单"]}" hx-swap-oob="delete">' in html
    assert f"{desk.case('待派单').number} 已派给规划建设局。" in html
    assert "<b>3</b><span>待派单</span>" in html
    assert desk.case("待派单").lead_id == desk.zone.planning.pk


def test_without_a_script_the_line_leads_back_to_the_list(desk, clerk):
    response = clerk.post(
        line(desk), {"lead": desk.zone.planning.pk, "back": QUEUE, "once": str(uuid4())}
    )

    assert (response.status_code, response["Location"]) == (303, QUEUE)
    assert said(clerk.get(QUEUE)) == [f"{desk.case('待派单').number} 已派给规划建设局。"]


def test_a_refusal_is_said_in_the_line_itself(desk, clerk):
    values = {"lead": desk.zone.planning.pk, "back": QUEUE}
    clerk.post(line(desk), values)
    before = every_row()

    late = clerk.post(line(desk), values, HTTP_HX_REQUEST="true")
    blank = clerk.post(line(desk, "别家的"), {"back": QUEUE}, HTTP_HX_REQUEST="true")

    assert (late.status_code, late["HX-Retarget"]) == (409, f"#line-{desk.ids['待派单']}")
    assert (blank.status_code, blank["HX-Reswap"]) == (422, "outerHTML")
    assert "请选一个主办部门。" in blank.content.decode()
    assert every_row() == before


def test_only_the_centre_is_offered_the_line(desk, client):
    client.force_login(desk.zone.leader.account)

    assert client.get(line(desk)).status_code == 403
    assert "data-dispatch" not in client.get("/requests/").content.decode()
