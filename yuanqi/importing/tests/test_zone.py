"""A zone's workbook of 806 enterprises: forty faults named, mended, brought in, undone."""

import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from tests.evidence import every_row
from tests.people import at
from yuanqi.importing import workbooks
from yuanqi.importing.models import Import, ImportState
from yuanqi.registry.models import Enterprise, EnterpriseSearch

from . import zone_file
from .bringing import checked, found, undone, written

pytestmark = pytest.mark.django_db
NOON = at("11-22 12:00")
# what an import and its undoing leave behind, on purpose
TOLD = {
    "import", "import_progress", "import_entry", "import_fault", "import_match", "journal_event",
    "journal_stream", "procrastinate_jobs", "procrastinate_events",
}  # fmt: skip


def registers() -> dict[str, str]:
    return {name: digest for name, digest in every_row().items() if name not in TOLD}


@pytest.fixture
def clerk(zone):
    return zone.actor(zone.clerk)


@pytest.fixture
def faulty(tmp_path, clerk):
    path = tmp_path / "企业名录.xlsx"
    zone_file.write(path)
    return checked(path, "enterprises", clerk, NOON)


def test_the_check_names_exactly_the_forty_faults(faulty):
    assert len(zone_file.FAULTS) == 40
    assert {*found(faulty)} == zone_file.expected()
    assert (faulty.faults, faulty.bad_rows, faulty.rows) == (40, 40, 806)


def test_a_file_with_faults_is_not_brought_in(faulty, clerk):
    before = every_row()

    with pytest.raises(Exception, match="还有 40 处要改"):
        written(faulty, clerk, NOON)

    assert every_row() == before


def test_the_faults_come_back_beside_the_rows_and_mended_there_all_comes_in(
    faulty, clerk, tmp_path
):
    back = tmp_path / "检查结果.xlsx"
    with back.open("wb") as file:
        workbooks.with_faults(file, faulty)
    rows = CalamineWorkbook.from_path(back).get_sheet_by_index(0).to_python(skip_empty_area=False)
    assert rows[1][-1] == "检查结果"
    assert {number for number, row in enumerate(rows, start=1) if row[-1]} - {2} == {
        zone_file.line(number) for number in zone_file.FAULTS
    }
    assert rows[zone_file.line(50) - 1][-1] == (
        "统一社会信用代码：末位和前 17 位对不上。请对照营业执照，逐位核对。"
    )

    # somebody mends each bad row in that workbook, and leaves the remarks standing
    for number in zone_file.FAULTS:
        good = zone_file.firm(number)
        rows[zone_file.line(number) - 1] = [*good, "", rows[zone_file.line(number) - 1][-1]]
    mended = tmp_path / "改好了.xlsx"
    with xlsxwriter.Workbook(str(mended)) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(rows):
            sheet.write_row(place, 0, row)
    imported = checked(mended, "enterprises", clerk, NOON)
    assert (found(imported), imported.fresh) == ([], 806)

    done = written(imported, clerk, NOON)

    assert (done.state, done.made, done.changed) == (ImportState.DONE, 806, 0)
    firm = Enterprise.objects.get(uscc=zone_file.firm(50)[0])
    assert (firm.name, firm.industry_code, str(firm.registered_on)) == (
        zone_file.firm(50)[1], "C2770", "2000-03-23",
    )  # fmt: skip
    assert EnterpriseSearch.objects.filter(enterprise=firm).exists()


def test_undone_the_register_is_what_it_was_and_the_journal_keeps_all(tmp_path, clerk):
    path = tmp_path / "企业名录.xlsx"
    zone_file.write(path, mended=True)
    before = registers()
    imported = checked(path, "enterprises", clerk, NOON)
    done = written(imported, clerk, NOON)
    assert registers() != before

    gone = undone(done, clerk, at("11-22 13:00"))

    assert gone.state == ImportState.UNDONE
    assert registers() == before


def test_the_same_file_comes_in_once_and_again_when_it_was_undone(tmp_path, clerk):
    path = tmp_path / "企业名录.xlsx"
    zone_file.write(path, mended=True)
    done = written(checked(path, "enterprises", clerk, NOON), clerk, NOON)
    with pytest.raises(Exception, match=f"已经在第 {done.pk} 次导入里用过"):
        checked(path, "enterprises", clerk, NOON)
    undone(done, clerk, NOON)

    again = written(checked(path, "enterprises", clerk, NOON), clerk, NOON)

    assert (again.made, Import.objects.filter(state="done").count()) == (806, 1)
