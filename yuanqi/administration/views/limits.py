"""The table of limits of service requests: what holds, what comes, and a change from a day on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yuanqi.casework import limit_rules
from yuanqi.casework.definition import LEVELLED_PURPOSES, LEVELS, PURPOSES
from yuanqi.casework.limit_rules import Key, Standing
from yuanqi.casework.models import LimitRule, Mechanism
from yuanqi.domain.clock import Limit
from yuanqi.foundation import pages
from yuanqi.foundation.errors import Invalid, NotVisible
from yuanqi.parameters.forms import ReasonForm
from yuanqi.parameters.views import carried_out
from yuanqi.servicedesk.models import MECHANISM, Category
from yuanqi.servicedesk.wording import brief_limit

from ..forms import LimitForm
from ..labels import purpose_label
from ..queries import require_system


@dataclass(frozen=True, slots=True)
class Cell:
    """One rule of the table as its page shows it."""

    key: Key
    holds: str  # the limit in words, blank where none is yet
    source: str
    since: Any
    coming: str
    coming_from: Any
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A purpose for everybody, or for one category: a cell for each level, or one for all."""

    label: str
    cells: list[Cell | None]

    @property
    def levelled(self) -> list[tuple[str, Cell | None]]:
        return list(zip(LEVELS, self.cells, strict=True))


@login_required
@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """All limits: for everybody, by purpose and level; then the exceptions of categories."""
    require_system(request.actor)
    today = timezone.localdate()
    standing = {one.key: one for one in limit_rules.rules_of(_mechanism(), today)}
    names = {one.code: one.label for one in Category.objects.all()}
    general = [
        Row(
            str(purpose_label(purpose)),
            [_cell(standing.get((purpose, level, ""))) for level in LEVELS],
        )
        for purpose in PURPOSES
        if purpose in LEVELLED_PURPOSES
    ]
    single = [
        (str(purpose_label(purpose)), _cell(standing[(purpose, "", "")]))
        for purpose in PURPOSES
        if (purpose, "", "") in standing
    ]
    exceptions: dict[str, list[Row]] = {}
    for purpose in LEVELLED_PURPOSES:
        codes = sorted({key[2] for key in standing if key[0] == purpose and key[2]})
        if codes:
            exceptions[str(purpose_label(purpose))] = [
                Row(
                    f"{code} {names.get(code, '')}",
                    [_cell(standing.get((purpose, level, code))) for level in LEVELS],
                )
                for code in codes
            ]
    context = {
        "page_title": _("办理时限"),
        "levels": LEVELS,
        "general": general,
        "single": single,
        "exceptions": exceptions,
    }
    return render(request, "administration/limits.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest) -> HttpResponse:
    """One limit: what it was and is, whom a change is for, and the form that makes it."""
    require_system(request.actor)
    key = _key(request)
    purpose, level, category = key
    mechanism = _mechanism()
    now = timezone.now()
    today = timezone.localdate(now)
    history = limit_rules.history_of(mechanism, key)
    holds = _holding(history, today)
    form = LimitForm(
        request.POST or None, earliest=today + timedelta(days=1), initial=_initial(holds)
    )
    status = 200
    if request.method == "POST":

        def act() -> str:
            values = form.cleaned_data
            limit_rules.limit_change(
                mechanism=MECHANISM,
                purpose=purpose,
                level=level,
                category=category,
                limit=None if values["is_ended"] else _limit(values["amount"], values["base"]),
                source=values["source"],
                valid_from=values["valid_from"],
                reason=values["reason"],
                actor=request.actor,
                at=now,
            )
            return limit_url(key)

        location, status = carried_out(request, form, act)
        if location:
            messages.success(request, _("已经定好，从选的那天起对新提出的诉求生效。"))
            return HttpResponseRedirect(location, status=303)
    return _page(request, key, form=form, status=status)


@login_required
@require_POST
def withdraw(request: HttpRequest, rule_id: int) -> HttpResponse:
    """Take back a rule whose day hasn't come."""
    require_system(request.actor)
    rule = LimitRule.objects.filter(pk=rule_id).first()
    if rule is None:
        raise NotVisible(rule_id)
    key = limit_rules.key_of(rule)
    form = ReasonForm(request.POST)

    def act() -> str:
        limit_rules.limit_withdraw(
            rule_id=rule_id,
            reason=form.cleaned_data["reason"],
            actor=request.actor,
            at=timezone.now(),
        )
        return limit_url(key)

    location, status = carried_out(request, form, act)
    if location:
        messages.success(request, _("已经撤回，原来的时限继续有效。"))
        return HttpResponseRedirect(location, status=303)
    return _page(request, key, refused=(rule_id, form), status=status)


def _page(
    request: HttpRequest,
    key: Key,
    *,
    form: LimitForm | None = None,
    refused: tuple[int, ReasonForm] | None = None,
    status: int = 200,
) -> HttpResponse:
    purpose, level, category = key
    mechanism = _mechanism()
    today = timezone.localdate()
    history = limit_rules.history_of(mechanism, key)
    holds = _holding(history, today)
    coming = [
        (
            rule,
            brief_limit(rule.limit),
            refused[1] if refused and refused[0] == rule.pk else ReasonForm(),
        )
        for rule in reversed(history)
        if rule.valid_from > today
    ]
    found = Category.objects.filter(pk=category).first()
    context = {
        "page_title": " ".join(
            filter(None, [str(purpose_label(purpose)), level, found.label if found else category])
        ),
        "back_url": reverse("administration:limits"),
        "holds": holds,
        "holds_said": brief_limit(holds.limit) if holds else "",
        "coming": coming,
        "history": [(rule, brief_limit(rule.limit), _last_day(rule)) for rule in history],
        "open_count": pages.count_of(limit_rules.open_cases_of(mechanism, level, category)),
        "may_end": bool(category) and holds is not None,
        "form": form or LimitForm(earliest=today + timedelta(days=1), initial=_initial(holds)),
        "action": limit_url(key),
    }
    return render(request, "administration/limit.html", context, status=status)


def _mechanism() -> Mechanism:
    found = Mechanism.objects.filter(code=MECHANISM).first()
    if found is None:
        raise NotVisible(MECHANISM)  # before `yuanqi init`
    return found


def _key(request: HttpRequest) -> Key:
    """Which limit the address names. Raises NotVisible for one that can't be."""
    purpose, level, category = (request.GET.get(k, "") for k in ("purpose", "level", "category"))
    if purpose not in PURPOSES or level not in ("", *LEVELS):
        raise NotVisible
    if purpose not in LEVELLED_PURPOSES and (level or category):
        raise NotVisible
    if category and not Category.objects.filter(pk=category).exists():
        raise NotVisible
    return purpose, level, category


def limit_url(key: Key) -> str:
    query = urlencode(dict(zip(("purpose", "level", "category"), key, strict=True)))
    return f"{reverse('administration:limit-change')}?{query}"


def _cell(standing: Standing | None) -> Cell | None:
    if standing is None:
        return None
    holds, following = standing.holds, standing.coming[0] if standing.coming else None
    return Cell(
        key=standing.key,
        holds=brief_limit(holds.limit) if holds else "",
        source=holds.source if holds else "",
        since=holds.valid_from if holds else None,
        coming=brief_limit(following.limit) if following else "",
        coming_from=following.valid_from if following else None,
        url=limit_url(standing.key),
    )


def _holding(rules: Sequence[LimitRule], today: Any) -> LimitRule | None:
    return next(
        (
            rule
            for rule in rules
            if rule.valid_from <= today and (rule.valid_until is None or rule.valid_until > today)
        ),
        None,
    )


def _last_day(rule: LimitRule) -> Any:
    """The last day on which it held: rows say the first on which it doesn't."""
    return rule.valid_until - timedelta(days=1) if rule.valid_until else None


def _initial(rule: LimitRule | None) -> dict[str, Any]:
    if rule is None:
        return {"base": "working_days"}
    return {
        "amount": format(rule.amount.normalize(), "f"),
        "base": rule.base,
        "source": rule.source,
    }


def _limit(amount: Decimal, base: str) -> Limit:
    try:
        return Limit(amount, base)
    except ValueError:
        raise Invalid(_("时限要大于零；工作日可以有半天，自然日和月填整数。"), "amount")
