"""What a page was made of is gone with it, without waiting for Python's collector."""

import gc
import weakref
from collections.abc import Iterator

import pytest
from django.template import TemplateDoesNotExist, engines
from django.test import RequestFactory


class Part:
    """Something that a page shows."""

    def __str__(self) -> str:
        return "茶"


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def rendered(template: str, part: Part) -> str:
    return (
        engines["templating"]
        .from_string(template)
        .render({"part": part}, RequestFactory().get("/"))
    )


@pytest.mark.usefixtures("uncollected")
def test_what_a_page_shows_is_gone_with_it() -> None:
    part = Part()
    seen = weakref.ref(part)

    assert rendered("{% with one=part %}{{ one }}{% endwith %}", part) == "茶"
    del part

    assert seen() is None


def test_a_template_that_is_missing_is_told_as_django_tells_it() -> None:
    with pytest.raises(TemplateDoesNotExist) as told:
        rendered('{% include "there-is-none.html" %}', Part())
    assert told.value.backend is engines["templating"]
