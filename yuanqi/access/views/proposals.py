"""What waits for the second person, and what became of the rest."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yuanqi.audit import queries as audit
from yuanqi.audit.models import Erasure
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.models import Account
from yuanqi.foundation.once import once

from .. import operations, rules
from ..forms import OnceForm, ReasonForm
from ..models import Proposal
from ..queries import lines_of, proposals_visible_to, waiting
from .accounts import password_shown, proposal_row

NEWEST = (pages.Key("proposed_at", descending=True), pages.Key("id", descending=True))
MOST = 100  # that wait at once: nobody confirms more in a week


@login_required
@require_GET
def proposals(request: HttpRequest) -> HttpResponse:
    """The waiting ones first, with the buttons; below, all others by their day."""
    return _proposals(request)


def _proposals(
    request: HttpRequest, *, status: int = 200, conflict: str = "", refused: int = 0
) -> HttpResponse:
    rules.require_manager(request.actor)
    now = timezone.now()
    found = proposals_visible_to(request.actor)
    # the last day first to lapse: what is most urgent stands on top
    open_ones = list(waiting(found, now).order_by("expires_at", "id")[:MOST])
    page = pages.keyset_page(
        found.exclude(pk__in=waiting(found, now).values("pk")),
        NEWEST,
        request.GET.get(pages.AFTER, ""),
    )
    names = _names([*open_ones, *page.rows])
    foot = pages.foot(request, page)
    foot["text"] = ""
    context = {
        "page_title": _("授权申请"),
        "waiting": [proposal_row(row, request.actor, now, names) for row in open_ones],
        "decided": [proposal_row(row, request.actor, now, names) for row in page.rows],
        "names": names,
        "page": page,
        "foot": foot,
        "conflict": conflict,
        "refused": refused,
        "once_form": OnceForm(),
        "erasures": _erasures_waiting(request.actor),
    }
    return render(request, "access/proposals.html", context, status=status)


def _erasures_waiting(actor: Actor) -> int:
    """How many people's data a security administrator is asked to have erased."""
    if not actor.has(Role.SECURITY_ADMIN):
        return 0
    return audit.erasures_visible_to(actor).filter(state=Erasure.State.ASKED).count()


def _names(rows: list[Proposal]) -> dict[int, str]:
    """Everybody who is named on the page: name and username."""
    keys = {row.account_id for row in rows} | {row.proposed_by_id for row in rows}
    keys |= {row.decided_by_id for row in rows if row.decided_by_id}
    accounts = list(Account.objects.select_related("holder").filter(pk__in=keys))
    return {
        line.account.pk: _("%(name)s（%(username)s）")
        % {"name": line.name, "username": line.account.username}
        if line.name
        else line.account.username
        for line in lines_of(accounts)
    }


@login_required
@require_POST
def confirm(request: HttpRequest, proposal_id: int) -> HttpResponse:
    """The second person's yes; of a reset he sees the password."""
    form = OnceForm(request.POST)
    done: list[operations.Confirmed] = []

    def run() -> str:
        done.append(
            operations.role_confirm(proposal_id=proposal_id, actor=request.actor, at=timezone.now())
        )
        return reverse("access:proposals")

    try:
        location = once(account_id=request.user.pk, key=form.key, at=timezone.now(), act=run)
    except Conflict as refusal:
        return _proposals(request, status=409, conflict=refusal.message)
    if done and done[0].password:
        account = done[0].proposal.account
        return password_shown(request, account, done[0].password, location)
    if done:
        messages.success(request, _("已确认，即刻生效。"))
    return HttpResponseRedirect(location, status=303)


@login_required
@require_POST
def refuse(request: HttpRequest, proposal_id: int) -> HttpResponse:
    return _ended(request, proposal_id, operations.role_refuse, _("已驳回。"))


@login_required
@require_POST
def withdraw(request: HttpRequest, proposal_id: int) -> HttpResponse:
    return _ended(request, proposal_id, operations.role_withdraw, _("已撤回。"))


def _ended(
    request: HttpRequest, proposal_id: int, operation: Callable[..., object], said: str
) -> HttpResponse:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _proposals(
            request, status=422, conflict=_("请写明原因，对方看得到。"), refused=proposal_id
        )

    def run() -> str:
        operation(
            proposal_id=proposal_id,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=timezone.now(),
        )
        messages.success(request, said)
        return reverse("access:proposals")

    try:
        location = once(account_id=request.user.pk, key=form.key, at=timezone.now(), act=run)
    except Conflict as refusal:
        return _proposals(request, status=409, conflict=refusal.message)
    return HttpResponseRedirect(location, status=303)
