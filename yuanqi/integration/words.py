"""What a notice about a webhook says: that it failed for too long and stands still."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.models import Notice, When
from yuanqi.notices.telling import Word
from yuanqi.notices.wording import Group, Line

from .events import WebhookPaused
from .models import Webhook
from .queries import webhooks_of

SOURCE = "integration"
PAUSED = "webhook_paused"

GROUPS = (
    Group(
        code="webhooks",
        label=gettext_lazy("事件推送"),
        hint=gettext_lazy("您的推送连续失败，自动暂停"),
        kinds=frozenset({PAUSED}),
        default=When.ONCE,
    ),
)


def words_from(events: Iterable[JournalEvent]) -> list[Word]:
    """Whom these events concern: the owner of a webhook that was paused for its failures."""
    return [
        Word(
            account_id=int(event.stream.partition(":")[2]),
            subject=event.stream,
            event_id=event.pk,
            kind=PAUSED,
            at=event.at,
        )
        for event in events
        if event.kind == WebhookPaused.kind and event.payload["trouble"] == Webhook.Trouble.FAILURES
    ]


def lines(notices: Sequence[Notice], actor: Actor) -> Mapping[int, Line]:
    """The words of these notices; of a webhook that is gone only that it is."""
    events = JournalEvent.objects.in_bulk({notice.event_id for notice in notices})
    ids = {notice.pk: events[notice.event_id].payload["webhook_id"] for notice in notices}
    own = webhooks_of(actor).in_bulk(set(ids.values()))
    return {notice.pk: _line(own.get(ids[notice.pk])) for notice in notices}


def _line(webhook: Webhook | None) -> Line:
    if webhook is None:
        return Line(says=_("这个推送已经删除。"), is_visible=False)
    host = urlsplit(webhook.url).hostname or webhook.url
    return Line(
        says=_("推送到 %(host)s 连续失败，已自动暂停。请先让对方恢复接收，再恢复推送。")
        % {"host": host},
        brief=_("有一个推送连续失败，已自动暂停。"),
        title=_("事件推送"),
        url=reverse("integration:webhook", args=[webhook.pk]),
    )
