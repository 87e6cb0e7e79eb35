"""A year of a working calendar as somebody writes it: lines of a date and what the day is.

Pure but for the active language. `2027-01-01 休`, `2027年2月6日，补班`, `2月5日 至 2月11日 放假`;
commas, tabs and spaces part the two. Every line that isn't understood is told at once.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from yuanqi.domain.worktime import Hours
from yuanqi.foundation.errors import Invalid

MOST_LINES = 400
_KINDS = {
    False: ("休", "休息", "放假", "假", "节假日", "休假", "off", "holiday", "0"),
    True: ("班", "上班", "补班", "调休上班", "工作", "工作日", "work", "working", "make-up", "1"),
}
_WORKED = {word: works for works, words in _KINDS.items() for word in words}
_DATE = r"(?:(\d{4})\s*[-/.年]\s*)?(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_LINE = re.compile(
    rf"{_DATE}(?:\s*(?:至|到|~|～|—|–)\s*{_DATE})?(?:\s*[（(]?(?:周|星期).[）)]?)?[\s,，、;；:：]+(\S+)\s*$",
    re.IGNORECASE,
)
_SPAN = re.compile(r"^\s*(\d{1,2}[:：]\d{2})\s*[-–—~～至到]\s*(\d{1,2}[:：]\d{2})\s*$")
_HEAD = re.compile(r"^(日期|date)\b", re.IGNORECASE)
_TOLD = 5  # problems named in one message
_QUOTED = 20  # characters of a line that are said again, so that it is found


def read_days(text: str, year: int) -> dict[date, bool]:
    """Return the named days of a year. Raises Invalid with every line that isn't understood."""
    found: dict[date, bool] = {}
    problems: list[str] = []
    lines = text.lstrip("\ufeff").splitlines()
    if len(lines) > MOST_LINES:
        raise Invalid(_("最多 %(most)s 行。") % {"most": MOST_LINES}, "lines")
    for number, line in enumerate(lines, start=1):
        if not line.strip() or (number == 1 and _HEAD.match(line.strip())):
            continue
        problem = _take(line, year, found)
        if problem:
            problems.append(
                _("第 %(number)s 行（%(line)s）%(problem)s")
                % {"number": number, "line": line.strip()[:_QUOTED], "problem": problem}
            )
    if problems:
        said = _("；").join(problems[:_TOLD])
        if len(problems) > _TOLD:
            said += _("；还有 %(count)s 行") % {"count": len(problems) - _TOLD}
        raise Invalid(said + _("。"), "lines")
    return dict(sorted(found.items()))


def _take(line: str, year: int, found: dict[date, bool]) -> str:
    """Take a line in; returns what is wrong with it, if anything."""
    match = _LINE.match(line.strip().strip(",，"))
    if match is None:
        return _("看不懂，请写成“2027-01-01 休”或“2027-02-06 班”")
    works = _WORKED.get(match[7].casefold())
    if works is None:
        return _("的“%(kind)s”看不懂，请写“休”或“班”") % {"kind": match[7][:10]}
    try:
        first = date(int(match[1] or year), int(match[2]), int(match[3]))
        last = first if match[5] is None else date(
            int(match[4] or first.year), int(match[5]), int(match[6])
        )  # fmt: skip
    except ValueError:
        return _("的日期不存在")
    if first.year != year or last.year != year:
        return _("不是 %(year)s 年的日期") % {"year": year}
    if last < first:
        return _("的起止日期颠倒了")
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        if found.get(day, works) != works:
            return _("和前面矛盾：%(day)s 又休又班") % {"day": day.isoformat()}
        found[day] = works
    return ""


def write_days(days: Mapping[date, bool]) -> str:
    """The same as lines that `read_days` reads back."""
    return "\n".join(
        f"{day.isoformat()} {_('班') if works else _('休')}" for day, works in sorted(days.items())
    )


def read_spans(text: str) -> tuple[Hours, ...]:
    """Return office hours written as "9:00-12:00，13:00-17:30". Raises Invalid."""
    spans: list[Hours] = []
    for part in re.split(r"[,，;；\n]+", text.strip().strip(",，;；")):
        match = _SPAN.match(part)
        try:
            if match is None:
                raise ValueError
            opening, close = (_time(match[place]) for place in (1, 2))
        except ValueError:
            raise Invalid(_("请写成“9:00-12:00，13:00-17:30”。"), "spans")
        spans.append((opening, close))
    order = [instant for span in spans for instant in span]
    if any(later <= earlier for earlier, later in pairwise(order)):
        raise Invalid(_("办公时间要从早到晚，不能重叠。"), "spans")
    return tuple(spans)


def write_spans(spans: Sequence[Hours]) -> str:
    return _("，").join(f"{start:%H:%M}-{end:%H:%M}" for start, end in spans)


def _time(text: str) -> time:
    hour, minute = text.replace("：", ":").split(":")
    return time(int(hour), int(minute))


def decoded(raw: bytes) -> str:
    """Text of an uploaded file: UTF-8 with or without a mark, else GB18030. Raises Invalid."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(_("这个文件不是文本。请另存为 CSV 或 TXT。"), "file")
