"""Each register: what is new, what is known, what can't stand; updated, and undone."""

from datetime import date
from decimal import Decimal

import pytest

from tests.evidence import every_row
from tests.people import at
from yuanqi.domain import uscc
from yuanqi.foundation.actors import Role
from yuanqi.foundation.errors import Conflict, NotAllowed, NotVisible
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant
from yuanqi.importing import operations, queries
from yuanqi.importing.models import Import
from yuanqi.organisation.models import Officer
from yuanqi.registry import operations as registry
from yuanqi.registry.models import ContactPerson, Enterprise, Indicator, Link, Project

from .bringing import checked, csv_of, found, handed_in, undone, written

pytestmark = pytest.mark.django_db
NOON = at("11-22 12:00")
LATER = at("11-22 13:00")


@pytest.fixture
def clerk(zone):
    return zone.actor(zone.clerk)


@pytest.fixture
def sysadmin(zone):
    from yuanqi.foundation.actors import actor_for

    account = Account.objects.create(username="sysadmin")
    RoleGrant.objects.create(account=account, role=Role.SYSTEM_ADMIN.value)
    return actor_for(account, NOON)


def contacts(zone, path, *rows):
    heads = ("统一社会信用代码", "姓名", "手机", "职务", "主要联系人")
    return csv_of(path / "c.csv", heads, *((zone.enterprise.uscc, *row) for row in rows))


def test_contacts_come_to_their_enterprise_and_go_again(zone, clerk, tmp_path):
    path = contacts(zone, tmp_path, ("苏禾", "13900000001", "财务", "否"), ("程野", "13900000002"))

    done = written(checked(path, "contacts", clerk, NOON), clerk, NOON)

    assert done.made == 2
    assert ContactPerson.objects.get(name="苏禾").title == "财务"
    undone(done, clerk, LATER)
    assert not ContactPerson.objects.filter(name__in=["苏禾", "程野"]).exists()


def test_a_second_main_contact_and_a_repeat_are_named(zone, clerk, tmp_path):
    path = contacts(
        zone,
        tmp_path,
        ("苏禾", "13900000001", "", "是"),
        ("程野", "13900000002"),
        ("程野", "13900000002"),
        ("陆", "电话"),
    )

    imported = checked(path, "contacts", clerk, NOON)

    assert found(imported) == [
        (2, "主要联系人", "main-taken"),
        (4, "姓名", "twice"),
        (5, "手机", "phone-form"),
    ]


def test_a_known_contact_is_updated_when_one_says_so_and_set_back_by_undoing(zone, clerk, tmp_path):
    before = (zone.contact.title, zone.contact.is_main)
    path = contacts(zone, tmp_path, (zone.contact.name, zone.contact.phone, "首席代表"))
    imported = checked(path, "contacts", clerk, NOON)
    match = imported.matches.get()
    assert match.changes == [["职务", before[0], "首席代表"]]

    done = written(imported, clerk, NOON, "update")

    zone.contact.refresh_from_db()
    assert (done.made, done.changed, zone.contact.title) == (0, 1, "首席代表")
    undone(done, clerk, LATER)
    zone.contact.refresh_from_db()
    assert (zone.contact.title, zone.contact.is_main) == before


def test_indicators_come_by_month_and_a_differing_figure_is_shown(zone, clerk, tmp_path):
    heads = ("企业名称", "所属期", "工业总产值", "从业人数（人）")
    first = csv_of(tmp_path / "i.csv", heads, (zone.enterprise.name, "2026-10", "1280.5", "321"))
    done = written(checked(first, "indicators", clerk, NOON), clerk, NOON)
    assert done.made == 2
    second = csv_of(tmp_path / "i2.csv", heads, (zone.enterprise.name, "2026年10月", "1300", "321"))

    imported = checked(second, "indicators", clerk, NOON)

    assert imported.matches.get().changes == [["产值", "1280.5", "1300"]]
    changed = written(imported, clerk, NOON, "update")
    figure = Indicator.objects.get(code="output")
    assert (changed.changed, figure.value) == (1, Decimal("1300.00"))
    with pytest.raises(Conflict, match="导入以后又改过"):
        undone(done, clerk, LATER)
    undone(changed, clerk, LATER)
    figure.refresh_from_db()
    assert figure.value == Decimal("1280.50")


def test_bad_months_and_figures_are_named(zone, clerk, tmp_path):
    heads = ("企业名称", "月份", "产值", "从业人数")
    path = csv_of(
        tmp_path / "i.csv",
        heads,
        (zone.enterprise.name, "2026-13", "1", "1"),
        (zone.enterprise.name, "2027-03", "1", "1"),
        (zone.enterprise.name, "2026-09", "", ""),
        (zone.enterprise.name, "2026-08", "1", "3.5"),
        ("没有这家有限公司", "2026-08", "1", "3"),
        ("", "2026-08", "1", "3"),
    )

    imported = checked(path, "indicators", clerk, NOON)

    assert found(imported) == [
        (2, "月份", "month-form"),
        (3, "月份", "month-future"),
        (4, "", "no-figures"),
        (5, "从业人数", "number-whole"),
        (6, "企业名称", "unknown-enterprise"),
        (7, "企业名称", "missing"),
    ]


def test_projects_are_known_by_code_or_name_and_move_their_stage(zone, clerk, tmp_path):
    heads = ("统一社会信用代码", "项目名称", "项目代码", "阶段", "到达阶段日期", "总投资（万元）")
    code = zone.enterprise.uscc
    first = csv_of(
        tmp_path / "p.csv", heads, (code, "二期", "2601-320594", "签约", "2026-03-02", "32000")
    )
    done = written(checked(first, "projects", clerk, NOON), clerk, NOON)
    project = Project.objects.get()
    assert (done.made, project.stage, project.investment) == (1, 3, Decimal("32000.00"))
    second = csv_of(
        tmp_path / "q.csv", heads, (code, "二期", "2601-320594", "开工", "2026-06-01", "33000")
    )

    moved = written(checked(second, "projects", clerk, NOON), clerk, NOON, "update")

    project.refresh_from_db()
    assert (project.stage, project.investment, project.stages.count()) == (5, Decimal(33000), 2)
    undone(moved, clerk, LATER)
    project.refresh_from_db()
    assert (project.stage, project.stage_on, project.stages.count()) == (3, date(2026, 3, 2), 1)
    undone(done, clerk, LATER)
    assert not Project.objects.exists()


def test_links_refuse_overlaps_with_the_register_and_within_the_file(zone, clerk, tmp_path):
    link = Link.objects.filter(enterprise=zone.enterprise).first()
    heads = ("企业名称", "挂钩干部", "角色", "开始日", "最后一天")
    officer = zone.planning_handler.name
    path = csv_of(
        tmp_path / "l.csv",
        heads,
        (zone.enterprise.name, officer, "挂钩干部", "2026-11-01", ""),
        (zone.enterprise.name, officer, "协助挂钩", "2026-01-01", "2026-06-30"),
        (zone.enterprise.name, officer, "协助挂钩", "2026-06-30", ""),
        (zone.enterprise.name, "查无此人", "协助挂钩", "2027-01-01", ""),
        (zone.enterprise.name, officer, "协助挂钩", "2026-01-01", "2025-01-01"),
        (zone.enterprise.name, link.officer.name, "协助挂钩", "2026-08-01", "2026-09-30"),
    )

    imported = checked(path, "links", clerk, NOON)

    assert link is not None
    assert found(imported) == [
        (2, "开始日", "overlap"),
        (4, "开始日", "overlap-line"),
        (5, "挂钩干部", "unknown-officer"),
        (6, "最后一天", "end-before-start"),
        (7, "挂钩干部", "officer-twice"),
    ]


def test_links_come_with_their_last_day_included(zone, clerk, tmp_path):
    heads = ("企业名称", "挂钩干部", "角色", "开始日", "最后一天")
    row = (zone.enterprise.name, zone.planning_handler.name, "协助挂钩", "2026-01-01", "2026-06-30")
    path = csv_of(tmp_path / "l.csv", heads, row)

    done = written(checked(path, "links", clerk, NOON), clerk, NOON)

    link = Link.objects.get(officer=zone.planning_handler)
    assert (done.made, link.from_on, link.until_on) == (1, date(2026, 1, 1), date(2026, 7, 1))


def test_links_of_an_officer_who_has_left_come_in_only_as_they_ended(zone, clerk, tmp_path):
    Officer.objects.filter(pk=zone.planning_handler.pk).update(is_active=False)
    name, firm = zone.planning_handler.name, zone.enterprise.name
    heads = ("企业名称", "挂钩干部", "角色", "开始日", "最后一天")
    path = csv_of(
        tmp_path / "l.csv",
        heads,
        (firm, name, "协助挂钩", "2025-01-01", "2025-12-31"),
        (firm, name, "协助挂钩", "2026-01-01", ""),
    )

    assert found(checked(path, "links", clerk, NOON)) == [(3, "挂钩干部", "left-officer")]


def test_officers_are_the_system_administrators_and_nobody_elses(zone, clerk, sysadmin, tmp_path):
    path = csv_of(
        tmp_path / "o.csv",
        ("部门", "姓名", "职务", "职级", "电话"),
        ("安环局", "江野", "科员", "科员", "86012222"),
        ("没有的局", "江野", "科员", "", ""),
    )
    with pytest.raises(NotAllowed):
        handed_in(path, "officers", clerk, NOON)
    with pytest.raises(NotAllowed):
        handed_in(path, "enterprises", sysadmin, NOON)

    imported = checked(path, "officers", sysadmin, NOON)

    assert found(imported) == [(3, "部门", "unknown-department")]
    with pytest.raises(NotVisible):
        queries.import_visible(imported.pk, clerk)


def test_officers_come_without_accounts_and_go_again(zone, sysadmin, tmp_path):
    path = csv_of(
        tmp_path / "o.csv",
        ("部门", "姓名", "职务"),
        ("安环局", "江野", "科员"),
        ("审批局", "江野", "科员"),
    )

    done = written(checked(path, "officers", sysadmin, NOON), sysadmin, NOON)

    assert list(Officer.objects.filter(name="江野").values_list("account", flat=True)) == [None] * 2
    undone(done, sysadmin, LATER)
    assert not Officer.objects.filter(name="江野").exists()


HEADS = ("统一社会信用代码", "企业名称", "地址")


def test_a_known_enterprise_is_skipped_or_updated_and_blank_cells_take_nothing_away(
    zone, clerk, tmp_path
):
    firm = zone.enterprise
    industry = firm.industry
    path = csv_of(tmp_path / "e.csv", (*HEADS, "行业"), (firm.uscc, firm.name, "星河路 9 号", ""))
    skipped = written(checked(path, "enterprises", clerk, NOON), clerk, NOON, "skip")
    firm.refresh_from_db()
    assert (skipped.made, skipped.changed, firm.address != "星河路 9 号") == (0, 0, True)
    again = csv_of(
        tmp_path / "e2.csv", (*HEADS, "行业"), (firm.uscc, firm.name, "星河路 9 号", " ")
    )

    changed = written(checked(again, "enterprises", clerk, NOON), clerk, NOON, "update")

    firm.refresh_from_db()
    assert (changed.changed, firm.address, firm.industry) == (1, "星河路 9 号", industry)
    event = JournalEvent.objects.filter(stream=firm.stream).order_by("-seq").first()
    assert (event.kind, event.payload["after"]) == (
        "registry.enterprise_changed", {"address": "星河路 9 号"},
    )  # fmt: skip


def test_a_like_name_must_be_decided_and_may_be_another_firm(zone, clerk, tmp_path):
    code = uscc.make("91320594", "MA900001")
    name = zone.enterprise.name.replace("有限公司", "有限责任公司")
    path = csv_of(tmp_path / "e.csv", HEADS, (code, name, ""))
    imported = checked(path, "enterprises", clerk, NOON)
    match = imported.matches.get()
    assert (match.how, match.existing_id) == ("name", zone.enterprise.pk)
    with pytest.raises(Conflict, match="还没有选怎么处理"):
        written(imported, clerk, NOON)
    operations.choices_set(import_id=imported.pk, choices={2: "new"}, actor=clerk, at=NOON)

    done = written(imported, clerk, NOON)

    assert (done.made, Enterprise.objects.filter(uscc=code).count()) == (1, 1)


def test_a_like_row_may_take_the_old_one_in_with_all_that_hangs_on_it(zone, clerk, tmp_path):
    code = uscc.make("91320594", "MA900001")
    people = set(zone.enterprise.people.values_list("pk", flat=True))
    name = zone.enterprise.name.replace("有限公司", "有限责任公司")
    path = csv_of(tmp_path / "e.csv", HEADS, (code, name, ""))
    imported = checked(path, "enterprises", clerk, NOON)
    operations.choices_set(import_id=imported.pk, choices={2: "merge"}, actor=clerk, at=NOON)

    done = written(imported, clerk, NOON)

    into = Enterprise.objects.get(uscc=code)
    zone.enterprise.refresh_from_db()
    assert (done.merged, zone.enterprise.merged_into) == (1, into)
    assert set(into.people.values_list("pk", flat=True)) == people
    with pytest.raises(Conflict, match="合并不能撤销"):
        undone(done, clerk, LATER)


def test_what_others_build_on_stands_in_the_way_of_undoing(zone, clerk, tmp_path):
    code = uscc.make("91320594", "MA900001")
    path = csv_of(tmp_path / "e.csv", HEADS, (code, "云泽岚屿生物有限公司", ""))
    done = written(checked(path, "enterprises", clerk, NOON), clerk, NOON)
    firm = Enterprise.objects.get(uscc=code)
    registry.contact_add(
        enterprise_id=firm.pk, name="苏禾", phone="13900000001", actor=clerk, at=NOON
    )
    before = every_row()

    with pytest.raises(Conflict, match="联系人（1）"):
        undone(done, clerk, LATER)

    assert every_row() == before


def test_a_register_that_moved_since_the_check_is_checked_again_and_nothing_is_written(
    zone, clerk, tmp_path
):
    code = uscc.make("91320594", "MA900001")
    path = csv_of(tmp_path / "e.csv", HEADS, (code, "云泽岚屿生物有限公司", "星河路 1 号"))
    imported = checked(path, "enterprises", clerk, NOON)
    registry.enterprise_register(
        code=code, name="云泽岚屿生物有限公司", short_name="岚屿", actor=clerk, at=NOON
    )

    after = written(imported, clerk, NOON)

    assert (after.state, after.made) == ("checking", 0)
    assert "什么都没有写入" in after.note
    assert not Import.objects.filter(state="done").exists()
