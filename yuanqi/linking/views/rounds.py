"""Rounds: the list, drafting one, its terms, its seats, its end."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.pages import Key
from yuanqi.organisation.models import Department
from yuanqi.parameters import parameters

from .. import operations, queries
from ..drafts import draft_of
from ..forms import RevisionForm, SeatForm, TermsForm, terms_said, year_end
from ..models import Round, Seat, SeatRole
from ..parameters_defined import DEPUTY_CAPACITY, HEAD_CAPACITY, LEADER_CAPACITY
from ..scoping import scopes_of
from .sending import SeeOther, carry_out, press, renew

ORDER = (Key("from_on", descending=True), Key("id", descending=True))
DEPUTIES = "deputies"  # the usual code of the unit where congress deputies stand


@login_required
@require_GET
def rounds(request: HttpRequest) -> HttpResponse:
    """All rounds, the newest first: how many enterprises, officers, since when."""
    actor: Actor = request.actor
    queries.require_watcher(actor)
    today = timezone.localdate()
    listed = queries.rounds_visible_to(actor)
    page = pages.keyset_page(listed, ORDER, request.GET.get(pages.AFTER, ""))
    ids = [one.pk for one in page.rows]
    counts = {
        pk: (pairs, covered)
        for pk, pairs, covered in Round.objects.filter(pk__in=ids)
        .order_by()
        .annotate(all=Count("pairs"), led=Count("pairs", filter=Q(pairs__lead__isnull=False)))
        .values_list("pk", "all", "led")
    }
    taking_part = Seat.objects.filter(round__in=ids, capacity__gt=0).order_by()
    seats = dict(taking_part.values_list("round").annotate(Count("pk")))
    holding = queries.round_on(today)
    foot = pages.foot(request, page)
    foot["text"] = ""
    context = {
        "page_title": _("挂钩方案"),
        "lines": [
            {
                "round": one,
                "scopes": scopes_of(one),
                "firms": counts[one.pk][0],
                "led": counts[one.pk][1],
                "seats": seats.get(one.pk, 0),
                "holds": holding is not None and holding.pk == one.pk,
                "is_ahead": not one.is_draft and one.from_on > today,
            }
            for one in page.rows
        ],
        "page": page,
        "foot": foot,
        "may_keep": queries.may_keep(actor),
        "holding": holding,
    }
    return render(request, "linking/rounds.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Draft a round; with ?base= one that changes a published round in its course."""
    actor: Actor = request.actor
    queries.require_keeper(actor)
    base = _base(request, actor)
    form = TermsForm(initial=_initial(base))
    status = 200
    if request.method == "POST":
        form = TermsForm(request.POST)
        made: list[int] = []

        def act(at: Any) -> None:
            drafted = operations.round_draft(
                terms=form.terms, base_id=base.pk if base else None, actor=actor, at=at
            )
            made.append(drafted.pk)

        status = carry_out(request, form, act, reverse("linking:rounds"))
        if status == 303:
            messages.success(request, _("已拟好草稿，方案正在计算。"))
            return SeeOther(
                reverse("linking:variants", args=made) if made else reverse("linking:rounds")
            )
    context = {
        "page_title": _("调整方案") if base else _("拟新一轮挂钩"),
        "back_url": reverse("linking:rounds"),
        "form": form,
        "base": base,
        "button": _("拟草稿"),
    }
    return render(request, "linking/terms.html", context, status=status)


def _base(request: HttpRequest, actor: Actor) -> Round | None:
    text = request.GET.get("base", "")
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        return None
    return queries.round_visible(int(text), actor)


def _initial(base: Round | None) -> dict[str, Any]:
    today = timezone.localdate()
    if base is not None:
        return terms_said(base) | {
            "from_on": max(today, base.from_on),
            "revision": None,
            "name": _("%(name)s的调整（%(day)s）")
            % {"name": (base.base or base).name, "day": f"{today:%m-%d}"},
        }
    latest = queries.newest_round()
    year = today.year if latest is None or latest.year < today.year else today.year + 1
    begins = max(today, date(year, 1, 1))
    held = terms_said(latest) if latest else {"is_everyone": True}
    deputies = Department.objects.filter(code=DEPUTIES, closed_at=None).first()
    return (
        {"deputies": deputies.pk if deputies else ""}
        | held
        | {
            "name": _("%(year)s 年挂钩") % {"year": year},
            "from_on": begins,
            "last_on": year_end(begins),
            "leader_capacity": parameters.value(LEADER_CAPACITY, begins),
            "head_capacity": parameters.value(HEAD_CAPACITY, begins),
            "deputy_capacity": parameters.value(DEPUTY_CAPACITY, begins),
            "revision": None,
        }
    )


@login_required
@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest, round_id: int) -> HttpResponse:
    """Change what a draft is about."""
    actor: Actor = request.actor
    queries.require_keeper(actor)
    round_ = queries.round_visible(round_id, actor)
    form = TermsForm(initial=terms_said(round_))
    status = 200
    back = reverse("linking:round", args=[round_id])
    if request.method == "POST":
        form = TermsForm(request.POST)

        def act(at: Any) -> None:
            operations.round_scope(
                round_id=round_id, revision=form.cleaned_data["revision"] or 0,
                terms=form.terms, actor=actor, at=at,
            )  # fmt: skip

        status = carry_out(request, form, act, back)
        if status == 303:
            messages.success(request, _("范围已改，企业名单已重新取，方案正在重新计算。"))
            return SeeOther(reverse("linking:variants", args=[round_id]))
        if status == 409:
            round_ = queries.round_visible(round_id, actor)
            _say_what_stands(form, round_)
            renew(form, revision=round_.revision)
    context = {
        "page_title": _("改范围和容量"),
        "back_url": back,
        "round": round_,
        "form": form,
        "base": round_.base,
        "button": _("保存"),
    }
    return render(request, "linking/terms.html", context, status=status)


def _say_what_stands(form: TermsForm, round_: Round) -> None:
    """Beside each field that somebody else has another value in: which."""
    stands = TermsForm(initial=terms_said(round_))
    for name, value in terms_said(round_).items():
        if name == "revision" or name not in form.cleaned_data:
            continue
        typed = form.cleaned_data[name]
        if name == "industries":
            typed = ", ".join(typed)
        if (typed or "") == (value or ""):
            continue
        form.add_error(name, _("现在存着的是：%(value)s") % {"value": _shown(stands, name, value)})


def _shown(form: TermsForm, name: str, value: Any) -> str:
    choices = {str(key): str(label) for key, label in getattr(form.fields[name], "choices", ())}
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return _("、").join(choices.get(str(one), str(one)) for one in value) or _("（空）")
    return choices.get(str(value), str(value)) or _("（空）")


@login_required
@require_POST
def discard(request: HttpRequest, round_id: int) -> HttpResponse:
    actor: Actor = request.actor
    round_ = queries.round_visible(round_id, actor)
    form = RevisionForm(request.POST)
    revision = form.cleaned_data["revision"] if form.is_valid() else -1
    back = reverse("linking:round", args=[round_id])
    done: list[bool] = []

    def act(at: Any) -> None:
        operations.round_discard(round_id=round_id, revision=revision, actor=actor, at=at)
        done.append(True)

    answer = press(
        request, act=act, back_url=back, said=_("%(name)s已作废。") % {"name": round_.name}
    )
    return SeeOther(reverse("linking:rounds")) if done else answer


# seats -------------------------------------------------------------------------------------------


@login_required
@require_GET
def seats(request: HttpRequest, round_id: int) -> HttpResponse:
    """Who takes part in a round, for how many; in a draft each may be set."""
    return _seats(request, round_id, {}, 200)


def _seats(
    request: HttpRequest, round_id: int, forms: dict[int, SeatForm], status: int
) -> HttpResponse:
    actor: Actor = request.actor
    round_ = queries.round_visible(round_id, actor)
    draft = draft_of(round_)
    found = Seat.objects.filter(round=round_).select_related("officer__department")
    lines = [
        {
            "seat": one,
            "load": draft.leads[one.officer_id],
            "seconds": draft.seconds[one.officer_id],
            "over": max(0, draft.load(one.officer_id) - one.capacity),
            "known": draft.known.get(one.officer_id),
            "form": forms.get(one.officer_id)
            or SeatForm(
                initial={"capacity": one.capacity, "seen": one.capacity}, auto_id=f"id_{one.pk}_%s"
            ),
        }
        for one in found.order_by("role", "officer__department__position", "officer")
    ]
    roles = [
        {
            "label": str(role.label),
            "lines": [line for line in lines if line["seat"].role == role],
            "capacity": sum(line["seat"].capacity for line in lines if line["seat"].role == role),
            "load": sum(
                line["load"] + line["seconds"] for line in lines if line["seat"].role == role
            ),
        }
        for role in SeatRole
    ]
    context = {
        "page_title": _("干部和容量"),
        "back_url": reverse("linking:round", args=[round_id]),
        "round": round_,
        "roles": [one for one in roles if one["lines"]],
        "may_edit": round_.is_draft and queries.may_keep(actor),
    }
    return render(request, "linking/seats.html", context, status=status)


@login_required
@require_POST
def seat(request: HttpRequest, round_id: int, officer_id: int) -> HttpResponse:
    actor: Actor = request.actor
    queries.require_keeper(actor)
    form = SeatForm(request.POST, auto_id=f"id_o{officer_id}_%s")
    back = reverse("linking:seats", args=[round_id])

    def act(at: Any) -> None:
        operations.seat_set(
            round_id=round_id, officer_id=officer_id, capacity=form.cleaned_data["capacity"],
            seen=form.cleaned_data["seen"], actor=actor, at=at,
        )  # fmt: skip

    status = carry_out(request, form, act, back)
    if status == 303:
        messages.success(request, _("容量已改。"))
        return SeeOther(f"{back}#officer-{officer_id}")
    if status == 409:
        there = Seat.objects.filter(round=round_id, officer=officer_id).values_list("capacity")
        renew(form, seen=there.get()[0])
    return _seats(request, round_id, {officer_id: form}, status)
