"""One row of the ledger. Fifty stand on a page, so each is made here rather than by a template."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator

from yuanqi.casework.models import Case, CaseState
from yuanqi.domain.clock import Light
from yuanqi.foundation import formats
from yuanqi.foundation.formats import UNKNOWN
from yuanqi.foundation.pages import Place
from yuanqi.foundation.speech import spoken
from yuanqi.foundation.templatetags.yuanqi import light

from ..models import Level
from ..rows import Row

register = template.Library()

Say = Callable[[str], str]

_LINE = Place("servicedesk:line")
_LONGEST_WAIT = 18  # characters of what a paused clock waits for


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the context says of all rows."""

    is_done: bool  # whether the list is of closed requests
    is_sent: bool  # just dispatched from the list
    is_offered: bool  # what a batch may do: a box to tick
    may_dispatch: bool
    back_query: str  # to come back to this list
    here: dict[str, Any]  # now, the zone's time
    say: Say


@register.simple_tag(takes_context=True)
def request_rows(context: Context, rows: Iterable[Row]) -> SafeString:
    """Show each request as a row; on the phone a card that leads to it wherever it is touched.

    Each text is escaped as it is put in.
    """
    asked = _Asked(
        is_done=bool(context.get("is_done")),
        is_sent=bool(context.get("is_sent")),
        is_offered=bool(context.get("offered")),
        may_dispatch=bool(context.get("may_dispatch")),
        back_query=context.get("back_query", ""),
        here={"now": timezone.now(), "tz": timezone.get_default_timezone()},
        say=spoken(),
    )
    return mark_safe("\n    ".join(_row(row, asked) for row in rows))  # noqa: S308


def _row(row: Row, asked: _Asked) -> str:
    _ = asked.say
    case = row.case
    cells = (
        _box(case, asked, _),
        f"<td>{_light(row.light, case.is_open, _)}</td>",
        f'<td class="yq-code">{escape(case.number)}</td>',
        f'<td class="yq-u is-after is-firm"><a href="{row.enterprise_url}">'
        f"{escape(row.firm)}</a></td>",
        _title(row, _),
        f'<td class="yq-u is-desk">{escape(row.category)}</td>',
        f'<td class="yq-u is-desk">{_lead(row, _)}{_dispatch(case, asked, _)}</td>',
        _how_it_ended(row, asked, _) if asked.is_done else _whose_move(row, asked, _),
    )
    sent = ' class="is-sent" data-sent' if asked.is_sent else ""
    return f'<tr id="request-{case.pk}"{sent}>{"".join(cells)}</tr>'


def _muted(text: str) -> str:
    return f'<span class="yq-muted">{escape(text)}</span>'


def _box(case: Case, asked: _Asked, _: Say) -> str:
    if asked.is_sent:
        return '<td class="yq-scripted"></td>'
    if not asked.is_offered:
        return ""
    return (
        '<td class="is-box"><input class="form-check-input m-0" type="checkbox" name="case"'
        f' value="{case.pk}" form="batch"'
        f' aria-label="{escape(_("选择 %(number)s") % {"number": case.number})}"></td>'
    )


@cache
def _light(shown: Light | None, is_open: bool, _: Say) -> str:
    if shown:
        return light(shown)
    return light(None, _("待评价") if is_open else _("办结"))


def _title(row: Row, _: Say) -> str:
    stopped = row.case.level == Level.P1
    tag = f'<span class="yq-tag is-red">{escape(_("P1 停产"))}</span> ' if stopped else ""
    flags = "".join(
        f' <span class="yq-tag{" is-loud" if flag.tone else ""}">{escape(flag.text)}</span>'
        for flag in row.flags
    )
    title = escape(row.case.title)
    return f'<td class="is-title"><a href="{row.url}">{tag}{title}</a>{flags}</td>'


def _lead(row: Row, _: Say) -> str:
    if row.lead:
        return escape(row.lead)
    proposed = row.case.request.proposed_lead
    if proposed:
        return _muted(_("建议 %(unit)s") % {"unit": proposed.label})
    return _muted(_("还没定"))


def _dispatch(case: Case, asked: _Asked, _: Say) -> str:
    if asked.is_sent or not asked.may_dispatch or case.state != CaseState.SUBMITTED:
        return ""
    # the query is encoded already
    address = escape(f"{_LINE.of(case.pk)}?{asked.back_query}")
    return (
        f' <a class="yq-act" href="{address}" hx-get="{address}" hx-target="closest tr"'
        f' hx-swap="afterend" data-dispatch="{case.pk}">{escape(_("派单"))}</a>'
    )


def _how_it_ended(row: Row, asked: _Asked, _: Say) -> str:
    if row.was_on_time is None:
        answered = UNKNOWN
    elif row.was_on_time:
        answered = escape(_("按时"))
    else:
        answered = f'<span class="yq-text-red">{escape(_("超时"))}</span>'
    review = escape(row.review) if row.review else _muted(_("没评价"))
    at = row.case.closed_at
    closed = formats.moment(at, **asked.here) if at else UNKNOWN
    return (
        f'<td class="yq-u is-after">{review}</td><td class="yq-u is-after">{answered}</td>'
        f'<td class="is-num yq-muted is-after">{closed}</td>'
    )


def _whose_move(row: Row, asked: _Asked, _: Say) -> str:
    wraps = "" if row.is_paused else " yq-u"
    if row.move:
        said = Truncator(row.move).chars(_LONGEST_WAIT) if row.is_paused else row.move
        mine = ' class="yq-mine"' if row.move_is_mine else ""
        move = f"<span{mine}>{escape(said)}</span>"
    else:
        move = _muted(UNKNOWN)
    left = UNKNOWN
    if row.left is not None:
        left = escape(formats.left(row.left, day=row.day, paused=row.is_paused, say=_))
    tone = formats.LIGHTS[row.light.value if row.light else None][2]
    return (
        f'<td class="is-after{wraps}">{move}{_own_task(row)}</td>'
        f'<td class="is-num {tone}">{left}</td>'
        f'<td class="is-num yq-muted is-desk">{escape(_until(row, asked, _))}</td>'
    )


def _own_task(row: Row) -> str:
    if not row.own_task:
        return ""
    tone = "yq-mine" if row.own_task_is_due else "yq-muted"
    if row.own_task_is_late:
        tone = "yq-text-red"
    return f'<br><span class="{tone}">{escape(row.own_task)}</span>'


def _until(row: Row, asked: _Asked, _: Say) -> str:
    if row.is_paused:
        return _("补齐后续计") if row.awaits_enterprise else _("等到后续计")
    case = row.case
    if case.is_open:
        return formats.moment(case.due_at, **asked.here) if case.due_at else UNKNOWN
    closed = formats.day(case.closed_at, **asked.here) if case.closed_at else UNKNOWN
    return _("%(day)s 办结") % {"day": closed}
