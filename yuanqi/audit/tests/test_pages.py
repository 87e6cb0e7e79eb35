"""The audit administrator's pages: his alone, without business data, each look at them noted."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.evidence import every_row
from tests.people import MONDAY_9AM, at
from yuanqi.access import operations as roles
from yuanqi.audit import operations, reading
from yuanqi.audit.models import AccessRead, Verification
from yuanqi.foundation import journal
from yuanqi.foundation.actors import SYSTEM, Role, actor_for
from yuanqi.foundation.errors import Conflict, NotVisible
from yuanqi.foundation.models import Account, JournalEvent, JournalPersonal, RoleGrant
from yuanqi.registry.models import ContactPerson
from yuanqi.servicedesk import operations as desk
from yuanqi.signin.events import CityIdentityUnbound

pytestmark = pytest.mark.django_db
PHONE = "13800000621"
NAMES = ["audit:journal", "audit:readings", "audit:seals", "audit:retention"]


def administrator(role: Role) -> Account:
    account = Account.objects.create(username=f"the-{role.value}")
    RoleGrant.objects.create(account=account, role=role.value)
    return account


def client_of(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def auditor(zone) -> Account:
    return administrator(Role.AUDIT_ADMIN)


@pytest.fixture
def page(auditor):
    client = client_of(auditor)

    def get(name: str, *args, **query):
        return client.get(reverse(name, args=args), query)

    get.client = client
    return get


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "who", ["clerk", "leader", "safety_handler", "contact", Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN]
)
def test_nobody_else_can_open_the_audit_administrators_pages(zone, who, name):
    account = administrator(who) if isinstance(who, Role) else getattr(zone, who).account

    assert client_of(account).get(reverse(name)).status_code == 404


@pytest.mark.parametrize("name", NAMES)
def test_the_audit_administrator_opens_his_pages(page, name):
    assert page(name).status_code == 200


@pytest.mark.parametrize(
    "url", ["/requests/", "/search/?q=x", "/enterprises/", "/supervision/", "/directory/"]
)
def test_the_audit_administrator_has_no_business_pages(page, zone, url):
    body = page.client.get(url)

    assert body.status_code in (302, 403, 404) or "松濑" not in body.content.decode()


def test_the_journal_is_narrowed_by_who_what_which_and_when(zone, page):
    desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P2", text="排水方案要不要改？",
        actor=zone.actor(zone.contact), at=at("11-05 10:00"),
    )  # fmt: skip
    contact = zone.contact.account.username

    def kinds(**query):
        rows = page("audit:journal", **query).context["rows"]
        return {row["event"].kind for row in rows}

    assert kinds(who=contact) == {"servicedesk.request_raised"}
    assert kinds(kind="servicedesk.request_raised", who=contact) == {"servicedesk.request_raised"}
    assert kinds(stream=zone.enterprise.stream, to="2026-01-01") == {
        "registry.enterprise_registered", "registry.contact_added", "registry.link_begun",
    }  # fmt: skip
    assert kinds(**{"from": "2026-11-05", "to": "2026-11-05"}) == {"servicedesk.request_raised"}
    assert kinds(who="nobody of that name") == set()
    assert kinds(**{"from": "2027-02-30"}) != set()


def test_a_page_of_the_journal_is_read_in_a_fixed_number_of_queries(
    zone, page, django_assert_num_queries
):
    page("audit:journal")  # whatever is cached is
    # who asks: session, account, roles, whether officer, contact, holder …; unread notices;
    # what is shown: the page, its count, its payloads, accounts, enterprises
    with django_assert_num_queries(10):
        page("audit:journal")
    for minute in range(3):
        desk.request_raise(
            contact_id=zone.contact.pk, category="ENV", level="P2", text="怎么办？",
            actor=zone.actor(zone.contact), at=at(f"11-05 10:0{minute}"),
        )  # fmt: skip
    with django_assert_num_queries(12):  # the cases' numbers, accounts beside the system
        page("audit:journal")


def test_an_events_page_shows_neither_personal_values_nor_what_people_wrote(zone, page):
    added = JournalEvent.objects.filter(
        kind="registry.contact_added", stream=zone.enterprise.stream
    ).get()
    registered = JournalEvent.objects.get(
        kind="registry.enterprise_registered", stream=zone.enterprise.stream
    )

    body = page("audit:event", added.pk).content.decode()
    assert "个人信息，另存" in body and PHONE not in body and "许若楠" not in body
    body = page("audit:event", registered.pk).content.decode()
    assert "松濑精密陶瓷（云泽）有限公司" not in body and "个字，这里不显示" in body

    JournalPersonal.objects.filter(event=added).delete()
    assert "个人信息，已删除" in page("audit:event", added.pk).content.decode()


def test_a_reason_stands_on_the_events_page_and_in_no_list(zone, page):
    security = administrator(Role.SECURITY_ADMIN)
    handler = zone.safety_handler.account
    roles.role_propose(
        account_id=handler.pk, role=Role.HEAD, reason="接替何思远",
        actor=actor_for(security, MONDAY_9AM), at=MONDAY_9AM,
    )  # fmt: skip
    event = JournalEvent.objects.get(kind="access.role_proposed")

    listed = page("audit:journal").content.decode()
    sheet = b"".join(page("audit:journal", export="xlsx").streaming_content)

    assert "提出授予部门负责人：（文字，5 个字）" in listed
    assert "接替何思远" not in listed
    rows = CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0).to_python()
    assert not any("接替何思远" in str(cell) for row in rows for cell in row)
    assert "接替何思远" in page("audit:event", event.pk).content.decode()


def test_yes_and_no_are_words_on_an_events_page(page, auditor):
    with transaction.atomic():
        journal.record(
            CityIdentityUnbound(by_owner=True, reason=""),
            stream=f"account:{auditor.pk}", audience=journal.Audience.AUDIT,
            actor=SYSTEM, at=MONDAY_9AM,
        )  # fmt: skip
    event = JournalEvent.objects.latest("pk")

    said = page("audit:event", event.pk).content.decode()

    assert '<td class="yq-audit-wrap">是</td>' in said
    assert "True" not in said


def test_whoever_comes_back_to_the_choice_is_led_to_ask_again(page):
    answer = page("audit:whom")

    assert (answer.status_code, answer["Location"]) == (303, "/audit/readings/")


def test_who_read_a_phone_number_is_found_by_the_number(zone, page, auditor):
    where = {"subject": zone.enterprise.stream, "what": "phone", "at": MONDAY_9AM}
    mine = [f"contact:{zone.contact.pk}"]
    reading.note(actor=zone.actor(zone.clerk), of=mine, address="10.1.2.3", **where)
    reading.note(actor=zone.actor(zone.leader), **where)  # the enterprise's, without names
    other = {**where, "subject": f"enterprise:{zone.stranger.enterprise_id}"}
    reading.note(actor=zone.actor(zone.planning_handler), **other)

    found = page.client.post(reverse("audit:whom"), {"q": "138 0000 0621"})
    # the two of the zone have the same number here: which one is asked
    assert [shown.shown for shown, _url in found.context["people"]] == [
        "松濑精密陶瓷　许**　138 **** 0621", "禾屿生物医药　韩*　138 **** 0621",
    ]  # fmt: skip
    rows = page("audit:readings", person=f"contact:{zone.contact.pk}").context["rows"]

    assert [(row["who"], row["subject"]) for row in rows] == [
        ("leader", "松濑精密陶瓷"), ("clerk", "松濑精密陶瓷")
    ]  # fmt: skip
    noted = AccessRead.objects.get(account=auditor)
    assert (noted.what, noted.subject) == ("access_log", f"contact:{zone.contact.pk}")


def test_a_number_that_is_sought_stands_in_no_address(zone, page):
    ContactPerson.objects.filter(pk=zone.stranger.pk).update(phone="13900000000")

    answer = page.client.post(reverse("audit:whom"), {"q": PHONE})

    assert answer.status_code == 303
    assert answer["Location"] == f"/audit/readings/?person=contact:{zone.contact.pk}"


def test_an_export_is_an_event_and_a_reading(zone, page, auditor):
    answer = page("audit:journal", export="xlsx")
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)[:2] == b"PK"

    told = JournalEvent.objects.get(kind="audit.exported")
    assert told.actor == f"account:{auditor.pk}" and told.payload["what"] == "journal"
    assert AccessRead.objects.get().count == told.payload["rows"]


def test_administrators_acts_stand_apart_also_of_those_who_were(zone, page):
    security = administrator(Role.SECURITY_ADMIN)
    with transaction.atomic():
        journal.record(
            operations.SealsTaken(), stream="audit", audience=journal.Audience.AUDIT,
            actor=actor_for(security, MONDAY_9AM), at=MONDAY_9AM,
        )  # fmt: skip

    rows = page("audit:journal", by="administrators").context["rows"]
    assert [row["event"].kind for row in rows] == ["audit.seals_taken"]


def test_a_verification_is_asked_once_and_its_result_stands_on_the_page(zone, page, auditor):
    assert page.client.post(reverse("audit:seals"), {"whole": "1"}).status_code == 303
    asked = Verification.objects.get()
    assert asked.whole and asked.is_running
    before = every_row()
    with pytest.raises(Conflict):
        operations.verification_ask(
            whole=False, actor=actor_for(auditor, MONDAY_9AM), at=MONDAY_9AM
        )
    assert every_row() == before

    done = datetime.now(UTC)
    operations.verification_run(verification_id=asked.pk, clock=lambda: done)

    asked.refresh_from_db()
    assert (asked.first_break, asked.finished_at) == ("", done)
    assert "最近一次核对：完整" in page("audit:seals").content.decode()
    assert JournalEvent.objects.get(kind="audit.journal_verified").payload["intact"] is True


def test_nobody_else_asks_for_a_verification(zone):
    before = every_row()
    with pytest.raises(NotVisible):
        operations.verification_ask(whole=True, actor=zone.actor(zone.leader), at=MONDAY_9AM)
    assert every_row() == before


def test_a_request_page_notes_once_who_saw_the_number_whole(zone):
    case = desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P2", text="排水方案要不要改？",
        actor=zone.actor(zone.contact), at=datetime.now(UTC) - timedelta(minutes=5),
    )  # fmt: skip
    url = f"/requests/{case}/"

    client_of(zone.contact.account).get(url)
    assert not AccessRead.objects.exists()
    clerk = client_of(zone.clerk.account)
    assert "138 0000 0621" in clerk.get(url).content.decode()
    clerk.get(url, headers={"X-Live": "1"})

    row = AccessRead.objects.get()
    assert (row.account_id, row.subject, row.what, row.address) == (
        zone.clerk.account_id, zone.enterprise.stream, "phone", "127.0.0.1",
    )  # fmt: skip
    assert row.people == [f"contact:{zone.contact.pk}"]
