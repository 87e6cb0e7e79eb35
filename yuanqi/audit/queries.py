"""What the audit administrator reads: the journal, the access log, seals; erasures; retention.

He reads who did what and when, never what was written: of business events only codes and ids.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import pages, seals
from yuanqi.foundation.actors import Actor, Role, actor_for
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.journal import GENESIS, Audience, digest
from yuanqi.foundation.models import Account, JournalEvent, JournalPersonal, JournalSeal, RoleGrant
from yuanqi.foundation.pages import Key

from . import erasing
from .erasing import Person
from .models import AccessRead, Erasure, RetentionRun, Verification

M = TypeVar("M", bound=Model)

_AT_A_TIME = 1000
NEWEST_FIRST = (Key("at", descending=True), Key("id", descending=True))
BY_NUMBER = (Key("id", descending=True),)
ADMINISTRATORS = (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
_CODE = re.compile(r"[\x21-\x7e]{0,80}\Z")  # ids, codes, numbers, hashes: nothing somebody wrote
# of `access`, above this slice: who lost a role with it stands in its stream, the account's
_LOST = ("access.role_revoked", "access.account_closed")
_LARGEST_SEAL = 500_000  # events whose tree is built again for one page


def zone() -> tzinfo:
    return timezone.get_default_timezone()


def require_auditor(actor: Actor) -> None:
    """Raise NotVisible for everybody but the audit administrator."""
    if not actor.has(Role.AUDIT_ADMIN):
        raise NotVisible("audit")


def in_parts(ordered: QuerySet[M]) -> Iterator[list[M]]:
    """Rows of a list some at a time, so that an export of many takes the memory of few."""
    rows = ordered.iterator(chunk_size=_AT_A_TIME)
    while some := list(islice(rows, _AT_A_TIME)):
        yield some


# the journal ------------------------------------------------------------------------------------


def journal_visible_to(actor: Actor) -> QuerySet[JournalEvent]:
    """All events for the audit administrator, none for anybody else."""
    return (
        JournalEvent.objects.all() if actor.has(Role.AUDIT_ADMIN) else JournalEvent.objects.none()
    )


def by_administrators() -> Q:
    """What the two other administrators did: those of today, and those who were."""
    roles = [role.value for role in ADMINISTRATORS]
    granted = RoleGrant.objects.filter(role__in=roles)
    labels = {f"account:{pk}" for pk in granted.values_list("account_id", flat=True)}
    left = JournalEvent.objects.filter(kind__in=_LOST)
    left = left.filter(Q(payload__role__in=roles) | Q(payload__roles__0__in=roles))
    labels.update(left.values_list("stream", flat=True))
    return Q(actor__in=sorted(labels))


def people_of(labels: Iterable[str]) -> dict[str, str]:
    """User names by the journal's labels ("account:7")."""
    ids = {label: int(label.partition(":")[2]) for label in labels if label.startswith("account:")}
    names = dict(Account.objects.filter(pk__in=ids.values()).values_list("pk", "username"))
    return {label: names.get(pk, label) for label, pk in ids.items()}


def who_is(label: str, at: datetime) -> str:
    """Name, unit and user name of who acted, as far as he is known today."""
    account = Account.objects.filter(pk=label.partition(":")[2] or 0).first()
    if account is None:
        return label
    actor = actor_for(account, at)
    return "　".join(
        dict.fromkeys(part for part in (actor.name, actor.unit, account.username) if part)
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """A value of a payload as the audit administrator may see it.

    `state` is "plain", "held" or "erased" (a personal value: there is its hash), "withheld" (a
    text of business: there is its length).
    """

    key: str
    state: str
    text: str = ""
    length: int = 0


def payload_shown(event: JournalEvent) -> list[Shown]:
    """The payload, flat; no personal value, and of business events no text."""
    held = set(JournalPersonal.objects.filter(event_id=event.pk).values_list("key", flat=True))
    in_full = event.audience == Audience.AUDIT.value
    return [_shown(key, value, held, in_full) for key, value in _flat("", event.payload)]


def _flat(key: str, value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping) and set(value) != {"personal"}:
        for name in sorted(value):
            yield from _flat(f"{key}.{name}" if key else name, value[name])
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for number, item in enumerate(value):
            yield from _flat(f"{key}[{number}]", item)
        if not value:
            yield key, "[]"
    else:
        yield key, value


def _shown(key: str, value: Any, held: set[str], in_full: bool) -> Shown:
    if isinstance(value, Mapping):
        name = re.split(r"[.\[]", key)
        is_held = bool(held & {part.rstrip("]") for part in name})
        return Shown(key, "held" if is_held else "erased", str(value["personal"]))
    if isinstance(value, str) and not in_full and not _CODE.match(value):
        return Shown(key, "withheld", length=len(value))
    if isinstance(value, bool):
        return Shown(key, "plain", _("是") if value else _("否"))
    return Shown(key, "plain", "—" if value is None else str(value))


@dataclass(frozen=True, slots=True)
class Proof:
    """Where an event stands in the chain and under which seal, checked afresh."""

    is_hash_right: bool
    is_link_right: bool
    previous: JournalEvent | None
    seal: JournalSeal | None
    is_mac_right: bool = False
    position: int = 0  # from 1, among the seal's events
    is_root_right: bool | None = None  # None: too many to count again for a page

    @property
    def is_right(self) -> bool:
        sealed = self.seal is None or (self.is_mac_right and self.is_root_right is not False)
        return self.is_hash_right and self.is_link_right and sealed


def proof_of(event: JournalEvent) -> Proof:
    """Compute the event's hash again, follow its link back, build its seal's tree again."""
    made = digest(
        stream=event.stream, seq=event.seq, at=event.at, kind=event.kind, version=event.version,
        payload=event.payload, audience=event.audience, enterprise_id=event.enterprise_id,
        actor=event.actor, prev=bytes(event.prev),
    )  # fmt: skip
    previous = JournalEvent.objects.filter(stream=event.stream, seq=event.seq - 1).first()
    before = bytes(previous.hash) if previous else GENESIS
    is_linked = bytes(event.prev) == before and (previous is not None) == (event.seq > 1)
    seal = seal_over(event)
    if seal is None:
        return Proof(made == bytes(event.hash), is_linked, previous, None)
    position, is_root_right = 0, None
    if seal.count <= _LARGEST_SEAL:
        covered = list(_covered(seal).values_list("pk", "hash"))
        is_root_right = seals.merkle_root(bytes(leaf) for _pk, leaf in covered) == bytes(seal.root)
        position = next((n for n, (pk, _leaf) in enumerate(covered, 1) if pk == event.pk), 0)
        is_root_right = is_root_right and bool(position)
    return Proof(
        made == bytes(event.hash), is_linked, previous, seal,
        is_mac_right(seal), position, is_root_right,
    )  # fmt: skip


def seal_over(event: JournalEvent) -> JournalSeal | None:
    """The seal that covers the event; None if it is too young to be sealed."""
    place = Q(upto_xid__gt=event.xid) | Q(upto_xid=event.xid, upto_id__gte=event.pk)
    return JournalSeal.objects.filter(place).order_by("id").first()


def _covered(seal: JournalSeal) -> QuerySet[JournalEvent]:
    return JournalEvent.objects.extra(
        where=["(xid, id) > (%s, %s) AND (xid, id) <= (%s, %s)"],
        params=[seal.from_xid, seal.from_id, seal.upto_xid, seal.upto_id],
    ).order_by("xid", "id")


def is_mac_right(seal: JournalSeal) -> bool:
    return seals.mac(
        made_at=seal.made_at,
        start=(seal.from_xid, seal.from_id),
        end=(seal.upto_xid, seal.upto_id),
        count=seal.count,
        root=bytes(seal.root),
        prev=bytes(seal.prev),
    ) == bytes(seal.mac)


def seals_visible_to(actor: Actor) -> QuerySet[JournalSeal]:
    return JournalSeal.objects.all() if actor.has(Role.AUDIT_ADMIN) else JournalSeal.objects.none()


def unsealed(actor: Actor) -> pages.Count:
    """How many events no seal covers yet: those of the last ten minutes, as a rule."""
    last = JournalSeal.objects.order_by("-id").first()
    start = (last.upto_xid, last.upto_id) if last else (0, 0)
    younger = Q(xid__gt=start[0]) | Q(xid=start[0], pk__gt=start[1])
    return pages.count_of(journal_visible_to(actor).filter(younger, xid__gte=start[0]))


def verifications(actor: Actor) -> list[Verification]:
    """The latest ten."""
    require_auditor(actor)
    return list(Verification.objects.select_related("asked_by").order_by("-id")[:10])


# the access log ---------------------------------------------------------------------------------


def readings_visible_to(actor: Actor) -> QuerySet[AccessRead]:
    return AccessRead.objects.all() if actor.has(Role.AUDIT_ADMIN) else AccessRead.objects.none()


def of_person(person: Person) -> Q:
    """Readings that showed this person's data: those that name him, those of his enterprise as a
    whole, and those that are of him."""
    named = Q(people__contains=[person.stream]) | Q(subject=person.stream)
    if person.enterprise_id is not None:
        named |= Q(subject=f"enterprise:{person.enterprise_id}", people=[])
    return named


def persons_found(text: str, actor: Actor) -> list[Person]:
    """Persons whom a number, a name or an enterprise's code means; twenty at most."""
    require_auditor(actor)
    text = text.strip()
    return erasing.search(text)[:20] if len(text) >= 2 else []


# erasures and retention -------------------------------------------------------------------------


def erasures_visible_to(actor: Actor) -> QuerySet[Erasure]:
    """To the service centre who asks, the security administrator who decides, the auditor."""
    if not actor.has(Role.CENTRE, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN):
        return Erasure.objects.none()
    return Erasure.objects.select_related("asked_by", "decided_by")


def erasure_for(erasure_id: int, actor: Actor) -> Erasure:
    """Raises NotVisible."""
    found = erasures_visible_to(actor).filter(pk=erasure_id).first()
    if found is None:
        raise NotVisible(erasure_id)
    return found


def retention_runs(actor: Actor) -> QuerySet[RetentionRun]:
    return (
        RetentionRun.objects.all() if actor.has(Role.AUDIT_ADMIN) else RetentionRun.objects.none()
    )


def last_runs() -> dict[str, RetentionRun]:
    """Of each kind the latest run."""
    found = RetentionRun.objects.order_by("kind", "-at").distinct("kind")
    return {run.kind: run for run in found}


def removed_since(at: datetime, days: int = 30) -> dict[str, int]:
    """Of each kind how much was removed in the last days."""
    totals: dict[str, int] = {}
    recent = RetentionRun.objects.filter(at__gt=at - timedelta(days=days))
    for kind, removed in recent.values_list("kind", "removed"):
        totals[kind] = totals.get(kind, 0) + removed
    return totals
