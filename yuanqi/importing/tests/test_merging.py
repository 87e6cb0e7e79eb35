"""Two rows of one firm become one: everything moves, or what stands in the way is said."""

from datetime import date
from decimal import Decimal

import pytest

from tests.evidence import every_row
from tests.people import BEFORE, at
from yuanqi.casework.models import Case, CaseAccess
from yuanqi.domain import uscc
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent
from yuanqi.foundation.writer import DIRECT
from yuanqi.registry import acts, merging
from yuanqi.registry import operations as registry
from yuanqi.registry.models import ContactPerson, EnterpriseSearch, Indicator, Link, Project, Title
from yuanqi.servicedesk import search_index
from yuanqi.servicedesk.models import SearchText
from yuanqi.servicedesk.operations import request_raise

pytestmark = pytest.mark.django_db
NOON = at("11-22 12:00")
TOLD = {"actor": SYSTEM, "at": BEFORE}


@pytest.fixture
def clerk(zone):
    return zone.actor(zone.clerk)


@pytest.fixture
def old(zone):
    """The firm's second row, under a code that was in force before."""
    return registry.enterprise_register(
        code=uscc.make("91320594", "MA900009"),
        name="云泽松濑旧名有限公司",
        short_name="松濑旧名",
        **TOLD,
    )


def merge(old, into, actor):
    return merging.enterprises_merge(old_id=old.pk, into_id=into.pk, actor=actor, at=NOON)


def test_all_that_hangs_on_the_old_row_moves_and_both_streams_tell_it(zone, old, clerk):
    into = zone.enterprise
    person = acts.contact(DIRECT, enterprise=old, name="苏禾", phone="139", is_main=True, **TOLD)
    link = acts.link(
        DIRECT,
        enterprise=old,
        officer=zone.planning_handler,
        role=2,
        from_on=date(2020, 1, 1),
        **TOLD,
    )
    title = acts.title(DIRECT, enterprise=old, name="瞪羚企业", granted_on=date(2024, 1, 1), **TOLD)
    project = acts.project(
        DIRECT, enterprise=old, name="二期", stage=3, stage_on=date(2024, 1, 1), **TOLD
    )
    figure = acts.indicator(
        DIRECT, enterprise=old, month=date(2026, 1, 1), code="tax", value=Decimal(5), **TOLD
    )

    merge(old, into, clerk)

    assert ContactPerson.objects.get(pk=person.pk).enterprise == into
    assert ContactPerson.objects.get(pk=person.pk).is_main is False
    for model, row in ((Link, link), (Title, title), (Project, project), (Indicator, figure)):
        assert model.objects.get(pk=row.pk).enterprise == into
    old.refresh_from_db()
    assert old.merged_into == into
    assert not EnterpriseSearch.objects.filter(enterprise=old).exists()
    told = JournalEvent.objects.filter(kind="registry.enterprise_merged")
    assert {event.stream for event in told} == {old.stream, into.stream}


def test_cases_move_with_their_sight_and_their_index(zone, old, clerk):
    stranger = zone.stranger.enterprise
    case = request_raise(
        contact_id=zone.contact.pk, category="ENV", level="P3", text="厂区西门夜班公交末班车太早",
        actor=zone.actor(zone.contact), at=NOON,
    )  # fmt: skip
    search_index.index([case])

    merge(zone.enterprise, stranger, clerk)

    assert Case.objects.get(pk=case).enterprise == stranger
    seen = set(CaseAccess.objects.filter(case=case).values_list("grantee", flat=True))
    assert f"e{stranger.pk}" in seen
    assert f"e{zone.enterprise.pk}" not in seen
    event = JournalEvent.objects.get(kind="casework.case_taken")
    assert (event.stream, event.payload["enterprise_id"]) == (f"case:{case}", stranger.pk)
    before = SearchText.objects.get(pk=case).words
    search_index.handle([event])
    assert SearchText.objects.get(pk=case).words != before


def test_two_officers_in_one_role_on_one_day_stand_in_the_way(zone, old, clerk):
    acts.link(
        DIRECT, enterprise=old, officer=zone.planning_handler, from_on=date(2020, 1, 1), **TOLD
    )
    before = every_row()

    assert merging.plan(old.pk, zone.enterprise.pk, clerk).objections
    with pytest.raises(Conflict, match="同一时间"):
        merge(old, zone.enterprise, clerk)

    assert every_row() == before


def test_differing_figures_of_one_month_stand_in_the_way_and_equal_ones_are_kept_once(
    zone, old, clerk
):
    for firm, value in ((old, 5), (zone.enterprise, 6)):
        acts.indicator(
            DIRECT,
            enterprise=firm,
            month=date(2026, 1, 1),
            code="tax",
            value=Decimal(value),
            **TOLD,
        )
    with pytest.raises(Conflict, match="两边不同"):
        merge(old, zone.enterprise, clerk)
    Indicator.objects.filter(enterprise=old).update(value=6)

    merge(old, zone.enterprise, clerk)

    assert list(Indicator.objects.values_list("enterprise", "value")) == [
        (zone.enterprise.pk, Decimal("6.00"))
    ]


def test_only_the_centre_merges_and_nothing_into_itself_or_twice(zone, old, clerk):
    before = every_row()
    with pytest.raises(NotAllowed):
        merge(old, zone.enterprise, zone.actor(zone.safety_handler))
    with pytest.raises(Invalid):
        merge(old, old, clerk)
    with pytest.raises(NotVisible):
        merging.enterprises_merge(old_id=old.pk, into_id=987654, actor=clerk, at=NOON)
    assert every_row() == before
    merge(old, zone.enterprise, clerk)

    with pytest.raises(Conflict, match="已经并入"):
        merge(old, zone.enterprise, clerk)
