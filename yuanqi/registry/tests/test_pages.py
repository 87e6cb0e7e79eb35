"""The profile's pages: what each side sees, forms that keep what was typed, exact questions."""

import json
import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.evidence import every_row
from tests.people import BEFORE, Zone
from yuanqi.foundation.actors import SYSTEM
from yuanqi.registry import operations
from yuanqi.registry.indicators import month_of, months_before
from yuanqi.registry.models import Certificate, Indicator, Project, Stage, Title
from yuanqi.registry.rights import Part

SYS = {"actor": SYSTEM, "at": BEFORE}
TABS = ("enterprise", "profile", "people", "papers", "indicators", "facts", "projects_of",
        "requests_of", "timeline")  # fmt: skip


def client_of(person) -> Client:
    client = Client()
    client.force_login(person.account)
    return client


def url(name: str, *args) -> str:
    return reverse(f"registry:{name}", args=args)


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found.group(1).replace("&quot;", '"')


@pytest.fixture
def filled(zone: Zone) -> Zone:
    """An enterprise with something in every section."""
    one = {"enterprise_id": zone.enterprise.pk, **SYS}
    today = timezone.localdate()
    operations.enterprise_change(
        values={"industry_code": "C3073", "legal_person": "许怀远", "capital": Decimal(5000)}, **one
    )
    operations.profile_add(
        part=Part.TITLES,
        values={"name": "高新技术企业", "granted_on": date(2024, 1, 2),
                "valid_until": today + timedelta(days=20)}, **one,
    )  # fmt: skip
    operations.profile_add(
        part=Part.CERTIFICATES,
        values={"name": "排污许可证", "valid_until": date(2026, 1, 2)},
        **one,
    )
    operations.profile_add(
        part=Part.INVESTORS, values={"name": "松濑株式会社", "country": "JP", "share": 60}, **one
    )
    project = operations.project_create(
        values={
            "name": "二期厂房",
            "stage_on": date(2026, 3, 1),
            "investment": Decimal(8000),
            "industry_code": "C3922",
            "content": "两条生产线",
        },
        **one,
    )
    operations.milestone_set(
        project_id=project.pk, values={"name": "取得施工许可", "due_on": date(2026, 4, 1)}, **SYS
    )
    return zone


@pytest.mark.parametrize("tab", TABS)
@pytest.mark.parametrize(
    ("who", "status"),
    [("clerk", 200), ("linked_officer", 200), ("leader", 200), ("planning_handler", 200),
     ("contact", 200), ("stranger", 404)],
)  # fmt: skip
def test_staff_and_the_enterprise_itself_read_every_section(filled, tab, who, status):
    client = client_of(getattr(filled, who))

    assert client.get(url(tab, filled.enterprise.pk)).status_code == status


@pytest.mark.parametrize(
    ("tab", "count"),
    [("profile", 22), ("people", 11), ("papers", 9), ("indicators", 8), ("projects_of", 10),
     ("timeline", 11)],
)  # fmt: skip
def test_a_section_asks_just_so_many_questions(filled, tab, count, django_assert_num_queries):
    client = client_of(filled.clerk)
    client.get(url(tab, filled.enterprise.pk))

    with django_assert_num_queries(count):
        client.get(url(tab, filled.enterprise.pk))


def test_the_profile_says_the_industry_from_the_section_down(filled):
    page = client_of(filled.clerk).get(url("profile", filled.enterprise.pk)).content.decode()

    assert "制造业 › 非金属矿物制品业 › 陶瓷制品制造 › 特种陶瓷制品制造" in page
    assert "境外 60%" in page


def test_what_ends_soon_and_what_is_over_is_marked(filled):
    page = client_of(filled.contact).get(url("papers", filled.enterprise.pk)).content.decode()
    centre = client_of(filled.clerk).get(url("expiring")).content.decode()

    assert "还有 20 天" in page
    assert "2026-01-02 已过期" in page
    assert "高新技术企业" in centre
    assert "排污许可证" not in centre
    assert client_of(filled.leader).get(url("expiring")).status_code == 403


@pytest.mark.parametrize(
    ("who", "status"), [("clerk", 200), ("contact", 200), ("linked_officer", 403), ("leader", 403)]
)
def test_only_who_may_change_the_basics_gets_the_form(filled, who, status):
    client = client_of(getattr(filled, who))

    assert client.get(url("basics", filled.enterprise.pk)).status_code == status


def test_the_enterprise_changes_its_website_and_nothing_beside_it(filled):
    client = client_of(filled.contact)
    address = url("basics", filled.enterprise.pk)
    page = client.get(address).content.decode()
    answer = client.post(
        address,
        {"website": "songlai.example", "credit": "A", "once": hidden(page, "once"),
         "seen": hidden(page, "seen")},
    )  # fmt: skip

    filled.enterprise.refresh_from_db()
    assert answer.status_code == 303
    assert (filled.enterprise.website, filled.enterprise.credit) == ("https://songlai.example", "")


def typed(page: str, **changes: str) -> dict[str, str]:
    """The basics form as it was shown, with what somebody types over it."""
    seen = json.loads(hidden(page, "seen"))
    form = {name: value for name, value in seen.items() if name != "is_industrial"}
    if seen["is_industrial"]:
        form["is_industrial"] = "on"
    return {**form, "once": hidden(page, "once"), "seen": hidden(page, "seen"), **changes}


def test_two_editors_lose_nothing_and_the_second_is_told(filled):
    address = url("basics", filled.enterprise.pk)
    first, second = client_of(filled.clerk), client_of(filled.clerk)
    shown, also = (client.get(address).content.decode() for client in (first, second))
    assert first.post(address, typed(shown, credit="A", capital="6000")).status_code == 303
    before = every_row()

    told = second.post(address, typed(also, credit="B", website="https://songlai.example"))
    page = told.content.decode()

    assert told.status_code == 409
    assert every_row() == before
    assert "注册资本：5000 → 6000" in page
    assert "您也改了这一项" in page
    # what the second didn't touch is the first's; what he typed is still there
    assert 'value="6000"' in page
    assert 'value="https://songlai.example"' in page
    assert second.post(address, typed(page, credit="B", website="https://songlai.example"))
    filled.enterprise.refresh_from_db()
    assert (filled.enterprise.credit, filled.enterprise.capital) == ("B", Decimal(6000))
    assert filled.enterprise.website == "https://songlai.example"


def test_a_form_sent_twice_acts_once(filled):
    client = client_of(filled.clerk)
    address = url("row_new", filled.enterprise.pk, "titles")
    form = {"name": "绿色工厂", "granted_on": "2026-05-01",
            "once": hidden(client.get(address).content.decode(), "once")}  # fmt: skip

    answers = [client.post(address, form).status_code for _turn in range(2)]

    assert answers == [303, 303]
    assert Title.objects.filter(name="绿色工厂").count() == 1


def test_an_industry_is_looked_up_without_a_script_and_nothing_typed_is_lost(filled):
    client = client_of(filled.clerk)
    address = url("basics", filled.enterprise.pk)
    shown = client.get(address).content.decode()
    before = every_row()

    found = client.post(address, typed(shown, short_name="松濑", industry_q="通信终端", look="1"))
    page = found.content.decode()

    assert found.status_code == 200
    assert every_row() == before
    assert 'value="C3922"' in page
    assert 'value="松濑"' in page


def test_a_mistake_keeps_what_was_typed(filled):
    client = client_of(filled.contact)
    address = url("row_new", filled.enterprise.pk, "certificates")
    before = every_row()

    answer = client.post(
        address, {"name": "排水许可证", "issued_on": "2026-05-01", "valid_until": "2026-04-01"}
    )

    assert answer.status_code == 422
    assert "有效期不能早于发证日期。" in answer.content.decode()
    assert 'value="排水许可证"' in answer.content.decode()
    assert every_row() == before


def test_a_certificate_comes_with_its_file(filled):
    client = client_of(filled.contact)
    paper = SimpleUploadedFile("排水许可.pdf", b"%PDF-1.4 fictional")

    answer = client.post(
        url("row_new", filled.enterprise.pk, "certificates"),
        {"name": "排水许可证", "upload": paper},
    )

    row = Certificate.objects.get(name="排水许可证")
    address = url("certificate_file", filled.enterprise.pk, row.pk)
    assert answer.status_code == 303
    assert client.get(address)["Content-Disposition"].startswith("attachment")
    assert client_of(filled.stranger).get(address).status_code == 404


def test_what_is_no_paper_is_refused_at_its_field(filled):
    client = client_of(filled.contact)
    address = url("row_new", filled.enterprise.pk, "certificates")
    client.get(address)
    before = every_row()

    answer = client.post(
        address, {"name": "排水许可证", "upload": SimpleUploadedFile("a.pdf", b"MZ")}
    )

    assert answer.status_code == 422
    assert "不是可以接收的文件" in answer.content.decode()
    assert every_row() == before


def test_an_enterprise_states_its_month_and_a_department_confirms(filled):
    month = months_before(month_of(timezone.localdate()), 1)
    code = month.strftime("%Y-%m")
    contact, handler = client_of(filled.contact), client_of(filled.safety_handler)
    address = url("month", filled.enterprise.pk, code)
    page = contact.get(address).content.decode()
    stated = contact.post(
        address, {"revenue": "3200.5", "staff": "118", "once": hidden(page, "once"),
                  "seen": hidden(page, "seen")},
    )  # fmt: skip
    assert stated.status_code == 303
    assert filled.enterprise.label in handler.get(url("waiting")).content.decode()

    confirmed = handler.post(url("confirm", filled.enterprise.pk, code, "enterprise"))

    assert confirmed.status_code == 303
    assert Indicator.objects.filter(confirmed_by=filled.safety_handler.account).count() == 2
    assert "这个月的数已经确认" in contact.get(address).content.decode()


@pytest.mark.parametrize("code", ["2026-13", "x", "1900-01", "2999-01"])
def test_a_month_that_cannot_be_is_not_found(filled, code):
    assert client_of(filled.clerk).get(f"/enterprises/{filled.enterprise.pk}/indicators/{code}/"
                                       ).status_code == 404  # fmt: skip


# the list and projects ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("?section=C", True), ("?section=I", False), ("?titled=1", True),
        ("?standing=moved", False), ("?standing=active", True), ("?section=nonsense", True),
        ("?group=0", False),
    ],
)  # fmt: skip
def test_the_list_is_narrowed_by_its_address(filled, query, shown):
    page = client_of(filled.clerk).get(url("enterprises") + query).content.decode()

    assert (f'id="enterprise-{filled.enterprise.pk}"' in page) is shown


def test_projects_are_listed_with_what_is_late(filled):
    client = client_of(filled.leader)
    project = Project.objects.get()

    page = client.get(url("projects")).content.decode()
    assert "二期厂房" in page
    assert "1 个超期" in page
    assert "二期厂房" in client.get(url("projects") + "?late=1").content.decode()
    assert (
        "二期厂房" not in client.get(url("projects") + f"?stage={Stage.STARTED}").content.decode()
    )
    assert client.get(url("project", project.pk)).status_code == 200
    assert client_of(filled.contact).get(url("projects")).status_code == 404
    assert client_of(filled.contact).get(url("project", project.pk)).status_code == 200
    assert client_of(filled.stranger).get(url("project", project.pk)).status_code == 404


def test_a_project_comes_to_a_stage_and_back_only_with_a_reason(filled):
    client = client_of(filled.clerk)
    project = Project.objects.get()
    today = timezone.localdate().isoformat()
    forward = client.post(url("stage", project.pk), {"stage": Stage.SIGNED, "on": today})
    back = client.post(url("stage", project.pk), {"stage": Stage.LEAD, "on": today})

    project.refresh_from_db()
    assert (forward.status_code, back.status_code) == (303, 422)
    assert project.stage == Stage.SIGNED
    # a zone leader may let a project on; a bureau may not
    assert client_of(filled.leader).get(url("stage", project.pk)).status_code == 200
    assert client_of(filled.planning_handler).get(url("stage", project.pk)).status_code == 403


def test_the_timeline_tells_the_register_and_requests_to_each_as_he_may_read(filled):
    page = client_of(filled.contact).get(url("timeline", filled.enterprise.pk)).content.decode()

    for words in ("登记称号高新技术企业", "登记项目二期厂房", "法定代表人", "登记主要联系人许若楠"):
        assert words in page
    assert "许怀远" not in page
