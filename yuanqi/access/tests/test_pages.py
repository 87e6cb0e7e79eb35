"""The pages of accounts, proposals and the review: who sees them, what a refusal keeps."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.evidence import every_row
from yuanqi.access import operations
from yuanqi.access.models import Proposal, ProposalState
from yuanqi.access.tests.three import NOW, Three, roles_of
from yuanqi.access.tests.three import three as three
from yuanqi.audit.models import AccessRead
from yuanqi.foundation.actors import Role
from yuanqi.foundation.models import Account, JournalEvent

pytestmark = pytest.mark.django_db
ACCOUNTS = "/access/accounts/"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


# --- who sees what -----------------------------------------------------------------------------

PAGES = (ACCOUNTS, "/access/proposals/", "/access/review/")
KEEPERS = (
    "/organisation/departments/", "/organisation/departments/new/", "/organisation/officers/",
    "/organisation/officers/new/", "/organisation/duty/",
)  # fmt: skip


def test_the_managers_pages_exist_for_them_alone(three: Three):
    own = f"{ACCOUNTS}{three.zone.clerk.account_id}/"
    for account in (three.system, three.security):
        for address in (*PAGES, own):
            page(browser(account), address)
    for stranger in (three.audit, three.zone.leader.account, three.zone.contact.account):
        for address in (*PAGES, own, ACCOUNTS + "new/"):
            assert browser(stranger).get(address).status_code == 404, address


def test_the_organisation_is_kept_by_the_system_administrator_alone(three: Three):
    unit, person = three.zone.safety.pk, three.zone.clerk.pk
    pages = (
        *KEEPERS, f"/organisation/departments/{unit}/", f"/organisation/officers/{person}/",
    )  # fmt: skip
    for address in pages:
        page(browser(three.system), address)
    for stranger in (three.security, three.audit, three.zone.leader.account):
        for address in pages:
            assert browser(stranger).get(address).status_code == 404, address


@pytest.mark.parametrize(
    ("who", "address"),
    [("system", "/access/accounts/"), ("security", "/access/proposals/")],
)
def test_each_administrator_begins_at_the_first_of_his_pages(three: Three, who: str, address: str):
    assert browser(getattr(three, who)).get("/").headers["Location"] == address


@pytest.mark.parametrize("who", ["system", "security", "audit"])
@pytest.mark.parametrize(
    "address", ["/requests/", "/enterprises/", "/cockpit/", "/directory/", "/search/?q=松濑"]
)
def test_no_page_shows_an_administrator_any_business(three: Three, who: str, address: str):
    answer = browser(getattr(three, who)).get(address)

    assert answer.status_code in (200, 302, 403, 404)
    for name in (three.zone.enterprise.name, three.zone.contact.name, three.zone.clerk.name):
        assert name not in answer.content.decode()


def test_the_security_administrator_gets_no_button_of_the_others(three: Three):
    own = f"{ACCOUNTS}{three.zone.clerk.account_id}/"

    by_system, by_security = (page(browser(a), own) for a in (three.system, three.security))

    assert "重置密码" in by_system and "停用账号" in by_system and "提出授权" not in by_system
    assert "提出授权" in by_security
    assert "重置密码" not in by_security and "停用账号" not in by_security


# --- the list ----------------------------------------------------------------------------------


def test_accounts_are_found_by_username_name_and_unit(three: Three):
    client = browser(three.system)
    operations.holder_name(
        account_id=three.audit.pk, name="范以宁", actor=three.actor("system"), at=NOW
    )

    def found(query: str) -> list[str]:
        answer = client.get(ACCOUNTS + query)
        return [line.account.username for line in answer.context["lines"]]

    assert found("?q=handl") == ["handler"]
    assert found("?q=何思") == ["handler"]
    assert found("?q=安环") == ["colleague", "handler"]
    assert found("?q=松濑") == ["contact"]
    assert found("?q=范以") == ["audadmin"]
    assert found("?role=security_admin") == ["secadmin", "secadmin2"]
    assert found("?role=none") == ["contact", "linked", "stranger"]
    assert found("?state=closed") == []
    assert found("?q=nobody") == []


def test_the_list_costs_the_same_however_many_rows(three: Three, django_assert_num_queries):
    client = browser(three.system)
    page(client, ACCOUNTS)
    with django_assert_num_queries(QUERIES):
        page(client, ACCOUNTS)
    with django_assert_num_queries(QUERIES):
        page(client, ACCOUNTS + "?q=handler")


QUERIES = 12  # session, account, actor 4, bell, list, roles, officers, contacts, counts


# --- forms -------------------------------------------------------------------------------------


def test_a_new_accounts_password_is_shown_once_even_when_sent_twice(three: Three):
    client = browser(three.system)
    form = {"username": "wangmin", "once": "6f1c3b8e-5b0a-4a55-9a6e-0d8f4f2f9a11"}

    first = client.post(ACCOUNTS + "new/", form)
    again = client.post(ACCOUNTS + "new/", form)

    account = Account.objects.get(username="wangmin")
    assert first.status_code == 201
    assert account.check_password(first.context["password"])
    assert (again.status_code, again.headers["Location"]) == (303, f"{ACCOUNTS}{account.pk}/")


def test_a_refused_form_keeps_what_was_typed(three: Three):
    client = browser(three.system)
    before = Account.objects.count()

    taken = client.post(ACCOUNTS + "new/", {"username": "handler", "holder": "某人"})
    wrong = client.post(ACCOUNTS + "new/", {"username": "王敏"})

    assert (taken.status_code, wrong.status_code) == (409, 422)
    assert 'value="handler"' in taken.content.decode()
    assert "已经有人用" in taken.content.decode()
    assert Account.objects.count() == before


def test_a_role_goes_from_the_page_of_one_to_that_of_the_other(three: Three):
    handler = three.zone.safety_handler.account
    security, system = browser(three.security), browser(three.system)

    proposed = security.post(
        f"{ACCOUNTS}{handler.pk}/grants/", {"role": "head", "reason": "任局长"}
    )

    assert proposed.status_code == 303
    proposal = Proposal.objects.get()
    own = security.post(f"/access/proposals/{proposal.pk}/confirmations/")
    assert own.status_code == 403
    assert "确认授予部门负责人" in page(system, "/access/proposals/")
    done = system.post(f"/access/proposals/{proposal.pk}/confirmations/")
    assert done.status_code == 303
    assert roles_of(handler) == ["handler", "head"]
    late = system.post(f"/access/proposals/{proposal.pk}/confirmations/")
    assert late.status_code == 409
    history = page(security, f"{ACCOUNTS}{handler.pk}/")
    assert "第二人确认，授予部门负责人" in history
    assert "提出授予部门负责人：任局长" in history


def test_an_excluded_role_is_refused_in_its_form(three: Three):
    client = browser(three.security)
    before = every_row()

    answer = client.post(
        f"{ACCOUNTS}{three.system.pk}/grants/", {"role": "handler", "reason": "兼任"}
    )

    assert answer.status_code == 409
    assert "不能再有业务角色部门经办" in answer.content.decode()
    assert 'value="兼任"' in answer.content.decode()
    assert every_row() == before


def test_a_refusal_needs_its_reason(three: Three):
    proposal = operations.role_propose(
        account_id=three.zone.safety_handler.account_id,
        role=Role.HEAD,
        reason="任局长",
        actor=three.actor("security"),
        at=NOW,
    )
    client = browser(three.system)

    empty = client.post(f"/access/proposals/{proposal.pk}/refusals/", {"reason": ""})
    said = client.post(f"/access/proposals/{proposal.pk}/refusals/", {"reason": "没有文件"})

    assert (empty.status_code, said.status_code) == (422, 303)
    proposal.refresh_from_db()
    assert (proposal.state, proposal.decision) == (ProposalState.REFUSED, "没有文件")


# --- the review --------------------------------------------------------------------------------


def test_the_review_marks_what_is_surplus_and_is_taken_as_a_workbook(three: Three):
    old = NOW - timedelta(days=91)
    Account.objects.update(created_at=NOW, last_login=NOW)
    Account.objects.filter(pk=three.zone.linked_officer.account_id).update(last_login=old)
    three.zone.safety_colleague.is_active = False
    three.zone.safety_colleague.save(update_fields=["is_active"])

    answer = browser(three.security).get("/access/review/?export=xlsx")

    rows = (
        CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert rows[0] == ["用户名", "姓名", "单位", "角色", "开通", "上次登录", "多余账号"]
    surplus = {row[0]: row[6] for row in rows[1:] if row[6]}
    assert surplus == {"linked": "长期没有登录", "colleague": "人员已离岗"}
    told = JournalEvent.objects.get(kind="access.review_exported")
    assert told.payload == {"accounts": Account.objects.count(), "surplus": 2}
    shown = page(browser(three.system), "/access/review/")
    assert "长期没有登录" in shown and "人员已离岗" in shown


def test_the_list_of_accounts_is_taken_as_it_is_narrowed_and_that_is_known(three: Three):
    client = browser(three.system)
    address = f"{ACCOUNTS}?q=何思远&role=handler&state=open"
    assert "export=xlsx" in page(client, address)

    answer = client.get(f"{address}&export=xlsx")

    rows = (
        CalamineWorkbook.from_filelike(BytesIO(b"".join(answer.streaming_content)))
        .get_sheet_by_index(0)
        .to_python()
    )
    assert rows[0] == ["用户名", "姓名", "单位", "角色", "状态", "开通", "上次登录"]
    assert [row[:5] for row in rows[1:]] == [["handler", "何思远", "安环局", "部门经办", "启用"]]
    told = JournalEvent.objects.get(kind="access.accounts_exported")
    assert told.payload == {
        "accounts": 1, "role": "handler", "state": "open", "is_searched": True,
    }  # fmt: skip
    noted = AccessRead.objects.get()
    assert (noted.account, noted.subject, noted.what, noted.count) == (
        three.system, "accounts", "username", 1,
    )  # fmt: skip


def test_nobody_else_takes_the_list_of_accounts(three: Three):
    people = (three.audit, three.zone.clerk.account, three.zone.contact.account)
    browsers = [browser(account) for account in people]
    before = every_row()

    for client in browsers:
        assert client.get(f"{ACCOUNTS}?export=xlsx").status_code == 404

    assert every_row() == before


def test_the_service_centre_opens_a_contacts_account_on_the_page(three: Three):
    person = three.zone.contact
    person.account = None
    person.save(update_fields=["account"])
    centre = browser(three.zone.clerk.account)
    address = f"{ACCOUNTS}new/?contact={person.pk}"

    shown = page(centre, address)
    made = centre.post(address, {"username": "xuruonan"})

    assert person.name in shown
    assert made.status_code == 201
    person.refresh_from_db()
    assert person.account.username == "xuruonan"
    for hidden in ("", f"?officer={three.zone.linked_officer.pk}", "?contact=0"):
        assert centre.get(f"{ACCOUNTS}new/{hidden}").status_code == 404


def test_an_account_is_bound_to_who_is_found_by_name(three: Three):
    account, _password = operations.account_open(
        username="xuruonan", actor=three.actor("system"), at=NOW
    )
    person = three.zone.contact
    person.account = None
    person.save(update_fields=["account"])
    client = browser(three.system)
    own = f"{ACCOUNTS}{account.pk}/"

    assert person.name in page(client, own + "?who=松濑")
    assert "没有这样的人" in page(client, own + "?who=何思远")
    bound = client.post(own + "bindings/", {"bearer": f"contact:{person.pk}"})
    again = client.post(own + "bindings/", {"bearer": f"contact:{person.pk}"})
    wrong = client.post(own + "bindings/", {"bearer": "contact:x"})

    assert (bound.status_code, again.status_code, wrong.status_code) == (303, 409, 422)
    person.refresh_from_db()
    assert person.account == account
