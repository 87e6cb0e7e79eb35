"""Pages of the rules."""

from django.http import HttpRequest, HttpResponse


def _later(request: HttpRequest, **names: object) -> HttpResponse:
    raise NotImplementedError


conditions = add = condition = draft = check = comparison = enterprises = version = publish = (
    send_back
) = withdraw = take_back = _later
