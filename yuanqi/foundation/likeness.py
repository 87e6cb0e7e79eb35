"""How alike two texts are: by the words that they share, rare words counting more.

Pure, but for the frequencies, which come from PostgreSQL's own statistics of an index, so that
nothing has to be counted. Before it has any, all words count alike.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection

from .search import lexemes, words_of

_UNKNOWN = 0.001  # how often a word stands that the statistics don't name
_MOST_WORDS = 60  # of a long text, by weight


@dataclass(frozen=True, slots=True)
class Frequencies:
    """In what part of all texts each of the frequent pairs of characters stands."""

    known: Mapping[str, float]

    @classmethod
    def of(cls, table: str, column: str) -> "Frequencies":
        """Read what PostgreSQL knows of an index of texts; nothing before its first ANALYZE."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT unnest(most_common_elems::text::text[]),"
                " unnest(most_common_elem_freqs[:cardinality(most_common_elems::text::text[])])"
                " FROM pg_stats WHERE schemaname = current_schema()"
                " AND tablename = %s AND attname = %s",
                [table, column],
            )
            return cls(dict(cursor.fetchall()))

    def weight(self, word: str) -> float:
        """How much a word says: nought for one that stands everywhere; a long word says more."""
        pairs = lexemes(word) - {word[-1:]} or {word}
        part = min(self.known.get(pair, _UNKNOWN) for pair in pairs)
        return max(0.0, -math.log(part)) * math.sqrt(min(len(word), 4))


def weighed(text: str, frequencies: Frequencies) -> dict[str, float]:
    """Return the words of a text with their weights, the weightiest first; single signs apart."""
    found = {word: frequencies.weight(word) for word in words_of(text) if len(word) > 1}
    ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
    return {word: weight for word, weight in ranked[:_MOST_WORDS] if weight > 0}


def rarest(weights: Mapping[str, float], most: int) -> Sequence[str]:
    """The words that tell most, by which candidates are looked for."""
    return list(weights)[:most]


def likeness(asked: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Return from 0 to 1 how alike two weighed texts are: the cosine of their words."""
    shared = sum(weight * other[word] for word, weight in asked.items() if word in other)
    if not shared:
        return 0.0
    return shared / (_length(asked.values()) * _length(other.values()))


def _length(weights: Collection[float]) -> float:
    return math.sqrt(sum(weight * weight for weight in weights))
