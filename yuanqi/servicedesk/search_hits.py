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


def _texts(cases: Sequence[Case], actor: Actor) -> dict[int, list[tuple[str, str]]]:
    """The texts of each case with the names of their places; of its own what its title doesn't
    say already."""
    ids = [case.pk for case in cases]
    titles = {case.pk: case.title.rstrip("…") for case in cases}
    found: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for pk, text in ServiceRequest.objects.filter(case__in=ids).values_list("case_id", "text"):
        plain = " ".join(text.split()).removeprefix(titles[pk]).lstrip("，。！？；：,.!?;: ")
        if plain:
            found[pk].append((_("诉求"), plain))
    messages = Message.objects.filter(case__in=ids)
    if actor.side is Side.ENTERPRISE:
        messages = messages.filter(audience=Message.Audience.ENTERPRISE)
    for message in messages.order_by("at", "id"):
        found[message.case_id].append((str(Message.Kind(message.kind).label), message.body))
    if actor.side is not Side.ENTERPRISE:
        for pk, brief, opinion in Task.objects.filter(case__in=ids).values_list(
            "case_id", "brief", "opinion"
        ):
            found[pk] += [(_("协办事项"), brief), (_("协办意见"), opinion)]
    return found


def _best(texts: Sequence[tuple[str, str]], query: Query | None) -> dict[str, str]:
    """The text with most of the words in it; the beginning of the first if none has any."""
    if not texts or query is None:
        return {}
    counted = [sum(word in fold(text) for word in query.words) for _where, text in texts]
    where, text = texts[counted.index(max(counted))]
    snippet = highlight(text, query, SNIPPET)
    if snippet is None:
        where, text = texts[0]
        snippet = escape(text[:SNIPPET]) + ("…" if len(text) > SNIPPET else "")
    return {"where": where, "snippet": snippet}
