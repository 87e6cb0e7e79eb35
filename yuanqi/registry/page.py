"""What the head of every page of one enterprise shows: its sections, and who may do what there."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from yuanqi.foundation.actors import Actor, Side

from .models import Enterprise
from .queries import projects_visible_to
from .rights import parts_of

EXPIRY_DAYS = 60  # a certificate or title that ends within them is marked


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    is_current: bool


def _tabs(enterprise: Enterprise, current: str) -> list[Tab]:
    names = [
        ("enterprise", _("概况")), ("profile", _("基本情况")), ("people", _("人员和挂钩")),
        ("papers", _("资质证照")), ("indicators", _("月度指标")), ("facts", _("事实")),
        ("projects_of", _("项目")), ("requests_of", _("诉求")), ("contacted", _("联系")),
        ("timeline", _("动态")),
    ]  # fmt: skip
    return [
        Tab(label, reverse(f"registry:{name}", args=[enterprise.pk]), name == current)
        for name, label in names
    ]


def head_of(enterprise: Enterprise, actor: Actor, current: str) -> dict[str, Any]:
    """The context of `web/enterprise_base.html`."""
    is_own = actor.side is Side.ENTERPRISE
    parts = parts_of(enterprise.pk, actor)
    return {
        "page_title": enterprise.full_label,
        "phone_title": enterprise.label,
        "back_url": reverse("web:portal") if is_own else reverse("registry:enterprises"),
        "enterprise": enterprise,
        "is_own": is_own,
        "tabs": _tabs(enterprise, current),
        # the parts by name, as templates ask for them: {% if may.contacts %}
        "may": {part.value: True for part in parts},
    }


@dataclass(frozen=True, slots=True)
class Term:
    """How long something holds, as a list marks it."""

    until: date | None
    is_over: bool
    is_near: bool
    days: int

    @classmethod
    def of(cls, until: date | None, today: date) -> "Term":
        days = (until - today).days if until else 0
        is_over = until is not None and days < 0
        return cls(until, is_over, until is not None and 0 <= days <= EXPIRY_DAYS, days)


def has_projects(enterprise: Enterprise, actor: Actor) -> bool:
    return projects_visible_to(actor).filter(enterprise=enterprise).exists()
