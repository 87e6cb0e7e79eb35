"""What notices say: each slice registers its own words, and which kinds belong together.

The words are made when a notice is read or sent: in the reader's language (the active one), and
showing nothing that he may no longer see.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.functional import Promise

from yuanqi.foundation.actors import Actor, Role, Side

from .models import Notice, When

_ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN)


@dataclass(frozen=True, slots=True)
class Line:
    """One notice in words. One that may no longer be seen only says so, and is never sent."""

    says: str
    brief: str = ""  # the same without anything that somebody wrote: for robots and SMS
    title: str = ""
    number: str = ""
    firm: str = ""  # whose it is, where the reader serves many
    url: str = ""
    is_visible: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Kinds of notice that a person decides about together."""

    code: str
    label: str | Promise
    hint: str | Promise  # what belongs to it
    kinds: frozenset[str]
    default: When
    sides: frozenset[Side] = field(default=frozenset({Side.PARK, Side.ENTERPRISE}))
    roles: frozenset[Role] = frozenset()  # of administrators, who have no side and no other groups

    def is_for(self, actor: Actor) -> bool:
        if self.roles or actor.has(*_ADMINISTRATORS):
            return actor.has(*self.roles)
        return actor.side in self.sides


Provider = Callable[[Sequence[Notice], Actor], Mapping[int, Line]]


@dataclass(frozen=True, slots=True)
class _Source:
    provider: Provider
    groups: tuple[Group, ...]


_sources: dict[str, _Source] = {}


def register(source: str, provider: Provider, groups: Iterable[Group]) -> None:
    """Let a slice word its notices (from its `apps.py`). A kind belongs to one group at most."""
    _sources[source] = _Source(provider, tuple(groups))


def lines_of(notices: Sequence[Notice], actor: Actor) -> dict[int, Line]:
    """Return the words of these notices for this reader, by notice; none is left out."""
    said: dict[int, Line] = {}
    for source in sorted({notice.source for notice in notices}):
        own = [notice for notice in notices if notice.source == source]
        said |= _sources[source].provider(own, actor)
    return said


def groups(actor: Actor | None = None) -> list[tuple[str, Group]]:
    """Every group with its full code, those that somebody decides about if he is named."""
    return [
        (f"{name}.{group.code}", group)
        for name, source in sorted(_sources.items())
        for group in source.groups
        if actor is None or group.is_for(actor)
    ]


def group_of(source: str, kind: str) -> tuple[str, Group] | None:
    """The group of a notice; None for a kind that is shown in the program only."""
    for group in _sources[source].groups:
        if kind in group.kinds:
            return f"{source}.{group.code}", group
    return None
