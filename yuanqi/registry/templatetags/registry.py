"""Sums and areas as the register shows them."""

from decimal import Decimal

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from yuanqi.foundation.actors import Actor

from ..rights import keeps_register, may_confirm

register = template.Library()


@register.filter
def amount(value: Decimal | int | None) -> str:
    """At most two digits after the point, no noughts at the end: 40,900 or 2,484.5; or —."""
    if value is None:
        return "—"
    return f"{Decimal(value).quantize(Decimal('0.01')).normalize():,f}"


@register.simple_tag
def register_lists(actor: Actor) -> list[tuple[str, str, str]]:
    """Return name, address and label of each list of the register that is this actor's."""
    lists = [
        ("enterprises", pgettext("several", "企业")),
        ("projects", _("项目")),
    ]
    if may_confirm(actor):
        lists.append(("waiting", _("等确认的指标")))
        lists.append(("facts_waiting", _("等确认的事实")))
    if keeps_register(actor):
        lists += [
            ("expiring", pgettext("papers", "快到期")),
            ("areas", pgettext("several", "片区")),
            ("fact_fields", _("事实字段")),
        ]
    return [(name, reverse(f"registry:{name}"), label) for name, label in lists]
