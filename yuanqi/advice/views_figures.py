"""Advice by topic for the centre and leaders; the topics that the centre keeps."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible

from . import operations, queries
from .figures import rows_of
from .filters import YEARS
from .forms import TopicForm


@login_required
@require_GET
def figures(request: HttpRequest) -> HttpResponse:
    """What a year's advice was about, and what became of it."""
    if not queries.may_read_lists(request.actor):
        raise NotVisible
    if not queries.may_count(request.actor):
        raise NotAllowed(_("建议的统计给服务中心和领导看。"))
    now = timezone.now()
    this = timezone.localdate(now).year
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and int(asked[:9]) in YEARS else this
    every, rows = rows_of(request.actor, year, now)
    context = {
        "page_title": _("听建议"),
        "year": year,
        "years": range(this, this - 5, -1),
        "every": every,
        "rows": rows,
        "may_assign": queries.may_assign(request.actor),
    }
    return render(request, "advice/figures.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def topics(request: HttpRequest) -> HttpResponse:
    """The topics: the centre adds, renames, and offers no more."""
    if not queries.may_read_lists(request.actor):
        raise NotVisible
    queries.require_assigner(request.actor, _("建议的主题由服务中心设置。"))
    rows = list(queries.topics(is_active=None))
    code = request.POST.get("code", "")
    sent = None
    if request.method == "POST":
        sent = TopicForm(request.POST, auto_id=f"topic_{code[:20] or 'new'}_%s")
        if sent.is_valid():
            try:
                operations.topic_set(
                    code=sent.cleaned_data["code"],
                    name=sent.cleaned_data["name"],
                    name_en=sent.cleaned_data["name_en"],
                    is_active=sent.cleaned_data["is_active"],
                    actor=request.actor,
                    at=timezone.now(),
                )
            except (Invalid, Conflict) as error:
                field = getattr(error, "field", None)
                sent.add_error(field if field in sent.fields else None, error.message)
            else:
                messages.success(request, _("保存好了。"))
                return HttpResponseRedirect(reverse("advice:topics"), status=303)
    known = {row.code for row in rows}
    own = [(row, sent if sent is not None and code == row.code else _form_of(row)) for row in rows]
    context = {
        "page_title": _("建议的主题"),
        "back_url": reverse("advice:list"),
        "rows": own,
        "form": sent if sent is not None and code not in known else TopicForm(
            auto_id="topic_new_%s"
        ),
        "open_code": code if sent is not None and code in known else "",
    }  # fmt: skip
    return render(request, "advice/topics.html", context, status=422 if sent else 200)


def _form_of(row: object) -> TopicForm:
    names = ("code", "name", "name_en", "is_active")
    initial = {name: getattr(row, name) for name in names}
    return TopicForm(initial=initial, auto_id=f"topic_{initial['code']}_%s")
