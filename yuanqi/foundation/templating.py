"""Django's templates, whose pages are gone as soon as they are written."""

from typing import Any

from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.template.backends.django import DjangoTemplates, Template, reraise
from django.template.context import make_context


class Templates(DjangoTemplates):
    def from_string(self, template_code: str) -> "Page":
        return Page(super().from_string(template_code).template, self)

    def get_template(self, template_name: str) -> "Page":
        return Page(super().get_template(template_name).template, self)


class Page(Template):
    """A template whose context is taken apart after use.

    Django's own is a ring (each layer knows the whole), which holds all that a page was made of
    until Python's collector comes by: 30 ms in the middle of somebody else's page.
    """

    def render(self, context: dict[str, Any] | None = None, request: HttpRequest | None = None):
        made = make_context(context, request, autoescape=self.backend.engine.autoescape)
        try:
            return self.template.render(made)
        except TemplateDoesNotExist as error:
            reraise(error, self.backend)
        finally:
            made.dicts.clear()
