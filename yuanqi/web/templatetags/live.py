"""Which part of a page listens to what: `<div {% hears "case" case.pk True %}>`."""

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from yuanqi.web import live

register = template.Library()


@register.simple_tag
def hears(kind: str, key: int | None = None, to_enterprise: bool = False) -> SafeString | str:
    """The attributes of an element whose parts are fetched again when its topic is woken.

    Whoever is shown the page may hear of it: a page is rendered for somebody who may see it.
    """
    match kind:
        case "case" if key:
            topic = live.case_topic(key, to_enterprise=to_enterprise)
        case "enterprise" if key:
            topic = live.enterprise_topic(key)
        case "account" if key:
            topic = live.account_topic(key)
        case "ledger":
            topic = live.LEDGER
        case _:
            return ""
    given = live.give(topic, at=timezone.now())
    return format_html('data-live="{}" data-live-pass="{}"', topic, given)
