"""What is alike: before a request is raised, the enterprise's own open ones and ready answers; for
the park, similar requests of others with how they were answered.

Rather nothing than nonsense: below a threshold nothing is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet

from yuanqi.casework.models import UNANSWERED, Case, Evaluation, Message, Satisfaction
from yuanqi.casework.queries import cases_visible_to
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.likeness import Frequencies, likeness, rarest, weighed
from yuanqi.foundation.search import Matches, Query
from yuanqi.knowledge.models import Entry
from yuanqi.knowledge.queries import entries_offered_to
from yuanqi.registry.models import Enterprise

from .models import SearchText
from .queries import category_names

SHOWN = 3
THRESHOLD = 0.2  # measured on public messages: unrelated ones stay below, the same matter above
BESIDE = 0.6  # of the likest: what is much less alike than it only distracts
CANDIDATES = 200
RAREST = 8  # words by which candidates are looked for
SAME_CATEGORY = 1.15
SAME_LEAD = 1.1
SHORTEST = 4  # characters: of less nothing can be said
BRIEF = 120  # characters of an answer


@dataclass(frozen=True, slots=True)
class Similar:
    """A request that is alike, and what became of it."""

    case: Case
    likeness: float
    category: str = ""
    answer: str = ""  # the beginning of the formal answer
    review: str = ""  # how the enterprise judged it


@dataclass(frozen=True, slots=True)
class Answer:
    """An entry of the knowledge base that may answer it already."""

    entry: Entry
    likeness: float


@dataclass(frozen=True, slots=True)
class _Question:
    """A text whose like is looked for: its weighed words, and how candidates are asked for."""

    frequencies: Frequencies
    words: Mapping[str, float]
    query: Query

    @classmethod
    def of(cls, text: str) -> "_Question | None":
        """None for what is too short, or has no word that tells anything."""
        if len(text.strip()) < SHORTEST:
            return None
        frequencies = Frequencies.of("request_search", "words")
        words = weighed(text, frequencies)
        query = Query.any_of(rarest(words, RAREST))
        return None if query is None else cls(frequencies, words, query)


def similar_to(case: Case, actor: Actor, most: int = SHOWN) -> list[Similar]:
    """The requests most like this one that the actor may see, of whatever enterprise and state.

    The likest first; same category and same lead count in favour. Empty where none is alike
    enough.
    """
    text = f"{case.title}\n{case.request.text}"
    listed = cases_visible_to(actor).exclude(pk=case.pk)
    found = _alike(text, listed, actor, category=case.category, lead_id=case.lead_id)
    return _told(found[:most])


def open_ones_like(
    text: str, enterprise: Enterprise, actor: Actor, *, category: str = "", most: int = SHOWN
) -> list[Similar]:
    """The enterprise's own unanswered requests that are like a text about to be raised."""
    listed = cases_visible_to(actor).filter(enterprise=enterprise, state__in=UNANSWERED)
    return _alike(text, listed, actor, category=category, is_indexed=False)[:most]


def answers_like(
    text: str, actor: Actor, today: date, *, category: str = "", most: int = SHOWN
) -> list[Answer]:
    """The entries in force that the actor may read and that may answer this already."""
    question = _Question.of(text)
    if question is None:
        return []
    frequencies, asked = question.frequencies, question.words
    offered = entries_offered_to(actor, today).filter(Matches("words", question.query))
    found = []
    for entry in offered.order_by("-updated_at", "-id")[:CANDIDATES]:
        # a question is short: what it asks counts, and the answer where it says the same words
        degree = max(
            likeness(asked, weighed(entry.question, frequencies)),
            likeness(asked, weighed(f"{entry.question}\n{entry.answer}", frequencies)),
        )
        degree *= SAME_CATEGORY if category and entry.category == category else 1.0
        if degree >= THRESHOLD:
            found.append(Answer(entry, min(degree, 1.0)))
    found.sort(key=lambda one: (-one.likeness, -one.entry.helped, one.entry.pk))
    return [one for one in found[:most] if one.likeness >= BESIDE * found[0].likeness]


def _alike(
    text: str,
    listed: QuerySet[Case],
    actor: Actor,
    *,
    category: str = "",
    lead_id: int | None = None,
    is_indexed: bool = True,
) -> list[Similar]:
    question = _Question.of(text)
    if question is None:
        return []
    frequencies, asked = question.frequencies, question.words
    candidates = listed.filter(request__isnull=False).select_related("request", "lead")
    if is_indexed:
        # the newest of those that share a rare word; of the rest nothing would pass anyway
        shared = SearchText.objects.filter(Matches("inside", question.query))
        newest = shared.order_by("-opened_at").values_list("case_id", flat=True)
        candidates = candidates.filter(pk__in=list(newest[: CANDIDATES * 5]))
    found = []
    for case in candidates.order_by("-opened_at", "-id")[:CANDIDATES]:
        degree = likeness(asked, weighed(f"{case.title}\n{case.request.text}", frequencies))
        degree *= SAME_CATEGORY if category and case.category == category else 1.0
        degree *= SAME_LEAD if lead_id and case.lead_id == lead_id else 1.0
        if degree >= THRESHOLD:
            found.append(Similar(case, min(degree, 1.0)))
    found.sort(key=lambda one: (-one.likeness, -one.case.pk))
    return [one for one in found if one.likeness >= BESIDE * found[0].likeness]


def _told(found: Sequence[Similar]) -> list[Similar]:
    """Add what became of each: how it was answered and judged. Three queries for all."""
    ids = [one.case.pk for one in found]
    if not ids:
        return []
    names = category_names()
    answers = dict(
        Message.objects.filter(case__in=ids, kind=Message.Kind.ANSWER)
        .order_by("at", "id")
        .values_list("case_id", "body")
    )
    levels = dict(
        Evaluation.objects.filter(case__in=ids).order_by("at", "id").values_list("case_id", "level")
    )
    return [
        replace(
            one,
            category=names.get(one.case.category, one.case.category),
            answer=_brief(answers.get(one.case.pk, "")),
            review=str(Satisfaction(level).label) if (level := levels.get(one.case.pk)) else "",
        )
        for one in found
    ]


def _brief(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= BRIEF else plain[:BRIEF] + "…"
