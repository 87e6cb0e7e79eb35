"""The page of one request: for staff the desk, for the enterprise one column for the phone."""

from collections.abc import Container

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from yuanqi.audit import reading
from yuanqi.casework.papers import may_be_removed_by
from yuanqi.casework.queries import Act
from yuanqi.signin.places import address_of
from yuanqi.taskforces.queries import force_of_case, force_url

from ..forms import forms_for
from ..queries import acts_open
from ..story import Story, story_of
from ..supervising import supervision_of


@login_required
@require_GET
def request_page(request: HttpRequest, case_id: int) -> HttpResponse:
    """Show a request to whoever may see it."""
    return render_page(request, case_id)


def render_page(
    request: HttpRequest,
    case_id: int,
    *,
    bound: dict[str, Form] | None = None,
    conflict: str = "",
    status: int = 200,
) -> HttpResponse:
    """Show a request as it stands now; after a refused act with what was typed and why not.

    `bound` are forms sent back, by name; `conflict` says who did what in the meantime.
    Raises NotVisible.
    """
    actor = request.actor
    now = timezone.now()
    story = story_of(case_id, actor, now)
    acts = acts_open(story.case, actor)
    _note_reading(request, story, acts)
    open_forms = forms_for(story.case, actor, acts, bound)
    names = {name: name.replace("-", "_") for name in open_forms}  # as a template can say them
    context = {
        "story": story,
        "case": story.case,
        "forms": {names[name]: form for name, form in open_forms.items()},
        "sent_back": {names[name] for name in bound or () if name in names},
        "supervision": supervision_of(story.case, actor, now, bound),
        "force": force_of_case(story.case, actor),
        "force_url": force_url(story.case, actor),
        "conflict": conflict,
        "page_title": f"{story.case.number} {story.case.title}",
        "back_url": reverse("servicedesk:ledger"),
        "may_call": Act.TALK in acts,
        "removable": {
            item.pk
            for item in story.sheet.attachments
            if Act.REMOVE_FILE in acts and may_be_removed_by(item, actor)
        },
        "zone_phone": settings.ZONE_PHONE,
    }
    page = "request_enterprise.html" if story.to_enterprise else "request.html"
    return render(request, f"servicedesk/{page}", context, status=status)


def _note_reading(request: HttpRequest, story: Story, acts: Container[Act]) -> None:
    """Who talks to the enterprise sees its contact's number; a part shown anew is no news."""
    if story.to_enterprise or Act.TALK not in acts or "X-Live" in request.headers:
        return
    reading.note(
        actor=request.actor, at=timezone.now(), subject=story.case.enterprise.stream, what="phone",
        address=address_of(request), of=[f"contact:{story.request.contact_id}"],
    )  # fmt: skip
