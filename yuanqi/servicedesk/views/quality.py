"""The quality baskets: the service centre looks at closed requests once more, one at a time."""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from yuanqi.casework.models import Case
from yuanqi.foundation import pages
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.supervision import operations
from yuanqi.supervision.baskets import in_basket, inspections_since, next_in
from yuanqi.supervision.models import Basket

from ..forms.supervision import InspectForm
from ..queries import request_visible
from ..supervision_lists import month_of
from .sending import send_once

SHOWN = 10  # of what was looked at lately

# what one asks of a case in this basket
QUESTIONS = {
    Basket.NO_CONTACT: gettext_lazy("答复之前没有联系过企业。打个电话，问问答复对不对、够不够。"),
    Basket.BAD_REVIEW: gettext_lazy("企业给过差评。看看后来解决了没有，回访记的是不是事实。"),
    Basket.UNRATED: gettext_lazy("企业到期没有评价，不算满意。看看答复讲清楚没有，问问企业。"),
    Basket.LONG_PAUSED: gettext_lazy("计时停过一周以上。看看理由成不成立，停的时候有没有人管。"),
    Basket.FAST: gettext_lazy("提出不久就答复了。看看是真办好了，还是先答复了事。"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    basket: Basket
    count: pages.Count
    url: str
    is_current: bool


def _centre(request: HttpRequest) -> Actor:
    actor: Actor = request.actor
    if not actor.has(Role.CENTRE):
        raise NotAllowed(_("质量抽查由服务中心做。"))
    return actor


@login_required
@require_GET
def quality(request: HttpRequest) -> HttpResponse:
    """The baskets with their counts; of the one picked, the next request to look at."""
    return _page(request, _centre(request))


def _page(
    request: HttpRequest,
    actor: Actor,
    *,
    form: InspectForm | None = None,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    counts = {basket: pages.count_of(in_basket(basket, actor, now)) for basket in Basket}
    picked = _picked(request, counts)
    after = _after(request)
    case = next_in(picked, actor, now, after)
    done = inspections_since(month_of(now), actor)
    context: dict[str, Any] = {
        "page_title": _("质量抽查"),
        "back_url": reverse("servicedesk:supervision"),
        "tabs": [_tab(basket, count, picked) for basket, count in counts.items()],
        "picked": picked,
        "question": QUESTIONS[picked],
        "count": counts[picked],
        "case": case,
        "told": _told(case) if case is not None else None,
        "was_passed": after is not None and case is None and counts[picked].number > 0,
        "first_url": _address(picked),
        "next_url": _address(picked, case.pk) if case is not None else "",
        "query": request.GET.urlencode() or f"basket={picked.value}",
        "form": form or InspectForm(),
        "conflict": conflict,
        "done": list(done[:SHOWN]),
        "looked_at": done.count(),
        "not_ok": done.filter(is_ok=False).count(),
        "elsewhere": _elsewhere(counts, picked),
    }
    return render(request, "servicedesk/supervision_quality.html", context, status=status)


def _after(request: HttpRequest) -> int | None:
    """The request that was left aside last."""
    asked = request.GET.get("after", "")
    return int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 18 else None


def _picked(request: HttpRequest, counts: dict[Basket, pages.Count]) -> Basket:
    """The basket that the address names; else the first that holds something."""
    name = request.GET.get("basket", "")
    if name in Basket.values:
        return Basket(name)
    return next((basket for basket, count in counts.items() if count.number), Basket.NO_CONTACT)


def _elsewhere(counts: dict[Basket, pages.Count], picked: Basket) -> Tab | None:
    """The fullest other basket, to go on with."""
    others = [basket for basket in Basket if basket is not picked and counts[basket].number]
    if not others:
        return None
    fullest = max(others, key=lambda basket: counts[basket].number)
    return _tab(fullest, counts[fullest], picked)


def _tab(basket: Basket, count: pages.Count, picked: Basket) -> Tab:
    return Tab(basket, count, _address(basket), basket is picked)


def _address(basket: Basket, after: int | None = None) -> str:
    query = f"basket={basket.value}" + (f"&after={after}" if after is not None else "")
    return f"{reverse('servicedesk:quality')}?{query}"


def _told(case: Case) -> dict[str, Any]:
    """What one has to know of the request before looking at the whole of it."""
    return {
        "request": case.request,
        "evaluation": case.evaluations.order_by("at", "id").last(),
        "call_back": case.call_backs.order_by("at", "id").last(),
        "answer": case.messages.filter(kind="answer").order_by("at", "id").last(),
    }


@login_required
@require_POST
def inspect(request: HttpRequest, case_id: int) -> HttpResponse:
    """Write down what was found, and go on with the next."""
    actor = _centre(request)
    case = request_visible(case_id, actor).case
    basket = request.GET.get("basket", "")
    form = InspectForm(request.POST)
    if not form.is_valid():
        return _page(request, actor, form=form, status=422)

    def act() -> tuple[str, str]:
        operations.inspect(
            case_id=case_id,
            basket=basket,
            finding=form.cleaned_data["finding"],
            note=form.cleaned_data["note"],
            actor=actor,
            at=timezone.now(),
        )
        said = (
            _("已记下，%(number)s 没有问题。")
            if form.cleaned_data["finding"] == "ok"
            else _("已记下，%(number)s 有问题：在下面“本月看过”里打开它，可以重新办理。")
        )
        return _address(Basket(basket), _after(request)), said % {"number": case.number}

    try:
        return send_once(request, form, act)
    except Conflict as error:
        return _page(request, actor, conflict=error.message, status=409)
    except Invalid as error:
        form.refuse(error)
        return _page(request, actor, form=form, status=422)
