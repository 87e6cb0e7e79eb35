"""The pages of meetings: from the call to the minutes, by plain forms."""

import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from docx import Document

from tests.evidence import every_row
from tests.life import desk
from tests.people import MONDAY_9AM, Zone, at
from yuanqi.meetings import operations
from yuanqi.meetings.models import Item, Meeting

pytestmark = pytest.mark.django_db
BUT = ("once_key", "django_session")


@pytest.fixture(autouse=True)
def now(wall):
    wall.set("11-02 10:00")
    return wall


def shown(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def called(zone: Zone) -> Meeting:
    return operations.meeting_call(
        kind="salon", title="生物医药沙龙", place="孵化楼", starts_at=at("11-05 14:00"),
        ends_at=at("11-05 16:00"), department_id=zone.safety.pk, host_id=zone.safety_handler.pk,
        actor=zone.actor(zone.clerk), at=MONDAY_9AM,
    )  # fmt: skip


def test_a_meeting_goes_its_way_from_the_call_to_the_minutes(zone, client_of, now, files_root):
    case_id = desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P2", text="新产线排水没有批",
        actor=zone.actor(zone.contact), at=MONDAY_9AM,
    )  # fmt: skip
    clerk = client_of("clerk")
    sent = {
        "kind": "on_site", "title": "东区现场办公", "place": "松濑", "hours": "2",
        "starts_at": "2026-11-05T14:00", "department": zone.safety.pk,
        "host": zone.safety_handler.pk,
    }  # fmt: skip
    assert clerk.post("/meetings/new/", {**sent, "title": ""}).status_code == 422
    assert clerk.post("/meetings/new/", sent).status_code == 303
    row = Meeting.objects.get()
    url = f"/meetings/{row.pk}/"
    assert "新产线排水没有批" in shown(clerk, url + "agenda/")
    assert clerk.post(url + "agenda/", {"collect": "1"}).status_code == 422
    assert clerk.post(url + "agenda/", {"collect": "1", "case": case_id}).status_code == 303
    assert clerk.post(url + "agenda/", {"collect": "1", "case": case_id}).status_code == 409
    by_hand = {"words": "厂门口没有路灯", "firm": zone.enterprise.name}
    assert clerk.post(url + "agenda/", {**by_hand, "firm": "没有这家"}).status_code == 422
    assert clerk.post(url + "agenda/", by_hand).status_code == 303
    assert clerk.post(url + "departments/", {"departments": zone.planning.pk}).status_code == 303
    guests = {"enterprises": zone.enterprise.pk}
    assert clerk.post(url + "guests/", guests).status_code == 303
    planner, contact = client_of("planning_handler"), client_of("contact")
    answers = f"{url}departments/{zone.planning.pk}/answers/"
    assert planner.post(answers, {"officer": "", "note": ""}).status_code == 422
    assert planner.post(answers, {"officer": zone.planning_handler.pk}).status_code == 303
    profile = f"/enterprises/{zone.enterprise.pk}/profile/"
    assert "东区现场办公" in shown(contact, profile)
    assert "11 月 5 日（周四）14:00，请您参加东区现场办公" in shown(contact, "/portal/")

    now.set("11-05 15:00")
    # sessions have ended meanwhile
    clerk, planner, contact = (client_of(who) for who in ("clerk", "planning_handler", "contact"))
    first, second = Item.objects.order_by("pk")
    task = {"state": "task", "decision": "装路灯", "owner": zone.planning_handler.pk,
            "due_on": "2026-11-20", "is_promised": "on"}  # fmt: skip
    shown(clerk, f"{url}items/{first.pk}/")
    assert planner.post(f"{url}items/{first.pk}/", task).status_code == 403
    assert clerk.post(f"{url}items/{first.pk}/", {**task, "due_on": ""}).status_code == 422
    assert clerk.post(f"{url}items/{first.pk}/", task).status_code == 303
    assert clerk.post(f"{url}items/{first.pk}/", task).status_code == 409
    assert clerk.post(url + "closings/", {"summary": ""}).status_code == 409
    refuse = {"state": "refused", "decision": "路不归园区"}
    assert clerk.post(f"{url}items/{second.pk}/", refuse).status_code == 303
    came = {"departments": zone.planning.pk, "enterprises": zone.enterprise.pk}
    assert clerk.post(url + "attendance/", came).status_code == 303
    assert clerk.post(url + "closings/", {"summary": ""}).status_code == 303
    answer = clerk.get(url + "minutes/")
    assert answer["Content-Disposition"].startswith("attachment;")
    paper = Document(io.BytesIO(b"".join(answer.streaming_content)))
    assert paper.paragraphs[0].text == "东区现场办公"
    html = shown(contact, profile)
    assert "装路灯" in html
    assert "路不归园区" in html
    end = {"state": "done", "outcome": "亮了"}
    assert planner.post(f"{url}items/{first.pk}/ends/", {**end, "outcome": ""}).status_code == 422
    assert planner.post(f"{url}items/{first.pk}/ends/", end).status_code == 303
    assert planner.post(f"{url}items/{first.pk}/ends/", end).status_code == 409
    assert "亮了" in shown(planner, url)

    now.set("11-05 16:01")
    assert "请您参加" not in shown(client_of("contact"), "/portal/")


def test_whom_it_does_not_concern_it_is_kept_from(zone, client_of):
    row = called(zone)
    url = f"/meetings/{row.pk}/"
    approver, contact = client_of("approval_handler"), client_of("contact")
    colleague = client_of("safety_colleague")
    before = every_row(but=BUT)
    for client in (approver, contact):
        assert client.get(url).status_code == 404
        assert client.get(url + "minutes/").status_code == 404
        assert client.post(url + "closings/", {"summary": "好"}).status_code == 404
    assert contact.get("/meetings/").status_code == 404
    for place in ("agenda/", "guests/"):
        assert colleague.get(url + place).status_code == 403
    assert colleague.post(url + "cancellations/", {"reason": "雨"}).status_code == 403
    assert colleague.get("/meetings/new/").status_code == 403
    assert every_row(but=BUT) == before


def test_the_list_has_its_queues_and_asks_as_much_however_long_it_is(zone, client_of, now):
    called(zone)
    clerk = client_of("clerk")
    assert "生物医药沙龙" in shown(clerk, "/meetings/?queue=upcoming")
    assert "生物医药沙龙" not in shown(clerk, "/meetings/?queue=unwritten")

    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            shown(clerk, "/meetings/")
        return len(found)

    once = asked()
    for _time in range(3):
        called(zone)
    assert asked() == once
    now.set("11-06 10:00")
    assert "生物医药沙龙" in shown(client_of("clerk"), "/meetings/?queue=unwritten")
