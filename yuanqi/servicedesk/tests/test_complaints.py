"""A complaint is kept from whom it is about, on every page and in every list (投诉保密、回避).

Rule: Jinan 12345 Regulation (2018) art. 32: details never reach the accused, who steps aside.
"""

import pytest
from django.urls import reverse

from tests.evidence import every_row
from tests.life import case_of, sent
from tests.people import at
from yuanqi.casework.models import Case, CaseBar
from yuanqi.foundation.errors import Invalid
from yuanqi.foundation.models import JournalEvent
from yuanqi.servicedesk import operations as desk
from yuanqi.servicedesk.forms import DispatchForm
from yuanqi.servicedesk.notices import notices_make
from yuanqi.servicedesk.queries import cases_settled_before

pytestmark = pytest.mark.django_db

WORDS = "窗口工作人员态度生硬，材料退了三次都不说缺什么。"


@pytest.fixture(autouse=True)
def _thursday_at_ten(wall, files_root) -> None:
    wall.set("11-05 10:00")


def complain(client, zone, **more: object):
    return client.post(
        "/requests/new/", sent(text=WORDS, level="P3", contact=zone.contact.pk, seen="on", **more)
    )


def test_an_enterprise_names_the_unit_and_the_person(zone, client_of):
    complain(client_of("contact"), zone, accused_unit=zone.safety.pk, accused_name="何思远")

    request = Case.objects.get().request
    assert request.accused_department == zone.safety
    assert request.accused_officer == zone.safety_handler
    assert set(CaseBar.objects.values_list("grantee", flat=True)) == {
        f"d{zone.safety.pk}",
        f"o{zone.safety_handler.pk}",
    }


@pytest.mark.parametrize(
    ("unit", "name", "field", "sentence"),
    [
        ("", "何思远", "accused_unit", "请先选这个人在哪个部门。"),
        ("safety", "何思源", "accused_name", "这个部门里没有找到这个人。"),
        ("planning", "何思远", "accused_name", "这个部门里没有找到这个人。"),
    ],
)
def test_a_person_who_is_not_found_is_asked_for_again(zone, client_of, unit, name, field, sentence):
    client = client_of("contact")
    rows = every_row()

    response = complain(
        client,
        zone,
        accused_unit=getattr(zone, unit).pk if unit else "",
        accused_name=name,
    )

    assert response.status_code == 422
    assert sentence in str(response.context["form"].errors[field])
    assert name in response.content.decode()
    assert every_row() == rows


def test_the_accused_find_it_nowhere(zone, client_of):
    complain(client_of("contact"), zone, accused_unit=zone.safety.pk)
    case = Case.objects.get()
    accused = client_of("safety_handler")

    assert accused.get(reverse("servicedesk:request", args=[case.pk])).status_code == 404
    for path in ("/requests/", "/requests/?queue=all", "/requests/?queue=open"):
        assert case.number not in accused.get(path).content.decode(), path
    assert case.number not in accused.get("/search/?q=窗口").content.decode()
    enterprise = accused.get(reverse("registry:enterprise", args=[zone.enterprise.pk]))
    assert case.number not in enterprise.content.decode()
    assert WORDS not in enterprise.content.decode()


def test_the_accused_unit_can_be_given_nothing_of_it(zone, client_of):
    complain(client_of("contact"), zone, accused_unit=zone.safety.pk)
    case = Case.objects.get()
    clerk = client_of("clerk")
    rows = every_row(but=("access_read",))

    assert zone.safety.pk not in [unit.pk for unit in DispatchForm(case).units]
    for data in (
        {"lead": zone.safety.pk},
        {"lead": zone.planning.pk, f"co_{zone.safety.pk}": "on", f"brief_{zone.safety.pk}": "看"},
    ):
        url = reverse("servicedesk:dispatch", args=[case.pk])
        response = clerk.post(url, sent(**data))
        if response.status_code == 303:
            # words about a unit that isn't offered are not read
            assert not case.tasks.filter(department=zone.safety).exists()
        else:
            assert response.status_code == 422
            assert every_row(but=("access_read",)) == rows


def test_a_complaint_about_the_centre_is_handled_above_it(zone, client_of):
    response = complain(client_of("contact"), zone, accused_unit=zone.centre.pk)
    case = Case.objects.get()

    assert response.status_code == 303
    assert case.responsible == zone.leader
    assert client_of("clerk").get(reverse("servicedesk:request", args=[case.pk])).status_code == 404
    page = client_of("leader").get(reverse("servicedesk:request", args=[case.pk]))
    assert "投诉：服务中心" in page.content.decode()
    assert 'name="lead"' in page.content.decode()


def test_nobody_writes_down_a_complaint_about_his_own_unit_and_nothing_typed_is_lost(
    zone, client_of
):
    client = client_of("clerk")
    rows = every_row()

    response = client.post(
        f"/requests/new/?enterprise={zone.enterprise.pk}",
        sent(
            text=WORDS, level="P3", contact=zone.contact.pk, seen="on",
            accused_unit=zone.centre.pk,
        ),
    )  # fmt: skip

    assert response.status_code == 403
    assert "不能由您代提，请企业自己在网上提出。" in response.content.decode()
    assert WORDS in response.content.decode()
    assert every_row() == rows


def test_the_enterprise_reads_that_its_complaint_is_kept_apart(zone, client_of):
    complain(client_of("contact"), zone, accused_unit=zone.safety.pk)
    case = Case.objects.get()

    page = client_of("contact").get(reverse("servicedesk:request", args=[case.pk]))

    assert "投诉：安环局" in page.content.decode()


def test_the_accused_get_no_notice_of_it(zone, client_of):
    complain(client_of("contact"), zone, accused_unit=zone.approval.pk)
    case = Case.objects.get()
    # the linked officer is of the accused unit: he sees his enterprise's other requests only
    desk.request_dispatch(
        case_id=case.pk,
        lead_id=zone.safety.pk,
        actor=zone.actor(zone.clerk),
        at=at("11-05 10:10"),
    )
    notices_make(list(JournalEvent.objects.order_by("id")), now=at("11-05 10:10"))

    assert case_of(case.pk).lead == zone.safety
    for officer in (zone.linked_officer, zone.approval_handler):
        assert not officer.account.notices.exists()
    assert zone.safety_handler.account.notices.exists()


def test_the_answer_to_a_complaint_is_not_offered_to_be_kept_as_knowledge(life, client_of):
    case_id = life.bring("answered")
    clerk = client_of("clerk")
    page, form = (reverse(f"servicedesk:{name}", args=[case_id]) for name in ("related", "keep"))
    assert form in clerk.get(page).content.decode()
    assert clerk.get(form).status_code == 200

    CaseBar.objects.create(case_id=case_id, grantee=f"d{life.zone.approval.pk}")

    assert form not in clerk.get(page).content.decode()
    assert clerk.get(form).status_code == 409


def test_what_settled_a_matter_before_is_no_complaint_that_a_reader_is_kept_from(zone, life, wall):
    """The linked officer reads his enterprise's request, and in it what settled the matter."""
    complaint = life.bring("answered")
    for bar in (f"d{zone.approval.pk}", f"o{zone.linked_officer.pk}"):
        CaseBar.objects.create(case_id=complaint, grantee=bar)
    asked = life.bring("submitted")
    clerk = zone.actor(zone.clerk)
    refusal = {
        "ground": "settled",
        "explanation": "上次已经答复过。",
        "earlier_id": complaint,
        "actor": clerk,
        "at": wall.now,
    }
    rows = every_row()

    assert not cases_settled_before(case_of(asked), clerk).exists()
    with pytest.raises(Invalid, match="请选这家企业此前已经答复过的一件。"):
        desk.request_refuse(case_id=asked, **refusal)
    assert every_row() == rows

    # of two complaints about the same people nobody learns anything by the other
    for bar in (f"d{zone.approval.pk}", f"o{zone.linked_officer.pk}"):
        CaseBar.objects.create(case_id=asked, grantee=bar)
    desk.request_refuse(case_id=asked, **refusal)
    assert case_of(asked).endings.get().earlier_id == complaint
