"""The standing people of the tests: a small zone with officers, an enterprise and an outsider."""

import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection

from yuanqi.casework import loading as mechanisms
from yuanqi.conditions import shipping as rules
from yuanqi.domain import uscc
from yuanqi.foundation.actors import SYSTEM, Actor, Role, actor_for
from yuanqi.foundation.models import Account, RoleGrant
from yuanqi.organisation import operations as organisation
from yuanqi.organisation.models import Department, Officer, Rank
from yuanqi.organisation.publishing import publish_chinese_calendar
from yuanqi.parameters import store
from yuanqi.registry import operations as registry
from yuanqi.registry.models import ContactPerson, Enterprise
from yuanqi.servicedesk import loading as desk

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "correct horse battery"


def give_password(account: Account) -> None:
    """Give the account the password that all have here."""
    account.password = _hashed(settings.PASSWORD_HASHERS[0])


@cache
def _hashed(_hasher: str) -> str:
    # a site's people are a dozen, and to hash is meant to take long
    return make_password(PASSWORD)


def at(text: str) -> datetime:
    """An instant in Shanghai in 2026, as "11-05 10:00"."""
    return datetime.strptime(f"2026-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)


MONDAY_9AM = at("11-02 09:00")


@dataclass
class Zone:
    """Everybody, by the part they play."""

    centre: Department
    safety: Department
    planning: Department
    approval: Department
    clerk: Officer  # of the service centre
    safety_handler: Officer
    safety_colleague: Officer
    planning_handler: Officer
    approval_handler: Officer
    linked_officer: Officer
    leader: Officer
    enterprise: Enterprise
    contact: ContactPerson
    stranger: ContactPerson  # of another enterprise

    def actor(self, person: Officer | ContactPerson, when: datetime = MONDAY_9AM) -> Actor:
        assert person.account is not None
        return actor_for(person.account, when)


def _account(username: str, *roles: Role) -> Account:
    account = Account(username=username)
    give_password(account)
    account.save()
    for role in roles:
        RoleGrant.objects.create(account=account, role=role.value)
    return account


def build_zone() -> Zone:
    """Write the zone's rows through the operations, as the system."""
    act = {"actor": SYSTEM, "at": BEFORE}
    publish_chinese_calendar(at=BEFORE)

    def unit(code: str, name: str, short: str, english: str, kind: str, **more: object):
        return organisation.department_create(
            code=code, name=name, short_name=short, name_en=english, kind=kind, **more, **act
        )

    kinds = Department.Kind
    office = unit("leadership", "管委会", "管委会", "Committee", kinds.LEADERSHIP)
    up = {"reports_to": office}
    centre = unit(
        "service-centre", "企业服务中心", "服务中心", "Service Centre", kinds.CENTRE, **up
    )
    safety = unit("safety-environment", "安全环保局", "安环局", "Safety", kinds.BUREAU, **up)
    planning = unit("planning-construction", "规划建设局", "规建局", "Planning", kinds.BUREAU, **up)
    approval = unit("approval", "行政审批局", "审批局", "Approval", kinds.BUREAU, **up)

    def person(
        username: str, name: str, department: Department, *roles: Role, rank: int = Rank.CLERK
    ) -> Officer:
        return organisation.officer_create(
            account=_account(username, *roles),
            name=name,
            department=department,
            title="科员",
            rank=rank,
            phone="8601 2000",
            **act,
        )

    leader = person("leader", "郑立群", office, Role.LEADER, rank=Rank.DEPUTY_DIVISION)
    clerk = person("clerk", "周敏", centre, Role.CENTRE)
    handler = person("handler", "何思远", safety, Role.HANDLER)
    colleague = person("colleague", "宋知行", safety, Role.HANDLER)
    planner = person("planner", "陆瑶", planning, Role.HANDLER)
    approver = person("approver", "吴绍峰", approval, Role.HANDLER)
    linked = person("linked", "沈一帆", approval, rank=Rank.DEPUTY_SECTION)
    for department, head in (
        (office, leader), (centre, clerk), (safety, handler), (planning, planner),
        (approval, approver),
    ):  # fmt: skip
        organisation.head_appoint(department=department, officer=head, **act)

    mechanisms.publish_all(**act, valid_from=BEFORE.date())
    desk.load_categories(**act)
    rules.load(at=BEFORE)

    def firm(serial: str, name: str, short: str, who: str, username: str):
        enterprise = registry.enterprise_register(
            code=uscc.make("91320583", serial), name=name, short_name=short, **act
        )
        contact = registry.contact_add(
            enterprise_id=enterprise.pk,
            name=who,
            phone="13800000621",
            title="EHS 经理",
            is_main=True,
            account=_account(username),
            **act,
        )
        return enterprise, contact

    enterprise, contact = firm(
        "MA1XK001", "松濑精密陶瓷（云泽）有限公司", "松濑精密陶瓷", "许若楠", "contact"
    )
    _other, stranger = firm("MA1XK002", "禾屿生物医药有限公司", "禾屿生物医药", "韩青", "stranger")
    registry.link_begin(enterprise_id=enterprise.pk, officer=linked, from_on=BEFORE.date(), **act)
    return Zone(
        centre=centre, safety=safety, planning=planning, approval=approval, clerk=clerk,
        safety_handler=handler, safety_colleague=colleague, planning_handler=planner,
        approval_handler=approver, linked_officer=linked, leader=leader,
        enterprise=enterprise, contact=contact, stranger=stranger,
    )  # fmt: skip


class _Mould:
    """The zone's rows as they were first written, to be copied in for each further test."""

    def __init__(self) -> None:
        self.zone: Zone | None = None
        self.rows: list[tuple[str, str, list[bytes]]] = []  # table, columns, COPY's blocks

    def cast(self) -> Zone:
        if self.zone is None:
            self._make()
        else:
            self._copy_in()
        # a test may change what it is given
        return copy.deepcopy(self.zone)

    def _make(self) -> None:
        empty = [table for table in _tables() if not _count(table)]
        self.zone = build_zone()
        for table in filter(_count, empty):
            names = ", ".join(f'"{name}"' for name in _columns(table))
            sql = f'COPY "{table}" ({names}) TO STDOUT'
            with connection.cursor() as cursor, cursor.cursor.copy(sql) as out:
                self.rows.append((table, names, [bytes(block) for block in out]))

    def _copy_in(self) -> None:
        for table, names, blocks in self.rows:
            sql = f'COPY "{table}" ({names}) FROM STDIN'
            with connection.cursor() as cursor, cursor.cursor.copy(sql) as target:
                for block in blocks:
                    target.write(block)


def _tables() -> list[str]:
    return [model._meta.db_table for model in apps.get_models() if model._meta.managed]


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return cursor.fetchone()[0]


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, table)
    # an event belongs to the transaction that writes it
    return [column.name for column in described if column.name != "xid"]


_mould = _Mould()


@pytest.fixture
def zone(db: None) -> Zone:
    """The zone, in the test's own transaction."""
    store.read_ahead()  # else it would depend on the second before whether a page costs a query
    return _mould.cast()
