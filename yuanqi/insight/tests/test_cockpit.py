"""The cockpit: exact figures, each leading to its rows; only for leaders and the centre."""

import html as markup
import re
from dataclasses import replace
from datetime import date

import pytest
from django.test import Client

from tests.desk import NOW
from tests.people import at
from yuanqi.casework import operations as cases
from yuanqi.casework.models import Case, CaseBar
from yuanqi.foundation.errors import NotAllowed
from yuanqi.insight import figures, queries
from yuanqi.insight.queries import Cockpit, Done, Standing, Week
from yuanqi.servicedesk import operations

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thursday")]


def board(desk, **more) -> Cockpit:
    figures.rebuild()
    return queries.cockpit(desk.zone.actor(desk.zone.leader, NOW), NOW, **more)


def page(client: Client, person, query: str = ""):
    figures.rebuild()
    client.force_login(person.account)
    response = client.get(f"/cockpit/{query}")
    assert response.status_code == 200
    return response


# figures -----------------------------------------------------------------------------------------


def test_open_requests_are_counted_by_light_and_those_to_be_rated_apart(desk):
    assert board(desk).standing == Standing(open=10, red=2, yellow=2, green=5, paused=1, answered=1)


def test_the_months_closed_requests_are_counted_with_what_nobody_rated(desk):
    found = board(desk)

    assert found.period.start == date(2026, 11, 1)
    assert found.done == Done(raised=13, answered=3, on_time=2, rated=2, resolved=1, satisfied=1)
    assert found.done.unrated == 1
    assert found.returned == 1


def test_a_complaint_about_the_leader_is_in_none_of_his_figures(desk):
    for name in ("按时满意", "待派单"):
        CaseBar.objects.create(case=desk.case(name), grantee=f"o{desk.zone.leader.pk}")
    found = board(desk)

    assert found.standing == Standing(open=9, red=2, yellow=2, green=4, paused=1, answered=1)
    assert found.done == Done(raised=11, answered=2, on_time=1, rated=1)
    assert sum(week.raised for week in found.weeks) == 13


def test_a_complaint_about_whom_the_leader_acts_for_is_in_all_of_his_figures(desk):
    """It is not about him: he reads it, so that rows and figures agree."""
    for name in ("按时满意", "待派单"):
        CaseBar.objects.create(case=desk.case(name), grantee=f"o{desk.zone.clerk.pk}")
    figures.rebuild()
    leader = desk.zone.actor(desk.zone.leader, NOW)
    whole = queries.cockpit(leader, NOW)
    acting = queries.cockpit(replace(leader, acts_for=frozenset({desk.zone.clerk.pk})), NOW)

    # what waits for whom he acts for waits for him too; the figures are the same
    assert replace(acting, needs=whole.needs) == whole
    assert (whole.standing.open, whole.done.raised) == (10, 13)


def test_each_department_has_its_line_the_reddest_first(desk):
    lines = {line.subject.label if line.subject else None: line for line in board(desk).lines}

    assert list(lines) == [None, "审批局", "安环局", "规建局"]
    assert {name: line.standing for name, line in lines.items()} == {
        None: Standing(open=4, red=1, green=3),
        "审批局": Standing(open=2, red=1, green=1, answered=1),
        "安环局": Standing(open=2, yellow=1, green=1),
        "规建局": Standing(open=2, yellow=1, paused=1),
    }
    assert {name: line.done for name, line in lines.items()} == {
        None: Done(raised=4),
        "审批局": Done(raised=3),
        "安环局": Done(raised=3, answered=2, on_time=1, rated=1, resolved=1, satisfied=1),
        "规建局": Done(raised=3, answered=1, on_time=1, rated=1),
    }
    assert {name: line.returned for name, line in lines.items()} == {
        None: 0,
        "审批局": 0,
        "安环局": 1,
        "规建局": 0,
    }


def test_the_median_is_in_working_days(desk):
    lines = {line.subject.label: line for line in board(desk).lines if line.subject}

    # 10-20 09:00 to 11-02 10:00: nine days and an hour; 11-03 09:00 to 11-05 09:00: two days
    assert lines["安环局"].taken.median == pytest.approx((9 + 1 / 7.5 + 2) / 2)
    assert lines["规建局"].taken.median == pytest.approx(2 + 1 / 7.5)
    assert lines["审批局"].taken is None
    assert board(desk).taken.median == pytest.approx(2 + 1 / 7.5)


def test_a_pause_is_left_out_of_the_time_taken(desk):
    officer = desk.zone.approval_handler
    actor = desk.zone.actor(officer)
    case_id = desk.raised("停过", "11-09 09:00", category="LAB", level="P3")
    desk.dispatched("停过", "11-09 09:10", desk.zone.approval)
    desk.accepted("停过", "11-09 09:20", officer)
    cases.clock_pause(
        case_id=case_id,
        ground="superior-organ",
        awaited="批复",
        actor=actor,
        at=at("11-09 10:00"),
    )
    cases.clock_resume(case_id=case_id, actor=actor, at=at("11-10 10:00"))
    desk.answered("停过", "11-10 12:00", officer)
    desk.rated("停过", "11-10 13:00", 4)

    lines = {line.subject.label: line for line in board(desk).lines if line.subject}

    assert lines["审批局"].taken.median == pytest.approx(3 / 7.5)


def test_a_month_begins_at_the_zones_own_midnight(desk):
    desk.handled("跨月", start="10-30", answer="10-30 10:00", officer=desk.zone.approval_handler)
    desk.rated("跨月", "11-01 00:30", 4)  # still October in Greenwich

    assert board(desk).done.answered == 4


def test_the_last_twelve_weeks_begin_on_mondays(desk):
    weeks = board(desk).weeks

    assert [week.start for week in weeks] == [
        date(2026, 8, 31), date(2026, 9, 7), date(2026, 9, 14), date(2026, 9, 21),
        date(2026, 9, 28), date(2026, 10, 5), date(2026, 10, 12), date(2026, 10, 19),
        date(2026, 10, 26), date(2026, 11, 2), date(2026, 11, 9), date(2026, 11, 16),
    ]  # fmt: skip
    assert weeks[6:] == [
        Week(date(2026, 10, 12), raised=1, closed=1),
        Week(date(2026, 10, 19), raised=1, closed=0),
        Week(date(2026, 10, 26), raised=0, closed=0),
        Week(date(2026, 11, 2), raised=3, closed=1),
        Week(date(2026, 11, 9), raised=2, closed=2),
        Week(date(2026, 11, 16), raised=8, closed=0),
    ]


def test_stopped_production_comes_before_what_is_late_for_longer(desk):
    assert [need.row.case.title for need in board(desk).needs] == ["停产超时", "待派超时"]

    desk.raised("一般超时", "11-06 10:00", level="P4")
    desk.raised("又停产", "11-18 10:00", level="P1")
    desk.raised("也停产", "11-18 11:00", level="P1")

    assert [need.row.case.title for need in board(desk).needs] == [
        "停产超时",
        "又停产",
        "也停产",
        "待派超时",
    ]


# links -------------------------------------------------------------------------------------------


def test_every_figure_leads_to_exactly_the_rows_that_make_it_up(desk, client):
    rows = page(client, desk.zone.leader).context["rows"]
    found = board(desk)
    lines = [*(rows.line(line) for line in found.lines), rows.total()]
    figures = [
        *rows.figures.values(),
        *(figure for line in lines for figure in (line.open, *line.lights)),
        *(figure for line in lines for figure in (line.closed, line.on_time)),
        *(line.returned for line in lines if line.returned),
        *(line.reopened for line in lines if line.reopened),
        *(rows.closed_in(week) for week in found.weeks),
    ]

    assert len(figures) == 15 + 5 * 5 + 5 * 2 + 4 + 4 + 12
    for figure in figures:
        ledger = client.get(figure.url)
        assert ledger.context["count"].number == figure.number, figure
        assert len(ledger.context["rows"]) == figure.number, figure
    for week in found.weeks:
        assert client.get(rows.raised(week)).context["count"].number == week.raised


def test_every_number_on_the_page_stands_on_a_link_to_as_many_rows(desk, client):
    text = page(client, desk.zone.leader).content.decode()
    links = [
        (markup.unescape(url), re.sub(r"<[^>]+>|\s+", " ", words).strip())
        for url, words in re.findall(r'<a[^>]*href="(/requests/\?[^"]+)"[^>]*>(.*?)</a>', text)
    ]

    assert len(links) == 54
    for url, words in links:
        # a count, or a fraction that leads to its numerator
        number = int(re.search(r"\d+", words)[0])
        assert client.get(url).context["count"].number == number, (url, words)


def test_each_mark_of_the_chart_leads_to_as_many_rows(desk, client):
    chart = page(client, desk.zone.leader).context["chart"]

    for series in ("raised", "closed"):
        urls = chart[f"{series}_urls"]
        assert [client.get(url).context["count"].number for url in urls] == chart[series]
    assert chart["weeks"][-2:] == ["11-09", "本周"]


# the page ----------------------------------------------------------------------------------------


def test_the_page_says_the_day_the_hour_and_what_is_missing(desk, client):
    html = page(client, desk.zone.leader).content.decode()

    for words in (
        "今天，11 月 19 日（周四）", "数据到 10:20", "需要您关注 2 件", "另有 1 件等企业评价",
        "办结 3 件", "1 件没评价", "2/3", "本周到今天提出 8 件，办结 0 件。",
        "上周提出 2 件，此前平均每周 0.5 件。",
    ):  # fmt: skip
        assert words in html
    assert "style=" not in html
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", html) == [
        '<script id="weekly-data" type="application/json">'
    ]


def test_without_anything_late_the_page_says_so_and_names_the_next(desk, client):
    Case.objects.filter(title__in=["停产超时", "待派超时"]).update(due_at=at("12-01 17:30"))

    html = page(client, desk.zone.leader).content.decode()

    assert "没有超时的诉求" in html
    assert "看即将超时" in html


def test_the_cockpit_takes_the_same_queries_however_many_requests(
    desk, client, django_assert_num_queries
):
    page(client, desk.zone.leader)
    with django_assert_num_queries(23):
        client.get("/cockpit/")
    for number in range(5):
        name = f"多办{number}"
        desk.handled(name, start="11-09", answer="11-10 10:00", officer=desk.zone.safety_handler)
        desk.rated(name, "11-11 10:00", 4)
    figures.rebuild()
    with django_assert_num_queries(23):
        client.get("/cockpit/")


def test_leaders_and_the_centre_see_it_and_nobody_else(desk, client):
    zone = desk.zone
    page(client, zone.leader)
    page(client, zone.clerk)
    for person in (zone.safety_handler, zone.linked_officer, zone.contact):
        client.force_login(person.account)
        assert client.get("/cockpit/").status_code == 403
        with pytest.raises(NotAllowed):
            queries.cockpit(zone.actor(person, NOW), NOW)
    client.logout()
    assert client.get("/cockpit/").status_code == 302


# other months, other lines ----------------------------------------------------------------------


def test_by_category_each_line_counts_what_its_rows_are(desk, client):
    response = page(client, desk.zone.leader, "?by=category")
    found, rows = response.context["board"], response.context["rows"]

    assert [line.subject.pk for line in found.lines][:2] == ["FIN", "UTL"]
    assert sum((line.done for line in found.lines), Done()) == found.done
    for line in map(rows.line, found.lines):
        for figure in (line.open, *line.lights, line.closed, line.on_time, line.returned):
            assert client.get(figure.url).context["count"].number == figure.number, figure


def test_a_month_that_is_over_shows_its_own_figures_and_leads_to_its_own_rows(desk, client):
    desk.handled("十月办结", start="10-12", answer="10-13 10:00", officer=desk.zone.safety_handler)
    desk.rated("十月办结", "10-14 10:00", 5)

    response = page(client, desk.zone.leader, "?month=2026-10")
    found, rows = response.context["board"], response.context["rows"]

    assert (found.period.start, found.is_running) == (date(2026, 10, 1), False)
    assert (found.done.answered, found.done.raised) == (2, 3)
    for name, figure in rows.figures.items():
        assert client.get(figure.url).context["count"].number == figure.number, name
    assert board(desk).before == found.done


def test_a_month_to_come_or_a_mistyped_one_shows_the_running_month(desk, client):
    for query in ("?month=2027-01", "?month=2026-13", "?month=x", "?by=x"):
        assert page(client, desk.zone.leader, query).context["board"].is_running, query


def test_the_share_of_reopened_requests_counts_each_end_of_the_month_once(desk, client):
    name = "又来"
    desk.handled(name, start="11-09", answer="11-10 10:00", officer=desk.zone.safety_handler)
    desk.rated(name, "11-10 11:00", 4)
    before = board(desk)
    assert (before.reopened.ended, before.reopened.reopened) == (4, 0)

    operations.request_reopen(
        case_id=desk.ids[name],
        reason="又漏水了。",
        actor=desk.zone.actor(desk.zone.contact),
        at=at("11-12 09:00"),
    )

    response = page(client, desk.zone.leader)
    found = response.context["board"]
    assert (found.reopened.ended, found.reopened.reopened) == (4, 1)
    figure = response.context["rows"].figures["reopened"]
    assert [row.case.title for row in client.get(figure.url).context["rows"]] == [name]


def test_a_request_reopened_twice_in_a_month_counts_once(desk, client):
    name = "反复"
    handler = desk.zone.safety_handler
    desk.handled(name, start="11-09", answer="11-10 10:00", officer=handler)
    desk.rated(name, "11-10 11:00", 4)
    for day in ("11-12", "11-16"):
        operations.request_reopen(
            case_id=desk.ids[name],
            reason="又漏水了。",
            actor=desk.zone.actor(desk.zone.contact),
            at=at(f"{day} 09:00"),
        )
        desk.answered(name, f"{day} 14:00", handler)
        desk.rated(name, f"{day} 15:00", 4)

    response = page(client, desk.zone.leader)

    found = response.context["board"].reopened
    assert (found.ended, found.reopened) == (4, 1)
    figure = response.context["rows"].figures["reopened"]
    assert [row.case.title for row in client.get(figure.url).context["rows"]] == [name]
