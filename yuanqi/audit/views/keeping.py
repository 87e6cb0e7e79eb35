"""How long what is kept, and what was removed when."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from yuanqi.foundation.pages import AFTER, foot, keyset_page
from yuanqi.parameters import parameters

from .. import queries, retention


@login_required
@require_GET
def keeping(request: HttpRequest) -> HttpResponse:
    """Each kind with its term and the latest run, then every run that removed something."""
    queries.require_auditor(request.actor)
    at = timezone.now()
    last, recent = queries.last_runs(), queries.removed_since(at)
    labels = {kind.name: kind.label for kind in retention.registered()}
    runs = queries.retention_runs(request.actor).exclude(removed=0, failure="")
    page = keyset_page(runs, queries.BY_NUMBER, request.GET.get(AFTER, ""))
    context = {
        "page_title": _("数据保留"),
        "kinds": [
            {
                "kind": kind,
                "days": kind.days(at),
                "least": parameters.find(kind.days_parameter).least,
                "source": parameters.find(kind.days_parameter).source,
                "last": last.get(kind.name),
                "recent": recent.get(kind.name, 0),
            }
            for kind in retention.registered()
        ],
        "rows": [{"run": run, "label": labels.get(run.kind, run.kind)} for run in page.rows],
        "page": page,
        "foot": foot(request, page),
    }
    return render(request, "audit/retention.html", context)
