"""What stands around the ledger's rows: queues, filters, chips, why a list is empty."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yuanqi.casework.models import CaseState, Outcome
from yuanqi.foundation import formats, pages
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.formats import light_parts
from yuanqi.organisation.models import Department, Officer
from yuanqi.registry.queries import enterprises_visible_to
from yuanqi.supervision.queries import Flag

from .. import ledger as desk
from ..ledger import Filters, Queue
from ..models import Channel, Level

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

    @property
    def is_shown(self) -> bool:
        """A pile beside the queues is named only when something stands in it."""
        return not self.queue.is_aside or self.is_current or bool(self.count.number)


@dataclass(frozen=True, slots=True)
class Choice:
    """One select of the filters; the first option means all."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    chosen: str

    @property
    def named(self) -> list[tuple[str, str]]:
        """The options with the select's own name, where no label stands beside it."""
        text = _("%(label)s：%(value)s")
        name = self.label
        return [(value, text % {"label": name, "value": said}) for value, said in self.options]

    @property
    def said(self) -> str:
        value = next((label for value, label in self.options if value == self.chosen), "")
        return _("%(label)s：%(value)s") % {"label": self.label, "value": value}


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that has no select in sight: what it says, and the address without it."""

    said: str
    url: str


def tabs(
    queues: Iterable[Queue],
    counts: Mapping[str, pages.Count],
    filters: Filters,
    count: pages.Count | None = None,
) -> list[Tab]:
    here = reverse("servicedesk:ledger")
    found = [
        Tab(queue, counts[queue.code], f"{here}?queue={queue.code}", queue.code == filters.queue)
        for queue in queues
    ]
    if filters.queue == desk.EVERY and count is not None:
        every = Queue(desk.EVERY, _("不分状态"), (), is_apart=True)
        found.append(Tab(every, count, f"{here}?queue={desk.EVERY}", True))
    return found


_SORT_WORDS = {
    "due": lambda: _("最急在前"),
    "newest": lambda: _("最新提出在前"),
    "oldest": lambda: _("最早提出在前"),
    "closed": lambda: _("最近办结在前"),
    "closed-first": lambda: _("最早办结在前"),
}


def choices(
    filters: Filters, names: Mapping[str, str], units: Sequence[Department]
) -> list[Choice]:
    """The selects that are always in sight."""
    language = get_language()
    leads = [(str(unit.pk), unit.label_in(language)) for unit in units if unit.kind in LEADS]
    lit = [(light, str(light_parts(light)[1])) for light in desk.LIGHTS]
    first, *others = desk.sorts_of(filters)
    sorts = [("", _SORT_WORDS[first]()), *((sort, _SORT_WORDS[sort]()) for sort in others)]
    return [
        Choice("category", _("类别"), _all(names.items()), filters.category),
        Choice("level", _("级别"), _all(Level.choices), filters.level),
        Choice("lead", _("主办"), _all([(desk.UNDISPATCHED, _("还没派单")), *leads]), filters.lead),
        Choice("light", _("灯"), _all(lit), filters.light),
        Choice("flag", _("标记"), _all(Flag.choices), filters.flag),
        Choice("sort", _("排序"), sorts, filters.sort if filters.sort in others else ""),
    ]


def more_choices(filters: Filters, officers: Iterable[Officer], actor: Actor) -> list[Choice]:
    """The selects behind 更多筛选: as far as they mean anything in this queue, to this actor."""
    text, language = _("%(unit)s %(name)s"), get_language()
    people = [
        (str(one.pk), text % {"unit": one.department.label_in(language), "name": one.name})
        for one in officers
    ]
    handler = "" if filters.handler is None else str(filters.handler)
    found = [Choice("handler", _("经办"), _all(people), handler)]
    if filters.queue in ("open", desk.EVERY, "linked") or filters.state:
        found.insert(0, Choice("state", _("状态"), _all(CaseState.choices), filters.state))
    if filters.queue in ("closed", desk.EVERY) or filters.outcome:
        found.append(Choice("outcome", _("结果"), _all(Outcome.choices), filters.outcome))
    found.append(Choice("channel", _("来源"), _all(Channel.choices), filters.channel))
    if actor.sees_every_case or filters.complaint:
        yes_no = [("yes", _("只看投诉")), ("no", _("不含投诉"))]
        found.append(Choice("complaint", _("投诉"), _all(yes_no), filters.complaint))
    return found


def _all(options: Iterable[tuple[Any, Any]]) -> list[tuple[str, str]]:
    return [("", _("全部")), *((str(value), str(label)) for value, label in options)]


@dataclass(frozen=True, slots=True)
class DaysAsked:
    """Two fields of the form: the first and the last day that are meant, as browsers take them."""

    name: str
    label: str
    first: str
    last: str


def days_asked(filters: Filters) -> list[DaysAsked]:
    spans = [("opened", _("提出日期"))]
    if filters.queue in ("closed", desk.EVERY) or filters.closed_from or filters.closed_until:
        spans.append(("closed", _("办结日期")))
    found = []
    for name, label in spans:
        first = getattr(filters, f"{name}_from")
        last = _day_before(getattr(filters, f"{name}_until"))
        found.append(
            DaysAsked(
                name, label, first.isoformat() if first else "", last.isoformat() if last else ""
            )
        )
    return found


def _day_before(day: date | None) -> date | None:
    return day - timedelta(days=1) if day and day > date.min else None


def kept(filters: Filters, seen: Iterable[str]) -> dict[str, str]:
    """What the filter form carries along unseen: the queue, and what came with a link."""
    shown = {"q", "firm", *seen}
    return {
        "queue": filters.queue,
        **{name: value for name, value in filters.narrowing.items() if name not in shown},
    }


def chips(
    path: str,
    query: QueryDict,
    filters: Filters,
    units: Iterable[Department],
    more: Iterable[Choice],
    actor: Actor,
) -> list[Chip]:
    """The filters that are set and have no select in sight."""
    said: list[tuple[str, tuple[str, ...]]] = []
    if filters.enterprise is not None:
        firm = enterprises_visible_to(actor).filter(pk=filters.enterprise).first()
        name = firm.label if firm else formats.UNKNOWN
        said.append((_("企业：%(name)s") % {"name": name}, ("enterprise",)))
    if filters.firm:
        said.append((_("企业名含：%(name)s") % {"name": filters.firm}, ("firm",)))
    said += [(choice.said, (choice.name,)) for choice in more if choice.chosen]
    for name, label in (
        ("opened", _("提出")),
        ("closed", _("办结")),
        ("returned", _("退单")),
        ("reopened", _("结束后重开")),
    ):
        first = getattr(filters, f"{name}_from")
        until = getattr(filters, f"{name}_until")
        if first or until:
            words = {"what": label, "when": _days(first, until)}
            names = (f"{name}_from", f"{name}_until", f"{name}_to")
            said.append((_("%(what)s：%(when)s") % words, names))
    if filters.returned_by is not None:
        unit = next((unit.label for unit in units if unit.pk == filters.returned_by), "—")
        said.append((_("退单部门：%(name)s") % {"name": unit}, ("returned_by",)))
    for name, words_of in _OUTCOME_WORDS.items():
        if value := getattr(filters, name):
            said.append((str(words_of[value]()), (name,)))
    return [
        Chip(words, pages.address_of(path, query, **dict.fromkeys((*names, pages.AFTER))))
        for words, names in said
    ]


_OUTCOME_WORDS = {
    "answer": {
        "any": lambda: _("有正式答复"),
        "on-time": lambda: _("按时答复"),
        "late": lambda: _("超时答复"),
        "none": lambda: _("没有正式答复"),
    },
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
    last = _day_before(until)
    if last is None:
        return _("%(start)s 起") % {"start": start}
    end = formats.day(last, **here)
    if first is None:
        return _("到 %(end)s") % {"end": end}
    return start if start == end else f"{start} – {end}"


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head that sorts: where it leads, and which way the list now runs by it."""

    url: str
    sort: str  # "ascending", "descending", or "" where the list is in another order


def heads(path: str, query: QueryDict, filters: Filters) -> dict[str, Head]:
    """The heads by which this list can be sorted, by the name of their column."""
    now, possible = desk.sort_of(filters), desk.sorts_of(filters)
    found = {}
    for column, (falling, rising) in _HEADS.items():
        ways = [sort for sort in (falling, rising) if sort in possible]
        if not ways:
            continue
        other = ways[-1] if now == ways[0] else ways[0]
        state = {falling: "descending", rising: "ascending"}.get(now, "")
        changes = {"sort": other, pages.AFTER: None}
        found[column] = Head(pages.address_of(path, query, **changes), state)
    return found


# the order that falls, the one that rises; a number is given as a request is raised
_HEADS = {"number": ("newest", "oldest"), "due": ("", "due"), "closed": ("closed", "closed-first")}


def empty(
    filters: Filters,
    queues: Sequence[Queue],
    counts: Mapping[str, pages.Count],
    set_: Iterable[Choice],
    chips_: Iterable[Chip],
) -> dict[str, str]:
    """Why the list is empty, and what to do next."""
    here = reverse("servicedesk:ledger")
    if filters.narrowing:
        said = [choice.said for choice in set_ if choice.chosen and choice.name != "sort"]
        said += [chip.said for chip in chips_]
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
