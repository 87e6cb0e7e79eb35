"""Who answers now, as the directory shows it; going away with somebody acting."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.people import BEFORE, Zone, at
from yuanqi.foundation.actors import SYSTEM, Role
from yuanqi.foundation.models import JournalEvent, RoleGrant
from yuanqi.organisation import operations
from yuanqi.organisation.models import Absence, Department
from yuanqi.organisation.queries import officer_on_duty
from yuanqi.organisation.roster import Roster

pytestmark = pytest.mark.django_db


def away(officer, acting, start, end, actor=SYSTEM):
    return operations.absence_record(
        officer_id=officer.pk,
        acting_id=acting.pk,
        start_at=start,
        end_at=end,
        reason="培训",
        actor=actor,
        at=start,
    )


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


def form_of(zone: Zone, **changes) -> dict:
    values = {
        "officer": zone.safety_handler.pk,
        "acting": zone.safety_colleague.pk,
        "start_at": "2027-03-01T09:00",
        "end_at": "2027-03-02T17:30",
        "reason": "外出培训",
    }
    return {**values, **changes}


# the roster --------------------------------------------------------------------------------------


def test_the_roster_read_once_agrees_with_the_question_asked_one_at_a_time(zone):
    night = at("11-05 20:00")
    away(zone.clerk, zone.leader, at("11-05 18:00"), at("11-06 08:00"))
    away(zone.safety_handler, zone.safety_colleague, at("11-05 12:00"), at("11-06 12:00"))
    away(zone.safety_colleague, zone.planning_handler, at("11-05 19:00"), at("11-05 21:00"))
    operations.duty_assign(
        department=zone.planning,
        officer=zone.linked_officer,
        start_at=at("11-05 17:30"),
        end_at=at("11-06 09:00"),
        actor=SYSTEM,
        at=BEFORE,
    )
    roster = Roster.over(night - timedelta(days=1), night + timedelta(days=1))

    for hour in range(-24, 25):
        when = night + timedelta(hours=hour)
        for department in roster.departments:
            assert roster.on_duty(department, when) == officer_on_duty(department, when)

    answering = {unit.code: roster.on_duty(unit, night).name for unit in roster.departments}
    assert answering == {
        "leadership": "郑立群",
        "service-centre": "郑立群",  # the clerk is away
        "safety-environment": "陆瑶",  # through two who are away
        "planning-construction": "沈一帆",  # on the roster
        "approval": "吴绍峰",
    }


def test_two_who_act_for_each_other_do_not_make_the_roster_run_for_ever(zone):
    away(zone.safety_handler, zone.safety_colleague, at("11-05 08:00"), at("11-05 18:00"))
    away(zone.safety_colleague, zone.safety_handler, at("11-05 08:00"), at("11-05 18:00"))
    noon = at("11-05 12:00")
    roster = Roster.over(noon, noon)

    assert roster.on_duty(zone.safety, noon) == officer_on_duty(zone.safety, noon)


def test_a_department_of_nobody_has_nobody_on_duty(zone):
    empty = operations.department_create(
        code="empty", name="新设局", short_name="新设局", name_en="New", actor=SYSTEM, at=BEFORE
    )
    roster = Roster.over(at("11-05 12:00"), at("11-05 12:00"))

    assert roster.on_duty(empty, at("11-05 12:00")) is None


def test_departments_stand_after_the_one_they_report_to(zone):
    operations.department_create(
        code="station",
        name="环境监测站",
        short_name="监测站",
        name_en="Station",
        reports_to=zone.safety,
        position=-1,
        actor=SYSTEM,
        at=BEFORE,
    )

    ordered = Roster.over(BEFORE, BEFORE).in_reporting_order()

    assert [unit.code for unit in ordered] == [
        "leadership",
        "service-centre",
        "safety-environment",
        "station",
        "planning-construction",
        "approval",
    ]


def test_a_ring_of_reporting_lines_hides_no_department(zone):
    Department.objects.filter(pk=zone.safety.pk).update(reports_to=zone.planning)
    Department.objects.filter(pk=zone.planning.pk).update(reports_to=zone.safety)

    ordered = Roster.over(BEFORE, BEFORE).in_reporting_order()

    assert sorted(unit.pk for unit in ordered) == sorted(
        Department.objects.values_list("pk", flat=True)
    )


# the page ----------------------------------------------------------------------------------------


def test_the_directory_says_who_is_away_and_who_acts(zone):
    now = timezone.now()
    away(zone.safety_handler, zone.safety_colleague, now, now + timedelta(hours=3))

    html = signed_in(zone.planning_handler).get(reverse("organisation:directory")).content.decode()

    assert "，由宋知行代" in html
    assert "现在找宋知行" in html
    assert "服务中心现在由周敏值班" in html
    assert 'href="tel:86012000"' in html


def test_the_directory_reads_each_table_once(zone, django_assert_num_queries):
    client = signed_in(zone.planning_handler)

    # who asks: session, account, roles, officer, for whom he acts, contact, and for his links the
    # officer, for whom he acts, the links; unread notices
    # what is shown: departments, officers, absences, shifts; that it was read
    client.get(reverse("organisation:directory"))
    with django_assert_num_queries(11):
        client.get(reverse("organisation:directory"))


@pytest.mark.parametrize("name", ["organisation:directory", "organisation:absence"])
def test_an_enterprise_does_not_learn_that_there_is_a_directory(zone, name):
    assert signed_in(zone.contact).get(reverse(name)).status_code == 404


@pytest.mark.parametrize("name", ["organisation:directory", "organisation:absence"])
def test_who_is_not_signed_in_is_sent_to_sign_in(zone, name):
    response = Client().get(reverse(name))

    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


# absences ----------------------------------------------------------------------------------------


def test_an_officer_records_his_own_absence_and_is_told_who_acts(zone):
    client = signed_in(zone.safety_handler)

    response = client.post(reverse("organisation:absence"), form_of(zone))

    assert (response.status_code, response["Location"]) == (303, reverse("organisation:directory"))
    row = Absence.objects.get()
    assert (row.officer, row.acting) == (zone.safety_handler, zone.safety_colleague)
    assert row.start_at.isoformat() == "2027-03-01T01:00:00+00:00"
    assert row.end_at.isoformat() == "2027-03-02T09:30:00+00:00"
    assert JournalEvent.objects.filter(kind="organisation.absence_recorded").count() == 1
    page = client.get(reverse("organisation:directory")).content.decode()
    assert "已登记外出。这段时间由安环局宋知行代理。" in page


def test_a_head_records_the_absence_of_his_people(zone):
    RoleGrant.objects.create(account=zone.safety_handler.account, role=Role.HEAD.value)
    values = form_of(zone, officer=zone.safety_colleague.pk, acting=zone.safety_handler.pk)

    response = signed_in(zone.safety_handler).post(reverse("organisation:absence"), values)

    assert response.status_code == 303
    assert Absence.objects.get().officer == zone.safety_colleague


@pytest.mark.parametrize("who", ["safety_colleague", "planning_handler"])
def test_nobody_else_can_send_an_officer_away(zone, who):
    """A colleague without the office of head, and an officer of another department."""
    events = JournalEvent.objects.count()

    response = signed_in(getattr(zone, who)).post(
        reverse("organisation:absence"), form_of(zone, acting=zone.leader.pk)
    )

    assert response.status_code == 422
    assert not Absence.objects.exists()
    assert JournalEvent.objects.count() == events


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"end_at": "2027-03-01T09:00"}, "结束时间要晚于开始时间。"),
        ({"end_at": "2027-02-01T09:00"}, "结束时间要晚于开始时间。"),
        ({"start_at": "next week"}, "从："),
        ({"reason": ""}, "事由："),
        ({"acting": ""}, "谁代理："),
        ({"acting": "999999"}, "谁代理："),
    ],
)
def test_a_form_that_cannot_be_says_at_the_field_how_to_mend_it(zone, changes, said):
    response = signed_in(zone.safety_handler).post(
        reverse("organisation:absence"), form_of(zone, **changes)
    )

    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Absence.objects.exists()


def test_nobody_acts_for_himself(zone):
    RoleGrant.objects.create(account=zone.safety_handler.account, role=Role.HEAD.value)

    response = signed_in(zone.safety_handler).post(
        reverse("organisation:absence"), form_of(zone, acting=zone.safety_handler.pk)
    )

    assert response.status_code == 422
    assert "代理人不能是本人，请选一位同事。" in response.content.decode()
    assert not Absence.objects.exists()


def test_an_absence_over_another_is_refused_kindly_and_what_was_written_stays(zone):
    client = signed_in(zone.safety_handler)
    client.post(reverse("organisation:absence"), form_of(zone))

    response = client.post(
        reverse("organisation:absence"),
        form_of(zone, start_at="2027-03-02T09:00", end_at="2027-03-03T17:30", reason="年休假"),
    )

    assert response.status_code == 409
    html = response.content.decode()
    assert "这段时间已经登记过外出，请改时间，或先取消原来的。" in html
    assert 'value="年休假"' in html
    assert Absence.objects.count() == 1
