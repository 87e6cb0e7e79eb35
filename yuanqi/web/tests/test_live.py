"""What a page may listen to, and what an event wakes."""

import json
from datetime import timedelta

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from tests.people import at
from yuanqi.casework import operations as cases
from yuanqi.foundation.actors import NOBODY
from yuanqi.servicedesk import operations as desk
from yuanqi.web import live

pytestmark = pytest.mark.django_db
NINE = at("11-05 09:00")
NINE_MS = int(NINE.timestamp() * 1000)


@pytest.fixture
def case_id(zone) -> int:
    """Raised by the enterprise and dispatched to the safety bureau."""
    found = desk.request_raise(
        contact_id=zone.contact.pk,
        category="ENV",
        level="P2",
        text="废水怎么接入？",
        actor=zone.actor(zone.contact),
        at=NINE,
    )
    desk.request_dispatch(
        case_id=found, lead_id=zone.safety.pk, actor=zone.actor(zone.clerk), at=NINE
    )
    desk.request_accept(case_id=found, actor=zone.actor(zone.safety_handler), at=NINE)
    return found


def say(zone, case_id: int, kind: str) -> None:
    cases.message_send(
        case_id=case_id, body="收到", kind=kind, actor=zone.actor(zone.safety_handler), at=NINE
    )


@pytest.mark.parametrize(
    ("stream", "audience", "topics"),
    [
        ("case:12", "enterprise", {"case:12", "case:12/open", "enterprise:5", "ledger"}),
        ("case:12", "staff", {"case:12", "ledger"}),
        ("case:12", "department", {"case:12", "ledger"}),
        ("case:12", "audit", {"case:12", "ledger"}),
        ("enterprise:5", "enterprise", set()),
        ("calendar", "staff", set()),
    ],
)
def test_an_event_wakes_the_enterprise_only_if_it_is_told_to_it(stream, audience, topics):
    assert set(live.woken_by(stream, audience, 5)) == topics


def test_a_pass_says_what_may_be_heard_for_a_quarter_of_an_hour():
    found = live.read(live.give("case:12", at=NINE))

    assert found == live.Pass("case:12", NINE_MS)
    assert found.is_valid(NINE_MS)
    assert found.is_valid(NINE_MS + 15 * 60 * 1000 - 1)
    assert not found.is_valid(NINE_MS + 15 * 60 * 1000)


@pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: "x" + text, lambda _: ""])
def test_an_altered_pass_says_nothing(change):
    assert live.read(change(live.give("case:12", at=NINE))) is None


def test_who_sees_a_case_may_hear_of_it_the_enterprise_only_of_what_it_is_told(zone, case_id):
    inside, told = f"case:{case_id}", f"case:{case_id}/open"
    hears = {
        who: (
            live.may_hear(inside, zone.actor(getattr(zone, who))),
            live.may_hear(told, zone.actor(getattr(zone, who))),
        )
        for who in ("clerk", "safety_handler", "planning_handler", "contact", "stranger")
    }

    assert hears == {
        "clerk": (True, True),
        "safety_handler": (True, True),
        "planning_handler": (False, False),
        "contact": (False, True),
        "stranger": (False, False),
    }


def test_everybody_hears_of_his_own_messages_and_staff_of_the_ledger(zone):
    contact, clerk = zone.actor(zone.contact), zone.actor(zone.clerk)

    assert live.may_hear(live.account_topic(contact.account_id), contact)
    assert not live.may_hear(live.account_topic(clerk.account_id), contact)
    assert live.may_hear(live.enterprise_topic(zone.enterprise.pk), contact)
    assert not live.may_hear(live.enterprise_topic(zone.enterprise.pk), zone.actor(zone.stranger))
    assert not live.may_hear(live.enterprise_topic(zone.enterprise.pk), clerk)
    assert live.may_hear(live.LEDGER, clerk)
    assert not live.may_hear(live.LEDGER, contact)
    for topic in (live.LEDGER, "account:None", "enterprise:None", "case:", "case:x", "else"):
        assert not live.may_hear(topic, NOBODY)


def test_a_mark_moves_when_something_happens_that_the_topic_tells(zone, case_id):
    topics = {
        "inside": f"case:{case_id}",
        "told": f"case:{case_id}/open",
        "firm": live.enterprise_topic(zone.enterprise.pk),
        "ledger": live.LEDGER,
        "unknown": "case:99999",
    }

    def moved(act) -> set[str]:
        before = live.marks(topics.values())
        act()
        after = live.marks(topics.values())
        return {name for name, topic in topics.items() if before[topic] != after[topic]}

    assert moved(lambda: say(zone, case_id, "note")) == {"inside", "ledger"}
    assert moved(lambda: say(zone, case_id, "talk")) == {"inside", "told", "firm", "ledger"}
    assert moved(lambda: None) == set()


def test_marks_are_one_query(zone, case_id, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = live.marks([f"case:{case_id}", "account:1", live.LEDGER])

    assert set(found) == {f"case:{case_id}", "account:1", live.LEDGER}


# --- the addresses ----------------------------------------------------------------------------


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


def test_where_streams_are_blocked_a_page_asks_for_marks_with_its_passes(zone, case_id):
    topic = f"case:{case_id}/open"
    given = live.give(topic, at=timezone.now())

    answer = Client().get("/news/", {"pass": given})

    assert answer.status_code == 200
    assert answer.json() == {"marks": live.marks([topic])}


@pytest.mark.parametrize("passes", [[], ["nonsense"], ["old"], ["new", "old"], ["new", "nonsense"]])
def test_a_page_with_an_old_pass_is_sent_for_new_ones(zone, passes):
    now = timezone.now()
    known = {
        "new": live.give(live.LEDGER, at=now),
        "old": live.give(live.LEDGER, at=now - timedelta(minutes=16)),
    }

    answer = Client().get("/news/", {"pass": [known.get(name, name) for name in passes]})

    assert answer.status_code == 403
    assert answer.json() == {}


def test_old_passes_are_renewed_for_what_one_may_still_hear(zone, case_id):
    yesterday = timezone.now() - timedelta(days=1)
    contact = live.account_topic(zone.contact.account_id)
    old = [
        live.give(topic, at=yesterday)
        for topic in (f"case:{case_id}/open", f"case:{case_id}", contact, live.LEDGER)
    ]

    answer = signed_in(zone.contact).get("/news/passes/", {"pass": [*old, "nonsense"]})

    assert set(answer.json()["passes"]) == {f"case:{case_id}/open", contact}
    for topic, text in answer.json()["passes"].items():
        renewed = live.read(text)
        assert renewed.topic == topic
        assert renewed.is_valid(int(timezone.now().timestamp() * 1000))


def test_passes_are_renewed_only_for_who_is_signed_in(case_id):
    old = live.give(f"case:{case_id}", at=timezone.now())

    answer = Client().get("/news/passes/", {"pass": old})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_the_bell_is_fetched_by_itself(zone, case_id):
    html = signed_in(zone.clerk).get("/news/bell/").content.decode()

    assert html.count("<a ") == 2
    assert 'id="bell-desk"' in html
    assert 'id="bell-phone"' in html
    assert "消息 0" in html


# --- what pages say ---------------------------------------------------------------------------


def topics_on(html: str) -> set[str]:
    """Each topic of a page, read from its passes: the name beside is for the script."""
    texts = [part.split('"', 1)[0] for part in html.split('data-live-pass="')[1:]]
    found = {live.read(text).topic for text in texts}
    assert found == {part.split('"', 1)[0] for part in html.split('data-live="')[1:]}
    return found


@pytest.mark.parametrize(
    ("who", "topic"), [("contact", "case:{}/open"), ("safety_handler", "case:{}")]
)
def test_a_page_listens_to_what_its_reader_may_see(zone, case_id, who, topic):
    person = getattr(zone, who)

    html = signed_in(person).get(f"/requests/{case_id}/").content.decode()

    assert topics_on(html) == {topic.format(case_id), live.account_topic(person.account_id)}


def test_lists_listen_too(zone, case_id):
    firm = live.enterprise_topic(zone.enterprise.pk)
    own = live.account_topic(zone.contact.account_id)

    assert topics_on(signed_in(zone.contact).get("/portal/").content.decode()) == {firm, own}
    assert topics_on(signed_in(zone.contact).get("/requests/").content.decode()) == {firm, own}
    assert topics_on(signed_in(zone.clerk).get("/requests/").content.decode()) == {
        live.LEDGER,
        live.account_topic(zone.clerk.account_id),
    }


@pytest.mark.parametrize(
    ("place", "allowed"),
    [
        ("", "connect-src 'self';"),
        ("/", "connect-src 'self';"),
        (":8001", "connect-src 'self' http://testserver:8001;"),
        ("https://live.example.org", "connect-src 'self' https://live.example.org;"),
    ],
)
def test_a_page_may_connect_to_where_it_listens_and_nowhere_else(zone, place, allowed):
    with override_settings(LIVE_URL=place):
        answer = signed_in(zone.contact).get("/portal/")

    assert allowed in answer["Content-Security-Policy"]
    assert f'data-live-url="{place}"' in answer.content.decode()


def test_a_page_before_sign_in_listens_to_nothing():
    html = Client().get("/account/login/").content.decode()

    assert "data-live" not in html
    assert "live.js" not in html


def test_the_answers_are_json_that_no_cache_keeps(zone):
    answer = Client().get("/news/", {"pass": live.give(live.LEDGER, at=timezone.now())})

    assert json.loads(answer.content)["marks"].keys() == {live.LEDGER}
    assert answer["Cache-Control"] == "no-store"
