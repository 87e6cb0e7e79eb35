"""A zone's workbook of 806 fictional firms, with forty deliberate faults of eighteen kinds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xlsxwriter

from yuanqi.domain import uscc

COUNT = 806
HEAD_LINE = 2  # below a title that is merged over all columns
HEADS = (
    "统一社会信用代码", "企业 名称", "所属行业", "行业代码", "是否工业企业", "注册地址", "成立时间",
    "经营状态", "法定代表人", "注册资本（万元）", "联络备注",
)  # fmt: skip
CODE, NAME, _TRADE, INDUSTRY, _FACTORY, _ADDRESS, SINCE, STANDING, LEGAL, CAPITAL, _REMARK = range(
    11
)
_TRADES = (
    ("精密陶瓷", "C3073"),
    ("电子材料", "C3985"),
    ("生物试剂", "C2770"),
    ("智能装备", "C3599"),
)
_SIGNS = "松濑华澄启朗恒屿星禾瑞川明岚安泊景湛远筑"
_FORMULA_ERROR, _MERGED, _EXTRA = object(), object(), object()


def firm(number: int) -> list[Any]:
    """One row as it should be."""
    trade, code = _TRADES[number % 4]
    name = "".join(_SIGNS[number // 20**place % 20] for place in range(3))
    return [
        uscc.make("91320594", f"MA{number:06d}"),
        f"{name}{trade}有限公司",
        trade,
        code,
        "是",
        f"云泽高新区星河路 {number + 1} 号",
        f"{2000 + number % 25}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        "存续",
        f"示例{number}",
        number * 7 % 9000 + 100,
        "",
    ]


def line(number: int) -> int:
    """On which line of the file the firm stands."""
    return HEAD_LINE + 1 + number


def _last(code: str, place: int) -> str:
    """The code with another sign at a place, of those that a code may have."""
    sign = "3" if code[place] != "3" else "5"
    return code[:place] + sign + code[place + 1 :]


def _both(code: str) -> str:
    """A wrong organisation digit under a last digit that fits it: only the first is wrong."""
    wrong = _last(code, 16)[:17]
    return wrong + uscc.final_digit(wrong)


# number of the firm: column, what stands there, why it is refused
FAULTS: Mapping[int, tuple[int, Any, str]] = {
    3: (NAME, "", "missing"),
    41: (NAME, None, "missing"),
    77: (CODE, "  ", "missing"),
    12: (CODE, 913205941234567890, "uscc-number"),
    13: (CODE, "9.13206E+17", "uscc-number"),
    300: (CODE, 9.1320594e17, "uscc-number"),
    20: (CODE, firm(20)[CODE][:17], "uscc-form"),
    21: (CODE, "O" + firm(21)[CODE][1:], "uscc-form"),
    401: (CODE, "无", "uscc-form"),
    30: (CODE, _both(firm(30)[CODE]), "uscc-organisation"),
    31: (CODE, _both(firm(31)[CODE]), "uscc-organisation"),
    511: (CODE, _both(firm(511)[CODE]), "uscc-organisation"),
    50: (CODE, _last(firm(50)[CODE], 17), "uscc-final"),
    51: (CODE, _last(firm(51)[CODE], 17), "uscc-final"),
    805: (CODE, _last(firm(805)[CODE], 17), "uscc-final"),
    60: (CODE, firm(9)[CODE], "twice-code"),
    61: (CODE, firm(9)[CODE], "twice-code"),
    602: (CODE, f" {firm(601)[CODE].lower()} ", "twice-code"),
    70: (NAME, firm(8)[NAME], "twice-name"),
    71: (NAME, firm(7)[NAME].replace("有限公司", "有限公司 "), "twice-name"),
    100: (SINCE, "2019-02-30", "date-form"),
    101: (SINCE, "不详", "date-form"),
    102: (SINCE, "二〇一九年", "date-form"),
    110: (SINCE, "03/04/2019", "date-ambiguous"),
    111: (SINCE, "19-3-4", "date-ambiguous"),
    120: (SINCE, "2062-05-06", "date-future"),
    121: (SINCE, "2099年1月1日", "date-future"),
    130: (CAPITAL, "五千万", "number-form"),
    131: (CAPITAL, "500 万元", "number-form"),
    140: (CAPITAL, -500, "number-negative"),
    141: (CAPITAL, "-80", "number-negative"),
    150: (STANDING, "营业中", "choice"),
    151: (STANDING, "1", "choice"),
    152: (STANDING, "在营？", "choice"),
    160: (INDUSTRY, "Z9999", "industry-unknown"),
    161: (INDUSTRY, "陶瓷", "industry-unknown"),
    170: (CAPITAL, _FORMULA_ERROR, "formula"),
    180: (LEGAL, _MERGED, "merged"),
    190: (LEGAL, "示" * 41, "too-long"),
    200: (len(HEADS), _EXTRA, "extra"),
}


def write(path: Path, *, mended: bool = False) -> None:
    """Write the workbook; mended, without its faults."""
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        hidden = book.add_worksheet("旧表")
        hidden.write_string(0, 0, "不读")
        hidden.hide()
        sheet = book.add_worksheet("企业名录")
        sheet.activate()
        sheet.set_first_sheet()
        sheet.merge_range(0, 0, 0, len(HEADS) - 1, "云泽高新区企业名录")
        sheet.write_row(HEAD_LINE - 1, 0, HEADS)
        for number in range(COUNT):
            row = firm(number)
            place = line(number) - 1
            column, value, _why = FAULTS.get(number, (None, None, ""))
            if column is not None and not mended and isinstance(value, str | int | float | None):
                row[column] = value
            for position, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(place, position, cell)
                elif cell is not None:
                    sheet.write_number(place, position, cell)
            if mended:
                continue
            if value is _FORMULA_ERROR:
                sheet.write_formula(place, CAPITAL, "=1/0", None, "#DIV/0!")
            elif value is _MERGED:
                sheet.merge_range(place - 1, LEGAL, place, LEGAL, firm(number - 1)[LEGAL])
            elif value is _EXTRA:
                sheet.write_string(place, len(HEADS), "见附件")


def expected() -> set[tuple[int, str, str]]:
    """Line, head of the column, reason: all that a check must find, and nothing else."""
    return {
        (line(number), HEADS[column] if column < len(HEADS) else "L", why)
        for number, (column, _value, why) in FAULTS.items()
    }
