"""Accounts: the list, a new one, one with its rights and its history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.foundation import pages
from yuanqi.foundation.actors import ROLE_LABELS, Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.models import Account, JournalEvent, RoleGrant
from yuanqi.foundation.once import once

from .. import bearers, operations, rules
from ..bearers import Bearer
from ..forms import GrantForm, HolderForm, OpenForm, ReasonForm, RevokeForm
from ..models import Act
from ..operations.accounts import CONTACT
from ..queries import (
    Line,
    account_visible,
    accounts_visible_to,
    history_of,
    lines_of,
    named,
    proposals_visible_to,
    waiting,
)
from ..sentences import sentence_of
from .taking import accounts_workbook

BY_NAME = (pages.Key("username"),)
_NONE = "none"
_FOUND = 20  # people offered for binding


@login_required
@require_GET
def accounts(request: HttpRequest) -> HttpResponse | FileResponse:
    """All accounts by username: whose, which roles, since when unused."""
    rules.require_manager(request.actor)
    filters = _Filters.read(request)
    listed = filters.of(accounts_visible_to(request.actor).select_related("holder"))
    now = timezone.now()
    if request.GET.get("export") == "xlsx":
        return accounts_workbook(
            request, listed, now,
            role=filters.role, state=filters.state, is_searched=bool(filters.q),
        )  # fmt: skip
    page = pages.keyset_page(listed, BY_NAME, request.GET.get(pages.AFTER, ""))
    context = {
        "page_title": pgettext("several", "账号"),
        "lines": lines_of(page.rows),
        "filters": filters,
        "roles": [(role.value, ROLE_LABELS[role]) for role in Role],
        "page": page,
        "count": (count := pages.count_of(listed)),
        "foot": _foot(request, page, count),
        "may_open": request.actor.has(Role.SYSTEM_ADMIN),
        "waiting": waiting(proposals_visible_to(request.actor), now).count(),
        "export_url": pages.address(request, **{"export": "xlsx", pages.AFTER: None}),
    }
    return render(request, "access/accounts.html", context)


@dataclass(frozen=True, slots=True)
class _Filters:
    """What the address narrows the list to; what it doesn't know is left out."""

    q: str
    role: str
    state: str

    @classmethod
    def read(cls, request: HttpRequest) -> "_Filters":
        role = request.GET.get("role", "")
        state = request.GET.get("state", "")
        return cls(
            q=request.GET.get("q", "").replace("\0", "").strip()[:60],
            role=role if role in [*Role, _NONE] else "",
            state=state if state in ("open", "closed") else "",
        )

    @property
    def is_set(self) -> bool:
        return bool(self.q or self.role or self.state)

    def of(self, found: QuerySet[Account]) -> QuerySet[Account]:
        if self.q:
            found = named(found, self.q)
        if self.role == _NONE:
            found = found.exclude(pk__in=RoleGrant.objects.values("account"))
        elif self.role:
            holding = RoleGrant.objects.filter(role=self.role)
            found = found.filter(pk__in=holding.values("account"))
        if self.state:
            found = found.filter(is_active=self.state == "open")
        return found


def _foot(request: HttpRequest, page: pages.KeysetPage[Any], count: pages.Count) -> dict[str, Any]:
    foot = pages.foot(request, page)
    foot["text"] = _("共 %(count)s 个") % {"count": count}
    return foot


# --- a new account ---------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open an account, for an officer or a contact if the address names one."""
    bearer = _named_bearer(request)
    if not (bearer is not None and bearer.kind == CONTACT and request.actor.has(Role.CENTRE)):
        rules.require_system(request.actor)
    form = OpenForm(request.POST or None, is_bound=bearer is not None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _opened(request, form, bearer)
            except Invalid as refusal:
                form.add_error(refusal.field, refusal.message)
            except Conflict as refusal:
                form.add_error("username", refusal.message)
                status = 409
    context = {
        "page_title": _("开通账号"),
        "back_url": _back(request.actor, bearer),
        "form": form,
        "bearer": bearer,
    }
    return render(request, "access/new.html", context, status=status)


def _named_bearer(request: HttpRequest) -> Bearer | None:
    for kind in ("officer", "contact"):
        said = request.GET.get(kind, "")
        if said.isascii() and said.isdigit() and len(said) < 18:
            bearer = bearers.find(kind, int(said))
            if bearer is None:
                raise NotVisible(said)
            return bearer
    return None


def _back(actor: Actor, bearer: Bearer | None) -> str:
    """The service centre has no list of accounts: it comes from the enterprise."""
    if actor.has(*rules.MANAGERS):
        return reverse("access:accounts")
    return bearer.url if bearer and bearer.url else "/"


def _opened(request: HttpRequest, form: OpenForm, bearer: Bearer | None) -> HttpResponse:
    shown: list[tuple[Account, str]] = []
    said = {"username": form.cleaned_data["username"], "actor": request.actor}

    def act() -> str:
        now = timezone.now()
        if bearer is None:
            made = operations.account_open(at=now, holder=form.cleaned_data["holder"], **said)
        else:
            made = operations.account_open_for(
                kind=bearer.kind, bearer_id=bearer.pk, at=now, **said
            )
        shown.append(made)
        if request.actor.has(*rules.MANAGERS):
            return reverse("access:account", args=[made[0].pk])
        return _back(request.actor, bearer)

    location = once(account_id=request.user.pk, key=form.key, at=timezone.now(), act=act)
    if not shown:
        return HttpResponseRedirect(location, status=303)
    return password_shown(request, *shown[0], location)


def password_shown(
    request: HttpRequest, account: Account, password: str, next_url: str
) -> HttpResponse:
    """Show a one-time password this once."""
    context = {
        "page_title": _("请现在抄下密码"),
        "account": account,
        "name": lines_of([account])[0].name,
        "password": password,
        "next_url": next_url,
    }
    return render(request, "access/password.html", context, status=201)


# --- one account -----------------------------------------------------------------------------


@login_required
@require_GET
def account(request: HttpRequest, account_id: int) -> HttpResponse:
    """One account: whose it is, what it may do, what waits, what was done to it."""
    return account_page(request, account_id)


def account_page(
    request: HttpRequest, account_id: int, *, status: int = 200, **more: Any
) -> HttpResponse:
    actor: Actor = request.actor
    row = account_visible(account_id, actor)
    line = lines_of([row])[0]
    now = timezone.now()
    is_system, is_security = actor.has(Role.SYSTEM_ADMIN), actor.has(Role.SECURITY_ADMIN)
    is_own = row.pk == actor.account_id
    is_administrator = bool(rules.administrators_among(line.roles))
    context = {
        "page_title": line.name or row.username,
        "back_url": reverse("access:accounts"),
        "line": line,
        "roles": [
            _Held(role, str(ROLE_LABELS[Role(role)]), rules.is_administrators(role))
            for role in line.roles
        ],
        "proposals": [
            proposal_row(proposal, actor, now)
            for proposal in waiting(proposals_visible_to(actor), now).filter(account=row)
        ],
        "history": _history(row),
        "is_unbound": line.bearer is None,
        "is_administrator": is_administrator,
        "is_own": is_own,
        "may_manage": is_system and not is_own,
        "may_close": is_system and not is_own and row.is_active and not is_administrator,
        "may_grant": is_security and not is_own and row.is_active,
        "may_revoke": is_security or (is_own and is_administrator),
        "may_bind": is_system and row.is_active and line.bearer is None and not line.roles,
        "may_unbind": is_system and line.bearer is not None and not line.roles,
        "grant_form": GrantForm(roles=_grantable(line)),
        "revoke_form": RevokeForm(),
        "close_form": ReasonForm(auto_id="close_%s"),
        "reopen_form": ReasonForm(auto_id="reopen_%s"),
        "reset_form": ReasonForm(auto_id="reset_%s"),
        "holder_form": HolderForm(initial={"name": line.name}),
        **_people(request),
        **more,
    }
    return render(request, "access/account.html", context, status=status)


@dataclass(frozen=True, slots=True)
class _Held:
    code: str
    label: str
    is_administrators: bool


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """What waits for the second person, or did, as pages show it."""

    proposal: Any
    what: str
    who: str
    by: str
    may_decide: bool
    is_own: bool
    is_open: bool


def proposal_row(
    proposal: Any, actor: Actor, now: datetime, names: dict[int, str] | None = None
) -> ProposalRow:
    names = names or {}
    act = Act(proposal.act)
    what = str(act.label)
    if proposal.role:
        what = _("%(act)s%(role)s") % {"act": what, "role": ROLE_LABELS[Role(proposal.role)]}
    return ProposalRow(
        proposal=proposal,
        what=what,
        who=names.get(proposal.account_id, proposal.account.username),
        by=names.get(proposal.proposed_by_id, proposal.proposed_by.username),
        may_decide=rules.may_decide(proposal, actor),
        is_own=proposal.proposed_by_id == actor.account_id,
        is_open=proposal.is_open(now),
    )


def _grantable(line: Line) -> list[Role]:
    """The roles that don't exclude what the account has: the others would only be refused."""
    if rules.administrators_among(line.roles):
        return []
    if line.bearer is not None:
        if not line.bearer.is_of_park:
            return []
        return [r for r in Role if not rules.is_administrators(r) and r.value not in line.roles]
    return [r for r in Role if rules.is_administrators(r)]


@dataclass(frozen=True, slots=True)
class _Told:
    at: datetime
    text: str
    by: str


def _history(row: Account) -> list[_Told]:
    events: list[JournalEvent] = history_of(row)
    actors = {
        int(event.actor.removeprefix("account:"))
        for event in events
        if event.actor.startswith("account:")
    }
    names = {
        f"account:{line.account.pk}": line.name or line.account.username
        for line in lines_of(list(Account.objects.select_related("holder").filter(pk__in=actors)))
    }
    return [
        _Told(event.at, sentence_of(event.kind, event.payload), names.get(event.actor, _("系统")))
        for event in events
    ]


def _people(request: HttpRequest) -> dict[str, Any]:
    """Whom the account may be bound to, once somebody looks for a name."""
    who = request.GET.get("who", "").replace("\0", "").strip()[:40]
    found = bearers.waiting(who, most=_FOUND) if who else []
    return {"who": who, "people": found[:_FOUND]}
