"""Pages of facts: what each side sees and may do, the list of what waits, the evidence."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.evidence import every_row
from tests.people import MONDAY_9AM, Zone
from yuanqi.foundation.models import Account
from yuanqi.registry import facts, operations, timeline
from yuanqi.registry.models import Fact, ParkField

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
LAST_YEAR = date(2025, 12, 31)
AT = MONDAY_9AM


def url(name: str, *args) -> str:
    return reverse(f"registry:{name}", args=args)


def pdf() -> SimpleUploadedFile:
    return SimpleUploadedFile("审计报告.pdf", PDF, "application/pdf")


@pytest.fixture
def entered(zone: Zone):
    """State a fact as a department."""

    def act(value: str, *, field="rd_expense", person=None, as_of=LAST_YEAR) -> Fact:
        return operations.fact_state(
            enterprise_id=zone.enterprise.pk, field=field, value=Decimal(value), as_of=as_of,
            actor=zone.actor(person or zone.safety_handler), at=AT,
        )  # fmt: skip

    return act


def test_from_the_phone_to_the_list_and_back(zone, client_of, files_root):
    page = url("fact", zone.enterprise.pk, "rd_expense")
    contact = client_of("contact")
    assert "园区已有" in contact.get(page).content.decode()

    sent = contact.post(
        page, {"value": "4500.5", "as_of": "2025-12-31", "upload": pdf(), "note": "专项审计"}
    )

    assert (sent.status_code, sent.url) == (303, page)
    handler = client_of("safety_handler")
    listed = handler.get(url("facts_waiting")).content.decode()
    assert "年度研发费用" in listed and "4,500.5 万元" in listed
    row = Fact.objects.get()
    done = handler.post(
        url("fact_confirm", zone.enterprise.pk, "rd_expense", row.pk),
        {"seen": row.stated_at.isoformat(), "from": "waiting"},
    )
    assert (done.status_code, done.url) == (303, url("facts_waiting"))
    assert facts.facts_of(zone.enterprise.pk, timezone.localdate())["rd_expense"] == 4500.5
    assert "已确认" in contact.get(page).content.decode()
    file = contact.get(url("fact_file", zone.enterprise.pk, "rd_expense", row.pk))
    assert (b"".join(file.streaming_content), file["Content-Disposition"][:10]) == (
        PDF, "attachment",
    )  # fmt: skip
    assert [one.text for one in timeline.happenings_of(
        zone.enterprise, zone.actor(zone.contact), timezone.now(), 2
    )] == [
        "年度研发费用已确认：4500.5 万元（2025-12-31）",
        "填报年度研发费用：4500.5 万元（2025-12-31）",
    ]  # fmt: skip


def test_without_evidence_the_form_keeps_what_was_typed(zone, client_of):
    before = every_row(but=("django_session",))

    page = client_of("contact").post(
        url("fact", zone.enterprise.pk, "rd_expense"), {"value": "4500", "as_of": "2025-12-31"}
    )

    assert page.status_code == 422
    assert 'value="4500"' in page.content.decode()
    assert "请附上依据" in page.content.decode()
    after = every_row(but=("django_session",))
    assert {name for name in after if after[name] != before[name]} <= {"account", "signin_session"}


def test_a_refused_confirmation_is_told_on_the_page(zone, client_of, entered):
    row = entered("4500")
    client = client_of("planning_handler")
    address = url("fact_confirm", zone.enterprise.pk, "rd_expense", row.pk)
    client.post(address)

    again = client.post(address, follow=True)

    assert "这一项刚才已经由别的同事确认，不用再确认。" in again.content.decode()


def test_who_sees_what(zone, client_of, entered):
    row = entered("4500")
    pages = (
        url("facts", zone.enterprise.pk), url("fact", zone.enterprise.pk, "rd_expense"),
        url("facts_waiting"), url("fact_fields"),
    )  # fmt: skip

    def statuses(who: str) -> list[int]:
        client = client_of(who)
        return [client.get(page).status_code for page in pages]

    assert statuses("clerk") == [200, 200, 200, 200]
    assert statuses("safety_handler") == [200, 200, 200, 403]
    assert statuses("leader") == [200, 200, 404, 403]
    assert statuses("contact") == [200, 200, 404, 403]
    assert statuses("stranger") == [404, 404, 404, 403]
    assert client_of("clerk").get(url("fact", zone.enterprise.pk, "shoe_size")).status_code == 404
    stranger = client_of("stranger")
    address = url("fact_confirm", zone.enterprise.pk, "rd_expense", row.pk)
    assert stranger.post(address).status_code == 404


def test_the_list_is_narrowed_by_field_source_and_conflict(zone, client_of, entered, files_root):
    entered("4500")
    entered("120", field="employees")
    client_of("contact").post(
        url("fact", zone.enterprise.pk, "rd_expense"),
        {"value": "4800", "as_of": "2025-12-31", "upload": pdf()},
    )
    client = client_of("clerk")

    def found(query: str) -> list[tuple[str, str]]:
        lines = client.get(f"{url('facts_waiting')}?{query}").context["lines"]
        return [(line.label, line.text) for line in lines]

    both = [("年度研发费用", "4,500 万元"), ("年度研发费用", "4,800 万元")]
    assert found("") == [both[0], ("从业人员平均数", "120 人"), both[1]]
    assert found("field=employees") == [("从业人员平均数", "120 人")]
    assert found("source=enterprise") == [both[1]]
    assert found("conflict=1") == both
    assert found("field=nonsense&source=x") == found("")
    page = client.get(url("facts", zone.enterprise.pk)).content.decode()
    assert "1 项说法不一致" in page


def test_pages_ask_no_more_for_more_rows(zone, client_of, entered):
    client = client_of("clerk")

    def ask(address: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(address).status_code == 200
        return len(asked)

    addresses = [
        url("facts", zone.enterprise.pk), url("fact", zone.enterprise.pk, "rd_expense"),
        url("facts_waiting"),
    ]  # fmt: skip
    entered("4500")
    few = [ask(address) for address in addresses]
    for years in range(1, 5):
        entered("4500", as_of=LAST_YEAR - timedelta(days=365 * years))
        entered(str(100 + years), field="employees", as_of=LAST_YEAR - timedelta(days=365 * years))

    assert [ask(address) for address in addresses] == few


def test_the_centre_adds_a_field_on_its_page_and_retires_it(zone, client_of):
    client = client_of("clerk")
    typed = {"name": "green_power", "label": "绿电用量", "type": "number", "unit": "万千瓦时"}

    wrong = client.post(url("fact_field_new"), typed | {"formula": "power_year +"})
    assert wrong.status_code == 422
    assert "公式第" in wrong.content.decode()
    assert not ParkField.objects.exists()

    assert client.post(url("fact_field_new"), typed).status_code == 303
    row = ParkField.objects.get()
    assert "绿电用量" in client.get(url("fact_fields")).content.decode()
    client.post(url("fact_field_retire", row.pk))
    row.refresh_from_db()
    assert row.retired_on == timezone.localdate()
    assert client.get(url("fact_field", row.pk)).status_code == 404


def test_in_english_every_word_is_english(zone, client_of, entered):
    entered("4500")
    client = client_of("clerk")
    Account.objects.filter(pk=zone.clerk.account_id).update(language="en")

    page = client.get(url("fact", zone.enterprise.pk, "rd_expense")).content.decode()

    assert "What the park holds" in page and "4,500 CNY 10,000" in page
