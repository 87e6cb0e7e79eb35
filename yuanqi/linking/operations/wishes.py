"""Wishes of pairs, and conflicts of interest."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.writer import DIRECT, conflict_if_taken
from yuanqi.organisation.models import Officer
from yuanqi.registry.queries import enterprise_visible, services_of

from ..events import WishStated, WishWithdrawn
from ..models import OF_ENTERPRISE, Wish, WishKind
from ..opening import outdated_for
from ..queries import may_keep, watches, wishes_open


@transaction.atomic
def wish_state(
    *,
    enterprise_id: int,
    officer_id: int,
    kind: str,
    reason: str = "",
    actor: Actor,
    at: datetime,
) -> Wish:
    """State a wish of a pair, or a conflict of interest (回避), for the rounds to come.

    An officer speaks for himself, an enterprise for itself and of an officer who serves it: it
    would keep him, or have another one. The service centre speaks for all. Raises NotVisible,
    NotAllowed, Invalid; Conflict if it stands already, or the contrary does.
    """
    enterprise = enterprise_visible(enterprise_id, actor)
    officer = Officer.objects.filter(pk=officer_id, is_active=True).first()
    if officer is None:
        raise NotVisible(officer_id)
    if kind not in WishKind.values:
        raise Invalid(_("没有这样的意愿。"), "kind")
    _require_own(enterprise_id, officer, kind, actor, at)
    reason = reason.strip()
    if kind == WishKind.BARRED and not reason:
        raise Invalid(_("请写下为什么要回避。"), "reason")
    if kind == WishKind.OTHER and not reason:
        raise Invalid(_("请写下为什么想换，方便服务中心安排。"), "reason")
    journal.lock(enterprise.stream)
    if kind in OF_ENTERPRISE and _contradicts(enterprise_id, officer_id, kind):
        raise Conflict(_("想继续和想换只能登记一样，请先撤回前面的。"))
    with conflict_if_taken(_("已经登记过了。")):
        wish = DIRECT.insert(
            Wish(
                enterprise=enterprise, officer=officer, kind=kind, reason=reason,
                stated_by_id=actor.account_id, stated_at=at,
            )
        )  # fmt: skip
    if kind != WishKind.OTHER:  # it isn't worked with
        outdated_for(enterprise.pk)
    _tell(WishStated, wish, actor, at)
    return wish


@transaction.atomic
def wish_withdraw(*, wish_id: int, actor: Actor, at: datetime) -> None:
    """Take a wish or a conflict of interest back. Raises NotVisible, NotAllowed, Conflict."""
    wish = wishes_open(actor).filter(pk=wish_id).first()
    if wish is None:
        raise NotVisible(wish_id)
    _require_own(wish.enterprise_id, wish.officer, wish.kind, actor, at)
    journal.lock(wish.enterprise.stream)
    wish.refresh_from_db()
    if wish.ended_at is not None:
        raise Conflict(_("已经撤回了。"))
    DIRECT.update(wish, ended_at=at)
    if wish.kind != WishKind.OTHER:
        outdated_for(wish.enterprise_id)
    _tell(WishWithdrawn, wish, actor, at)


def _contradicts(enterprise_id: int, officer_id: int, kind: str) -> bool:
    found = Wish.objects.filter(enterprise=enterprise_id, officer=officer_id, ended_at=None)
    return found.filter(kind__in=OF_ENTERPRISE).exclude(kind=kind).exists()


def _require_own(
    enterprise_id: int, officer: Officer, kind: str, actor: Actor, at: datetime
) -> None:
    if may_keep(actor):
        return
    if actor.side is Side.ENTERPRISE and kind in OF_ENTERPRISE:
        enterprise = enterprise_visible(enterprise_id, actor)
        served = services_of([enterprise], timezone.localdate(at)).get(enterprise_id)
        if served is not None and served.officer.pk == officer.pk:
            return
    if watches(actor) and kind not in OF_ENTERPRISE and officer.pk == actor.officer_id:
        return
    raise NotAllowed(_("意愿由本人登记，其他的由服务中心登记。"))


def _tell(event: type[WishStated | WishWithdrawn], wish: Wish, actor: Actor, at: datetime) -> None:
    told = event(
        wish_id=wish.pk, enterprise_id=wish.enterprise_id, officer_id=wish.officer_id,
        wish=wish.kind,
    )  # fmt: skip
    audience = {
        WishKind.ENTERPRISE.value: Audience.ENTERPRISE,
        WishKind.OTHER.value: Audience.AUDIT,  # no timeline tells the officer
    }.get(wish.kind, Audience.DEPARTMENT)
    DIRECT.record(
        told, stream=f"enterprise:{wish.enterprise_id}", audience=audience, actor=actor, at=at,
        enterprise_id=wish.enterprise_id,
    )  # fmt: skip
