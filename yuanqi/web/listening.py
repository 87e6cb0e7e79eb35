"""What a listening page asks of the site itself: marks, where streams are blocked; new passes; its
bell. These addresses stand beside `/live/`, which a proxy leads to the live process.
"""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from . import live

MOST_TOPICS = 8  # a page has two or three


@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """Return a mark for each topic of the passes shown; 403 once one of them is too old.

    The passes say who may hear what, as they do to the live process.
    """
    at_ms = int(timezone.now().timestamp() * 1000)
    passes = _passes(request)
    valid = [one.topic for one in passes if one is not None and one.is_valid(at_ms)]
    if not valid or len(valid) < len(passes):
        return JsonResponse({}, status=403)
    return JsonResponse({"marks": live.marks(valid)})


@login_required
@require_GET
def passes(request: HttpRequest) -> HttpResponse:
    """Give new passes for old ones, for what the actor may still hear."""
    now = timezone.now()
    topics = {one.topic for one in _passes(request) if one is not None}
    return JsonResponse(
        {
            "passes": {
                topic: live.give(topic, at=now)
                for topic in sorted(topics)
                if live.may_hear(topic, request.actor)
            }
        }
    )


def _passes(request: HttpRequest) -> list[live.Pass | None]:
    return [live.read(text) for text in request.GET.getlist("pass")[:MOST_TOPICS]]


@login_required
@require_GET
def bell(request: HttpRequest) -> HttpResponse:
    """How many messages are unread, as the bars of a page show it."""
    return render(request, "web/_bells.html")
