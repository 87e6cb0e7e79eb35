"""The agenda of a meeting: what is put on it, which enterprises are asked, what is decided."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yuanqi.advice.queries import topics
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid
from yuanqi.registry.models import Area, Enterprise
from yuanqi.servicedesk.queries import categories_offered

from . import operations, queries
from .forms import AddForm, DecideForm, GuestsForm
from .locking import item_in
from .models import ItemState, Meeting
from .pressing import page_of, press, require_staff


def _run(request: HttpRequest, meeting_id: int) -> Meeting:
    """The meeting, for whoever keeps its agenda. Raises NotVisible, NotAllowed."""
    actor: Actor = request.actor
    require_staff(actor)
    row = queries.meeting_visible(meeting_id, actor)
    queries.require_running(row, actor, _("议题、议定和纪要由主持人、主办部门负责人和服务中心定。"))
    return row


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def agenda(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Tick open requests of an area or a trade, or write an item by hand."""
    row = _run(request, meeting_id)
    actor: Actor = request.actor
    if request.method != "POST":
        return _agenda(request, row, AddForm(actor=actor))
    if "collect" in request.POST:
        return _collect(request, row)
    form = AddForm(request.POST, actor=actor)

    def act() -> str:
        firm = form.cleaned_data["firm"]
        operations.item_add(
            meeting_id=row.pk, words=form.cleaned_data["words"],
            enterprise_id=firm.pk if firm else None, actor=actor, at=timezone.now(),
        )  # fmt: skip
        return request.get_full_path()

    answer = press(request, form, act, _("议题加上了。"))
    return _agenda(request, row, form, answer) if isinstance(answer, int) else answer


def _collect(request: HttpRequest, row: Meeting) -> HttpResponse:
    form = AddForm(request.POST, actor=request.actor)
    form.fields["words"].required = False

    def act() -> str:
        operations.items_collect(
            meeting_id=row.pk, case_ids=_ids(request.POST, "case"), actor=request.actor,
            at=timezone.now(),
        )  # fmt: skip
        return page_of(row.pk)

    answer = press(request, form, act, _("诉求进议题了。"))
    if isinstance(answer, int):
        said = "".join(form.non_field_errors())
        return _agenda(request, row, AddForm(actor=request.actor), answer, refusal=said)
    return answer


def _ids(sent: QueryDict, name: str) -> list[int]:
    """Keys that were ticked. Raises Invalid for what is none."""
    texts = sent.getlist(name)
    if not all(text.isascii() and text.isdigit() and len(text) < 19 for text in texts):
        raise Invalid(_("请从列出的选项里选。"))
    return [int(text) for text in texts]


def _agenda(
    request: HttpRequest, row: Meeting, form: AddForm, status: int = 200, refusal: str = ""
) -> HttpResponse:
    asked = request.GET
    is_set = "show" in asked
    areas = list(Area.objects.all())
    area = asked.get("area", "") if is_set else str(row.area_id or "")
    area_id = int(area) if area in {str(one.pk) for one in areas} else None
    trade = (asked.get("trade", "") if is_set else row.trade)[:60].replace("\x00", "")
    kinds = [(one.code, one.label) for one in categories_offered(timezone.localdate())]
    category = asked.get("category", "")
    category = category if category in dict(kinds) else ""
    listed = queries.proposed(row, request.actor, area_id=area_id, trade=trade, category=category)
    found = list(listed[: queries.MOST_PROPOSED + 1])
    context = {
        "page_title": _("收集议题"),
        "back_url": page_of(row.pk),
        "row": row,
        "cases": found[: queries.MOST_PROPOSED],
        "has_more": len(found) > queries.MOST_PROPOSED,
        "areas": areas, "area_id": area_id, "trades": queries.trades(), "trade": trade,
        "categories": kinds, "category": category,
        "form": form,
        "refusal": refusal,
    }  # fmt: skip
    return render(request, "meetings/agenda.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def guests(request: HttpRequest, meeting_id: int) -> HttpResponse:
    """Ask enterprises to come: those on the agenda, or one by its name."""
    row = _run(request, meeting_id)
    actor: Actor = request.actor
    known = row.guests.values("enterprise")
    talked = row.items.filter(enterprise__isnull=False).values("enterprise")
    firms = list(
        Enterprise.objects.filter(pk__in=talked, merged_into=None)
        .exclude(pk__in=known).order_by("short_name", "pk")
    )  # fmt: skip
    sent = request.POST if request.method == "POST" else None
    form = GuestsForm(sent, firms=firms, actor=actor)
    status = 200
    if sent is not None:

        def act() -> str:
            operations.enterprises_invite(
                meeting_id=row.pk, enterprise_ids=form.chosen(),
                reason=form.cleaned_data["reason"], actor=actor, at=timezone.now(),
            )  # fmt: skip
            return page_of(row.pk)

        answer = press(request, form, act, _("邀请发出了，企业会收到消息。"))
        if not isinstance(answer, int):
            return answer
        status = answer
    context = {
        "page_title": _("邀请企业"),
        "back_url": page_of(row.pk),
        "row": row,
        "form": form,
    }
    return render(request, "meetings/guests.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, meeting_id: int, item_id: int) -> HttpResponse:
    """Decide an item."""
    row = _run(request, meeting_id)
    actor: Actor = request.actor
    one = item_in(row, item_id)
    firm_id = one.enterprise_id
    raises = one.case_id is None and queries.may_raise(firm_id, actor)
    kinds = categories_offered(timezone.localdate()) if raises else []
    given: dict[str, Any] = {
        "people": list(queries.officers()), "has_firm": firm_id is not None,
        "categories": [(kind.code, kind.label) for kind in kinds],
        "topics": [(topic.code, topic.label) for topic in topics()] if firm_id else [],
    }  # fmt: skip
    status = 200
    form = DecideForm(initial={"state": ItemState.TASK}, **given)
    if request.method == "POST":
        form = DecideForm(request.POST, **given)

        def act() -> str:
            sent = form.cleaned_data
            operations.item_decide(
                meeting_id=row.pk, item_id=item_id, state=sent["state"],
                decision=sent["decision"], owner_id=sent["owner"], due_on=sent["due_on"],
                is_promised=sent.get("is_promised", False), category=sent.get("category", ""),
                level=sent.get("level", ""), topic=sent.get("topic", ""), actor=actor,
                at=timezone.now(),
            )  # fmt: skip
            return f"{page_of(row.pk)}#item-{item_id}"

        answer = press(request, form, act, _("议定了。"))
        if not isinstance(answer, int):
            return answer
        status = answer
    elif one.state != ItemState.OPEN:
        raise Conflict(_("这项刚才已经议定：%(state)s。") % {"state": one.get_state_display()})
    context = {
        "page_title": _("议定"),
        "back_url": page_of(row.pk),
        "row": row,
        "item": one,
        "sees_case": one.case_id in queries.case_ids_seen([one], actor),
        "form": form,
    }
    return render(request, "meetings/item.html", context, status=status)
