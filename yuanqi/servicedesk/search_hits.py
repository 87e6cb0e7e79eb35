"""What a line of the search results says of a request: where the words stand in it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from yuanqi.casework.models import Case, Message, Task
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.prepared import Read, among
from yuanqi.foundation.search import Query, fold, highlight, marked

from .models import ServiceRequest
from .rows import Row, rows_of

SNIPPET = 110  # characters


@dataclass(frozen=True, slots=True)
class Hit:
    """A request that was found. `where` says in which of its texts the snippet stands."""

    row: Row
    title: SafeString
    number: SafeString
    enterprise: SafeString
    where: str = ""
    snippet: str = ""  # escaped

    @property
    def case(self) -> Case:
        return self.row.case


def hits_of(cases: Sequence[Case], text: str, actor: Actor, now: datetime) -> list[Hit]:
    """Say where the words stand in each of these cases (from `with_row_parts`), in their order.

    Only in texts that the actor may read. Three queries beside those of the rows.
    """
    query = Query.of(text)
    texts = _texts(cases, actor)
    return [
        Hit(
            row=row,
            title=marked(row.case.title, query),
            number=marked(row.case.number, query),
            enterprise=marked(row.case.enterprise.label, query),
            **_best(texts[row.case.pk], query),
        )
        for row in rows_of(cases, actor, now)
    ]


_REQUESTS = Read(
    lambda: ServiceRequest.objects.filter(among("case_id", "cases")).values_list("case_id", "text")
)
_talk = Message.objects.order_by("at", "id").values_list("case_id", "kind", "body")
_TALK = Read(lambda: _talk.filter(among("case_id", "cases")))
_OPEN_TALK = Read(
    lambda: _talk.filter(among("case_id", "cases"), audience=Message.Audience.ENTERPRISE)
)
_TASKS = Read(
    lambda: (
        Task.objects.filter(among("case_id", "cases"))
        .order_by("id")
        .values_list("case_id", "brief", "opinion")
    )
)


def _texts(cases: Sequence[Case], actor: Actor) -> dict[int, list[tuple[str, str]]]:
    """The texts of each case with the names of their places; of its own what its title doesn't
    say already."""
    ids = [case.pk for case in cases]
    titles = {case.pk: case.title.rstrip("…") for case in cases}
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    is_enterprise = actor.side is Side.ENTERPRISE
    for pk, text in _REQUESTS.all(cases=ids):
        plain = " ".join(text.split()).removeprefix(titles[pk]).lstrip("，。！？；：,.!?;: ")
        if plain:
            found[pk].append((_("诉求"), plain))
    for pk, kind, body in (_OPEN_TALK if is_enterprise else _TALK).all(cases=ids):
        found[pk].append((str(Message.Kind(kind).label), body))
    for pk, brief, opinion in () if is_enterprise else _TASKS.all(cases=ids):
        found[pk] += [(_("协办事项"), brief), (_("协办意见"), opinion)]
    return found


def _best(texts: Sequence[tuple[str, str]], query: Query | None) -> dict[str, str]:
    """The text with most of the words in it; the beginning of the first if none has any."""
    if not texts or query is None:
        return {}
    folded = (fold(text) for _where, text in texts)
    counted = [sum(word in text for word in query.words) for text in folded]
    where, text = texts[counted.index(max(counted))]
    snippet = highlight(text, query, SNIPPET)
    if snippet is None:
        where, text = texts[0]
        snippet = escape(text[:SNIPPET]) + ("…" if len(text) > SNIPPET else "")
    return {"where": where, "snippet": snippet}
