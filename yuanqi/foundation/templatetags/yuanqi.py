"""Tags and filters of every page: wording of values, lights, icons, fields, empty states.

A page says `{% load yuanqi %}`. The words come from `foundation.formats`, the shapes from the
templates under `web/`. docs/pages.md lists them with examples.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache

from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField, widgets
from django.template.exceptions import TemplateSyntaxError
from django.utils import timezone, translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from yuanqi.foundation import formats

register = template.Library()

CHOICES_AS_BOXES = 5  # up to this many choices stand open as boxes; more are a list

ICONS = {
    "menu": '<path d="M4 6h16M4 12h16M4 18h16"/>',
    "back": '<path d="m15 6-6 6 6 6"/>',
    "next": '<path d="m9 6 6 6-6 6"/>',
    "phone": '<path d="M5 4h4l2 5-2.5 1.5a11 11 0 0 0 5 5L15 13l5 2v4a2 2 0 0 1-2 2A16 16 0 0 1 3 6'
    'a2 2 0 0 1 2-2"/>',
    "lock": '<path d="M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4"/>',
    "clip": '<path d="m15 7-6.5 6.5a1.5 1.5 0 0 0 3 3L18 10a3 3 0 0 0-6-6l-6.5 6.5a4.5 4.5 0 0 0 '
    '9 9L21 13"/>',
    "camera": '<path d="M4 8h3l2-3h6l2 3h3v11H4z"/><circle cx="12" cy="13" r="3.5"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 5 5"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "compass": '<path d="m3 11 18-8-8 18-2-8z"/>',
    "offline": '<path d="m3 3 18 18M9 17a4 4 0 0 1 6 0M6 13a8 8 0 0 1 4-2.3M18 13a8 8 0 0 0-2.5-1.7'
    'M3 9.5A13 13 0 0 1 7.5 6.6M21 9.5A13 13 0 0 0 10.5 5.6M12 20h.01"/>',
    "down": '<path d="m6 9 6 6 6-6"/>',
    "close": '<path d="M6 6l12 12M18 6 6 18"/>',
}


def _here() -> dict:
    return {"now": timezone.now(), "tz": timezone.get_default_timezone()}


# values ------------------------------------------------------------------------------------------


@register.filter(name="duration")
def duration_filter(amount: timedelta | None, day: timedelta | None = None) -> str:
    return formats.UNKNOWN if amount is None else formats.duration(amount, day=day)


@register.simple_tag(name="duration")
def duration_tag(amount: timedelta | None, day: timedelta | None = None, units: int = 2) -> str:
    return formats.UNKNOWN if amount is None else formats.duration(amount, day=day, units=units)


@register.filter(name="left")
def left_filter(amount: timedelta | None, day: timedelta | None = None) -> str:
    return formats.UNKNOWN if amount is None else formats.left(amount, day=day)


@register.simple_tag(name="left")
def left_tag(amount: timedelta | None, day=None, units: int = 2, paused: bool = False) -> str:
    if amount is None:
        return formats.UNKNOWN
    return formats.left(amount, day=day, units=units, paused=paused)


@register.filter
def average(amount: timedelta | None, day: timedelta) -> str:
    return formats.average(amount, day=day)


@register.filter
def moment(at: datetime | None) -> str:
    return formats.UNKNOWN if at is None else formats.moment(at, **_here())


@register.filter
def moment_long(at: datetime | None) -> str:
    return formats.UNKNOWN if at is None else formats.moment_long(at, **_here())


@register.filter
def day(at: datetime | date | None) -> str:
    return formats.UNKNOWN if at is None else formats.day(at, **_here())


@register.filter
def day_long(at: datetime | date | None) -> str:
    return formats.UNKNOWN if at is None else formats.day_long(at, **_here())


@register.simple_tag
def period(start: datetime, end: datetime | None = None) -> str:
    return formats.period(start, end, **_here())


@register.filter
def integer(number: int | None) -> str:
    return formats.integer(number)


@register.simple_tag
def rate(part: int | None, whole: int | None) -> str:
    return formats.rate(part, whole)


@register.filter
def filesize(size: int) -> str:
    return formats.filesize(size)


@register.filter
def phone(number: str | None) -> str:
    return formats.phone(number) if number else formats.UNKNOWN


@register.filter
def phone_masked(number: str | None) -> str:
    return formats.phone_masked(number) if number else formats.UNKNOWN


@register.filter
def tel(number: str) -> str:
    """Return the number as a telephone address takes it: no spaces."""
    return "".join(letter for letter in number if letter.isdigit() or letter == "+")


# lights, clock, icons ----------------------------------------------------------------------------


@register.simple_tag
def light(light, text: str = "") -> SafeString:
    """Show a light: shape, colour and word; `text` stands in the word's place.

    The word is kept for screen readers when the text doesn't say it.
    """
    tone, word, _text = formats.light_parts(light)
    said = str(text) or word
    unsaid = "" if word in said or tone == "is-none" else word
    hidden = format_html('<span class="visually-hidden">{} </span>', unsaid) if unsaid else ""
    return format_html('<span class="yq-light {}">{}{}</span>', tone, hidden, said)


@register.filter
def tone(light) -> str:
    """Return the class of a light for `yq-first` and shapes: is-amber, is-red …"""
    return formats.light_parts(light)[0]


@register.filter
def tone_text(light) -> str:
    """Return the class of a text that a light colours: yq-text-red, yq-muted … or none."""
    return formats.light_parts(light)[2]


@register.inclusion_tag("web/_clock_bar.html")
def clock_bar(bar: formats.ClockBar) -> dict:
    return {"bar": bar}


@register.inclusion_tag("web/_clock_key.html")
def clock_key(kind: str) -> dict:
    return {"kind": kind}


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the set, hidden from screen readers; the words beside it say the thing."""
    if name not in ICONS:
        raise TemplateSyntaxError(f"no icon {name!r}; there are {', '.join(sorted(ICONS))}")
    shape = mark_safe(ICONS[name])  # noqa: S308  a constant of this module
    return format_html('<svg class="yq-ico" viewBox="0 0 24 24" aria-hidden="true">{}</svg>', shape)


# forms -------------------------------------------------------------------------------------------


def _kind(field: BoundField) -> str:
    widget = field.field.widget
    if isinstance(widget, widgets.RadioSelect | widgets.CheckboxSelectMultiple):
        return "boxes" if len(widget.choices) <= CHOICES_AS_BOXES else "choices"
    if isinstance(widget, widgets.CheckboxInput):
        return "check"
    return "files" if isinstance(widget, widgets.FileInput) else "control"


def _control(field: BoundField, *, kind: str, described_by: str) -> SafeString:
    widget = field.field.widget
    plain = {"check": "form-check-input", "files": "yq-file"}
    select = isinstance(widget, widgets.Select) and not widget.allow_multiple_selected
    classes = [plain.get(kind, "form-select" if select else "form-control")]
    if field.errors:
        classes.append("is-bad")
    classes.append(widget.attrs.get("class", ""))
    attrs = {"class": " ".join(filter(None, classes))}
    if described_by:
        attrs["aria-describedby"] = described_by
    return field.as_widget(attrs=attrs)


@register.simple_tag
def options(choices: Iterable[tuple[str, str]], chosen: str) -> SafeString:
    """The options of a select: many on a page and seldom others, so made in one go and kept."""
    return _options(tuple((str(value), str(label)) for value, label in choices), chosen)


@lru_cache(maxsize=500)
def _options(choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    selected = mark_safe(" selected")
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, selected if value == chosen else "", label) for value, label in choices),
    )


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Render the bare widget of a field in the house's classes, where a label stands already."""
    return _control(field, kind=_kind(field), described_by="")


@register.inclusion_tag("web/_field.html")
def field(field: BoundField, label: str = "", hint: str = "", unit: str = "") -> dict:
    """Show one field: label above (optional ones marked), control, hint, error below."""
    kind = _kind(field)
    hint = hint or field.help_text
    ids = [f"{field.auto_id}_hint"] * bool(hint) + [f"{field.auto_id}_error"] * bool(field.errors)
    described_by = " ".join(ids)
    grouped = kind in ("boxes", "choices")
    return {
        "field": field,
        "kind": kind,
        "label": label or field.label,
        "hint": hint,
        "unit": unit,
        "described_by": described_by,
        "control": "" if grouped else _control(field, kind=kind, described_by=described_by),
        "choices": field.subwidgets if grouped else (),
        "photos": "image" in field.field.widget.attrs.get("accept", ""),
    }


@register.inclusion_tag("web/_errors.html")
def errors(form: BaseForm) -> dict:
    """Show what must be mended, on top of a form: each entry leads to its field."""
    entries = [("", message) for message in form.non_field_errors()]
    for bound in form:
        if bound.errors and not bound.is_hidden:
            target = bound.id_for_label or bound.auto_id
            if _kind(bound) in ("boxes", "choices") and len(bound.subwidgets):
                target = bound.subwidgets[0].id_for_label
            entries.extend((target, _said(bound.label, message)) for message in bound.errors)
        elif bound.errors:
            entries.extend(("", message) for message in bound.errors)
    return {"entries": entries, "fields": sum(1 for target, _message in entries if target)}


def _said(label: str, message: str) -> str:
    return _("%(field)s：%(error)s") % {"field": label, "error": message}


@register.inclusion_tag("web/_empty.html")
def empty(sentence: str, url: str = "", label: str = "") -> dict:
    """Say why a list is empty and what to do next."""
    return {"sentence": sentence, "url": url, "label": label}


# the shell ---------------------------------------------------------------------------------------


@register.simple_tag
def html_lang() -> str:
    """Return the page's language as browsers need it: zh-CN, or Han shapes come out wrong."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    return "zh-CN" if language.startswith("zh") else language
