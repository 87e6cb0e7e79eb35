"""One month's figures."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ..indicators import MEASURES
from ..seen import text_of
from .base import KeptForm


class FiguresForm(KeptForm):
    """A field for each measure; what stays empty isn't stated."""

    def __init__(
        self, *args: Any, stated: Mapping[str, Decimal] | None = None, **more: Any
    ) -> None:
        if stated is not None:
            seen = {code: text_of(stated.get(code)) for code in MEASURES}
            more["initial"] = {
                **{c: text_of(v) for c, v in stated.items()},
                "seen": json.dumps(seen),
            }
        super().__init__(*args, **more)
        for measure in MEASURES.values():
            self.fields[measure.code] = forms.DecimalField(
                label=measure.label,
                required=False,
                max_digits=14,
                decimal_places=0 if measure.is_whole else 2,
                min_value=None if measure.is_signed else 0,
                widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            )

    @property
    def figures(self) -> dict[str, Decimal]:
        return {
            code: value
            for code, value in self.cleaned_data.items()
            if code in MEASURES and value is not None
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not any(cleaned.get(code) is not None for code in MEASURES):
            raise forms.ValidationError(gettext("请至少填一项。"))
        return cleaned


class ReturnForm(KeptForm):
    reason = forms.CharField(
        label=_("哪里要改"), max_length=200, help_text=_("企业会看到这句话。"),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
