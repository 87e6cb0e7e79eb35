"""What the registers tell of an enterprise's past, and to whom."""

from datetime import date

import pytest
from django.utils import timezone

from tests.people import BEFORE, Zone, at
from yuanqi.foundation import journal
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.journal import Audience
from yuanqi.registry import operations
from yuanqi.registry.events import LinkEnded
from yuanqi.registry.models import LinkRole
from yuanqi.registry.timeline import happenings_of

NOW = at("11-22 09:00")


def said(zone: Zone, person, most: int = 30) -> list[str]:
    return [one.text for one in happenings_of(zone.enterprise, zone.actor(person), NOW, most)]


@pytest.fixture
def changed(zone: Zone) -> Zone:
    """The enterprise after its linked officer has changed, with a second contact and officer."""
    act = {"actor": SYSTEM, "at": at("09-01 09:00")}
    link = zone.enterprise.links.get()
    operations.link_end(link_id=link.pk, until_on=date(2026, 9, 1), **act)
    begin = {"enterprise_id": zone.enterprise.pk, "from_on": date(2026, 9, 1), **act}
    operations.link_begin(officer=zone.leader, **begin)
    operations.link_begin(officer=zone.safety_colleague, role=LinkRole.SECOND, **begin)
    operations.contact_add(
        enterprise_id=zone.enterprise.pk, name="方舟", phone="13900000001", **act
    )
    return zone


def test_each_change_is_a_sentence_the_newest_first(changed):
    code = changed.enterprise.uscc

    expected = [
        "登记联系人方舟",
        "安环局宋知行从 09-01 起协助挂钩",
        "管委会郑立群从 09-01 起挂钩",
        "审批局沈一帆的挂钩从 09-01 起结束",
        "审批局沈一帆从 01-01 起挂钩",
        "登记主要联系人许若楠",
        f"登记入册，代码 {code}",
    ]
    assert said(changed, changed.clerk) == expected
    assert said(changed, changed.contact) == expected


def test_only_as_many_are_told_as_asked_for(changed):
    assert said(changed, changed.clerk, 2) == ["登记联系人方舟", "安环局宋知行从 09-01 起协助挂钩"]


def test_what_stays_inside_the_park_is_not_told_to_the_enterprise(zone):
    journal.record(
        LinkEnded(
            enterprise_id=zone.enterprise.pk,
            officer_id=zone.leader.pk,
            role=LinkRole.SECOND,
            until_on=date(2026, 3, 1),
        ),
        stream=zone.enterprise.stream,
        audience=Audience.STAFF,
        actor=SYSTEM,
        at=BEFORE,
        enterprise_id=zone.enterprise.pk,
    )
    inside = "管委会郑立群的挂钩从 03-01 起结束"

    assert said(zone, zone.clerk)[0] == inside
    assert inside not in said(zone, zone.contact)
    assert len(said(zone, zone.contact)) == 3


def test_another_enterprises_past_is_not_mixed_in(changed):
    other = changed.stranger.enterprise

    found = happenings_of(other, changed.actor(changed.clerk), timezone.now(), 30)

    assert [one.text for one in found] == ["登记主要联系人韩青", f"登记入册，代码 {other.uscc}"]
