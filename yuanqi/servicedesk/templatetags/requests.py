"""One row of the ledger. Fifty stand on a page, so each is made here rather than by a template."""

from django import template
from django.template import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from yuanqi.casework.models import Case, CaseState
from yuanqi.foundation.formats import UNKNOWN
from yuanqi.foundation.pages import Place
from yuanqi.foundation.templatetags.yuanqi import day, left_tag, light, moment, tone_text

from ..models import Level
from ..rows import Row

register = template.Library()

_LINE = Place("servicedesk:line")
_LONGEST_WAIT = 18  # characters of what a paused clock waits for
_BOX = (
    '<td class="is-box"><input class="form-check-input m-0" type="checkbox" name="case"'
    ' value="{}" form="batch" aria-label="{}"></td>'
)
_TITLE = '<td class="is-title"><a href="{}">{}{}</a>{}</td>'
_FIRM = '<td class="yq-u is-after is-firm"><a href="{}">{}</a></td>'
_DISPATCH = (
    ' <a class="yq-act" href="{0}" hx-get="{0}" hx-target="closest tr" hx-swap="afterend"'
    ' data-dispatch="{1}">{2}</a>'
)
_MUTED = '<span class="yq-muted">{}</span>'


@register.simple_tag(takes_context=True)
def request_row(context: Context, row: Row) -> SafeString:
    """Show one request as a row; on the phone a card that leads to it wherever it is touched.

    Of the context: is_done (whether the list is of closed requests), is_sent (just dispatched from
    the list), offered (what a batch may do: a box to tick), may_dispatch, back_query (to come back
    to this list).
    """
    case = row.case
    is_sent = bool(context.get("is_sent"))
    cells = (
        _box(case, is_sent=is_sent, is_offered=bool(context.get("offered"))),
        format_html("<td>{}</td>", _light(row)),
        format_html('<td class="yq-code">{}</td>', case.number),
        format_html(_FIRM, row.enterprise_url, case.enterprise.label),
        _title(row),
        format_html('<td class="yq-u is-desk">{}</td>', row.category),
        format_html(
            '<td class="yq-u is-desk">{}{}</td>',
            _lead(case),
            _dispatch(case, context) if not is_sent else "",
        ),
        *(_how_it_ended(row) if context.get("is_done") else _whose_move(row)),
    )
    return format_html(
        '<tr id="request-{}"{}>{}</tr>',
        case.pk,
        mark_safe(' class="is-sent" data-sent') if is_sent else "",
        mark_safe("".join(cells)),  # noqa: S308  each is escaped
    )


def _box(case: Case, *, is_sent: bool, is_offered: bool) -> SafeString:
    if is_sent:
        return mark_safe('<td class="yq-scripted"></td>')
    if not is_offered:
        return mark_safe("")
    return format_html(_BOX, case.pk, _("选择 %(number)s") % {"number": case.number})


def _light(row: Row) -> SafeString:
    if row.light:
        return light(row.light)
    return light(None, _("待评价") if row.case.is_open else _("办结"))


def _title(row: Row) -> SafeString:
    stopped = row.case.level == Level.P1
    tag = format_html('<span class="yq-tag is-red">{}</span> ', _("P1 停产")) if stopped else ""
    flags = format_html_join(
        "",
        ' <span class="yq-tag{}">{}</span>',
        ((mark_safe(" is-loud") if flag.tone else "", flag.text) for flag in row.flags),
    )
    return format_html(_TITLE, row.url, tag, row.case.title, flags)


def _lead(case: Case) -> str:
    if case.lead:
        return case.lead.label
    proposed = case.request.proposed_lead
    if proposed:
        return format_html(_MUTED, _("建议 %(unit)s") % {"unit": proposed.label})
    return format_html(_MUTED, _("还没定"))


def _dispatch(case: Case, context: Context) -> SafeString | str:
    if not context.get("may_dispatch") or case.state != CaseState.SUBMITTED:
        return ""
    # the query is encoded already
    address = f"{_LINE.of(case.pk)}?{context.get('back_query', '')}"
    return format_html(_DISPATCH, address, case.pk, _("派单"))


def _how_it_ended(row: Row) -> tuple[SafeString, ...]:
    if row.was_on_time is None:
        answered = UNKNOWN
    elif row.was_on_time:
        answered = _("按时")
    else:
        answered = format_html('<span class="yq-text-red">{}</span>', _("超时"))
    return (
        format_html(
            '<td class="yq-u is-after">{}</td>', row.review or format_html(_MUTED, _("没评价"))
        ),
        format_html('<td class="yq-u is-after">{}</td>', answered),
        format_html('<td class="is-num yq-muted is-after">{}</td>', moment(row.case.closed_at)),
    )


def _whose_move(row: Row) -> tuple[SafeString, ...]:
    wraps = "" if row.is_paused else mark_safe(" yq-u")
    move = format_html(_MUTED, UNKNOWN)
    if row.move:
        said = Truncator(row.move).chars(_LONGEST_WAIT) if row.is_paused else row.move
        mine = mark_safe(' class="yq-mine"') if row.move_is_mine else ""
        move = format_html("<span{}>{}</span>", mine, said)
    left = left_tag(row.left, row.day, paused=row.is_paused)
    return (
        format_html('<td class="is-after{}">{}{}</td>', wraps, move, _own_task(row)),
        format_html('<td class="is-num {}">{}</td>', tone_text(row.light), left),
        format_html('<td class="is-num yq-muted is-desk">{}</td>', _until(row)),
    )


def _own_task(row: Row) -> SafeString | str:
    if not row.own_task:
        return ""
    tone = "yq-mine" if row.own_task_is_due else "yq-muted"
    if row.own_task_is_late:
        tone = "yq-text-red"
    return format_html('<br><span class="{}">{}</span>', tone, row.own_task)


def _until(row: Row) -> str:
    if row.is_paused:
        return _("补齐后续计") if row.awaits_enterprise else _("等到后续计")
    if row.case.is_open:
        return moment(row.case.due_at)
    return _("%(day)s 办结") % {"day": day(row.case.closed_at)}
