"""The ledger of requests for the park's side; an enterprise sees its own in plain words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yuanqi.foundation import formats, pages
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotAllowed
from yuanqi.foundation.formats import light_parts
from yuanqi.organisation.models import Department
from yuanqi.organisation.queries import departments
from yuanqi.registry.queries import enterprises_visible_to

from .. import ledger as desk
from ..ledger import Filters, Queue
from ..models import Level
from ..queries import categories
from ..rows import plain_words, rows_of

LEADS = (Department.Kind.BUREAU, Department.Kind.PARTNER)


@dataclass(frozen=True, slots=True)
class Tab:
    """A queue as it is shown: its count, where it leads, whether it is this one."""

    queue: Queue
    count: pages.Count
    url: str
    is_current: bool

    @property
    def tone(self) -> str:
        """The colour of a light, where something stands in its queue."""
        return light_parts(self.queue.light)[0] if self.queue.light and self.count.number else ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One select of the filters; the first option means all."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    chosen: str

    @property
    def said(self) -> str:
        value = next((label for value, label in self.options if value == self.chosen), "")
        return _("%(label)s：%(value)s") % {"label": self.label, "value": value}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that came with a link: what it says, and the address without it."""

    said: str
    url: str


@login_required
@require_GET
def ledger(request: HttpRequest) -> HttpResponse:
    actor: Actor = request.actor
    if actor.side is Side.ENTERPRISE:
        return _own(request, actor)
    now = timezone.now()
    names = {category.code: category.label for category in categories()}
    queues = desk.queues_of(actor, now)
    filters = Filters.read(request.GET, queues, names)
    page = desk.ledger_page(filters, queues, actor, now, request.GET.get(pages.AFTER, ""))
    counts = desk.queue_counts(queues, actor)
    if filters.narrowing or filters.queue == desk.EVERY:
        count = pages.count_of(desk.asked_for(filters, queues, actor, now))
    else:
        count = counts[filters.queue]
    units = list(departments())
    choices = _choices(filters, names, units)
    chips = _chips(request, filters, units, actor)
    here = reverse("servicedesk:ledger")
    context = {
        "page_title": _("诉求台账") if actor.sees_every_case else _("诉求"),
        "tabs": _tabs(queues, counts, filters, count, here),
        "filters": filters,
        "choices": choices,
        "chips": chips,
        "kept": _kept(filters, choices),
        "clear_url": f"{here}?queue={filters.queue}",
        "rows": rows_of(page.rows, actor, now, names=names),
        "page": page,
        "foot": pages.foot(request, page, count),
        "count": count,
        "is_done": filters.queue == "closed",
        "empty": _empty(filters, queues, counts, choices, chips, here),
        "raise_label": _raise_label(actor),
    }
    return render(request, "servicedesk/ledger.html", context)


def _own(request: HttpRequest, actor: Actor) -> HttpResponse:
    if actor.enterprise_id is None:
        raise NotAllowed(_("这个账号还没有对应的人员或企业，请联系服务中心登记。"))
    now = timezone.now()
    page = desk.own_requests(actor, request.GET.get(pages.AFTER, ""))
    rows = rows_of(page.rows, actor, now, names={})
    context = {
        "page_title": _("我的诉求"),
        "open_items": [plain_words(row, now) for row in rows if row.case.is_open],
        "closed_items": [plain_words(row, now) for row in rows if not row.case.is_open],
        "page": page,
        "foot": pages.foot(request, page),
    }
    return render(request, "servicedesk/requests_enterprise.html", context)


def _raise_label(actor: Actor) -> str:
    if actor.has(Role.CENTRE):
        return _("登记诉求")
    return _("代企业提诉求") if actor.linked_enterprise_ids else ""


def _tabs(
    queues: Iterable[Queue],
    counts: Mapping[str, pages.Count],
    filters: Filters,
    count: pages.Count,
    here: str,
) -> list[Tab]:
    tabs = [
        Tab(queue, counts[queue.code], f"{here}?queue={queue.code}", queue.code == filters.queue)
        for queue in queues
    ]
    if filters.queue == desk.EVERY:
        every = Queue(desk.EVERY, _("不分状态"), desk.at_work, is_apart=True)
        tabs.append(Tab(every, count, f"{here}?queue={desk.EVERY}", True))
    return tabs


def _choices(
    filters: Filters, names: Mapping[str, str], units: Sequence[Department]
) -> list[Choice]:
    leads = [(str(unit.pk), unit.label) for unit in units if unit.kind in LEADS]
    lit = [(light, str(light_parts(light)[1])) for light in desk.LIGHTS]
    newest = ("newest", _("最新提出在前"))
    if filters.queue == desk.EVERY:
        sorts = [("", newest[1])]
    else:
        done = filters.queue == "closed"
        sorts = [("", _("最近办结在前") if done else _("最急在前")), newest]
    every = _("全部")
    return [
        Choice("category", _("类别"), [("", every), *names.items()], filters.category),
        Choice(
            "level",
            _("级别"),
            [("", every), *((value, str(label)) for value, label in Level.choices)],
            filters.level,
        ),
        Choice(
            "lead",
            _("主办"),
            [("", every), (desk.UNDISPATCHED, _("还没派单")), *leads],
            filters.lead,
        ),
        Choice("light", _("灯"), [("", every), *lit], filters.light),
        Choice("sort", _("排序"), sorts, filters.sort),
    ]


def _kept(filters: Filters, choices: Iterable[Choice]) -> dict[str, str]:
    """What the filter form carries along unseen: the queue, and what came with a link."""
    seen = {"q", *(choice.name for choice in choices)}
    return {
        "queue": filters.queue,
        **{name: value for name, value in filters.narrowing.items() if name not in seen},
    }


def _chips(
    request: HttpRequest, filters: Filters, units: Iterable[Department], actor: Actor
) -> list[Chip]:
    said: list[tuple[str, tuple[str, ...]]] = []
    if filters.enterprise is not None:
        firm = enterprises_visible_to(actor).filter(pk=filters.enterprise).first()
        name = firm.label if firm else formats.UNKNOWN
        said.append((_("企业：%(name)s") % {"name": name}, ("enterprise",)))
    for name, label in (("opened", _("提出")), ("closed", _("办结")), ("returned", _("退单"))):
        first = getattr(filters, f"{name}_from")
        until = getattr(filters, f"{name}_until", None)
        if first or until:
            words = {"what": label, "when": _days(first, until)}
            said.append((_("%(what)s：%(when)s") % words, (f"{name}_from", f"{name}_until")))
    if filters.returned_by is not None:
        unit = next((unit.label for unit in units if unit.pk == filters.returned_by), "—")
        said.append((_("退单部门：%(name)s") % {"name": unit}, ("returned_by",)))
    for name, words_of in _OUTCOME_WORDS.items():
        if value := getattr(filters, name):
            said.append((str(words_of[value]()), (name,)))
    return [
        Chip(words, pages.address(request, **dict.fromkeys((*names, pages.AFTER))))
        for words, names in said
    ]


_OUTCOME_WORDS = {
    "answer": {"on-time": lambda: _("按时答复"), "late": lambda: _("超时答复")},
    "review": {
        "satisfied": lambda: _("评价满意"),
        "dissatisfied": lambda: _("评价不满意"),
        "any": lambda: _("评价过"),
        "none": lambda: _("没评价"),
    },
    "resolved": {"yes": lambda: _("实际解决"), "no": lambda: _("没有解决")},
}


def _days(first: date | None, until: date | None) -> str:
    """Say a half-open range of days by its first and its last day."""
    here: dict[str, Any] = {"now": timezone.now(), "tz": timezone.get_default_timezone()}
    start = formats.day(first, **here) if first else ""
    if until is None:
        return _("%(start)s 起") % {"start": start}
    end = formats.day(until - timedelta(days=1), **here)
    if first is None:
        return _("到 %(end)s") % {"end": end}
    return start if start == end else f"{start} – {end}"


def _empty(
    filters: Filters,
    queues: Sequence[Queue],
    counts: Mapping[str, pages.Count],
    choices: Iterable[Choice],
    chips: Iterable[Chip],
    here: str,
) -> dict[str, str]:
    """Why the list is empty, and what to do next."""
    if filters.narrowing:
        said = [choice.said for choice in choices if choice.chosen and choice.name != "sort"]
        said += [chip.said for chip in chips]
        if filters.q:
            said.append(_("搜索：%(text)s") % {"text": filters.q})
        return {
            "sentence": _("没有符合“%(what)s”的诉求。") % {"what": _("，").join(said)},
            "url": f"{here}?queue={filters.queue}",
            "label": _("清除筛选"),
        }
    label = next((queue.label for queue in queues if queue.code == filters.queue), "")
    for code, sentence in (
        ("overdue", _("去看已超时 %(count)s 件")),
        ("warning", _("去看即将超时 %(count)s 件")),
        ("open", _("去看在办 %(count)s 件")),
    ):
        if counts[code].number and code != filters.queue:
            return {
                "sentence": _("“%(queue)s”没有诉求了。") % {"queue": label},
                "url": f"{here}?queue={code}",
                "label": sentence % {"count": counts[code]},
            }
    return {"sentence": _("“%(queue)s”没有诉求，眼下没有要办的。") % {"queue": label}}
