"""A request on its way, and who has been told what: for the tests of notices."""

from datetime import timedelta

from tests.people import Zone, at
from yuanqi.casework import operations as cases
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.models import Notice
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.notices import notices_make
from yuanqi.servicedesk.operations import CoHandler

TEXT = "新产线每天约 20 吨处理后废水，要重新办哪些手续？设备已经订了。"
TITLE = "新产线每天约 20 吨处理后废水，要重新办哪些手续"
RAISED_AT = at("11-05 10:00")


class Desk:
    """A request on its way, and who has been told what so far."""

    def __init__(self, zone: Zone) -> None:
        self.zone = zone
        self.case_id = self.raise_it(zone.contact)
        self.read_up_to = 0

    def raise_it(self, by, when=RAISED_AT) -> int:
        return desk.request_raise(
            contact_id=self.zone.contact.pk,
            category="ENV",
            level="P2",
            text=TEXT,
            actor=self.zone.actor(by, when),
            at=when,
        )

    def dispatch(self, *asked) -> None:
        desk.request_dispatch(
            case_id=self.case_id,
            lead_id=self.zone.safety.pk,
            co_handlers=[CoHandler(unit.pk, "核余量") for unit in asked],
            actor=self.zone.actor(self.zone.clerk),
            at=at("11-05 11:24"),
        )

    def accept(self) -> None:
        desk.request_accept(
            case_id=self.case_id,
            actor=self.zone.actor(self.zone.safety_handler),
            at=at("11-05 13:50"),
        )

    def say(self, by, body: str, kind: str = "talk") -> None:
        actor = self.zone.actor(by)
        when = at("11-05 14:20")
        cases.message_send(case_id=self.case_id, body=body, kind=kind, actor=actor, at=when)

    def pause(self, ground: str = "enterprise-material") -> None:
        cases.clock_pause(
            case_id=self.case_id,
            ground=ground,
            awaited="水质检测报告",
            actor=self.zone.actor(self.zone.safety_handler),
            at=at("11-06 16:00"),
        )

    def answer(self) -> None:
        desk.request_answer(
            case_id=self.case_id,
            body="可以接入",
            actor=self.zone.actor(self.zone.safety_handler),
            at=at("11-10 10:00"),
        )

    def evaluate(self, level: int) -> None:
        cases.case_evaluate(
            case_id=self.case_id,
            level=level,
            is_resolved=level > 2,
            was_contacted=True,
            actor=self.zone.actor(self.zone.contact),
            at=at("11-10 11:00"),
        )

    def told(self) -> set[tuple[str, str]]:
        """Who has been told what by the events since the last time this was asked."""
        events = list(JournalEvent.objects.filter(pk__gt=self.read_up_to).order_by("id"))
        self.read_up_to = events[-1].pk if events else self.read_up_to
        before = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        notices_make(events, now=RAISED_AT + timedelta(days=6))
        fresh = Notice.objects.filter(pk__gt=before, event_id__in=[event.pk for event in events])
        return set(fresh.values_list("account__username", "kind"))
