"""Every write to tokens and webhooks."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import SYSTEM, Actor
from yuanqi.foundation.api import Scope
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed
from yuanqi.foundation.journal import Audience, Event
from yuanqi.foundation.writer import DIRECT

from . import deliveries, reach, signing, tokens
from .events import (
    TokenMade,
    TokenRevoked,
    WebhookMade,
    WebhookPaused,
    WebhookRemoved,
    WebhookResumed,
    WebhookSecretRenewed,
)
from .kinds import LABELS
from .models import DeliveryState, Token, Webhook, WebhookDelivery
from .queries import delivery_of, token_of, tokens_of, webhook_of, webhooks_of

LONGEST_LIFE = timedelta(days=366)
MOST_TOKENS = 20
MOST_WEBHOOKS = 10
MOST_WAITING_TESTS = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown once, and the id of what it belongs to."""

    id: int
    secret: str


@transaction.atomic
def token_make(
    *, name: str, scopes: Sequence[str], expires_at: datetime, actor: Actor, at: datetime
) -> Shown:
    """Make a token in one's own name; it is shown once, only its hash is kept.

    Raises NotAllowed for somebody without an account, Invalid, Conflict at twenty.
    """
    account_id = _account(actor)
    if not name.strip():
        raise Invalid(_("请写明给哪个程序用。"), "name")
    wanted = sorted(set(scopes))
    if not wanted or not set(wanted) <= set(Scope):
        raise Invalid(_("请至少选一项权限。"), "scopes")
    if not at < expires_at <= at + LONGEST_LIFE:
        raise Invalid(_("有效期最长一年。"), "expires_at")
    _lock(account_id)
    if tokens_of(actor).filter(revoked_at=None, expires_at__gt=at).count() >= MOST_TOKENS:
        raise Conflict(_("您已有 %(most)d 个有效令牌，请先撤销不用的。") % {"most": MOST_TOKENS})
    token = tokens.draw()
    row = DIRECT.insert(
        Token(
            account_id=account_id,
            name=name.strip(),
            prefix=tokens.prefix(token),
            sha256=tokens.digest(token),
            scopes=wanted,
            made_at=at,
            expires_at=expires_at,
        )
    )
    _record(
        TokenMade(token_id=row.pk, name=row.name, scopes=wanted, expires_at=expires_at), actor, at
    )
    return Shown(row.pk, token)


@transaction.atomic
def token_revoke(*, token_id: int, actor: Actor, at: datetime) -> None:
    """Make a token worthless from now on. Raises NotVisible; Conflict if it is already."""
    _lock(_account(actor))
    row = token_of(token_id, actor)
    if row.revoked_at is not None:
        raise Conflict(_("这个令牌已经撤销。"))
    DIRECT.update(row, revoked_at=at)
    _record(TokenRevoked(token_id=row.pk), actor, at)


@transaction.atomic
def webhook_make(*, url: str, kinds: Sequence[str], actor: Actor, at: datetime) -> Shown:
    """Have an address told of events from now on; its secret is shown once.

    Raises NotAllowed, Invalid, Conflict at ten.
    """
    account_id = _account(actor)
    url = reach.check(url.strip())
    wanted = sorted(set(kinds))
    if not set(wanted) <= set(LABELS):
        raise Invalid(_("请从列出的事件中选。"), "kinds")
    _lock(account_id)
    if webhooks_of(actor).count() >= MOST_WEBHOOKS:
        raise Conflict(_("您已有 %(most)d 个推送，请先删除不用的。") % {"most": MOST_WEBHOOKS})
    row = DIRECT.insert(
        Webhook(
            account_id=account_id, url=url, kinds=wanted, salt=secrets.token_hex(16), made_at=at
        )
    )
    _record(WebhookMade(webhook_id=row.pk, url=url, kinds=wanted), actor, at)
    return Shown(row.pk, signing.secret_of(row))


@transaction.atomic
def webhook_secret_renew(*, webhook_id: int, actor: Actor, at: datetime) -> Shown:
    """Give a webhook another secret; the old one signs nothing any more. Raises NotVisible."""
    _lock(_account(actor))
    row = webhook_of(webhook_id, actor)
    DIRECT.update(row, salt=secrets.token_hex(16))
    _record(WebhookSecretRenewed(webhook_id=row.pk), actor, at)
    return Shown(row.pk, signing.secret_of(row))


@transaction.atomic
def webhook_pause(*, webhook_id: int, actor: Actor, at: datetime) -> None:
    """Tell it nothing for now: events of the meantime are not sent later.

    Raises NotVisible; Conflict if it is paused.
    """
    _lock(_account(actor))
    row = webhook_of(webhook_id, actor)
    if row.paused_at is not None:
        raise Conflict(_("这个推送已经暂停。"))
    DIRECT.update(row, paused_at=at, trouble=Webhook.Trouble.BY_HAND)
    _record(WebhookPaused(webhook_id=row.pk, trouble=row.trouble), actor, at)


@transaction.atomic
def webhook_give_up(*, webhook_id: int, actor: Actor = SYSTEM, at: datetime) -> None:
    """Pause a webhook that has failed for too long, so that nobody knocks at a dead door.

    Does nothing if it is paused or gone.
    """
    account_id = Webhook.objects.values_list("account_id", flat=True).get(pk=webhook_id)
    _lock(account_id)
    row = Webhook.objects.get(pk=webhook_id)
    if not row.is_active:
        return
    DIRECT.update(row, paused_at=at, trouble=Webhook.Trouble.FAILURES)
    journal.record(
        WebhookPaused(webhook_id=row.pk, trouble=row.trouble),
        stream=f"account:{account_id}",
        audience=Audience.AUDIT,
        actor=actor,
        at=at,
    )


@transaction.atomic
def webhook_resume(*, webhook_id: int, actor: Actor, at: datetime) -> None:
    """Tell it again; what still waits goes first. Raises NotVisible; Conflict if it runs."""
    _lock(_account(actor))
    row = webhook_of(webhook_id, actor)
    if row.paused_at is None:
        raise Conflict(_("这个推送没有暂停。"))
    DIRECT.update(row, paused_at=None, trouble="", failures=0, rests_until=None)
    _record(WebhookResumed(webhook_id=row.pk), actor, at)
    deliveries.wake([row.pk])


@transaction.atomic
def webhook_remove(*, webhook_id: int, actor: Actor, at: datetime) -> None:
    """Tell it nothing any more; what waits is not sent. Raises NotVisible."""
    _lock(_account(actor))
    row = webhook_of(webhook_id, actor)
    DIRECT.update(row, removed_at=at)
    _record(WebhookRemoved(webhook_id=row.pk), actor, at)


@transaction.atomic
def webhook_test(*, webhook_id: int, actor: Actor, at: datetime) -> int:
    """Send it a test event; returns the delivery's id.

    Raises NotVisible; Conflict while it is paused or five tests wait.
    """
    _lock(_account(actor))
    row = webhook_of(webhook_id, actor)
    if row.paused_at is not None:
        raise Conflict(_("推送已暂停，请先恢复再测试。"))
    waiting = WebhookDelivery.objects.filter(
        webhook=row, state=DeliveryState.WAITING, kind=deliveries.TEST
    )
    if waiting.count() >= MOST_WAITING_TESTS:
        raise Conflict(_("已有几次测试还没送到，请先看它们为什么失败。"))
    made = DIRECT.insert(deliveries.test_of(row, at))
    DIRECT.update(row, rests_until=None)
    deliveries.wake([row.pk])
    return made.pk


@transaction.atomic
def delivery_repeat(*, delivery_id: int, actor: Actor, at: datetime) -> int:
    """Send a delivery once more, whatever became of it; returns its webhook's id.

    Raises NotVisible; Conflict if it is about to be sent, or its webhook is paused.
    """
    _lock(_account(actor))
    row = delivery_of(delivery_id, actor)
    if row.webhook.paused_at is not None:
        raise Conflict(_("推送已暂停，请先恢复再重发。"))
    if row.state == DeliveryState.WAITING and row.next_at <= at:
        raise Conflict(_("这一条马上就发，不用再点。"))
    DIRECT.update(row, state=DeliveryState.WAITING, next_at=at, claimed_until=None)
    DIRECT.update(row.webhook, rests_until=None)
    deliveries.wake([row.webhook_id])
    return row.webhook_id


def _account(actor: Actor) -> int:
    if actor.account_id is None:
        raise NotAllowed(_("请先登录。"))
    return actor.account_id


def _lock(account_id: int) -> None:
    """Whoever changes what belongs to an account holds its stream."""
    journal.lock(f"account:{account_id}")


def _record(event: Event, actor: Actor, at: datetime) -> None:
    journal.record(
        event,
        stream=f"account:{actor.account_id}",
        audience=Audience.AUDIT,
        actor=actor,
        at=at,
    )
