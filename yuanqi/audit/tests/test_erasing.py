"""Erasure: two persons, every slice, the chain whole; what was removed is told without values."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client

from tests.evidence import every_row
from tests.people import MONDAY_9AM, PASSWORD, Zone, at, build_zone
from yuanqi.audit import operations
from yuanqi.audit.models import Erasure
from yuanqi.foundation import seals, verify
from yuanqi.foundation.actors import Role, actor_for
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import Account, JournalEvent, JournalPersonal, RoleGrant
from yuanqi.notices.models import Channel
from yuanqi.registry import operations as registry
from yuanqi.registry.models import ContactPerson
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk import search_index
from yuanqi.servicedesk.models import SearchText

NAME, PHONE = "赵一鸣", "13911112222"
LATER = MONDAY_9AM + timedelta(days=1)


def administrator(role: Role):
    account = Account.objects.create(username=f"the-{role.value}")
    RoleGrant.objects.create(account=account, role=role.value)
    return actor_for(account, MONDAY_9AM)


def leaver(zone: Zone) -> ContactPerson:
    """A contact beside the main one, with an account, an address for notices and a request."""
    account = Account.objects.create(username="zhao.yiming")
    account.set_password(PASSWORD)
    account.save()
    person = registry.contact_add(
        enterprise_id=zone.enterprise.pk, name=NAME, phone=PHONE, title="前台", is_main=False,
        account=account, actor=zone.actor(zone.clerk), at=MONDAY_9AM,
    )  # fmt: skip
    Channel.objects.create(
        account=account, kind=Channel.Kind.MAIL, address="zhao@example.com",
        added_at=MONDAY_9AM, code_at=MONDAY_9AM, verified_at=MONDAY_9AM,
    )  # fmt: skip
    return person


def asked(zone: Zone, person: ContactPerson, **more) -> Erasure:
    return operations.erasure_ask(
        **{"kind": "contact", "person_id": person.pk, "reason": "已离职，书面要求删除。",
           "actor": zone.actor(zone.clerk), "at": MONDAY_9AM, **more}
    )  # fmt: skip


@pytest.mark.django_db
def test_nothing_that_names_him_is_left_anywhere(zone):
    person = leaver(zone)
    case = desk.request_raise(
        contact_id=person.pk, category="ENV", level="P2", text="排水方案要不要改？",
        actor=actor_for(person.account, MONDAY_9AM), at=at("11-05 10:00"),
    )  # fmt: skip
    search_index.index([case])
    row = asked(zone, person)

    removed = operations.person_erase(
        erasure_id=row.pk, actor=administrator(Role.SECURITY_ADMIN), at=LATER
    )

    person.refresh_from_db()
    assert (person.name, person.phone, person.title, person.is_active) == ("已删除", "", "", False)
    account = Account.objects.get(pk=person.account_id)
    assert (account.username, account.is_active) == (f"erased-{account.pk}", False)
    assert not account.has_usable_password()
    assert not Channel.objects.filter(account=account).exists()
    assert not Client().login(username="zhao.yiming", password=PASSWORD)
    for value in (NAME, PHONE, "zhao.yiming", "zhao@example.com"):
        assert _tables_with(value) == []
    assert "一鸣" not in SearchText.objects.get(case_id=case).words
    told = {one.label: one.count for one in removed if not one.is_left}
    assert told == {
        "登录账号（停用，用户名换掉）": 1, "日志里的姓名、电话等原值": 2, "接收通知的地址": 1,
        "收到的消息": 0, "联系人的姓名、电话、职务": 1, "搜索里的姓名": 1,
        "登录记录、动态口令、外部身份": 0,
    }  # fmt: skip
    assert [(one.label, one.count) for one in removed if one.is_left] == [
        ("他写的诉求和留言（业务记录，保留）", 1)
    ]
    row.refresh_from_db()
    assert row.state == "done" and len(row.removed) == 8


def _tables_with(value: str) -> list[str]:
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS row WHERE row::text LIKE %s', [f"%{value}%"]
            )
            if cursor.fetchone()[0]:
                found.append(table)
    return found


def test_the_chain_verifies_whole_after_an_erasure(committed, settings, tmp_path):
    settings.VAR = tmp_path
    zone = build_zone()
    person = leaver(zone)
    seals.make(at=MONDAY_9AM)
    events = JournalEvent.objects.count()
    others = JournalPersonal.objects.exclude(value__in=[NAME, PHONE]).count()
    row = asked(zone, person)

    operations.person_erase(erasure_id=row.pk, actor=administrator(Role.SECURITY_ADMIN), at=LATER)

    assert verify.run(whole=True).first_break == ""
    assert JournalEvent.objects.count() == events + 2
    assert JournalPersonal.objects.count() == others
    payload = JournalEvent.objects.get(payload__contact_id=person.pk).payload
    assert len(payload["phone"]["personal"]) == 64


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("who", "error"),
    [("clerk", NotAllowed), ("leader", NotVisible), ("contact", NotVisible),
     (Role.SYSTEM_ADMIN, NotVisible), (Role.AUDIT_ADMIN, NotAllowed)],
)  # fmt: skip
def test_only_the_security_administrator_confirms(zone, who, error):
    row = asked(zone, leaver(zone))
    actor = administrator(who) if isinstance(who, Role) else zone.actor(getattr(zone, who))
    before = every_row()

    with pytest.raises(error), transaction.atomic():
        operations.person_erase(erasure_id=row.pk, actor=actor, at=LATER)
    with pytest.raises(error), transaction.atomic():
        operations.erasure_refuse(erasure_id=row.pk, note="不", actor=actor, at=LATER)

    assert every_row() == before


@pytest.mark.django_db
def test_who_asked_cannot_confirm_though_he_became_security_administrator(zone):
    row = asked(zone, leaver(zone))
    RoleGrant.objects.filter(account=zone.clerk.account).delete()
    RoleGrant.objects.create(account=zone.clerk.account, role=Role.SECURITY_ADMIN.value)
    before = every_row()

    with pytest.raises(NotAllowed):
        operations.person_erase(erasure_id=row.pk, actor=zone.actor(zone.clerk), at=LATER)

    assert every_row() == before


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["leader", "safety_handler", "contact", Role.SECURITY_ADMIN])
def test_only_the_service_centre_asks(zone, who):
    person = leaver(zone)
    actor = administrator(who) if isinstance(who, Role) else zone.actor(getattr(zone, who))
    before = every_row()

    with pytest.raises(NotAllowed):
        asked(zone, person, actor=actor)

    assert every_row() == before


@pytest.mark.django_db
def test_the_main_contact_stays_while_requests_are_open(zone):
    desk.request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P2", text="排水方案要不要改？",
        actor=zone.actor(zone.contact), at=at("11-05 10:00"),
    )  # fmt: skip
    before = every_row()

    with pytest.raises(Conflict) as refused:
        asked(zone, zone.contact)

    assert refused.value.message == (
        "他是主要联系人，企业还有 1 件诉求没有办结。请先把主要联系人换成别人，或者等这些诉求办结。"
    )
    assert every_row() == before


@pytest.mark.django_db
def test_an_erasure_without_a_reason_twice_or_of_nobody_is_refused(zone):
    person = leaver(zone)
    with pytest.raises(Invalid):
        asked(zone, person, reason=" ")
    with pytest.raises(NotVisible):
        asked(zone, person, person_id=10**9)
    with pytest.raises(NotVisible):
        asked(zone, person, kind="animal")
    asked(zone, person)
    with pytest.raises(Conflict):
        asked(zone, person)
    assert Erasure.objects.count() == 1


@pytest.mark.django_db
def test_a_withdrawn_or_refused_one_removes_nothing_and_may_be_asked_again(zone):
    person = leaver(zone)
    row = asked(zone, person)
    operations.erasure_withdraw(erasure_id=row.pk, actor=zone.actor(zone.clerk), at=LATER)
    again = asked(zone, person)
    operations.erasure_refuse(
        erasure_id=again.pk, note="合同纠纷未了。", actor=administrator(Role.SECURITY_ADMIN),
        at=LATER,
    )  # fmt: skip

    with pytest.raises(Conflict):
        operations.person_erase(
            erasure_id=again.pk, actor=actor_for(again_by(), MONDAY_9AM), at=LATER
        )

    person.refresh_from_db()
    assert (person.name, person.phone) == (NAME, PHONE)
    assert [one.state for one in Erasure.objects.order_by("id")] == ["withdrawn", "refused"]


def again_by() -> Account:
    return Account.objects.get(username=f"the-{Role.SECURITY_ADMIN.value}")


def test_of_two_who_confirm_at_once_one_erases(committed):
    zone = build_zone()
    row = asked(zone, leaver(zone))
    security = administrator(Role.SECURITY_ADMIN)
    barrier, found = threading.Barrier(2), []

    def confirm() -> None:
        try:
            connection.ensure_connection()
            barrier.wait(30)
            found.append(len(operations.person_erase(erasure_id=row.pk, actor=security, at=LATER)))
        except Conflict:
            found.append("conflict")
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(map(str, found)) == ["8", "conflict"]
    assert JournalEvent.objects.filter(kind="audit.person_erased").count() == 1


@pytest.mark.django_db
def test_the_pages_lead_from_the_request_to_the_report(zone):
    person = leaver(zone)
    clerk, security = Client(), Client()
    clerk.force_login(zone.clerk.account)
    administrator(Role.SECURITY_ADMIN)
    security.force_login(again_by())

    answer = clerk.post(f"/erasures/new/contact/{person.pk}/", {"reason": ""})
    assert answer.status_code == 422 and "请写明为什么删除。" in answer.content.decode()
    answer = clerk.post(f"/erasures/new/contact/{person.pk}/", {"reason": "已离职。"})
    assert answer.status_code == 303
    url = answer["Location"]
    # where a security administrator begins, he sees that somebody waits for him
    system = Client()
    administrator(Role.SYSTEM_ADMIN)
    system.force_login(Account.objects.get(username="the-system_admin"))
    said = "1 项个人信息删除等您确认"
    assert said in security.get("/access/proposals/").content.decode()
    assert said not in system.get("/access/proposals/").content.decode()
    assert NAME not in security.get(url).content.decode()
    assert clerk.post(f"{url}done/").status_code == 403
    assert security.post(f"{url}refusals/", {"note": ""}).status_code == 422
    assert security.post(f"{url}done/").status_code == 303
    assert said not in security.get("/access/proposals/").content.decode()
    body = security.get(url).content.decode()
    assert "删了哪些" in body and "日志里的姓名、电话等原值" in body and PHONE not in body
