"""提诉求: own words in a minute, by the enterprise or for it, once, with nothing typed lost."""

import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from tests.evidence import events, every_row
from tests.life import TEXT, case_of, photo, program, sent
from tests.people import BEFORE, Zone
from yuanqi.casework.models import Attachment, Case
from yuanqi.domain import uscc
from yuanqi.domain.clock import Limit
from yuanqi.foundation.actors import SYSTEM
from yuanqi.foundation.models import Account
from yuanqi.registry import operations as registry
from yuanqi.registry.models import ContactPerson
from yuanqi.servicedesk.models import ServiceRequest
from yuanqi.servicedesk.wording import brief_limit

pytestmark = pytest.mark.django_db

ROAD = "二号厂房西侧门口路面塌陷，货车绕行要多开两公里"
URL = "/requests/new/"
SUGGESTIONS = "/requests/suggestions/"
ALIKE = "/requests/alike/"


@pytest.fixture(autouse=True)
def _thursday_at_ten(wall, files_root) -> None:
    wall.set("11-05 10:00")


def filled(zone: Zone, **change: object) -> dict[str, object]:
    return sent(**{"text": TEXT, "level": "P2", "contact": zone.contact.pk, **change})


def ticked(page: str) -> list[str]:
    """The categories that stand ticked as boxes."""
    return re.findall(r'name="category" value="(\w+)" checked', page)


def test_an_enterprise_raises_a_request_and_is_told_number_holder_and_time(zone, client_of):
    response = client_of("contact").post(
        URL, filled(zone, category="ENV", files=[photo("现场 1.jpg"), photo("现场 2.jpg", "blue")])
    )

    case = Case.objects.get()
    assert response.status_code == 303
    assert response["Location"] == reverse("servicedesk:request", args=[case.pk])
    assert [str(message) for message in get_messages(response.wsgi_request)] == [
        "已提交，编号 2611-0001。现在由企业服务中心周敏派单，11 月 5 日（周四）12:00 前派到部门。"
    ]
    assert (case.category, case.level) == ("ENV", "P2")
    assert case.request.channel == "enterprise"
    assert case.request.text == TEXT
    assert [item.name for item in Attachment.objects.all()] == ["现场 1.jpg", "现场 2.jpg"]


def test_a_repeated_form_raises_one_request(zone, client_of):
    client, data = client_of("contact"), filled(zone)
    first = client.post(URL, data)
    count = events()

    again = client.post(URL, data)

    assert (again.status_code, again["Location"]) == (303, first["Location"])
    assert Case.objects.count() == 1
    assert events() == count


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"text": "  "}, "请写下遇到了什么事。"),
        ({"text": "长" * 5001}, "最多 5000 字，长的内容请放进附件。"),
        ({"level": ""}, "请选一项，它决定多快办理。"),
        ({"level": "P9"}, "选择一个有效的选项"),
        ({"category": "XXX"}, "请从列出的类别中选一个。"),
        ({"other_category": "XXX"}, "选择一个有效的选项"),
        ({"contact": ""}, "请选一位联系人，经办人会找他。"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(zone, client_of, files_root, change, sentence):
    client = client_of("contact")
    rows = every_row()

    response = client.post(URL, filled(zone, files=[photo("现场.jpg")], **change))

    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page
    assert "请重新选择这些文件（浏览器不能替您保留）：现场.jpg。" in page
    assert every_row() == rows
    assert not files_root.exists()


def test_a_form_sent_back_keeps_what_was_typed_and_chosen(zone, client_of):
    data = filled(zone, text=ROAD, level="P1", category="OTH", suggested="TRA")

    response = client_of("contact").post(URL, {**data, "files": [program("photo.jpg")]})

    page = response.content.decode()
    assert response.status_code == 422
    assert "“photo.jpg”不是可以接收的文件" in page
    assert "请重新选择" not in page
    assert f">\n{ROAD}</textarea>" in page
    assert re.search(r'value="P1"[^>]*checked', page)
    assert ticked(page) == ["OTH"]
    assert f'value="{data["once"]}"' in page


def test_without_a_category_the_centre_decides(zone, client_of):
    client_of("contact").post(URL, filled(zone, text="想问件事情"))

    assert Case.objects.get().category == "OTH"


def test_the_whole_list_wins_over_the_boxes(zone, client_of):
    client_of("contact").post(URL, filled(zone, category="ENV", other_category="PRM"))

    assert Case.objects.get().category == "PRM"


def test_each_level_states_what_it_means_in_time(client_of):
    page = client_of("contact").get(URL).content.decode()

    assert re.findall(r'data-level="P\d">([^<]+)<', page) == [
        "已经停产：30 分钟内派到部门，一般 3 个工作日内办结。",
        "有影响：2 个工作小时内派到部门，一般 5 个工作日内办结。",
        "不影响：4 个工作小时内派到部门，一般 10 个工作日内办结。",
        "只是咨询：1 个工作日内派到部门，一般 15 个工作日内办结。",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("30 minutes", "0.5 个工作小时"),
        ("90 minutes", "1.5 个工作小时"),
        ("0.5 hours", "30 分钟"),
        ("24 hours", "24 小时"),
        ("2.5 working_days", "2.5 个工作日"),
        ("30 calendar_days", "30 天"),
        ("3 months", "3 个月"),
    ],
)
def test_a_limit_reads_as_people_say_it(text, words):
    assert brief_limit(Limit.parse(text)) == words


def test_the_page_is_one_for_the_phone_and_keeps_a_draft(zone, client_of):
    page = client_of("contact").get(URL).content.decode()

    account, enterprise = zone.contact.account_id, zone.enterprise.pk
    assert f'data-draft="raise-{account}-{enterprise}"' in page
    assert "您遇到了什么事？" in page
    assert "许若楠　138 **** 0621" in page
    assert "13800000621" not in page
    assert page.count("checked") == 0


# --- suggestions ------------------------------------------------------------------------------


def test_the_words_suggest_categories_with_the_likeliest_ticked(client_of):
    response = client_of("contact").post(SUGGESTIONS, {"text": ROAD, "level": "P3"})

    part = response.content.decode()
    assert "<html" not in part
    assert re.findall(r'name="category" value="(\w+)"', part) == ["TRA", "OTH"]
    assert ticked(part) == ["TRA"]
    assert "将由规划建设局办理，15 个工作日内办结。选错没关系，我们会转。" in part


def test_words_without_a_clue_leave_the_whole_list(client_of):
    part = client_of("contact").post(SUGGESTIONS, {"text": "想问件事情"}).content.decode()

    assert 'name="category"' not in part
    assert 'name="other_category"' in part
    assert "不确定，请服务中心判断" in part


@pytest.mark.parametrize(
    ("chosen", "suggested", "stands"),
    [
        ("TRA", "TRA", "UTL"),  # ours, not his: the new words decide
        ("OTH", "TRA", "OTH"),  # his own choice stays
        ("FIN", "TRA", "UTL"),  # no longer on offer
    ],
)
def test_a_choice_made_by_hand_stands_while_the_words_go_on(client_of, chosen, suggested, stands):
    part = client_of("contact").post(
        SUGGESTIONS,
        {"text": "二号厂房停电，变压器要增容", "category": chosen, "suggested": suggested},
    )

    assert ticked(part.content.decode()) == [stands]


def test_an_open_request_that_is_alike_is_shown_before_it_is_raised_twice(zone, client_of):
    client = client_of("contact")
    client.post(URL, filled(zone, text=ROAD, category="TRA"))
    case = Case.objects.get()

    part = client.post(ALIKE, {"text": "西侧门口路面又塌陷了，货车要绕行"}).content.decode()

    assert "11 月 5 日（周四）已经提过相近的事" in part
    assert f'href="/requests/{case.pk}/#composer"' in part
    stranger = client_of("stranger").post(ALIKE, {"text": "西侧门口路面又塌陷了，货车要绕行"})
    assert "已经提过相近的事" not in stranger.content.decode()


def test_something_else_of_the_same_kind_is_not_called_alike(zone, client_of):
    client = client_of("contact")
    client.post(URL, filled(zone, text=ROAD, category="TRA"))

    part = client.post(ALIKE, {"text": "夜班公交末班车太早，员工回不了家"}).content.decode()

    assert "相近的事" not in part
    assert 'name="seen"' not in part


def test_without_a_script_what_is_alike_is_shown_once_before_it_is_raised(zone, client_of):
    client = client_of("contact")
    client.post(URL, filled(zone, text=ROAD, category="TRA"))
    count = events()
    again = filled(zone, text="西侧门口路面又塌陷了，货车要绕行", category="TRA")

    asked = client.post(URL, again)

    page = asked.content.decode()
    assert (asked.status_code, Case.objects.count(), events()) == (200, 1, count)
    assert "还没有提交。您有相近的事正在办" in page
    assert '<input type="hidden" name="seen" value="1">' in page
    assert "西侧门口路面又塌陷了，货车要绕行</textarea>" in page
    assert client.post(URL, {**again, "seen": "1"}).status_code == 303
    assert Case.objects.count() == 2


def test_suggestions_are_not_read_from_an_address(client_of):
    assert client_of("contact").get(SUGGESTIONS, {"text": ROAD}).status_code == 405


# --- whom to call -------------------------------------------------------------------------------


@pytest.fixture
def second(zone: Zone) -> ContactPerson:
    return registry.contact_add(
        enterprise_id=zone.enterprise.pk,
        name="顾晨",
        phone="13900000888",
        actor=SYSTEM,
        at=BEFORE,
    )


def test_another_of_the_enterprises_people_may_be_named(zone, client_of, second):
    client = client_of("contact")
    assert "顾晨　139 **** 0888" in client.get(URL).content.decode()

    client.post(URL, filled(zone, contact=second.pk))

    assert ServiceRequest.objects.get().contact == second


@pytest.mark.parametrize("whose", ["stranger", "nobody"])
def test_nobody_elses_people_may_be_named(zone, client_of, whose):
    client = client_of("contact")
    rows = every_row()
    pk = zone.stranger.pk if whose == "stranger" else 999_999

    response = client.post(URL, filled(zone, contact=pk))

    assert response.status_code == 422
    assert "韩青" not in response.content.decode()
    assert every_row() == rows


# --- for an enterprise ----------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["精密", "ma1xk001", "松濑"])
def test_the_centre_finds_the_enterprise_by_a_part_of_its_name_or_code(zone, client_of, query):
    page = client_of("clerk").get(URL, {"q": query}).content.decode()

    assert f"{URL}?enterprise={zone.enterprise.pk}" in page
    assert f"?enterprise={zone.stranger.enterprise_id}" not in page


def test_a_search_that_finds_nothing_says_what_to_do(client_of):
    page = client_of("clerk").get(URL, {"q": "没有这家"}).content.decode()

    assert "没有对上的企业。请换个简称" in page


def test_a_linked_officer_chooses_from_his_list_and_searches_no_other(zone, client_of):
    page = client_of("linked_officer").get(URL, {"q": "禾屿"}).content.decode()

    assert f"?enterprise={zone.enterprise.pk}" in page
    assert "禾屿生物医药有限公司" not in page


@pytest.mark.parametrize(("who", "channel"), [("clerk", "centre"), ("linked_officer", "officer")])
def test_the_park_raises_it_for_an_enterprise(zone, client_of, who, channel):
    client, url = client_of(who), f"{URL}?enterprise={zone.enterprise.pk}"
    assert "企业遇到了什么事？" in client.get(url).content.decode()

    response = client.post(url, filled(zone))

    found = ServiceRequest.objects.get()
    assert response.status_code == 303
    assert (found.channel, found.contact) == (channel, zone.contact)
    assert case_of(found.pk).enterprise == zone.enterprise


def test_an_enterprise_without_a_contact_says_what_is_missing(zone, client_of):
    lonely = registry.enterprise_register(
        code=uscc.make("91320583", "MA1XK003"),
        name="孤岛有限公司",
        short_name="孤岛",
        actor=SYSTEM,
        at=BEFORE,
    )

    page = client_of("clerk").get(f"{URL}?enterprise={lonely.pk}").content.decode()

    assert "这家企业还没有登记联系人，请先在企业档案里登记。" in page


# --- refusals -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "of", "status"),
    [
        ("stranger", "enterprise", 404),
        ("contact", "stranger", 404),
        ("linked_officer", "stranger", 403),
        ("safety_handler", "enterprise", 403),
        ("leader", "enterprise", 403),
    ],
)
def test_nobody_raises_for_an_enterprise_that_is_not_his(zone, client_of, who, of, status):
    enterprise = zone.enterprise if of == "enterprise" else zone.stranger.enterprise
    person = zone.contact if of == "enterprise" else zone.stranger
    client = client_of(who)
    rows = every_row()

    for url in (URL, SUGGESTIONS):
        response = client.post(f"{url}?enterprise={enterprise.pk}", filled(zone, contact=person.pk))
        assert response.status_code == status
    assert client.get(f"{URL}?enterprise={enterprise.pk}").status_code == status
    assert every_row() == rows


def test_who_has_not_signed_in_is_asked_to(zone):
    rows = every_row()

    for url in (URL, SUGGESTIONS):
        response = Client().post(url, filled(zone))
        assert response.status_code == 302
        assert response["Location"].startswith("/account/login/")
    assert every_row() == rows


def test_a_form_from_another_site_is_refused(zone, client_of):
    client = client_of("contact", enforce_csrf_checks=True)
    rows = every_row()

    assert client.post(URL, filled(zone)).status_code == 403
    assert every_row() == rows


def test_an_account_that_is_nobody_finds_no_page(zone, db):
    client = Client()
    client.force_login(Account.objects.create(username="nobody"))

    assert client.get(URL).status_code == 404
    assert client.post(SUGGESTIONS, {"text": ROAD}).status_code == 404
