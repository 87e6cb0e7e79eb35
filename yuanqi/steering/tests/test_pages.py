"""The pages of the four lists: for staff, for the enterprise itself, and for nobody else."""

import html
import re
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from python_calamine import load_workbook

from tests.evidence import every_row
from tests.life import sent
from tests.people import at
from yuanqi.foundation.actors import SYSTEM, Role
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant
from yuanqi.notices.models import Notice
from yuanqi.registry.models import Fact
from yuanqi.steering import operations
from yuanqi.steering.following import follow
from yuanqi.steering.models import Entry, Plan, Sheet
from yuanqi.steering.notices import notices_make

from .conftest import decline, entry_of, make, publish

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
LIST = "/lists/marked-decline/"


@pytest.fixture(autouse=True)
def _thursday(wall) -> None:
    wall.set("11-05 10:00")


def words_of(response) -> str:
    """The page without its marks, as a person reads it."""
    assert response.status_code in (200, 409, 422)
    page = re.sub(r"<script.*?</script>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_the_four_stand_side_by_side_with_who_came_and_what_waits(declining, client_of):
    said = words_of(client_of("clerk").get("/lists/"))

    assert "重点核心 1 家 新进入 1 离开 0 待确认 1" in said
    assert "显著下滑 1 家 新进入 1 离开 0 待确认 1 数据不够判断 1" in said
    assert "快速成长 0 家" in said
    assert "按现在的数据重算本月" in said
    assert "按现在的数据重算本月" not in words_of(client_of("leader").get("/lists/"))


def test_before_any_list_is_made_the_page_says_so(zone, client_of):
    assert "还没有算过" in words_of(client_of("clerk").get("/lists/"))
    assert "这个月没有算过" in words_of(client_of("clerk").get(LIST))


def test_the_button_makes_the_month(zone, client_of):
    answer = client_of("clerk").post("/lists/remaking/")

    assert answer.status_code == 303
    assert Sheet.objects.count() == 4


def test_a_list_says_why_and_is_confirmed_in_place(declining, client_of):
    clerk = client_of("clerk")
    said = words_of(clerk.get(LIST))
    assert "松濑精密陶瓷 新进入 当月产值同比为 -30 %，需不高于 -15 %" in said
    assert "沈一帆" in said

    answer = clerk.post(
        reverse("steering:confirm", args=[declining.pk]),
        {"revision": declining.revision, "back": f"{LIST}?queue=unconfirmed"},
    )

    assert (answer.status_code, answer["Location"]) == (303, f"{LIST}?queue=unconfirmed")
    assert "这一类现在没有企业" in words_of(clerk.get(f"{LIST}?queue=unconfirmed"))
    declining.refresh_from_db()
    assert declining.ruling == "confirmed"


def test_a_list_asks_the_same_few_queries_however_long_it_is(
    declining, client_of, django_assert_max_num_queries
):
    clerk = client_of("clerk")
    clerk.get(LIST)
    with django_assert_max_num_queries(32):
        clerk.get(LIST)


@pytest.mark.parametrize(
    ("query", "is_found"),
    [("q=松濑", True), ("q=禾屿", False), ("industry=C", False), ("mine=1", False),
     ("queue=left", False), ("queue=entered", True), ("month=2026-10", False),
     ("month=nonsense&area=x&queue=no", True)],
)  # fmt: skip
def test_what_narrows_stands_in_the_address(declining, client_of, query, is_found):
    said = words_of(client_of("clerk").get(f"{LIST}?{query}"))
    assert ("松濑精密陶瓷" in said) is is_found


def test_the_workbook_is_the_list(declining, client_of):
    answer = client_of("clerk").get(f"{LIST}?export=xlsx")

    rows = load_workbook(BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0)
    head, row = rows.to_python()[:2]
    assert head[1] == "企业"
    assert row[1] == "松濑精密陶瓷（云泽）有限公司"
    assert row[6].startswith("当月产值同比为 -30 %")


def ruling(entry: Entry, **more):
    told = {"revision": entry.revision, "is_on": "", "reason": "设备检修", "until": ""}
    return sent(**(told | more))


def overrule(client: Client, entry: Entry, **more):
    where = reverse("steering:overrule", args=["marked-decline", entry.enterprise_id])
    return client.post(where, ruling(entry, **more))


def test_an_entry_is_overruled_from_its_page_and_the_second_is_told(declining, client_of):
    clerk, leader = client_of("clerk"), client_of("leader")
    assert overrule(clerk, declining).status_code == 303

    before = every_row()
    second = overrule(leader, declining, reason="我也看过")

    assert second.status_code == 409
    assert "已经变了" in words_of(second)
    assert "我也看过" in second.content.decode()
    assert every_row() == before
    assert "人工移出" in words_of(
        client_of("leader").get(reverse("steering:entry", args=[declining.pk]))
    )


def test_without_a_reason_the_form_comes_back(declining, client_of):
    clerk = client_of("clerk")
    before = every_row()

    answer = overrule(clerk, declining, reason="")

    assert answer.status_code == 422
    assert "请写下理由" in words_of(answer)
    assert every_row() == before


def test_the_enterprise_reads_kind_words_and_the_same_figures(declining, client_of, zone):
    operations.cares_sweep(actor=SYSTEM, at=at("11-05 09:30"))
    here = reverse("steering:standing", args=[zone.enterprise.pk])

    said = words_of(client_of("contact").get(here))

    assert "重点帮扶企业" in said
    assert "会主动上门" in said
    assert "当月产值同比为 -30 %" in said
    assert "园区的关怀" in said
    assert "显著下滑" not in said
    assert "人工" not in said
    assert client_of("stranger").get(here).status_code == 404


def test_in_english_too(declining, client_of, zone):
    leader = client_of("leader")
    Account.objects.filter(pk=zone.leader.account_id).update(language="en")
    said = words_of(leader.get(reverse("steering:entry", args=[declining.pk])))
    assert "Marked decline" in said
    assert "on the list" in said.lower()
    assert not re.search(r"清单|依据|确认", said)


@pytest.mark.parametrize("path", ["/lists/", LIST, f"{LIST}plan/"])
def test_an_enterprise_sees_no_list(declining, client_of, path):
    assert client_of("contact").get(path).status_code == 404


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN])
def test_no_administrator_sees_a_list_or_an_enterprise_on_it(declining, role):
    account = Account.objects.create(username="admin")
    RoleGrant.objects.create(account=account, role=role.value)
    client = Client()
    client.force_login(account)
    for path in ("/lists/", LIST, f"/lists/entries/{declining.pk}/",
                 f"/standing/{declining.enterprise_id}/"):  # fmt: skip
        assert client.get(path).status_code == 404


def test_the_plan_is_set_on_its_page_and_shown_to_the_enterprise(declining, client_of, zone):
    told = {"seen": "", "valid_from": "2026-11-05", "visit_days": "14",
            "parts": ["linked", "finance"], "measures": "三个工作日内上门\n对接续贷"}  # fmt: skip
    clerk = client_of("clerk")

    assert clerk.post(f"{LIST}plan/", sent(**told)).status_code == 303
    assert clerk.post(f"{LIST}plan/", sent(**told)).status_code == 409

    assert Plan.objects.count() == 1
    assert "至少 14 天走访一次，挂钩干部、金融服务专员" in words_of(clerk.get(f"{LIST}plan/"))
    own = words_of(
        client_of("contact").get(reverse("steering:standing", args=[zone.enterprise.pk]))
    )
    assert "三个工作日内上门 对接续贷" in own
    assert client_of("leader").post(f"{LIST}plan/", sent(**told)).status_code == 403


def test_the_enterprise_page_tells_its_lists(declining, client_of, zone):
    here = reverse("registry:profile", args=[zone.enterprise.pk])
    assert "四张清单 看依据 显著下滑" in words_of(client_of("clerk").get(here))
    assert "重点帮扶企业" in words_of(client_of("contact").get(here))
    timeline = reverse("registry:timeline", args=[zone.enterprise.pk])
    assert "列为重点帮扶企业" in words_of(client_of("contact").get(timeline))


def test_staff_put_an_enterprise_on_a_list_from_its_page(declining, client_of, zone):
    clerk = client_of("clerk")
    here = reverse("steering:standing", args=[zone.enterprise.pk])
    assert "人工列入新增长点" in words_of(clerk.get(here))

    answer = clerk.post(
        reverse("steering:overrule", args=["new-growth-point", zone.enterprise.pk]),
        sent(revision="-1", is_on="1", reason="新厂房投产", until="2026-12-20"),
    )

    assert answer.status_code == 303
    assert entry_of(zone.enterprise, "new-growth-point").is_on is True


def test_a_stated_expense_with_its_file_brings_a_firm_onto_a_list_and_both_read_why(
    zone, client_of, files_root
):
    decline(zone)
    publish(
        zone, "new-growth-point", "new_product_share > 0.1 OR rd_expense >= 300", at("11-05 08:30")
    )
    make(at("11-05 09:00"))
    contact, handler = client_of("contact"), client_of("safety_handler")
    page = reverse("registry:fact", args=[zone.enterprise.pk, "rd_expense"])
    own = reverse("steering:standing", args=[zone.enterprise.pk])

    assert "请附上依据" in words_of(contact.post(page, {"value": "1320", "as_of": "2025-12-31"}))
    file = SimpleUploadedFile("专项审计.pdf", PDF, "application/pdf")
    sent = contact.post(page, {"value": "1320", "as_of": "2025-12-31", "upload": file})
    assert sent.status_code == 303
    caught_up()
    assert "新增长点" not in words_of(contact.get(own))

    said = Fact.objects.get()
    confirmation = reverse(
        "registry:fact_confirm", args=[zone.enterprise.pk, "rd_expense", said.pk]
    )
    assert handler.post(confirmation, {"seen": said.stated_at.isoformat()}).status_code == 303
    last = caught_up()

    entry = entry_of(zone.enterprise, "new-growth-point")
    assert (entry.is_on, entry.move, entry.ruling) == (True, "entered", "")
    reason = "年度研发费用为 1,320 万元，需不低于 300 万元"
    what = "11-05 10:00 年度研发费用（1,320 万元）更新，重新判断"
    for_it = words_of(contact.get(own))
    assert f"园区帮您把新产能、新产品尽快做起来。 依据的数据 {reason} {what}" in for_it
    for_staff = words_of(client_of("clerk").get(reverse("steering:entry", args=[entry.pk])))
    assert f"✓ {reason}，符合" in for_staff
    assert what in for_staff
    told = Notice.objects.filter(account=zone.contact.account).order_by("event_id")
    assert [one.kind for one in told] == ["listed", "listed"]  # in decline, and now this

    back = reverse("registry:fact_return", args=[zone.enterprise.pk, "rd_expense", said.pk])
    handler.post(back, {"reason": "报告是前年的"})
    caught_up(since=last)

    entry.refresh_from_db()
    assert (entry.is_on, entry.move) == (False, "out")
    assert "新增长点企业 本月不在名单上 11-05 10:00 年度研发费用更新，重新判断" in words_of(
        contact.get(own)
    )


def caught_up(since: int = 0) -> int:
    """What follows from the journal beyond an event has followed; returns the last one's key."""
    follow(list(JournalEvent.objects.filter(id__gt=since).order_by("id")), now=timezone.now())
    told = JournalEvent.objects.filter(id__gt=since).order_by("id")
    notices_make(list(told), now=timezone.now())
    return told.last().pk
