"""A list as a workbook: exactly what the page shows, as real dates and plain texts."""

import io
import zipfile
from datetime import datetime

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.desk import NOW, Desk
from tests.evidence import every_row
from tests.people import SHANGHAI, at
from yuanqi.foundation import sheets
from yuanqi.foundation.models import JournalEvent
from yuanqi.foundation.sheets import Column
from yuanqi.servicedesk import exports
from yuanqi.servicedesk.models import SavedView

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thursday")]


def get(client: Client, person, address: str):
    client.force_login(person.account)
    response = client.get(address)
    assert response.status_code == 200
    return response


def table(response) -> list[list]:
    content = b"".join(response.streaming_content)
    return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()


def local(instant: datetime) -> datetime:
    """As the zone's clocks say it, to the minute that a sheet shows."""
    return instant.astimezone(SHANGHAI).replace(tzinfo=None)


@pytest.mark.parametrize(
    "query",
    ["queue=open", "queue=undispatched", "queue=open&sort=newest&level=P2", "queue=overdue",
     "queue=open&flag=idle", "queue=all&opened_from=2026-11-10"],
)  # fmt: skip
def test_the_workbook_has_the_rows_of_the_page_in_its_order(desk, client, query):
    rows = get(client, desk.zone.clerk, f"/requests/?{query}").context["rows"]
    head, *lines = table(get(client, desk.zone.clerk, f"/requests/?{query}&export=xlsx"))

    assert head[:10] == [
        "灯", "编号", "企业", "诉求", "标记", "类别", "主办", "轮到谁", "剩余时间", "到期",
    ]  # fmt: skip
    assert [(line[1], line[2], line[3], line[5]) for line in lines] == [
        (row.case.number, row.case.enterprise.label, row.case.title, row.category) for row in rows
    ]
    dues = [
        local(row.case.due_at) for row in rows if row.case.is_open and row.case.due_at is not None
    ]
    assert [line[9] for line in lines if isinstance(line[9], datetime)] == dues


def test_each_cell_says_what_the_row_says(desk, client):
    _head, *lines = table(get(client, desk.zone.clerk, "/requests/?export=xlsx"))
    said = {line[3]: (line[0], *line[4:9]) for line in lines}

    assert said["停产超时"] == (
        "红", "P1 停产，多日未动", "水电气讯", "审批局", "审批局 吴绍峰", "超 1 天 1 小时",
    )  # fmt: skip
    assert said["退单"][1] == "第 1 次退单"
    assert said["等材料"][0] == "停"
    paused = next(line for line in lines if line[3] == "等材料")
    assert paused[8:] == ["停在 9 天 6 小时", "补齐后续计"]


def test_closed_requests_are_exported_with_their_outcome(desk, client):
    head, *lines = table(get(client, desk.zone.clerk, "/requests/?queue=closed&export=xlsx"))

    assert head[7:] == ["评价", "答复", "办结"]
    assert [(line[3], line[7], line[8]) for line in lines] == [
        ("回访过", "不满意", "按时"),
        ("超时没评价", "没评价", "超时"),
        ("按时满意", "非常满意", "按时"),
        ("上月办结", "非常满意", "按时"),
    ]
    assert lines[0][9] == local(desk.case("回访过").closed_at)


def test_everybody_exports_what_he_sees_and_no_more(desk, client):
    for person in (desk.zone.leader, desk.zone.safety_handler, desk.zone.linked_officer):
        rows = get(client, person, "/requests/").context["rows"]
        _head, *lines = table(get(client, person, "/requests/?export=xlsx"))
        assert [line[1] for line in lines] == [row.case.number for row in rows]


def test_an_enterprise_exports_its_own_in_plain_words(desk, client):
    address = f"/requests/?export=xlsx&enterprise={desk.zone.contact.enterprise_id}"
    head, *lines = table(get(client, desk.zone.stranger, address))

    assert head == ["编号", "诉求", "提出", "提出人", "进展", "答复期限", "办结"]
    assert [line[1:5] for line in lines] == [
        ["别家的", local(at("11-19 09:30")), "韩青", "已经收到，服务中心正在安排承办部门。"]
    ]
    assert "别家的" not in str(table(get(client, desk.zone.contact, "/requests/?export=xlsx")))


def test_what_somebody_wrote_is_never_a_formula_a_number_or_an_address(desk, client):
    names = ["=1+1", "@SUM(A1)", "+86 10", "-5", "http://example.com/", "000123", "{=A1}"]
    for name in names:
        desk.raised(name, "11-19 10:01", category="LAB")

    address = "/requests/?queue=undispatched&sort=newest&category=LAB&export=xlsx"
    content = b"".join(get(client, desk.zone.clerk, address).streaming_content)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))

    titles = [line[3] for line in book.get_sheet_by_index(0).to_python()[1:]]
    assert sorted(titles) == sorted(names)
    assert b"<f>" not in unzipped(content, "xl/worksheets/sheet1.xml")
    assert b"<hyperlink" not in unzipped(content, "xl/worksheets/sheet1.xml")


def unzipped(content: bytes, name: str) -> bytes:
    return zipfile.ZipFile(io.BytesIO(content)).read(name)


def test_an_export_is_recorded_with_who_what_and_how_many(desk, client):
    get(client, desk.zone.clerk, "/requests/?queue=open&level=P3&nonsense=1&after=x&export=xlsx")

    event = JournalEvent.objects.get(kind="servicedesk.list_exported")
    assert event.payload == {"query": "queue=open&level=P3", "rows": 2}
    assert event.actor == f"account:{desk.zone.clerk.account_id}"
    assert (event.stream, event.audience) == (f"account:{desk.zone.clerk.account_id}", "audit")


def test_an_export_reads_rows_five_hundred_at_a_time(
    desk, client, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(exports, "AT_A_TIME", 4)
    whole = table(get(client, desk.zone.clerk, "/requests/?export=xlsx"))

    assert len(whole) == 1 + 10
    monkeypatch.setattr(exports, "AT_A_TIME", 500)
    assert table(get(client, desk.zone.clerk, "/requests/?export=xlsx")) == whole
    with django_assert_max_num_queries(30):
        get(client, desk.zone.clerk, "/requests/?queue=all&export=xlsx")


def test_more_than_the_most_is_refused_politely_with_nothing_recorded(desk, client, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_ROWS", 9)
    client.force_login(desk.zone.clerk.account)
    before = every_row()

    response = client.get("/requests/?queue=open&sort=newest&export=xlsx")

    assert response.status_code == 303
    assert response["Location"] == "/requests/?queue=open&sort=newest"
    assert {name for name, digest in every_row().items() if digest != before[name]} <= {
        "signin_session"
    }
    page = client.get(response["Location"])
    assert [str(message) for message in page.context["messages"]] == [
        "一次最多导出 9 行，这里还要多。请先缩小范围，再分几次导出。"
    ]


def test_the_file_is_named_and_served_as_a_download(desk, client):
    response = get(client, desk.zone.clerk, "/requests/?export=xlsx")

    assert response["Content-Type"] == sheets.CONTENT_TYPE
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''")
    assert response["Content-Disposition"].endswith("-20261119-1020.xlsx")
    assert response["Cache-Control"] == "no-store"


def test_a_sheet_takes_any_text_and_keeps_days_as_days():
    target = io.BytesIO()
    count = sheets.write(
        target,
        title="a/b:c[d]" * 9,
        columns=[
            Column("字"),
            Column("时", 17, "at"),
            Column("日", 12, "on"),
            Column("数", 8, "number"),
        ],
        rows=[("\x00\x0b<&>" + "长" * 40_000, NOW, NOW.date(), 3), ("", None, None, None)],
        tz=SHANGHAI,
    )  # fmt: skip
    target.seek(0)
    _head, first = CalamineWorkbook.from_filelike(target).get_sheet_by_index(0).to_python()[:2]

    assert count == 2
    assert len(first[0]) <= sheets.LONGEST_TEXT
    assert first[1:] == [local(NOW), NOW.date(), 3.0]


# saved views -------------------------------------------------------------------------------------


def keep(client: Client, name: str, query: str = "queue=open&level=P2"):
    return client.post("/requests/views/", {"title": name, "address": query})


def names(client: Client) -> list[str]:
    return [view.name for view, _url, _is_current in client.get("/requests/").context["views"]]


def test_a_list_is_kept_under_a_name_as_the_list_understood_it(desk, client):
    client.force_login(desk.zone.clerk.account)

    response = keep(client, " 急件 ", "queue=open&nonsense=1&level=P2&after=x&opened_to=2026-11-18")

    view = SavedView.objects.get()
    assert (view.name, view.query) == ("急件", "queue=open&level=P2&opened_until=2026-11-19")
    assert response["Location"] == f"/requests/?{view.query}"
    page = client.get(response["Location"])
    assert [(url, is_current) for _view, url, is_current in page.context["views"]] == [
        (f"/requests/?{view.query}", True)
    ]
    event = JournalEvent.objects.get(kind="servicedesk.view_saved")
    assert event.payload == {"view_id": view.pk, "name": "急件", "query": view.query}


def test_a_view_is_renamed_and_deleted_by_its_owner_alone(desk, client):
    client.force_login(desk.zone.clerk.account)
    keep(client, "急件")
    keep(client, "别的", "queue=overdue")
    view = SavedView.objects.get(name="急件")

    assert client.post(f"/requests/views/{view.pk}/", {"title": "别的"}).status_code == 409
    assert client.post(f"/requests/views/{view.pk}/", {"title": ""}).status_code == 422
    assert client.post(f"/requests/views/{view.pk}/", {"title": "很急"}).status_code == 303
    assert names(client) == ["别的", "很急"]

    client.force_login(desk.zone.leader.account)
    before = every_row()
    assert client.post(f"/requests/views/{view.pk}/", {"title": "我的"}).status_code == 404
    assert client.post(f"/requests/views/{view.pk}/deletions/").status_code == 404
    assert {name for name, digest in every_row().items() if digest != before[name]} == set()
    assert names(client) == []

    client.force_login(desk.zone.clerk.account)
    client.post(f"/requests/views/{view.pk}/deletions/")
    assert names(client) == ["别的"]
    assert list(
        JournalEvent.objects.filter(kind__startswith="servicedesk.view_")
        .order_by("id")
        .values_list("kind", flat=True)
    ) == [f"servicedesk.view_{what}" for what in ("saved", "saved", "renamed", "deleted")]


def test_a_name_is_taken_once_and_thirty_views_are_enough(desk: Desk, client):
    client.force_login(desk.zone.clerk.account)
    for number in range(30):
        keep(client, f"视图{number}")
    taken = client.get(keep(client, "视图3")["Location"])
    assert SavedView.objects.count() == 30
    assert "最多存 30 个视图，请先删掉不用的。" in taken.content.decode()

    client.post(f"/requests/views/{SavedView.objects.get(name='视图0').pk}/deletions/")
    taken = client.get(keep(client, "视图3")["Location"])
    assert "已经有叫“视图3”的视图，请换个名字。" in taken.content.decode()
    assert SavedView.objects.count() == 29
    blank = client.get(keep(client, "  ")["Location"])
    assert "请给视图起个名字。" in blank.content.decode()
