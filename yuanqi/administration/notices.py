"""What needs a second person, told to those who may be it; what became of it, to who asked.

Roles, administrators' passwords, and the erasing of somebody's data. The words name accounts, never
the person whose data it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.access.events import (
    PasswordReset,
    ProposalRefused,
    RoleGranted,
    RoleProposed,
    RoleRevoked,
)
from yuanqi.access.models import Proposal, ProposalState
from yuanqi.access.queries import proposals_visible_to
from yuanqi.access.rules import MANAGERS
from yuanqi.access.sentences import matter
from yuanqi.audit.events import ErasureAsked, ErasureRefused, PersonErased
from yuanqi.audit.models import Erasure
from yuanqi.audit.queries import erasures_visible_to
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.models import JournalEvent, RoleGrant
from yuanqi.notices.models import Notice, When
from yuanqi.notices.telling import Word, tell
from yuanqi.notices.wording import Group, Line

SOURCE = "administration"
PROPOSED = "proposed"
DECIDED = "decided"
ERASURE_ASKED = "erasure_asked"
ERASURE_DECIDED = "erasure_decided"
NEWS = timedelta(days=7)  # a proposal lapses about then: what is older asks nobody any more

GROUPS = (
    Group(
        code="second",
        label=gettext_lazy("等第二人确认"),
        hint=gettext_lazy("授权申请、个人信息删除，和您提出的结果"),
        kinds=frozenset({PROPOSED, DECIDED, ERASURE_ASKED}),
        default=When.ONCE,
        roles=frozenset(MANAGERS),
    ),
)
_DECISIONS = (RoleGranted.kind, RoleRevoked.kind, PasswordReset.kind, ProposalRefused.kind)
_ERASURES = (ErasureAsked.kind, PersonErased.kind, ErasureRefused.kind)


def notices_make(events: Sequence[JournalEvent], *, now: datetime) -> None:
    """Write the notices that follow from these events, never one for who acted."""
    told = {RoleProposed.kind, *_DECISIONS, *_ERASURES}
    fresh = [event for event in events if event.kind in told and event.at > now - NEWS]
    if not fresh:
        return
    words = [
        Word(account_id=account, subject=event.stream, event_id=event.pk, kind=kind, at=event.at)
        for event in fresh
        for account, kind in _recipients(event)
        if f"account:{account}" != event.actor
    ]
    tell(source=SOURCE, words=words, now=now)


def _recipients(event: JournalEvent) -> list[tuple[int, str]]:
    payload = event.payload
    if event.kind == RoleProposed.kind:
        return [
            (account, PROPOSED)
            for account in _holders(*MANAGERS)
            if account != payload["account_id"]
        ]
    if event.kind in _DECISIONS:
        asked = Proposal.objects.filter(pk=payload["proposal_id"])
        return [(account, DECIDED) for account in asked.values_list("proposed_by", flat=True)]
    if event.kind == ErasureAsked.kind:
        return [(account, ERASURE_ASKED) for account in _holders(Role.SECURITY_ADMIN)]
    asked_for = Erasure.objects.filter(pk=payload["erasure_id"])
    return [(account, ERASURE_DECIDED) for account in asked_for.values_list("asked_by", flat=True)]


def _holders(*roles: Role) -> Iterable[int]:
    """Whoever has one of these roles and an open account."""
    holding = RoleGrant.objects.filter(role__in=[str(role) for role in roles])
    open_ones = holding.filter(account__is_active=True)
    return open_ones.order_by("account_id").values_list("account_id", flat=True).distinct()


def lines(notices: Sequence[Notice], actor: Actor) -> Mapping[int, Line]:
    """The words of these notices; of what the reader may see no more, only that."""
    events = JournalEvent.objects.in_bulk({notice.event_id for notice in notices})
    found = {notice.pk: events[notice.event_id].payload for notice in notices}
    proposals = proposals_visible_to(actor).in_bulk(
        {payload["proposal_id"] for payload in found.values() if "proposal_id" in payload}
    )
    erasures = erasures_visible_to(actor).in_bulk(
        {payload["erasure_id"] for payload in found.values() if "erasure_id" in payload}
    )
    said = {}
    for pk, payload in found.items():
        if "erasure_id" in payload:
            said[pk] = _of_erasure(erasures.get(payload["erasure_id"]))
        else:
            said[pk] = _of_proposal(proposals.get(payload["proposal_id"]))
    return said


def _of_proposal(proposal: Proposal | None) -> Line:
    if proposal is None:
        return Line(says=_("这项申请不归您看了。"), is_visible=False)
    values = {
        "who": proposal.proposed_by.username,
        "account": proposal.account.username,
        "matter": matter(proposal.act, proposal.role),
        "state": proposal.get_state_display(),
    }
    if proposal.state == ProposalState.OPEN:
        says = _("%(who)s 为账号 %(account)s 提出%(matter)s，请您确认或驳回。") % values
    else:
        says = _("%(who)s 为账号 %(account)s 提出%(matter)s：%(state)s。") % values
    return Line(
        says=says,
        brief=_("授权申请有新情况。"),
        title=_("授权申请"),
        url=f"{reverse('access:proposals')}#proposal-{proposal.pk}",
    )


def _of_erasure(erasure: Erasure | None) -> Line:
    if erasure is None:
        return Line(says=_("这项申请不归您看了。"), is_visible=False)
    if erasure.state == Erasure.State.ASKED:
        says = _("有一项个人信息删除申请，请安全管理员确认。")
    else:
        says = _("个人信息删除申请：%(state)s。") % {"state": erasure.get_state_display()}
    return Line(
        says=says,
        brief=_("个人信息删除申请有新情况。"),
        title=_("个人信息删除"),
        url=reverse("audit:erasure", args=[erasure.pk]),
    )
