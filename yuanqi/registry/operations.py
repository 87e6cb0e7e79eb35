"""Every write to the registers."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.domain import uscc
from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.journal import Audience
from yuanqi.foundation.models import Account
from yuanqi.foundation.writer import DIRECT, conflict_if_taken
from yuanqi.organisation.models import Officer

from . import acts, search
from .events import LinkEnded
from .models import ContactPerson, Enterprise, Link, LinkRole
from .queries import enterprise_visible


def _require_centre(actor: Actor) -> None:
    if actor.side is not Side.SYSTEM and not actor.has(Role.CENTRE):
        raise NotAllowed(_("企业名录和挂钩关系由服务中心维护。"))


@transaction.atomic
def enterprise_register(
    *, code: str, name: str, short_name: str, actor: Actor, at: datetime, **values: object
) -> Enterprise:
    """Add an enterprise by its unified social credit code, both check digits right.

    Raises NotAllowed, Invalid, Conflict if it is registered already.
    """
    _require_centre(actor)
    try:
        code = uscc.check(code)
    except uscc.UsccError as error:
        raise Invalid(_USCC[error.part](), "uscc")
    with conflict_if_taken(_("这个统一社会信用代码已经登记过，请搜索后直接使用。")):
        row = acts.enterprise(
            DIRECT, uscc=code, name=name, short_name=short_name, actor=actor, at=at, **values
        )
    # whoever registers it looks for it next; the subscriber would come a second later
    search.index([row.pk])
    return row


_USCC = {
    "form": lambda: _("统一社会信用代码是 18 位数字和大写字母（不含 I、O、S、V、Z），请对照执照。"),
    "organisation": lambda: _("第 17 位和第 9 至 16 位对不上，请对照营业执照再核一次。"),
    "final": lambda: _("末位和前 17 位对不上，请对照营业执照再核一次。"),
}  # fmt: skip


@transaction.atomic
def contact_add(
    *,
    enterprise_id: int,
    name: str,
    phone: str,
    title: str = "",
    is_main: bool = False,
    account: Account | None = None,
    actor: Actor,
    at: datetime,
) -> ContactPerson:
    """Add a person at the enterprise: by the enterprise itself or by the service centre.

    Raises NotVisible, NotAllowed; Conflict if there is a main contact already.
    """
    enterprise = enterprise_visible(enterprise_id, actor)
    if actor.side is not Side.ENTERPRISE:
        _require_centre(actor)
    with conflict_if_taken(_("已经有一位主要联系人，请先改原来那位。")):
        return acts.contact(
            DIRECT,
            enterprise=enterprise,
            account=account,
            name=name,
            phone=phone,
            title=title,
            is_main=is_main,
            actor=actor,
            at=at,
        )


@transaction.atomic
def link_begin(
    *,
    enterprise_id: int,
    officer: Officer,
    from_on: date,
    role: int = LinkRole.LEAD,
    actor: Actor,
    at: datetime,
) -> Link:
    """Begin a link (挂钩). Raises NotAllowed; Conflict if the role is held by another then."""
    _require_centre(actor)
    enterprise = enterprise_visible(enterprise_id, actor)
    with conflict_if_taken(_("这段时间已有挂钩干部，请先结束原来的挂钩。")):
        return acts.link(
            DIRECT,
            enterprise=enterprise,
            officer=officer,
            from_on=from_on,
            role=role,
            actor=actor,
            at=at,
        )


@transaction.atomic
def link_end(*, link_id: int, until_on: date, actor: Actor, at: datetime) -> None:
    """End a link on a day. Raises NotAllowed; Conflict if it has ended or not begun by then."""
    _require_centre(actor)
    link = Link.objects.select_related("enterprise").get(pk=link_id)
    journal.lock(link.enterprise.stream)
    changed = Link.objects.filter(pk=link_id, until_on__isnull=True, from_on__lt=until_on).update(
        until_on=until_on
    )
    if changed != 1:
        raise Conflict(_("这条挂钩关系已经结束，或结束日早于开始日。"))
    journal.record(
        LinkEnded(
            enterprise_id=link.enterprise_id,
            officer_id=link.officer_id,
            role=link.role,
            until_on=until_on,
        ),
        stream=link.enterprise.stream,
        audience=Audience.ENTERPRISE,
        actor=actor,
        at=at,
        enterprise_id=link.enterprise_id,
    )
