"""Minutes as a Word paper: when and where, who came, what was decided, what was refused and why.

Always in Chinese: minutes are an official paper (公文), whatever language their reader has chosen.
"""

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from .models import Item, ItemState, Meeting
from .queries import items_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
# as in official papers (GB/T 9704-2012): text in 仿宋, headings in 黑体
_TEXT, _HEAD = "仿宋", "黑体"
_TASKS = (ItemState.TASK, ItemState.DONE, ItemState.DROPPED)
_CONTROLS = {code: None for code in range(32) if code not in (9, 10)}  # no XML holds these


def minutes_of(row: Meeting) -> bytes:
    """Return the minutes as they stand; the owner of a task is who took it on at the meeting."""
    with translation.override("zh-hans"):
        paper = _Paper()
        items = list(items_of(row))
        title = row.title if row.closed_at else _("%(title)s（未定稿）") % {"title": row.title}
        paper.title(title, _("会议纪要"))
        _head(paper, row)
        _who(paper, row)
        paper.heading(_("二、议定事项"))
        _tasks(paper, [one for one in items if one.state in _TASKS])
        number = 3
        for label, heads, rows in _others(items):
            if rows:
                paper.heading(f"{_NUMBERS[number]}{_('、')}{label}")
                paper.table(heads, rows)
                number += 1
        if row.summary:
            paper.heading(f"{_NUMBERS[number]}{_('、')}{_('其他')}")
            for line in row.summary.splitlines():
                paper.text(line)
        return paper.bytes_at(row.closed_at or row.called_at)


def name_of(row: Meeting) -> str:
    """How the file is called."""
    with translation.override("zh-hans"):
        return _("%(title)s会议纪要") % {"title": row.title} + ".docx"


_NUMBERS = dict(zip(range(3, 8), "三四五六七", strict=True))  # untranslated: ordinals of the paper


def _head(paper: "_Paper", row: Meeting) -> None:
    start, end = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    paper.text(
        _("时间：%(year)d 年 %(month)d 月 %(day)d 日 %(from)s–%(to)s")
        % {"year": start.year, "month": start.month, "day": start.day,
           "from": f"{start:%H:%M}", "to": f"{end:%H:%M}"}
    )  # fmt: skip
    paper.text(_("地点：%(place)s") % {"place": row.place})
    # whoever runs it may be of another unit, the committee's for one
    paper.text(_("主办：%(unit)s") % {"unit": row.department.name})
    paper.text(_("主持：%(name)s") % {"name": row.host.name})


def _who(paper: "_Paper", row: Meeting) -> None:
    paper.heading(_("一、到会"))
    units = row.invitations.filter(came=True).select_related("department", "officer")
    firms = row.guests.filter(came=True).select_related("enterprise")
    said = _("、")
    came = [
        f"{one.department.name}{' ' + one.officer.name if one.officer else ''}" for one in units
    ]
    paper.text(_("部门：%(who)s") % {"who": said.join(came) or _("没有登记")})
    paper.text(
        _("企业：%(who)s")
        % {"who": said.join(one.enterprise.name for one in firms) or _("没有登记")}
    )


def _tasks(paper: "_Paper", items: Sequence[Item]) -> None:
    if not items:
        paper.text(_("没有议定事项。"))
        return
    rows = [
        [str(place), _subject(one), one.decision, _owner(one), _day(one.due_on)]
        for place, one in enumerate(items, start=1)
    ]
    heads = [_("序号"), _("议题"), _("议定"), _("承担"), _("期限")]
    paper.table(heads, rows, widths=(1.2, 4.8, 5.0, 2.8, 2.4))


def _others(items: Sequence[Item]) -> list[tuple[str, list[str], list[list[str]]]]:
    """What was refused, and what goes on another way."""
    refused = [one for one in items if one.state == ItemState.REFUSED]
    born = [one for one in items if one.state in (ItemState.REQUEST, ItemState.ADVICE)]
    return [
        (_("不办的事项和原因"), [_("议题"), _("原因")],
         [[_subject(one), one.decision] for one in refused]),
        (_("转为诉求、建议的事项"), [_("议题"), _("去向")],
         [[_subject(one), _way(one)] for one in born]),
    ]  # fmt: skip


def _way(item: Item) -> str:
    if item.state == ItemState.REQUEST and item.case is not None:
        return _("转为诉求 %(number)s") % {"number": item.case.number}
    return str(item.get_state_display())


def _subject(item: Item) -> str:
    if item.enterprise is None:
        return item.words
    return _("%(firm)s：%(words)s") % {"firm": item.enterprise.name, "words": item.words}


def _owner(item: Item) -> str:
    owner = item.decided_owner
    return "" if owner is None else f"{owner.department.label} {owner.name}"


def _day(day: date | None) -> str:
    return (
        "" if day is None else _("%(month)d 月 %(day)d 日") % {"month": day.month, "day": day.day}
    )


class _Paper:
    """A4, with the fonts of official papers for Chinese characters and Latin letters alike."""

    def __init__(self) -> None:
        self.document = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.4)
        self._font(self.document.styles["Normal"], _TEXT, 12)

    def _font(self, holder: Any, name: str, size: float) -> None:
        holder.font.name = name
        holder.font.size = Pt(size)
        fonts = holder.element.get_or_add_rPr().get_or_add_rFonts()
        # without this Word takes a font of its own for Chinese
        fonts.set(qn("w:eastAsia"), name)

    def _run(self, paragraph: Any, text: str, name: str, size: float) -> None:
        self._font(paragraph.add_run(text.translate(_CONTROLS)), name, size)

    def title(self, *lines: str) -> None:
        for place, line in enumerate(lines):
            paragraph = self.document.add_paragraph()
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            self._run(paragraph, line, _HEAD, 20 if place == 0 else 16)

    def heading(self, text: str) -> None:
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(10)
        paragraph.paragraph_format.keep_with_next = True
        self._run(paragraph, text, _HEAD, 14)

    def text(self, text: str) -> None:
        self._run(self.document.add_paragraph(), text, _TEXT, 12)

    def table(
        self, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float] = ()
    ) -> None:
        table = self.document.add_table(rows=0, cols=len(heads), style="Table Grid")
        for place, row in enumerate([heads, *rows]):
            for cell, text in zip(table.add_row().cells, row, strict=True):
                self._run(cell.paragraphs[0], text, _TEXT if place else _HEAD, 10.5)
        for column, width in zip(table.columns, widths, strict=False):
            for cell in column.cells:
                cell.width = Cm(width)

    def bytes_at(self, at: datetime) -> bytes:
        """The same paper has the same properties whenever it is asked for."""
        core = self.document.core_properties
        core.author, core.created, core.modified = "", at, at
        held = io.BytesIO()
        self.document.save(held)
        return held.getvalue()
