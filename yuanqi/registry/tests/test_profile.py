"""Keeping the profile: who may change which part, what its events say, two editors at once."""

from datetime import date
from decimal import Decimal

import pytest

from tests.evidence import every_row
from tests.people import BEFORE, MONDAY_9AM, Zone, at
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.models import JournalEvent, JournalPersonal
from yuanqi.registry import operations, queries
from yuanqi.registry.models import (
    Address,
    Area,
    Certificate,
    ContactPerson,
    Enterprise,
    EnterpriseGroup,
    Investor,
    Link,
    Title,
)
from yuanqi.registry.rights import Part, parts_of
from yuanqi.registry.seen import ChangedMeanwhile, seen_of

TITLE = {"name": "高新技术企业", "granted_on": date(2025, 11, 3), "valid_until": date(2028, 11, 2)}
PLANT = {"kind": Address.Kind.PLANT, "text": "云泽大道 66 号", "land_area": Decimal("42000")}


def last_event(stream: str) -> JournalEvent:
    return JournalEvent.objects.filter(stream=stream).latest("seq")


def act_of(zone: Zone, person) -> dict:
    return {"actor": zone.actor(person), "at": MONDAY_9AM}


@pytest.fixture
def first(zone: Zone) -> Enterprise:
    return zone.enterprise


# who may change what -----------------------------------------------------------------------------

LINKED = {Part.CONTACTS, Part.ADDRESSES, Part.INDICATORS}
OWN = LINKED | {Part.WEBSITE, Part.CERTIFICATES}


@pytest.mark.parametrize(
    ("who", "parts"),
    [
        ("clerk", set(Part)), ("linked_officer", LINKED), ("contact", OWN), ("stranger", set()),
        ("safety_handler", set()), ("planning_handler", set()), ("leader", set()),
    ],
)  # fmt: skip
def test_each_keeps_the_parts_that_are_his(zone, first, who, parts):
    assert parts_of(first.pk, zone.actor(getattr(zone, who))) == parts


def everything(zone: Zone, enterprise_id: int, person) -> dict:
    """One change of each part, as calls that have not been made."""
    told = act_of(zone, person)
    one = {"enterprise_id": enterprise_id, **told}
    officer = zone.safety_colleague

    def add(part: Part, **values):
        return lambda: operations.profile_add(part=part, values=values, **one)

    return {
        Part.BASICS: lambda: operations.enterprise_change(values={"credit": "A"}, **one),
        Part.WEBSITE: lambda: operations.enterprise_change(
            values={"website": "https://songlai.example"}, **one
        ),
        Part.CONTACTS: lambda: operations.contact_add(name="方舟", phone="13900000001", **one),
        Part.LINKS: lambda: operations.link_begin(
            officer=officer, role=2, from_on=date(2026, 11, 2), **one
        ),
        Part.GROUP: lambda: operations.group_create(name="松濑集团", head_id=enterprise_id, **told),
        Part.TITLES: add(Part.TITLES, **TITLE),
        Part.INVESTORS: add(Part.INVESTORS, name="松濑株式会社", country="JP"),
        Part.ADDRESSES: add(Part.ADDRESSES, **PLANT),
        Part.CERTIFICATES: add(Part.CERTIFICATES, name="排污许可证"),
        Part.INDICATORS: lambda: operations.indicators_state(
            month=date(2026, 10, 1), figures={"revenue": Decimal(10)}, **one
        ),
        Part.PROJECTS: lambda: operations.project_create(
            values={"name": "二期", "stage_on": date(2026, 11, 2)}, **one
        ),
    }


@pytest.mark.parametrize("who", ["clerk", "linked_officer", "contact"])
@pytest.mark.parametrize("part", list(Part))
def test_what_is_his_he_changes_and_nothing_else(zone, first, who, part):
    person = getattr(zone, who)
    before = every_row()
    act = everything(zone, first.pk, person)[part]

    if part in parts_of(first.pk, zone.actor(person)):
        act()
        assert every_row() != before
    else:
        with pytest.raises(NotAllowed):
            act()
        assert every_row() == before


@pytest.mark.parametrize("part", list(Part))
def test_another_enterprise_does_not_learn_that_there_is_something_to_change(zone, first, part):
    before = every_row()

    with pytest.raises((NotVisible, NotAllowed)):
        everything(zone, first.pk, zone.stranger)[part]()

    assert every_row() == before


@pytest.mark.parametrize("part", [Part.BASICS, Part.CONTACTS, Part.TITLES, Part.INDICATORS])
def test_a_department_reads_the_profile_and_changes_none_of_it(zone, first, part):
    before = every_row()

    with pytest.raises(NotAllowed):
        everything(zone, first.pk, zone.safety_handler)[part]()

    assert every_row() == before


# what the journal says ---------------------------------------------------------------------------


def test_a_change_says_which_fields_went_from_what_to_what(zone, first):
    operations.enterprise_change(
        enterprise_id=first.pk,
        values={"credit": "A", "capital": Decimal("5000.50"), "name": first.name},
        **act_of(zone, zone.clerk),
    )

    event = last_event(first.stream)
    assert event.kind == "registry.enterprise_changed"
    assert event.payload == {
        "enterprise_id": first.pk,
        "before": {"credit": "", "capital": None},
        "after": {"credit": "A", "capital": "5000.5"},
        "personal": {},
    }
    assert event.audience == "enterprise"


def test_a_change_that_changes_nothing_tells_nothing(zone, first):
    before = every_row()

    operations.enterprise_change(
        enterprise_id=first.pk, values={"name": first.name}, **act_of(zone, zone.clerk)
    )

    # a head that was locked is no row that changed
    assert every_row() == before


def test_names_and_numbers_of_people_stand_beside_the_chain(zone, first):
    operations.enterprise_change(
        enterprise_id=first.pk, values={"legal_person": "许怀远"}, **act_of(zone, zone.clerk)
    )
    operations.contact_change(
        enterprise_id=first.pk,
        contact_id=zone.contact.pk,
        values={"phone": "13800009999"},
        **act_of(zone, zone.contact),
    )

    event = last_event(first.stream)
    assert event.kind == "registry.contact_changed"
    assert (event.payload["before"], event.payload["after"]) == ({}, {})
    assert set(event.payload["personal"]) == {"phone_before", "phone_after"}
    assert "13800009999" not in str(event.payload)
    kept = dict(JournalPersonal.objects.filter(event=event).values_list("key", "value"))
    assert kept == {"phone_before": "13800000621", "phone_after": "13800009999"}
    assert not JournalEvent.objects.filter(payload__icontains="许怀远").exists()


def test_a_person_who_owns_a_share_is_not_named_in_the_chain(zone, first):
    operations.profile_add(
        enterprise_id=first.pk,
        part=Part.INVESTORS,
        values={"name": "许怀远", "kind": Investor.Kind.PERSON, "share": Decimal(30)},
        **act_of(zone, zone.clerk),
    )

    event = last_event(first.stream)
    assert event.payload["name"] == ""
    assert set(event.payload["person"]) == {"personal"}


# rows of the profile -----------------------------------------------------------------------------


def test_a_title_is_added_changed_and_removed_each_with_its_event(zone, first):
    told = {"enterprise_id": first.pk, "part": Part.TITLES, **act_of(zone, zone.clerk)}
    row = operations.profile_add(values=TITLE, **told)
    operations.profile_change(row_id=row.pk, values={**TITLE, "level": "national"}, **told)
    operations.profile_remove(row_id=row.pk, **told)

    assert not Title.objects.exists()
    kinds = JournalEvent.objects.filter(stream=first.stream).order_by("-seq")[:3]
    assert [event.kind for event in kinds] == [
        "registry.title_removed", "registry.title_changed", "registry.title_granted",
    ]  # fmt: skip


def test_a_second_row_alike_is_refused(zone, first):
    told = {"enterprise_id": first.pk, "part": Part.TITLES, **act_of(zone, zone.clerk)}
    operations.profile_add(values=TITLE, **told)
    before = every_row()

    with pytest.raises(Conflict, match="已经登记过"):
        operations.profile_add(values=TITLE, **told)

    assert every_row() == before


def test_a_row_of_another_enterprise_is_not_found(zone, first):
    other = zone.stranger.enterprise
    row = operations.profile_add(
        enterprise_id=other.pk, part=Part.CERTIFICATES, values={"name": "排污许可证"},
        actor=SYSTEM, at=BEFORE,
    )  # fmt: skip
    before = every_row()

    with pytest.raises(NotVisible):
        operations.profile_change(
            enterprise_id=first.pk, part=Part.CERTIFICATES, row_id=row.pk,
            values={"name": "别家的"}, **act_of(zone, zone.contact),
        )  # fmt: skip

    assert every_row() == before
    assert Certificate.objects.get().name == "排污许可证"


def test_an_industry_that_the_standard_lacks_is_refused(zone, first):
    before = every_row()

    with pytest.raises(Invalid):
        operations.enterprise_change(
            enterprise_id=first.pk, values={"industry_code": "C99"}, **act_of(zone, zone.clerk)
        )

    assert every_row() == before


def test_a_code_is_kept_with_its_section(zone, first):
    operations.enterprise_change(
        enterprise_id=first.pk, values={"industry_code": "3073"}, **act_of(zone, zone.clerk)
    )

    first.refresh_from_db()
    assert first.industry_code == "C3073"


# two editors -------------------------------------------------------------------------------------


def test_the_second_of_two_editors_is_told_what_the_first_has_changed(zone, first):
    seen = seen_of(first, ["credit", "website"])
    change = {"enterprise_id": first.pk, "seen": seen, **act_of(zone, zone.clerk)}
    operations.enterprise_change(values={"credit": "A", "website": ""}, **change)
    before = every_row()

    with pytest.raises(ChangedMeanwhile) as told:
        operations.enterprise_change(
            values={"credit": "B", "website": "https://songlai.example"}, **change
        )

    assert told.value.fields == {"credit": ("", "A")}
    assert every_row() == before


def test_a_change_of_another_part_stands_in_nobodys_way(zone, first):
    seen = seen_of(first, ["credit"])
    operations.contact_add(
        enterprise_id=first.pk, name="方舟", phone="13900000001", **act_of(zone, zone.contact)
    )

    operations.enterprise_change(
        enterprise_id=first.pk, values={"credit": "B"}, seen=seen, **act_of(zone, zone.clerk)
    )

    first.refresh_from_db()
    assert first.credit == "B"


# contacts and links ------------------------------------------------------------------------------


def test_another_becomes_the_main_contact_and_only_then_the_first_may_go(zone, first):
    told = {"enterprise_id": first.pk, **act_of(zone, zone.clerk)}
    second = operations.contact_add(name="方舟", phone="13900000001", **told)
    with pytest.raises(Conflict, match="先把另一位设为主要联系人"):
        operations.contact_retire(contact_id=zone.contact.pk, **told)

    operations.contact_make_main(contact_id=second.pk, **told)
    operations.contact_retire(contact_id=zone.contact.pk, **told)

    assert list(
        ContactPerson.objects.filter(enterprise=first).order_by("pk")
        .values_list("pk", "is_main", "is_active")
    ) == [(zone.contact.pk, False, False), (second.pk, True, True)]  # fmt: skip


def test_nobody_retires_himself(zone, first):
    told = {"enterprise_id": first.pk, **act_of(zone, zone.clerk)}
    second = operations.contact_add(name="方舟", phone="13900000001", **told)
    operations.contact_make_main(contact_id=second.pk, **told)
    before = every_row()

    with pytest.raises(Conflict, match="不能停用自己"):
        operations.contact_retire(
            enterprise_id=first.pk, contact_id=zone.contact.pk, **act_of(zone, zone.contact)
        )

    assert every_row() == before


def test_an_officer_takes_over_on_the_day_the_other_ends(zone, first):
    link = Link.objects.get(enterprise=first)

    operations.link_hand_over(
        link_id=link.pk, officer=zone.leader, from_on=date(2026, 11, 9), **act_of(zone, zone.clerk)
    )

    terms = Link.objects.filter(enterprise=first).order_by("from_on")
    assert [(one.officer_id, one.from_on, one.until_on) for one in terms] == [
        (zone.linked_officer.pk, BEFORE.date(), date(2026, 11, 9)),
        (zone.leader.pk, date(2026, 11, 9), None),
    ]


# groups ------------------------------------------------------------------------------------------


@pytest.fixture
def group(zone: Zone, first) -> EnterpriseGroup:
    """Both enterprises in one group; the first, which has a linked officer, is its head."""
    told = {"actor": SYSTEM, "at": BEFORE}
    found = operations.group_create(name="松濑集团", head_id=first.pk, **told)
    operations.group_join(
        enterprise_id=zone.stranger.enterprise_id, group_id=found.pk, **told
    )  # fmt: skip
    return found


def test_without_a_lead_of_its_own_an_enterprise_is_served_by_its_groups(zone, group):
    member = Enterprise.objects.get(pk=zone.stranger.enterprise_id)
    service = queries.services_of([member], date(2026, 11, 2))[member.pk]

    assert service.officer == zone.linked_officer
    assert service.group == group
    assert queries.linked_officer(member, date(2026, 11, 2)) == zone.linked_officer
    assert member.pk in zone.actor(zone.linked_officer).linked_enterprise_ids


def test_a_lead_of_its_own_comes_before_the_groups(zone, group):
    member = Enterprise.objects.get(pk=zone.stranger.enterprise_id)
    operations.link_begin(
        enterprise_id=member.pk, officer=zone.leader, from_on=date(2026, 11, 1),
        actor=SYSTEM, at=BEFORE,
    )  # fmt: skip

    service = queries.services_of([member], date(2026, 11, 2))[member.pk]
    assert (service.officer, service.group) == (zone.leader, None)
    assert member.pk not in zone.actor(zone.linked_officer).linked_enterprise_ids


def test_who_is_only_second_at_the_head_serves_no_member(zone, first, group):
    operations.link_begin(
        enterprise_id=first.pk, officer=zone.safety_colleague, role=2, from_on=BEFORE.date(),
        actor=SYSTEM, at=BEFORE,
    )  # fmt: skip

    assert zone.actor(zone.safety_colleague).linked_enterprise_ids == {first.pk}


def test_a_group_whose_head_leaves_has_none(zone, first, group):
    operations.group_leave(enterprise_id=first.pk, **act_of(zone, zone.clerk))

    group.refresh_from_db()
    first.refresh_from_db()
    assert (group.head_id, first.group_id) == (None, None)
    assert zone.actor(zone.linked_officer).linked_enterprise_ids == {first.pk}


# merged and areas --------------------------------------------------------------------------------


def test_what_was_merged_is_in_no_list_and_is_not_changed(zone, first):
    other = zone.stranger.enterprise
    Enterprise.objects.filter(pk=other.pk).update(merged_into=first)
    listed = queries.enterprises_listed(zone.actor(zone.clerk))
    before = every_row()

    assert list(listed) == [first]
    with pytest.raises(Conflict, match="已经并入"):
        operations.enterprise_change(
            enterprise_id=other.pk, values={"credit": "A"}, **act_of(zone, zone.clerk)
        )
    assert every_row() == before


def test_only_the_centre_keeps_areas(zone):
    told = {"code": "east", "name": "东片区"}
    before = every_row()
    with pytest.raises(NotAllowed):
        operations.area_create(**told, **act_of(zone, zone.linked_officer))
    assert every_row() == before

    operations.area_create(**told, **act_of(zone, zone.clerk))
    with pytest.raises(Conflict):
        operations.area_create(**told, **act_of(zone, zone.clerk))
    assert [one.name for one in Area.objects.all()] == ["东片区"]


def test_times_are_those_that_were_given(zone, first):
    operations.enterprise_change(
        enterprise_id=first.pk, values={"credit": "C"}, actor=zone.actor(zone.clerk),
        at=at("11-05 10:00"),
    )  # fmt: skip

    assert last_event(first.stream).at == at("11-05 10:00")
