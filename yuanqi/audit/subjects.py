"""What a stream is called on the audit administrator's pages: slices name their own.

A name there says which record is meant, and no more: an enterprise's short name, a case's number,
a person's masked name.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

Labels = Callable[[Sequence[int]], Mapping[int, str]]
_labels: dict[str, Labels] = {}


def register(kind: str, labels: Labels) -> None:
    """Name the streams `kind:id`: of many ids at once their names (from a slice's `apps.py`)."""
    _labels[kind] = labels


def names_of(streams: Iterable[str]) -> dict[str, str]:
    """Names of these streams, one query a kind; a stream that nobody names is its own name."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    found = {}
    for stream in set(streams):
        found[stream] = stream
        kind, _colon, number = stream.partition(":")
        if kind in _labels and number.isdecimal():
            by_kind[kind].append(int(number))
    for kind, ids in by_kind.items():
        for number, name in _labels[kind](ids).items():
            found[f"{kind}:{number}"] = name
    return found
