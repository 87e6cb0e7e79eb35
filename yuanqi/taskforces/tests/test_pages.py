"""The pages of task forces: opened from a grave request or by hand, worked in, closed."""

import pytest
from django.test import Client

from tests.evidence import every_row
from tests.life import desk
from tests.people import MONDAY_9AM, Zone
from yuanqi.taskforces import operations
from yuanqi.taskforces.models import ForceTask, Kind, Note, TaskForce

pytestmark = pytest.mark.django_db
BUT = ("once_key", "django_session")


@pytest.fixture(autouse=True)
def now(wall):
    wall.set("11-05 10:00")
    return wall


def opened(zone: Zone, **other: object) -> TaskForce:
    told = {
        "kind": Kind.INDUSTRY, "name": "生物医药产业专班", "aim": "通关提速",
        "lead_id": zone.safety_handler.pk, "member_ids": [zone.planning_handler.pk],
        "actor": zone.actor(zone.clerk), "at": MONDAY_9AM, **other,
    }  # fmt: skip
    return operations.force_open(**told)


def shown(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status, url
    return answer.content.decode()


def test_a_grave_request_leads_to_its_task_force(zone, client_of, files_root):
    case_id = desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P2", text="新产线排水没有批",
        actor=zone.actor(zone.contact), at=MONDAY_9AM,
    )  # fmt: skip
    clerk = client_of("clerk")
    url = f"/taskforces/new/?enterprise={zone.enterprise.pk}&amp;case={case_id}"
    assert url in shown(clerk, f"/requests/{case_id}/")

    form = clerk.get(url.replace("&amp;", "&")).context["form"]
    sent = {
        "once": form.initial["once"], "kind": "enterprise", "name": form.initial["name"],
        "aim": "两周内说清", "lead": zone.safety_handler.pk, "departments": [zone.planning.pk],
    }  # fmt: skip
    answer = clerk.post(url.replace("&amp;", "&"), sent)

    row = TaskForce.objects.get()
    assert (answer.status_code, answer.url) == (303, f"/taskforces/{row.pk}/")
    assert (row.case_id, row.enterprise, row.lead) == (
        case_id, zone.enterprise, zone.safety_handler,
    )  # fmt: skip
    assert {one.officer for one in row.members.all()} == {
        zone.safety_handler, zone.planning_handler,
    }  # fmt: skip
    assert f"/taskforces/{row.pk}/" in shown(clerk, f"/requests/{case_id}/")
    # the enterprise learns on its page who works for it, and nothing else
    contact = client_of("contact")
    profile = shown(contact, f"/enterprises/{zone.enterprise.pk}/profile/")
    assert row.name in profile
    assert f"/taskforces/{row.pk}/" not in profile
    shown(contact, f"/taskforces/{row.pk}/", 404)
    shown(contact, "/taskforces/", 404)


def test_its_people_work_in_it_until_it_is_closed(zone, client_of):
    row = opened(zone)
    url = f"/taskforces/{row.pk}/"
    lead, member = client_of("safety_handler"), client_of("planning_handler")
    sent = {"text": "清单会商", "owner": zone.planning_handler.pk, "due_on": "2026-11-20"}
    assert lead.post(url + "tasks/", {**sent, "due_on": "2026-11-01"}).status_code == 422
    assert lead.post(url + "tasks/", sent).status_code == 303
    task = ForceTask.objects.get()
    assert member.post(url + "tasks/", sent).status_code == 403
    note = {"kind": "minutes", "text": "开了会", "held_on": ""}
    assert member.post(url + "notes/", note).status_code == 422
    assert member.post(url + "notes/", {**note, "held_on": "2026-11-04"}).status_code == 303
    assert lead.post(url + "reports/", {"report": "好了"}).status_code == 409

    end = {"state": "done", "outcome": "会商完成"}
    assert member.post(f"{url}tasks/{task.pk}/ends/", {**end, "outcome": ""}).status_code == 422
    assert member.post(f"{url}tasks/{task.pk}/ends/", end).status_code == 303
    assert member.post(f"{url}tasks/{task.pk}/ends/", end).status_code == 409
    assert lead.post(url + "reports/", {"report": "好了"}).status_code == 303
    html = shown(lead, url)
    assert "会商完成" in html
    assert "好了" in html
    assert Note.objects.get().text == "开了会"
    assert lead.post(url + "notes/", {"kind": "talk", "text": "还有"}).status_code == 409


def test_people_come_and_go_and_the_lead_changes(zone, client_of):
    row = opened(zone)
    url = f"/taskforces/{row.pk}/"
    clerk = client_of("clerk")
    approver = zone.approval_handler.pk
    assert clerk.post(url + "members/", {"officer": approver}).status_code == 303
    assert clerk.post(url + "members/", {"officer": approver}).status_code == 409
    assert clerk.post(url + "leads/", {"officer": approver}).status_code == 303
    row.refresh_from_db()
    assert row.lead == zone.approval_handler
    clerk.post(f"{url}members/{approver}/departures/")
    clerk.post(f"{url}members/{zone.planning_handler.pk}/departures/")
    inside = {one.officer for one in row.members.filter(left_on=None)}
    assert inside == {zone.approval_handler, zone.safety_handler}


def test_only_the_centre_and_leaders_open_one(zone, client_of):
    clients = [client_of(who) for who in ("safety_handler", "linked_officer")]
    contact = client_of("contact")
    before = every_row(but=BUT)
    for client in clients:
        assert client.get("/taskforces/new/").status_code == 403
        assert client.post("/taskforces/new/", {}).status_code == 403
    assert contact.get("/taskforces/new/").status_code == 404
    assert client_of("clerk").post("/taskforces/new/", {"name": "x"}).status_code == 422
    assert every_row(but=(*BUT, "account", "signin_session")) == {
        name: rows for name, rows in before.items() if name not in ("account", "signin_session")
    }


def test_the_list_is_narrowed_and_asks_a_fixed_number_of_queries(
    zone, client_of, django_assert_num_queries
):
    first = opened(zone)
    other = opened(zone, name="新材料产业专班", lead_id=zone.approval_handler.pk, member_ids=[])
    client = client_of("planning_handler")

    def found(query: str) -> set[int]:
        return {row.pk for row in client.get(f"/taskforces/?{query}").context["rows"]}

    assert found("") == {first.pk, other.pk}
    assert found("mine=1") == {first.pk}
    assert found("q=新材料") == {other.pk}
    assert found("queue=closed") == found("queue=late") == set()
    assert found("queue=nonsense&after=x") == {first.pk, other.pk}
    with django_assert_num_queries(13):
        client.get("/taskforces/")
