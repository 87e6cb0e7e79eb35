"""A small round: three enterprises, the linked officer, the leader, more officers of rank."""

from datetime import date
from typing import Any

import pytest

from tests.people import BEFORE, Zone, at, give_password
from yuanqi.domain import uscc
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.models import Account
from yuanqi.linking import operations
from yuanqi.linking.models import Round, RoundLink
from yuanqi.linking.operations import Terms
from yuanqi.organisation import operations as organisation
from yuanqi.organisation.models import Officer, Rank
from yuanqi.registry import operations as registry
from yuanqi.registry.models import Enterprise, Link

TODAY = at("11-05 10:00")
BEGINS = date(2026, 12, 1)


def officer(zone: Zone, username: str, name: str, rank: int = Rank.DEPUTY_SECTION) -> Officer:
    """One more officer of rank, with an account."""
    account = Account(username=username)
    give_password(account)
    account.save()
    return organisation.officer_create(
        account=account, name=name, department=zone.planning, title="副局长", rank=rank,
        phone="8601 2315", actor=SYSTEM, at=BEFORE,
    )  # fmt: skip


def firm(serial: str, name: str) -> Enterprise:
    return registry.enterprise_register(
        code=uscc.make("91320583", serial), name=f"{name}有限公司", short_name=name,
        actor=SYSTEM, at=BEFORE,
    )  # fmt: skip


def terms(**more: Any) -> Terms:
    told = {
        "name": "2027 年挂钩", "from_on": BEGINS, "until_on": date(2027, 12, 1),
        "is_everyone": True, "leader_capacity": 5, "head_capacity": 10, "deputy_capacity": 5,
    }  # fmt: skip
    return Terms(**(told | more))


def drafted(zone: Zone, **more: Any) -> Round:
    return operations.round_draft(
        terms=terms(**more), actor=zone.actor(zone.clerk, TODAY), at=TODAY
    )


def pair_set(zone: Zone, round_: Round, firm: Enterprise, lead: Officer | None, **more: Any):
    """Set a pair as somebody does who sees it as it stands."""
    row = RoundLink.objects.get(round=round_, enterprise=firm)
    told = {
        "lead_id": lead.pk if lead else None, "second_id": row.second_id,
        "seen_lead_id": row.lead_id, "seen_second_id": row.second_id,
        "actor": zone.actor(zone.clerk, TODAY), "at": TODAY,
    }  # fmt: skip
    return operations.round_edit(round_id=round_.pk, enterprise_id=firm.pk, **(told | more))


def publish(zone: Zone, round_: Round, when=TODAY, who=None, revision: int | None = None) -> Round:
    seen = Round.objects.get(pk=round_.pk).revision if revision is None else revision
    return operations.round_publish(
        round_id=round_.pk, revision=seen, actor=zone.actor(who or zone.clerk, when), at=when
    )


def links_said() -> list[tuple[str, str, str, str | None]]:
    """All leads as (enterprise, officer, from, until)."""
    found = Link.objects.filter(role=1).select_related("enterprise", "officer")
    return [
        (
            one.enterprise.short_name, one.officer.name, one.from_on.isoformat(),
            one.until_on.isoformat() if one.until_on else None,
        )
        for one in found.order_by("enterprise", "from_on")
    ]  # fmt: skip


@pytest.fixture
def colleague(zone: Zone) -> Officer:
    return officer(zone, "luyuan", "陆远")


@pytest.fixture
def other(zone: Zone) -> Enterprise:
    return zone.stranger.enterprise
