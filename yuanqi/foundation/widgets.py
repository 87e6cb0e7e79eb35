"""Widgets that several slices' forms share."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString


class Hidden(forms.HiddenInput):
    """A hidden field, made in one go: four templates for one were a millisecond a list."""

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: Any = None
    ) -> SafeString:
        said = {"type": "hidden", "name": name}
        shown = self.format_value(value)
        if shown is not None:
            said["value"] = shown
        return format_html("<input{}>", flatatt({**said, **self.build_attrs(self.attrs, attrs)}))
