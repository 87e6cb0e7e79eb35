"""The audit administrator finds who read a phone number, in the browser; nobody else can."""

import pytest
from playwright.sync_api import expect

from tests.browser import PHONE, assert_no_sideways_scroll
from tests.people import Zone, at, give_password
from yuanqi.foundation.actors import Role
from yuanqi.foundation.models import Account, RoleGrant
from yuanqi.registry.models import ContactPerson
from yuanqi.servicedesk import operations as desk

pytestmark = pytest.mark.browser
NUMBER = "138 0000 0621"


def seed(zone: Zone) -> None:
    for name, role in (("auditor", Role.AUDIT_ADMIN), ("security", Role.SECURITY_ADMIN)):
        account = Account(username=name)
        give_password(account)
        account.save()
        RoleGrant.objects.create(account=account, role=role.value)
    ContactPerson.objects.filter(pk=zone.stranger.pk).update(phone="13900000000")
    desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P2", text="排水方案要不要改？",
        actor=zone.actor(zone.contact), at=at("11-05 10:00"),
    )  # fmt: skip


def test_the_audit_administrator_finds_who_read_a_phone_number(sign_in, site):
    clerk = sign_in("clerk")
    clerk.goto("/requests/?queue=all")
    clerk.get_by_role("link", name="排水方案要不要改").first.click()
    expect(clerk.get_by_text(NUMBER).first).to_be_visible()

    auditor = sign_in("auditor")
    auditor.goto("/audit/readings/")
    auditor.get_by_placeholder("谁的：电话、姓名、企业").fill(NUMBER)
    auditor.get_by_role("button", name="找谁看过").click()

    expect(auditor).to_have_url(f"{site.url}/audit/readings/?person=contact:{site.zone.contact.pk}")
    row = auditor.locator("tbody tr").filter(has_text="clerk")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("联系电话")
    expect(row).to_contain_text("松濑精密陶瓷")
    expect(auditor.locator("body")).not_to_contain_text(NUMBER)
    # his own search stands there when he looks again
    auditor.reload()
    expect(auditor.locator("tbody tr").filter(has_text="auditor").first).to_be_visible()


@pytest.mark.parametrize(
    "path", ["/audit/journal/", "/audit/readings/", "/audit/seals/", "/audit/retention/"]
)
def test_the_pages_hold_on_the_phone(sign_in, path):
    page = sign_in("auditor", PHONE)
    page.goto(path)
    assert_no_sideways_scroll(page)
