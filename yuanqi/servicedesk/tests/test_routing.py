"""Routes: what the park's rules propose when a request is raised, and why."""

from functools import partial

import pytest
from django.test import Client

from tests.api import Caller, token_for
from tests.evidence import every_row
from tests.people import BEFORE, MONDAY_9AM, Zone, build_zone
from tests.together import at_once
from yuanqi.conditions import operations as conditions
from yuanqi.conditions import shipping
from yuanqi.conditions.drafts import Draft
from yuanqi.conditions.models import Condition
from yuanqi.foundation.errors import Invalid, NotAllowed
from yuanqi.foundation.models import JournalEvent
from yuanqi.foundation.once import once
from yuanqi.organisation.models import Department
from yuanqi.parameters import store
from yuanqi.parameters.models import ParameterValue
from yuanqi.registry import facts
from yuanqi.servicedesk import operations
from yuanqi.servicedesk.models import Category, ServiceRequest
from yuanqi.servicedesk.operations import dispatching
from yuanqi.servicedesk.parameters_defined import ROUTE_AT_ONCE

TODAY = MONDAY_9AM.date()


@pytest.fixture
def route(zone: Zone):
    """Have a route in force that leads to a department."""

    return partial(add_route, zone)


def add_route(
    zone: Zone, text: str, lead: Department, code: str = "to-safety", name: str = "环保急件"
) -> Condition:
    made = conditions.condition_add(
        kind="route", code=code, name=name, owner_id=lead.pk,
        actor=zone.actor(zone.clerk), at=MONDAY_9AM,
    )  # fmt: skip
    version = conditions.draft_submit(
        condition_id=made.pk,
        draft=Draft(text=text, valid_from=TODAY, source="派单办法", reason="常错派", cases=[]),
        actor=zone.actor(zone.clerk), at=MONDAY_9AM,
    )  # fmt: skip
    conditions.version_publish(
        condition_id=made.pk, number=version.number, revision=version.revision,
        actor=zone.actor(zone.leader), at=MONDAY_9AM,
    )  # fmt: skip
    return made


def raised(zone: Zone, text="二号厂房门口路面塌陷，货车绕行", category="TRA", level="P2", **more):
    pk = operations.request_raise(
        contact_id=zone.contact.pk, category=category, level=level, text=text,
        actor=zone.actor(zone.contact), at=MONDAY_9AM, **more,
    )  # fmt: skip
    return ServiceRequest.objects.select_related("case", "proposed_lead").get(pk=pk)


def told(request: ServiceRequest) -> JournalEvent | None:
    found = JournalEvent.objects.filter(stream=request.case.stream)
    return found.filter(kind="servicedesk.request_routed").first()


def test_without_a_route_the_category_proposes_the_lead(zone):
    request = raised(zone)
    assert request.proposed_lead == Category.objects.get(code="TRA").lead
    assert told(request) is None


def test_a_route_that_holds_proposes_its_department_and_says_so_to_the_park(zone, route):
    made = route("request_category = 'TRA' AND request_text LIKE '%塌陷%'", zone.safety)

    request = raised(zone)

    assert request.proposed_lead == zone.safety
    event = told(request)
    assert event.audience == "staff"
    assert event.payload == {
        "case_id": request.pk, "condition_id": made.pk, "number": 1, "name": "环保急件",
        "lead_id": zone.safety.pk,
    }  # fmt: skip
    assert told(raised(zone, "厂区西门公交末班车太早，夜班没有车")) is None
    for person, sees in ((zone.clerk, True), (zone.contact, False)):
        client = Client()
        client.force_login(person.account)
        page = client.get(f"/requests/{request.pk}/").content.decode()
        assert ("按规则“环保急件”，建议派给安环局" in page) is sees


def test_of_two_that_hold_the_one_that_asks_for_more_is_taken(zone, route):
    route("request_category = 'TRA'", zone.approval, "general", "交通")
    route("request_category = 'TRA' AND request_level IN ('P1', 'P2')", zone.safety)
    assert raised(zone).proposed_lead == zone.safety
    assert raised(zone, level="P3").proposed_lead == zone.approval


def test_the_enterprise_s_facts_are_read_only_where_a_route_hangs_on_them(zone, route, monkeypatch):
    asked = []
    facts_of = facts.facts_of
    monkeypatch.setattr(facts, "facts_of", lambda *of: asked.append(of) or facts_of(*of))
    route("request_category = 'TRA' AND is_industrial", zone.safety)

    assert raised(zone, category="FIN").proposed_lead != zone.safety
    assert asked == []
    assert raised(zone).proposed_lead == zone.safety
    assert asked == [(zone.enterprise.pk, TODAY)]


def test_a_complaint_and_a_closed_department_are_never_routed_to(zone, route):
    route("request_category = 'TRA'", zone.safety)
    complaint = raised(zone, accused_department_id=zone.planning.pk)
    assert told(complaint) is None
    Department.objects.filter(pk=zone.safety.pk).update(closed_at=MONDAY_9AM)
    assert told(raised(zone)) is None


def test_with_the_parameter_on_it_is_dispatched_at_once_by_the_program(zone, route, monkeypatch):
    route("request_category = 'TRA'", zone.safety)
    assert raised(zone).case.lead is None

    ParameterValue.objects.create(
        key=ROUTE_AT_ONCE, value=True, valid_from=TODAY, reason="试行", set_at=MONDAY_9AM
    )
    store.forget()
    store.written()

    request = raised(zone)
    assert request.case.lead == zone.safety
    kinds = JournalEvent.objects.filter(stream=request.case.stream).order_by("seq")
    told = [(one.kind, one.actor) for one in kinds if "dispatched" in one.kind]
    assert told == [("servicedesk.request_dispatched", "system")]
    assert raised(zone, category="FIN").case.lead is None

    # nobody answers there: the request is raised all the same, and waits for the centre
    def nobody(*_of):
        raise Invalid("还没有人员", "lead")

    monkeypatch.setattr(dispatching, "answering", nobody)
    left = raised(zone)
    assert (left.case.lead, left.proposed_lead) == (None, zone.safety)

    # a call under a key is one transaction without savepoints: this one refusal passes over
    body = {
        "contact_id": zone.contact.pk, "category": "TRA", "level": "P2", "text": "门口路面塌陷"
    }  # fmt: skip
    caller = Caller(token_for(zone, "contact"))
    said = caller.call("POST", "/api/v1/requests", body, key="tried-once")
    assert said.status_code == 201, said.content
    assert said.json()["request"]["state"] == "submitted"


def test_what_is_refused_is_not_routed(zone, route):
    route("request_category = 'TRA'", zone.safety)
    before = every_row()
    with pytest.raises(Invalid):
        raised(zone, text="  ")
    assert every_row() == before


def test_the_centre_adds_a_route_with_its_department_on_a_page(zone):
    client = Client()
    client.force_login(zone.clerk.account)
    assert "派给哪个部门" in client.get("/conditions/new/route/").content.decode()
    before = every_row()
    form = {"name": "环保急件", "code": "to-safety", "once": "a"}
    assert client.post("/conditions/new/route/", form).status_code == 422
    assert every_row() == before
    answer = client.post("/conditions/new/route/", form | {"owner": zone.safety.pk})
    assert answer.status_code == 303
    assert Condition.objects.get(kind="route").owner == zone.safety
    # another kind's rules are of nobody
    assert "派给哪个部门" not in client.get("/conditions/new/own-lists/").content.decode()


def test_a_published_route_is_led_elsewhere_by_who_confirms_and_at_once(zone, route):
    made = route("request_category = 'TRA'", zone.safety)
    said = {"condition_id": made.pk, "name": "道路", "owner_id": zone.planning.pk, "at": MONDAY_9AM}
    before = every_row()
    with pytest.raises(NotAllowed):
        conditions.condition_rename(**said, actor=zone.actor(zone.clerk))
    assert every_row() == before
    assert raised(zone).proposed_lead == zone.safety

    conditions.condition_rename(**said, actor=zone.actor(zone.leader))

    assert raised(zone).proposed_lead == zone.planning
    with pytest.raises(Invalid):
        conditions.condition_rename(**said | {"owner_id": None}, actor=zone.actor(zone.leader))


def test_raised_twice_at_once_with_one_key_it_is_one_request_routed_once(committed):
    zone = build_zone()
    shipping.load(at=BEFORE)
    add_route(zone, "request_category = 'TRA'", zone.safety)
    ParameterValue.objects.create(
        key=ROUTE_AT_ONCE, value=True, valid_from=TODAY, reason="试行", set_at=MONDAY_9AM
    )
    store.forget()
    store.written()

    def press():
        return once(
            account_id=zone.contact.account_id, at=MONDAY_9AM,
            key="6f1f6f34-9f0b-4d0e-8a52-0c6f0e1f2a11",
            act=lambda: raised(zone).case.number,
        )  # fmt: skip

    first, second = at_once(press, press)

    assert first == second
    request = ServiceRequest.objects.get()
    assert request.proposed_lead == request.case.lead == zone.safety
    kinds = [event.kind for event in JournalEvent.objects.filter(stream=request.case.stream)]
    assert kinds.count("servicedesk.request_routed") == 1
    assert kinds.count("servicedesk.request_dispatched") == 1
