"""Every read of accounts starts here: the two administrators who manage them see them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant

from . import bearers
from .bearers import Bearer
from .models import Proposal, ProposalState

_BATCH = 500  # accounts read at a time for a sheet
HISTORY = 50  # events of an account's page
# of the journal's sentences, those of the account page
GRANTS = (
    "access.account_opened", "web.account_opened", "access.account_bound",
    "access.account_unbound", "access.account_closed", "access.account_reopened",
    "access.password_reset", "access.role_proposed", "access.role_granted", "access.role_revoked",
    "access.proposal_refused", "access.proposal_withdrawn", "access.proposal_expired",
    "access.holder_named",
)  # fmt: skip


def accounts_visible_to(actor: Actor) -> QuerySet[Account]:
    """All accounts for the system and the security administrator, none for others."""
    if actor.side is Side.SYSTEM or actor.has(Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN):
        return Account.objects.all()
    return Account.objects.none()


def account_visible(account_id: int, actor: Actor) -> Account:
    """Return the account if the actor may see it. Raises NotVisible."""
    found = accounts_visible_to(actor).select_related("holder").filter(pk=account_id).first()
    if found is None:
        raise NotVisible(account_id)
    return found


def named(accounts: QuerySet[Account], text: str) -> QuerySet[Account]:
    """Those whose username, name or unit has this text in it."""
    wanted = Q(username__icontains=text) | Q(holder__name__icontains=text)
    for ids in bearers.matching(text):
        wanted |= Q(pk__in=ids)
    return accounts.filter(wanted)


@dataclass(frozen=True, slots=True)
class Line:
    """An account as lists show it: whose it is, what it may do."""

    account: Account
    bearer: Bearer | None
    roles: tuple[str, ...]

    @property
    def name(self) -> str:
        if self.bearer is not None:
            return self.bearer.name
        holder = getattr(self.account, "holder", None)
        return holder.name if holder else ""

    @property
    def unit(self) -> str:
        return self.bearer.unit if self.bearer else ""

    def is_unused(self, since: datetime) -> bool:
        """Nobody has signed in since then, nor was it opened since."""
        last = self.account.last_login or self.account.created_at
        return self.account.is_active and last < since

    @property
    def has_left(self) -> bool:
        """Its bearer works here no longer, yet the account is open."""
        return self.account.is_active and self.bearer is not None and not self.bearer.is_active

    def is_surplus(self, since: datetime) -> bool:
        """MLPS (GB/T 22239-2019, 8.1.4.2): surplus and expired accounts are removed."""
        return self.is_unused(since) or self.has_left


def lines_of(accounts: Sequence[Account]) -> list[Line]:
    """What lists show of these accounts: a query for the roles, one a register of people."""
    keys = [account.pk for account in accounts]
    known = bearers.of(keys)
    roles: dict[int, list[str]] = {}
    for account_id, role in RoleGrant.objects.filter(account__in=keys).values_list(
        "account_id", "role"
    ):
        roles.setdefault(account_id, []).append(role)
    order = [str(role) for role in Role]
    return [
        Line(
            account,
            known.get(account.pk),
            tuple(sorted(roles.get(account.pk, ()), key=order.index)),
        )
        for account in accounts
    ]


def all_lines(accounts: QuerySet[Account]) -> Iterator[Line]:
    """Every account of a list by username, a batch at a time."""
    after = ""
    while found := list(accounts.filter(username__gt=after).order_by("username")[:_BATCH]):
        yield from lines_of(found)
        after = found[-1].username


def roles_of(account_id: int) -> frozenset[str]:
    return frozenset(RoleGrant.objects.filter(account_id=account_id).values_list("role", flat=True))


def holders_left(role: str, *, without: int) -> int:
    """How many others hold a role with an open account; their rows stay locked.

    Of two who give up the same role at the same instant the second waits here, and sees one
    holder fewer.
    """
    rows = (
        RoleGrant.objects.select_for_update(of=("self",))
        .filter(role=role, account__is_active=True)
        .order_by("pk")
    )
    return sum(row.account_id != without for row in list(rows))


def proposals_visible_to(actor: Actor) -> QuerySet[Proposal]:
    found = Proposal.objects.filter(account__in=accounts_visible_to(actor))
    return found.select_related("account", "proposed_by", "decided_by")


def proposal_visible(proposal_id: int, actor: Actor) -> Proposal:
    """Return the proposal if the actor may see it. Raises NotVisible."""
    found = proposals_visible_to(actor).filter(pk=proposal_id).first()
    if found is None:
        raise NotVisible(proposal_id)
    return found


def waiting(proposals: QuerySet[Proposal], at: datetime) -> QuerySet[Proposal]:
    """Those that somebody may still confirm."""
    return proposals.filter(state=ProposalState.OPEN, expires_at__gt=at)


def history_of(account: Account) -> list[JournalEvent]:
    """What was done to an account, the newest first."""
    found = JournalEvent.objects.filter(stream=f"account:{account.pk}", kind__in=GRANTS)
    return list(found.order_by("-seq")[:HISTORY])
