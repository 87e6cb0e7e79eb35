"""Files as people really hand them in: what is read all the same, what is refused and why."""

import zipfile
from datetime import date
from decimal import Decimal

import pytest
import xlsxwriter

from tests.evidence import every_row
from tests.people import at
from yuanqi.domain import uscc
from yuanqi.foundation.errors import Invalid
from yuanqi.importing import cells, operations, store
from yuanqi.importing.cells import Bad
from yuanqi.importing.models import Import
from yuanqi.registry.models import Enterprise

from .bringing import check, checked, csv_of, found, handed_in, written

NOON = at("11-22 12:00")
CODE = uscc.make("91320594", "MA900001")
OTHER = uscc.make("91320594", "MA900002")
HEADS = ("统一社会信用代码", "企业名称")


@pytest.fixture
def clerk(zone):
    return zone.actor(zone.clerk)


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_comes_in_whatever_its_encoding(tmp_path, clerk, encoding):
    path = csv_of(tmp_path / "a.csv", HEADS, (CODE, "云泽岚屿生物有限公司"), encoding=encoding)

    done = written(checked(path, "enterprises", clerk, NOON), clerk, NOON)

    assert done.made == 1
    assert Enterprise.objects.get(uscc=CODE).name == "云泽岚屿生物有限公司"


@pytest.mark.django_db
def test_a_row_is_named_by_its_first_line_where_cells_hold_line_breaks(tmp_path, clerk):
    path = tmp_path / "a.csv"
    path.write_text(
        f'统一社会信用代码,企业名称,经营范围\n{CODE},云泽岚屿生物有限公司,"研发\n生产"\n123,甲乙丙丁,\n'
    )

    imported = checked(path, "enterprises", clerk, NOON)

    assert found(imported) == [(4, "统一社会信用代码", "uscc-form")]


@pytest.mark.django_db
def test_heads_are_known_by_other_names_widths_and_blanks(tmp_path, clerk):
    path = csv_of(
        tmp_path / "a.csv",
        (
            "　社会信用\n代码".replace("\n", ""),
            "企业全称 *",
            "注册资本（万元）",
            "ＷＥＢＳＩＴＥ",
            "心情",
        ),
        (CODE, "云泽岚屿生物有限公司", "１２００．５", "lanyu.example.com", "好"),
    )

    imported = handed_in(path, "enterprises", clerk, NOON)

    assert imported.matching == ["uscc", "name", "capital", "website", ""]
    done = written(check(imported, clerk, NOON), clerk, NOON)
    firm = Enterprise.objects.get(uscc=CODE)
    assert (done.made, firm.capital, firm.website) == (
        1, Decimal("1200.50"), "https://lanyu.example.com",
    )  # fmt: skip


@pytest.mark.django_db
def test_a_missing_column_is_named_and_nothing_is_checked(tmp_path, clerk):
    path = csv_of(tmp_path / "a.csv", ("企业名称", "地址"), ("云泽岚屿生物有限公司", "星河路 1 号"))
    imported = handed_in(path, "enterprises", clerk, NOON)
    before = every_row()

    with pytest.raises(Invalid, match="缺少必需的列：统一社会信用代码"):
        operations.import_match(
            import_id=imported.pk, matching=imported.matching, actor=clerk, at=NOON
        )

    assert every_row() == before


@pytest.mark.django_db
def test_nul_bytes_long_rows_and_invisible_signs_are_named(tmp_path, clerk):
    path = csv_of(
        tmp_path / "a.csv",
        HEADS,
        (CODE, "云泽岚屿\x00生物有限公司"),
        (OTHER, "云泽启恒智能有限公司", "", "多出来的"),
        (uscc.make("91320594", "MA900003"), "云泽\u200b禾川材料有限公司"),
    )

    imported = checked(path, "enterprises", clerk, NOON)

    assert found(imported) == [(2, "企业名称", "invisible"), (3, "D", "extra")]


@pytest.mark.django_db
def test_two_hundred_columns_are_read_and_the_unknown_ones_left_out(tmp_path, clerk):
    heads = [*HEADS, *(f"杂项{number}" for number in range(198))]
    path = csv_of(tmp_path / "a.csv", heads, [CODE, "云泽岚屿生物有限公司", *["x"] * 198])

    imported = checked(path, "enterprises", clerk, NOON)

    assert (found(imported), imported.fresh, len(imported.matching)) == ([], 1, 200)


@pytest.mark.django_db
def test_the_example_of_the_template_is_never_imported(tmp_path, clerk):
    path = csv_of(
        tmp_path / "a.csv",
        ("序号", *HEADS),
        ("示例", "91320594MA1YQ0001X", "云泽示例精密制造有限公司"),
        ("1", CODE, "云泽岚屿生物有限公司"),
    )

    imported = checked(path, "enterprises", clerk, NOON)

    assert (found(imported), imported.fresh) == ([], 1)


def bomb(path):
    """A few kilobytes that would unpack to a gigabyte."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _piece in range(1024):
                part.write(b"\0" * (1 << 20))


def far(path):
    """Two cells, one of them in the farthest corner."""
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "z")


def empty(path):
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet()


@pytest.mark.parametrize(
    ("name", "make", "said"),
    [
        ("a.xlsx", bomb, "展开以后太大"),
        ("a.xlsx", far, "展开以后太大"),
        ("a.xlsx", empty, "没有内容"),
        ("a.csv", lambda path: path.write_bytes(b""), "没有内容"),
        ("a.csv", lambda path: path.write_bytes(b"\r\n , \r\n"), "没有内容"),
        ("a.xls", lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0rest"), "旧版 Excel"),
        ("a.xlsx", lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0rest"), "加了密码"),
        ("a.xlsx", lambda path: path.write_bytes(b"PK\x03\x04nothing"), "损坏"),
        ("a.csv", lambda path: path.write_bytes(b"\xff\x00\x81,\xfe\xfe"), "文字编码"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(tmp_path, name, make, said):
    path = tmp_path / name
    make(path)

    with pytest.raises(Invalid, match=said):
        store.take(path.name, [path.read_bytes()])

    assert not list((store.folder_of(0).parent).glob("incoming-*"))


@pytest.mark.django_db
def test_heads_alone_bring_nothing(tmp_path, clerk):
    path = csv_of(tmp_path / "a.csv", HEADS)

    imported = checked(path, "enterprises", clerk, NOON)

    assert (imported.rows, imported.fresh, imported.faults) == (0, 0, 0)
    assert Import.objects.count() == 1


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2019-04-18", date(2019, 4, 18)),
        ("2019/4/8", date(2019, 4, 8)),
        ("2019.04.18", date(2019, 4, 18)),
        ("2019年4月18日", date(2019, 4, 18)),
        ("20190418", date(2019, 4, 18)),
        (20190418.0, date(2019, 4, 18)),
        ("2019-04-18 00:00:00", date(2019, 4, 18)),
        ("18/04/2019", date(2019, 4, 18)),
        ("04/18/2019", date(2019, 4, 18)),
        ({"d": "2019-04-18"}, date(2019, 4, 18)),
        ("２０１９－０４－１８", date(2019, 4, 18)),
    ],
)
def test_a_day_is_read_in_every_form_that_has_one_meaning(cell, day):
    assert cells.day()(cell) == day


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("03/04/2019", "date-ambiguous"),
        ("19-3-4", "date-ambiguous"),
        (43573.0, "date-number"),
        ("2019-02-30", "date-form"),
        ("2019-13-01", "date-form"),
        ("去年", "date-form"),
        (True, "date-form"),
        ({"t": "08:00:00"}, "date-form"),
        ("0001-01-01", "date-form"),
    ],
)
def test_a_day_that_could_be_two_or_none_is_refused(cell, why):
    with pytest.raises(Bad) as refused:
        cells.day()(cell)

    assert refused.value.reason == why


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (1280.5, Decimal("1280.50")),
        (0.1 + 0.2, Decimal("0.30")),
        ("1,280.5", Decimal("1280.50")),
        ("１２", Decimal("12.00")),
        ("3.14159", Decimal("3.14")),
    ],
)
def test_figures_are_read_from_numbers_and_from_texts(cell, number):
    assert cells.number(12, 2)(cell) == number


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("NaN", "number-form"),
        ("1e400", "number-large"),
        ("三百", "number-form"),
        (True, "number-form"),
        (-1.0, "number-negative"),
        (1e15, "number-large"),
    ],
)
def test_what_is_no_figure_is_refused(cell, why):
    with pytest.raises(Bad) as refused:
        cells.number(12, 2)(cell)

    assert refused.value.reason == why


def test_a_telephone_number_that_excel_made_a_number_is_read_again():
    assert cells.phone(13800001234.0) == "13800001234"
    assert cells.phone("138 0000 1234") == "13800001234"
    assert cells.phone("0512-6666 7777 转 8") == "0512-6666 7777 转 8"
