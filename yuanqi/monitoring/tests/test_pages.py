"""The pages: the firm's return, the staff's board, the zone's sums, the targets."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from tests.evidence import every_row
from tests.people import Zone, at
from yuanqi.domain import uscc
from yuanqi.foundation.actors import SYSTEM, Role
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant
from yuanqi.monitoring import operations
from yuanqi.monitoring.models import Filing, FilingState, Span, Target
from yuanqi.registry import operations as registry
from yuanqi.registry.models import Enterprise, Indicator

from .collecting import (
    OCTOBER,
    USUAL,
    YEAR_AGO,
    collecting,
    decimals,
    filing_of,
    known,
    send,
)

__all__ = ["collecting"]
pytestmark = pytest.mark.django_db
BUT = ("once_key", "django_session", "personal_reading")


@pytest.fixture(autouse=True)
def now(wall):
    wall.set("11-03 10:00")
    return wall


def fill_url(zone: Zone) -> str:
    return reverse("monitoring:fill", args=[zone.enterprise.pk, "2026-10"])


def shown(client: Client, url: str, status: int = 200) -> str:
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


def typed(client: Client, zone: Zone, **values: str) -> dict[str, str]:
    """What the form sends as it was shown, with what was typed."""
    form = client.get(fill_url(zone)).context["form"]
    sent = {name: str(value) for name, value in form.initial.items()}
    return {**sent, "do": "send", **USUAL, "forecast_2026_11": "1400", **values}


# the enterprise ----------------------------------------------------------------------------------


def test_the_form_shows_what_is_known(collecting, client_of):
    known(collecting, YEAR_AGO, {"output": "1100"})
    known(collecting, OCTOBER, {"tax": "55"})
    registry.indicators_state(
        enterprise_id=collecting.enterprise.pk, month=OCTOBER,
        figures={"revenue": Decimal(1250)}, actor=collecting.actor(collecting.clerk),
        at=at("11-02 09:00"),
    )  # fmt: skip

    html = shown(client_of("contact"), fill_url(collecting))

    assert "上月 1,280.5，去年同月 1,100" in html
    assert 'name="revenue" value="1250"' in html
    assert "部门已报 1,250，请核对" in html
    assert 'name="staff" value="118"' in html
    assert 'name="tax"' not in html
    assert "部门已经确认，不用再填" in html
    assert "55 万元" in html


def test_one_tap_sends_it_and_thanks_with_what_is_asked_next(collecting, client_of):
    client = client_of("contact")

    answer = client.post(fill_url(collecting), typed(client, collecting))

    assert answer.status_code == 303
    html = shown(client, answer["Location"])
    assert "谢谢您，10 月的数收到了" in html
    assert "下一次是 11 月的数，12-01 起填，12-08 前交。" in html
    assert '<svg class="yq-months"' in html
    assert filing_of(collecting).state == FilingState.SENT


def test_figures_may_be_typed_as_people_type_them(collecting, client_of):
    client = client_of("contact")

    client.post(fill_url(collecting), typed(client, collecting, output=" １,３２０．５ "))

    assert Indicator.objects.get(month=OCTOBER, code="output").value == Decimal("1320.5")


def test_a_form_sent_twice_is_sent_once(collecting, client_of):
    client = client_of("contact")
    sent = typed(client, collecting)
    first = client.post(fill_url(collecting), sent)
    before = every_row(but=BUT)

    second = client.post(fill_url(collecting), sent)

    assert (second.status_code, second["Location"]) == (303, first["Location"])
    assert every_row(but=BUT) == before


def test_a_draft_comes_back_as_it_was_typed(collecting, client_of):
    client = client_of("contact")

    answer = client.post(
        fill_url(collecting), typed(client, collecting, do="save", output="一千三", tax="")
    )

    assert (answer.status_code, answer["Location"]) == (303, fill_url(collecting))
    html = shown(client, fill_url(collecting))
    assert 'value="一千三"' in html
    assert "许若楠 11-03 10:00 存的草稿，还没有交。" in html
    assert not Indicator.objects.filter(month=OCTOBER).exists()


@pytest.mark.parametrize(
    ("field", "text", "says"),
    [
        ("output", "一千三", "请只填数字"),
        ("output", "-5", "不会小于 0"),
        ("output", "99999999999999999", "请核对单位"),
        ("output", "1.234", "小数点后最多两位"),
        ("staff", "118.5", "请填整数"),
        ("output", "", "请填这一项"),
    ],
)
def test_bad_input_keeps_what_was_typed_and_changes_nothing(
    collecting, client_of, field, text, says
):
    client = client_of("contact")
    sent = typed(client, collecting, **{field: text, "revenue": "1291.5"})
    before = every_row(but=BUT)

    answer = client.post(fill_url(collecting), sent)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert says in html
    assert 'name="revenue" value="1291.5"' in html
    assert every_row(but=BUT) == before


def test_what_can_hardly_be_is_asked_with_last_months_number_beside(collecting, client_of):
    client = client_of("contact")
    sent = typed(client, collecting, output="12805000", staff="0")
    before = every_row(but=BUT)

    answer = client.post(fill_url(collecting), sent)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "真的吗？" in html
    # the forecast of 1,400 isn't held against an output that is asked about itself
    assert "有 2 个数和往常差得多" in html
    assert "填的是 12,805,000 万元，2026 年 9 月是 1,280.5，相当于 10,000 倍。" in html
    assert "是不是按元填了" in html
    assert "2026 年 9 月是 118 人" in html
    assert every_row(but=BUT) == before


def test_put_right_or_explained_it_goes_through(collecting, client_of):
    client = client_of("contact")
    asked = client.post(fill_url(collecting), typed(client, collecting, output="12805000"))
    assert asked.status_code == 422
    sent = typed(client, collecting, output="1280.5", power="0", why_power="用自备电源")

    answer = client.post(fill_url(collecting), sent)

    assert answer.status_code == 303
    assert filing_of(collecting).state == FilingState.ODD
    assert "园区核对后再计入" in shown(client, answer["Location"])


def test_who_is_second_keeps_what_he_typed(collecting, client_of):
    client = client_of("contact")
    sent = typed(client, collecting, output="1333")
    operations.filing_save(
        enterprise_id=collecting.enterprise.pk, month=OCTOBER, typed={"output": "1300"},
        version=0, actor=collecting.actor(collecting.linked_officer), at=at("11-03 09:59"),
    )  # fmt: skip

    answer = client.post(fill_url(collecting), sent)

    assert answer.status_code == 409
    html = answer.content.decode()
    assert "别人存过草稿" in html
    assert 'name="output" value="1333"' in html
    again = {**sent, **{n: answer.context["form"].data[n] for n in ("once", "version")}}
    assert client.post(fill_url(collecting), again).status_code == 303


def test_what_was_asked_back_shows_the_question_above_the_open_form(collecting, client_of):
    send(collecting, collecting.contact)
    operations.filing_ask_back(
        filing_id=filing_of(collecting).pk, question="产值和税务的数对不上？",
        actor=collecting.actor(collecting.clerk), at=at("11-03 09:00"),
    )  # fmt: skip

    html = shown(client_of("contact"), fill_url(collecting))

    assert "园区想问您" in html
    assert "产值和税务的数对不上？" in html
    assert 'name="output" value="1320"' in html


def test_the_linked_officer_fills_in_on_the_telephone(collecting, client_of):
    client = client_of("linked_officer")

    assert "您在替松濑精密陶瓷填报" in shown(client, fill_url(collecting))
    assert client.post(fill_url(collecting), typed(client, collecting)).status_code == 303
    assert filing_of(collecting).source == "department"


@pytest.mark.parametrize("name", ["fill", "filings_of"])
def test_an_enterprise_sees_its_own_only(collecting, client_of, name):
    args = [collecting.enterprise.pk, *(["2026-10"] if name == "fill" else [])]

    assert client_of("stranger").get(reverse(f"monitoring:{name}", args=args)).status_code == 404


@pytest.mark.parametrize("code", ["2026-13", "2026-09", "x", "9999-99"])
def test_a_month_that_was_not_asked_is_no_page(collecting, client_of, code):
    url = reverse("monitoring:fill", args=[collecting.enterprise.pk, code])

    assert client_of("contact").get(url).status_code == 404


# the board ---------------------------------------------------------------------------------------

BOARD = "/monitoring/filings/"


def names(html: str) -> list[bool]:
    return ["松濑精密陶瓷</a>" in html, "禾屿生物医药</a>" in html]


def test_the_board_says_who_has_returned_who_is_late_who_is_odd(collecting, client_of, wall):
    send(collecting, collecting.contact, {"power": "0"}, reasons={"power": "检修"})
    wall.set("11-11 10:00")
    client = client_of("clerk")

    html = shown(client, BOARD)
    tabs = {tab["label"]: tab["count"] for tab in client.get(BOARD).context["tabs"]}

    assert names(html) == [True, True]
    assert "晚 3 天" in html
    assert tabs == {
        "过期没填": 1, "异常待核": 1, "还没填": 1, "已问回": 0, "等确认": 0, "已确认": 0, "全部": 2,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", [True, True]),
        ("queue=sent", [True, False]),
        ("queue=waiting", [False, True]),
        ("queue=late", [False, False]),  # it isn't the eighth yet
        ("queue=nonsense", [True, True]),
        ("q=松濑", [True, False]),
        ("mine=1", [False, False]),  # the clerk is linked to nobody
        ("area=none", [True, True]),
        ("area=999999", [False, False]),
        ("industry=C", [False, False]),
        ("month=2026-10&measure=tax", [True, True]),
        ("month=1999-01", [True, True]),  # no round: the newest
        ("after=broken", [True, True]),
    ],
)
def test_filters_stand_in_the_address(collecting, client_of, query, seen):
    send(collecting, collecting.contact)

    assert names(shown(client_of("clerk"), f"{BOARD}?{query}")) == seen


def test_the_linked_officer_finds_his_own(collecting, client_of):
    assert names(shown(client_of("linked_officer"), f"{BOARD}?mine=1")) == [True, False]


@pytest.mark.parametrize("path", [BOARD, "/monitoring/", "/monitoring/targets/"])
def test_enterprises_and_administrators_find_no_such_page(collecting, client_of, path):
    assert client_of("contact").get(path).status_code == 404
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        account = Account.objects.create(username=role.value)
        RoleGrant.objects.create(account=account, role=role.value)
        client = Client()
        client.force_login(account)
        assert client.get(path).status_code == 404


def test_a_batch_is_reminded_once_and_says_whom_not(collecting, client_of, wall):
    wall.set("11-05 10:00")
    send(collecting, collecting.contact, when=at("11-04 09:00"))
    ids = list(Filing.objects.order_by("pk").values_list("pk", flat=True))
    client = client_of("clerk")

    for _time in range(2):
        answer = client.post(f"{BOARD}reminders/", {"filing": [*ids, "x"], "back": BOARD + "?q=a"})
        assert (answer.status_code, answer["Location"]) == (303, BOARD + "?q=a")

    said = [str(one) for one in get_messages(answer.wsgi_request)]
    assert said[0] == "提醒了 1 家。"
    assert "松濑精密陶瓷已经填了，不用提醒。" in said[1]
    assert "禾屿生物医药 11-05 10:00 刚告诉过，11-08 10:00 起才能再提醒。" in said[2]
    assert JournalEvent.objects.filter(kind="monitoring.filing_reminded").count() == 1


def test_the_board_is_exported_as_it_is_narrowed(collecting, client_of):
    send(collecting, collecting.contact, {"power": "0"}, reasons={"power": "=十月检修"})

    answer = client_of("clerk").get(f"{BOARD}?queue=odd&export=xlsx")

    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    head, row = book.get_sheet_by_index(0).to_python()
    assert tuple(head[6:]) == (
        "产值（万元）", "营业收入（万元）", "税收（万元）", "从业人数（人）", "用电量（万千瓦时）",
        "企业的说明",
    )  # fmt: skip
    assert (row[1], *row[6:]) == (
        "松濑精密陶瓷（云泽）有限公司", 1320, 1290, 40.5, 120, 0, "=十月检修",
    )  # fmt: skip
    event = JournalEvent.objects.get(kind="monitoring.board_exported")
    assert event.payload == {"query": "queue=odd", "rows": 1}


def test_the_board_asks_the_same_number_of_questions_for_one_row_and_for_many(
    collecting, client_of, django_assert_num_queries
):
    client = client_of("clerk")
    client.get(BOARD)
    with django_assert_num_queries(BOARD_QUERIES):
        client.get(BOARD)
    round_ = filing_of(collecting).round
    for serial in range(12):
        firm = registry.enterprise_register(
            code=codes(serial), name=f"多填一家 {serial}", short_name=f"多填 {serial}",
            actor=SYSTEM, at=at("11-01 09:00"),
        )  # fmt: skip
        Filing.objects.create(round=round_, enterprise=firm)

    with django_assert_num_queries(BOARD_QUERIES):
        client.get(BOARD)


BOARD_QUERIES = 13


def codes(serial: int) -> str:
    return uscc.make("91320583", f"MA2XK{serial:03d}")


# one filing --------------------------------------------------------------------------------------


def test_staff_read_the_oddity_with_the_firms_word_and_decide(collecting, client_of):
    send(collecting, collecting.contact, {"power": "0"}, reasons={"power": "十月检修"})
    client = client_of("safety_handler")
    url = reverse("monitoring:filing", args=[filing_of(collecting).pk])

    html = shown(client, url)
    assert "有产值，用电量却是 0" in html
    assert "企业说：十月检修" in html

    answer = client.post(url + "questions/", {"question": " "})
    assert answer.status_code == 422
    assert client.post(url + "questions/", {"question": "用的是谁的电？"}).status_code == 303
    assert filing_of(collecting).state == FilingState.ASKED
    assert client.post(url + "questions/", {"question": "再问"}).status_code == 409


def test_accepting_twice_is_told(collecting, client_of):
    send(collecting, collecting.contact)
    client = client_of("safety_handler")
    url = reverse("monitoring:accept", args=[filing_of(collecting).pk])

    client.post(url)
    answer = client.post(url)

    assert answer.status_code == 303
    assert "不等确认" in [str(one) for one in get_messages(answer.wsgi_request)][-1]
    assert filing_of(collecting).state == FilingState.ACCEPTED


@pytest.mark.parametrize(("who", "status"), [("leader", 403), ("contact", 404), ("stranger", 404)])
def test_others_do_not_decide(collecting, client_of, who, status):
    send(collecting, collecting.contact)
    client = client_of(who)
    pk = filing_of(collecting).pk
    before = every_row(but=BUT)

    assert client.post(reverse("monitoring:accept", args=[pk])).status_code == status
    answer = client.post(reverse("monitoring:ask_back", args=[pk]), {"question": "？"})
    assert answer.status_code == status
    assert every_row(but=BUT) == before


# the zone ----------------------------------------------------------------------------------------


def accepted(zone: Zone, figures=None) -> None:
    send(zone, zone.contact, figures)
    operations.filing_accept(
        filing_id=filing_of(zone).pk, actor=zone.actor(zone.safety_handler), at=at("11-03 09:00")
    )


def test_the_zone_adds_up_what_is_confirmed_and_tells_what_waits_apart(collecting, client_of):
    accepted(collecting)
    other = Enterprise.objects.exclude(pk=collecting.enterprise.pk).get()
    operations.filing_send(
        enterprise_id=other.pk, month=OCTOBER, figures=decimals(USUAL | {"output": "500"}),
        forecasts={}, reasons={}, version=None, actor=collecting.actor(collecting.stranger),
        at=at("11-03 09:00"),
    )  # fmt: skip

    figures = client_of("leader").get("/monitoring/").context["figures"]

    output = figures[0]
    assert (output.value, output.firms) == ("1,320", 1)
    assert (output.waiting, output.waiting_firms) == ("500 万元", 1)


def test_what_was_asked_back_counts_nowhere(collecting, client_of):
    accepted(collecting)
    operations.filing_ask_back(
        filing_id=filing_of(collecting).pk, question="真的？",
        actor=collecting.actor(collecting.clerk), at=at("11-03 09:30"),
    )  # fmt: skip

    output = client_of("leader").get("/monitoring/").context["figures"][0]

    assert (output.value, output.firms, output.waiting, output.waiting_firms) == ("—", 0, "", 0)


def test_said_by_two_sources_it_counts_once(collecting, client_of):
    send(collecting, collecting.contact)
    registry.indicators_state(
        enterprise_id=collecting.enterprise.pk, month=OCTOBER, figures={"output": Decimal(900)},
        actor=collecting.actor(collecting.clerk), at=at("11-02 10:00"),
    )  # fmt: skip

    output = client_of("leader").get("/monitoring/").context["figures"][0]

    assert (output.waiting, output.waiting_firms) == ("1,320 万元", 1)


def test_sums_stand_against_targets_forecasts_and_the_year_before(collecting, client_of):
    known(collecting, YEAR_AGO, {"output": "1100"})
    targets(collecting, {(Span.MONTH, OCTOBER): "1200", (Span.YEAR, date(2026, 1, 1)): "20000"})
    accepted(collecting)

    context = client_of("leader").get("/monitoring/").context
    output = context["figures"][0]
    lines = {line["label"]: line for line in context["months"]}

    assert (output.change, output.target, output.reached) == ("+20.0%", "1,200 万元", "110.0%")
    assert (output.so_far, output.year_reached) == ("2,600.5 万元", "13.0%")
    assert lines["2026-10"]["year_ago"] == "1,100"
    assert (lines["2026-11"]["forecast"], lines["2026-11"]["forecast_firms"]) == ("1,400", 1)
    assert lines["2026-11"]["url"] == ""
    assert context["sentence"] == (
        "10 月确认了 1 家，产值 1,320 万元，同比 +20.0%，完成月目标的 110.0%。"
        "11 月 1 家预计 1,400 万元。"
    )


def test_half_a_months_returns_are_held_against_the_same_firms_a_year_before(collecting, client_of):
    other = Enterprise.objects.exclude(pk=collecting.enterprise.pk).get()
    known(collecting, YEAR_AGO, {"output": "1100"})
    known(collecting, YEAR_AGO, {"output": "90000"}, other)
    accepted(collecting)

    context = client_of("leader").get("/monitoring/").context

    assert context["figures"][0].change == "+20.0%"
    lines = {line["label"]: line for line in context["months"]}
    assert lines["2026-10"]["year_ago"] == "1,100"


def test_only_a_month_that_has_a_round_leads_to_rows(collecting, client_of):
    accepted(collecting)

    lines = client_of("leader").get("/monitoring/").context["months"]

    assert {line["label"]: line["url"] for line in lines if line["url"]} == {
        "2026-10": "/monitoring/filings/?month=2026-10&measure=output"
    }


@pytest.mark.parametrize(("value", "said"), [("9999", "9,999 万元"), ("12345", "1.23 亿元")])
def test_large_sums_are_said_in_hundred_millions(collecting, client_of, value, said):
    targets(collecting, {(Span.MONTH, OCTOBER): value})

    assert client_of("leader").get("/monitoring/").context["figures"][0].target == said


@pytest.mark.parametrize("by", ["industry", "area"])
def test_each_part_leads_to_its_rows(collecting, client_of, by):
    registry.enterprise_change(
        enterprise_id=collecting.enterprise.pk, values={"industry_code": "C3073"}, actor=SYSTEM,
        at=at("11-01 08:00"),
    )  # fmt: skip
    accepted(collecting)
    client = client_of("leader")

    parts = client.get(f"/monitoring/?by={by}").context["parts"]

    first = parts[0]
    assert (first["value"], first["share"]) == ("1,320", "100.0%")
    assert names(shown(client, first["url"]))[0] is True
    if by == "industry":
        assert first["label"] == "非金属矿物制品业"
        assert names(shown(client, first["url"])) == [True, False]


def test_before_the_first_round_pages_say_why_they_are_empty(zone, client_of):
    for path in ("/monitoring/", BOARD):
        assert "还没有开始过月度填报" in shown(client_of("leader"), path)
    url = reverse("monitoring:filings_of", args=[zone.enterprise.pk])
    assert "还没有请您填报过" in shown(client_of("contact"), url)


ZONE_QUERIES = 18


def test_the_zones_page_asks_a_fixed_number_of_questions(
    collecting, client_of, django_assert_num_queries
):
    accepted(collecting)
    client = client_of("leader")
    client.get("/monitoring/")

    with django_assert_num_queries(ZONE_QUERIES):
        client.get("/monitoring/")


# targets -----------------------------------------------------------------------------------------


def targets(zone: Zone, values, enterprise=None, who=None):
    return operations.targets_set(
        enterprise_id=enterprise, code="output", year=2026,
        values={period: Decimal(value) for period, value in values.items()},
        actor=zone.actor(who or zone.clerk), at=at("11-01 08:00"),
    )  # fmt: skip


def target_form(client: Client, query: str = "", **values: str) -> dict[str, str]:
    form = client.get(f"/monitoring/targets/?year=2026&measure=output{query}").context["form"]
    kept = {name: form.initial.get(name, "") for name in form.fields}
    return {**kept, "year": "2026", "measure": "output", **values}


def test_targets_are_set_changed_and_taken_away(zone, client_of):
    client = client_of("clerk")
    sent = target_form(client, y2026="15,000", m2026_10="1200")
    answer = client.post("/monitoring/targets/", sent)
    assert answer.status_code == 303

    rows = Target.objects.order_by("span").values_list("enterprise", "span", "value", "set_by")
    assert list(rows) == [
        (None, "month", Decimal(1200), zone.clerk.account_id),
        (None, "year", Decimal(15000), zone.clerk.account_id),
    ]
    client.post("/monitoring/targets/", target_form(client, y2026="16000", m2026_10=""))
    assert list(Target.objects.values_list("span", "value")) == [("year", Decimal(16000))]
    event = JournalEvent.objects.filter(stream="monitoring:targets").latest("seq")
    assert event.payload["before"] == {"m2026_10": "1200", "y2026": "15000"}
    assert event.payload["after"] == {"m2026_10": None, "y2026": "16000"}


def test_a_target_of_an_enterprise_is_its_own_to_see(zone, client_of):
    client = client_of("clerk")
    query = f"&enterprise={zone.enterprise.pk}"
    sent = target_form(client, query, y2026="9000", enterprise=str(zone.enterprise.pk))

    assert client.post("/monitoring/targets/", sent).status_code == 303

    assert Target.objects.get().enterprise_id == zone.enterprise.pk
    known(zone, OCTOBER, {"output": "1320"})
    operations.round_open(month=OCTOBER, actor=SYSTEM, at=at("11-01 09:00"))
    url = reverse("monitoring:filings_of", args=[zone.enterprise.pk])
    assert "2026 年目标 9,000 万元" in shown(client_of("contact"), url)
    assert "2026 年目标" not in shown(
        client_of("stranger"), reverse("monitoring:filings_of", args=[zone.stranger.enterprise_id])
    )


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"y2026": "-1"}, "不会小于 0"),
        ({"y2026": "很多"}, "请只填数字"),
        ({"m2026_10": "1.234"}, "小数点后最多两位"),
    ],
)
def test_a_bad_target_keeps_what_was_typed_and_changes_nothing(zone, client_of, values, says):
    client = client_of("clerk")
    sent = target_form(client, m2026_11="777", **values)
    before = every_row(but=BUT)

    answer = client.post("/monitoring/targets/", sent)

    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert 'value="777"' in answer.content.decode()
    assert every_row(but=BUT) == before


def test_who_sets_second_is_told_and_then_meant(zone, client_of):
    client = client_of("clerk")
    sent = target_form(client, y2026="15000")
    targets(zone, {(Span.YEAR, date(2026, 1, 1)): "14000"}, who=zone.safety_handler)

    answer = client.post("/monitoring/targets/", sent)

    assert answer.status_code == 409
    assert "别人改过：全年。" in answer.content.decode()
    again = {**sent, **{n: answer.context["form"].data[n] for n in ("once", "seen")}}
    assert client.post("/monitoring/targets/", again).status_code == 303
    assert Target.objects.get().value == Decimal(15000)


@pytest.mark.parametrize("who", ["leader", "linked_officer"])
def test_who_only_looks_sets_none(zone, client_of, who):
    client = client_of(who)
    sent = target_form(client, y2026="15000")
    before = every_row(but=BUT)

    assert client.post("/monitoring/targets/", sent).status_code == 403
    assert "存目标" not in shown(client, "/monitoring/targets/")
    assert every_row(but=BUT) == before


def test_the_start_page_says_by_how_many_days_a_return_is_late(collecting, client_of, now):
    portal = reverse("web:portal")
    assert "11 月 8 日（周日）前交就行" in shown(client_of("contact"), portal)
    now.set("11-11 10:00")
    html = shown(client_of("contact"), portal)
    assert '<b class="yq-text-red">11-08 已截止，晚了 3 天</b>' in html
