"""Whom an officer serves today: read whole, or asked one by one, it is the same."""

import random
from datetime import date

import pytest

from tests.people import MONDAY_9AM, Zone
from yuanqi.foundation.actors import Role
from yuanqi.foundation.models import RoleGrant
from yuanqi.registry.models import Enterprise, EnterpriseGroup, Link, LinkRole
from yuanqi.registry.serving import Served

DAY = date(2026, 11, 5)


def enterprises(zone: Zone, many: int) -> list[int]:
    first = zone.enterprise
    found = []
    for number in range(many):
        firm = Enterprise.objects.get(pk=first.pk)
        firm.pk, firm.uscc = None, f"91330000MA{number:08d}"
        firm._state.adding = True
        firm.save()
        found.append(firm.pk)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_asked_one_by_one_they_are_those_of_the_whole(zone, seed):
    rng = random.Random(seed)
    firms = enterprises(zone, 12)
    officers = [zone.clerk.pk, zone.linked_officer.pk, zone.safety_handler.pk]
    for head in rng.sample(firms, 3):
        group = EnterpriseGroup.objects.create(name=f"集团{head}", head_id=head)
        Enterprise.objects.filter(pk__in=rng.sample(firms, 4)).update(group=group)
    Enterprise.objects.filter(pk=rng.choice(firms)).update(merged_into=firms[0])
    for firm in rng.sample(firms, 7):
        until = rng.choice([None, None, date(2026, 11, 5), date(2026, 12, 1)])
        role = rng.choice([LinkRole.LEAD, LinkRole.LEAD, LinkRole.SECOND])
        Link.objects.create(
            enterprise_id=firm, officer_id=rng.choice(officers), role=role,
            from_on=date(2026, 1, 1), until_on=until,
        )  # fmt: skip

    for some in ([officers[0]], officers[:2], officers):
        whole = Served(some, DAY).all
        one_by_one = Served(some, DAY)
        assert {pk for pk in [*firms, zone.enterprise.pk] if pk in one_by_one} == whole
        assert bool(Served(some, DAY)) == bool(whole)
        assert (set(Served(some, DAY)), len(Served(some, DAY))) == (whole, len(whole))


def test_who_sees_every_case_is_not_asked_for_all_of_them(zone, django_assert_num_queries):
    Link.objects.create(
        enterprise=zone.enterprise,
        officer=zone.clerk,
        role=LinkRole.SECOND,
        from_on=date(2026, 1, 1),
    )
    assert RoleGrant.objects.filter(account=zone.clerk.account, role=Role.CENTRE).exists()
    actor = zone.actor(zone.clerk, MONDAY_9AM)

    with django_assert_num_queries(1):
        assert zone.enterprise.pk in actor.linked_enterprise_ids
        assert zone.enterprise.pk in actor.linked_enterprise_ids
