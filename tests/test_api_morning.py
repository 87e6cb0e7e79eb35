"""A service centre's morning driven by a script that has nothing but the OpenAPI document.

Operations are found by their names in `/api/v1/openapi.json`; every id comes out of an answer.
"""

import pytest

from tests.api import Caller
from yuanqi.casework.models import Case, CaseState
from yuanqi.foundation import verify
from yuanqi.foundation.models import JournalEvent

pytestmark = pytest.mark.django_db

RAISED = 30


class Script:
    """Knows the document; each call must be answered as the document promises."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        document = caller.document
        self.promised = {
            operation["operationId"]: {int(status) for status in operation["responses"]}
            for path in document["paths"].values()
            for operation in path.values()
        }

    def __call__(self, name: str, body=None, *, refused: int = 0, **values):
        answer = self.caller.do(name, body, **values)
        assert answer.status_code in self.promised[name], answer.content.decode()
        if refused:
            assert answer.status_code == refused, answer.content.decode()
        else:
            assert answer.status_code in (200, 201), answer.content.decode()
        return answer.json()

    def every(self, name: str, **values):
        """All pages of a list."""
        items, cursor = [], ""
        while True:
            page = self(name, **values, **({"cursor": cursor} if cursor else {}))
            items += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return items

    def may(self, case_id: int) -> set[str]:
        """The operations open to the caller on a request."""
        return {act["operation_id"] for act in self("getRequest", case_id=case_id)["acts"]}


def test_a_morning_by_the_document_alone(zone, wall, files_root, caller_of):
    wall.set("11-05 08:35")
    firm = Script(caller_of("contact", "enterprises:read", "requests:read", "requests:write"))
    centre = Script(caller_of("clerk"))
    handler = Script(caller_of("safety_colleague", "requests:read", "requests:handle"))
    head = Script(caller_of("safety_handler", "requests:read", "requests:handle"))

    # the enterprise's program raises thirty requests, each once, though it sends some again
    (own,) = firm.every("listEnterprises")
    contact = firm("getEnterprise", enterprise_id=own["id"])["contacts"][0]
    takes = {
        one["short_name"]: one["id"] for one in centre("listDepartments") if one["takes_requests"]
    }
    codes = sorted(
        one["code"] for one in firm("listCategories") if (one["lead"] or {}).get("name") in takes
    )
    assert len(codes) >= 2
    raised = []
    for number in range(RAISED):
        asked = {
            "contact_id": contact["id"],
            "category": codes[number % len(codes)],
            "level": "P1" if number < 2 else "P3",
            "text": f"第 {number + 1} 件：请帮忙看一下。",
        }
        for _sent in range(1 + number % 2):
            made = firm("raiseRequest", asked, key=f"erp-{number}")
        raised.append(made["id"])
    assert len(set(raised)) == RAISED == Case.objects.count()

    # thirty new requests: a merge, ten dispatched one by one, the rest as proposed
    queues = {one["code"]: one["count"] for one in centre("listQueues")}
    assert queues["undispatched"] == RAISED
    waiting = [one["id"] for one in centre.every("listRequests", queue="undispatched", limit=7)]
    assert sorted(waiting) == sorted(raised)
    merged, kept = raised[-1], raised[-2]
    assert {"dispatchRequest", "mergeRequest", "refuseRequest"} <= centre.may(merged)
    done = centre("mergeRequest", {"into_id": kept, "explanation": "同一件事"}, case_id=merged)
    assert (done["request"]["state"], done["request"]["merged_into"]) == ("closed", kept)
    for case_id in raised[:10]:
        done = centre("dispatchRequest", {"lead_id": takes["安环局"]}, case_id=case_id)
        assert done["request"]["lead"]["name"] == "安环局"
    rest = [case_id for case_id in raised[10:] if case_id != merged]
    report = centre("dispatchRequestsAsProposed", {"case_ids": [*rest, merged, raised[0]]})
    assert report["done"] == rest
    assert {one["case_id"] for one in report["refused"]} == {merged, raised[0]}
    assert all(one["detail"] for one in report["refused"])
    queues = {one["code"]: one["count"] for one in centre("listQueues")}
    assert queues["undispatched"] == 0

    # the handler's program takes up two that stop production; both run late
    late = raised[:2]
    for case_id in late:
        handler("acceptRequest", case_id=case_id)
    # and one for which he asks for more time
    extended = raised[2]
    handler("acceptRequest", case_id=extended)
    asked = {"amount": 2, "reason": "要等第三方检测"}
    assert "askExtension" in handler.may(extended)
    handler("askExtension", asked, case_id=extended)

    # the head refuses it: he sees what waits for him
    assert "decideExtension" in head.may(extended)
    refusal = {"is_granted": False, "decision": "检测本周能出，不需要延期"}
    head("decideExtension", refusal, case_id=extended)
    (extension,) = head("getRequest", case_id=extended)["extensions"]
    assert (extension["is_granted"], extension["decision"]) == (False, refusal["decision"])
    (clock,) = (
        one for one in head("getRequest", case_id=extended)["clocks"] if one["purpose"] == "resolve"
    )
    assert clock["extension"] is None

    # a working week later two are late, and supervised up to the department's head
    wall.set("11-12 09:00")
    red = {one["id"] for one in centre.every("listRequests", queue="all", light="red")}
    assert set(late) <= red
    for case_id in late:
        demand = {"demand": "今天下班前给出办理结果", "ground": "overdue"}
        assert "superviseRequest" in centre.may(case_id)
        assert centre("superviseRequest", demand, case_id=case_id)["request"]["is_supervised"]
        assert "answerSupervision" in head.may(case_id)
        head("answerSupervision", {"reply": "配件今天到，18:00 前修好"}, case_id=case_id)

    # a batch of reminders; the same again is told that it would be nagging
    asked = {"case_ids": raised[3:10]}
    assert centre("remindRequests", asked, key="morning")["done"] == raised[3:10]
    assert centre("remindRequests", asked, key="morning")["done"] == raised[3:10]
    again = centre("remindRequests", asked)
    assert again["done"] == []
    assert {one["case_id"] for one in again["refused"]} == set(raised[3:10])

    # what the head sees is his own department's; the enterprise sees nothing of the hurrying on
    led = head.every("listRequests", queue="all")
    assert {one["lead"]["name"] for one in led} == {"安环局"}
    seen = [one["text"] for one in firm.every("listRequestEvents", case_id=late[0])]
    assert seen and not any("督办" in text or "催" in text for text in seen)

    # answered, judged, closed
    handler("answerRequest", {"body": "已经修好。"}, case_id=late[0])
    judged = {"level": 5, "is_resolved": True, "was_contacted": True, "praise": "很快"}
    done = firm("evaluateRequest", judged, case_id=late[0])
    assert (done["request"]["state"], done["request"]["review_level"]) == ("closed", 5)
    firm("evaluateRequest", judged, case_id=late[0], refused=409)
    centre("evaluateRequest", judged, case_id=late[1], refused=403)
    head("getRequest", case_id=10**9, refused=404)
    firm("withdrawRequest", {"reason": "已经自己解决"}, case_id=raised[5])
    assert Case.objects.get(pk=raised[5]).state == CaseState.CLOSED

    kinds = set(JournalEvent.objects.values_list("kind", flat=True))
    assert {"supervision.supervised", "casework.extension_decided", "supervision.reminded"} <= kinds
    assert verify.run(whole=True).first_break == ""
