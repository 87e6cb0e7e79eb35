"""The enterprise is told when a department asks it for a fact."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.foundation.actors import Actor, Side
from yuanqi.foundation.models import JournalEvent
from yuanqi.notices.models import Notice, When
from yuanqi.notices.telling import Word, tell
from yuanqi.notices.wording import Group, Line
from yuanqi.parameters import parameters

from ..facts import fields
from ..models import Contact, ContactPerson
from .asking import who
from .events import ContactMade
from .queries import contacts_visible_to

SOURCE = "contacting"
ASKED = "fact_asked"
NEWS_DAYS = "notices.news_days"
KINDS = (ContactMade.kind,)  # what the subscriber is handed
GROUPS = (
    Group(
        code="asked", label=gettext_lazy("园区想了解的数据"),
        hint=gettext_lazy("部门向您的企业要一项园区还没有的数据"),
        kinds=frozenset({ASKED}), default=When.ONCE, sides=frozenset({Side.ENTERPRISE}),
    ),
)  # fmt: skip


def handle(events: Sequence[JournalEvent]) -> None:
    """The subscriber's handler."""
    notices_make(events, now=timezone.now())


def notices_make(events: Sequence[JournalEvent], *, now: datetime) -> None:
    """Write the notices that follow from these events."""
    news = timedelta(days=parameters.value(NEWS_DAYS))
    asking = [one for one in events if one.payload.get("asks") and one.at > now - news]
    people: dict[int, list[int]] = {}
    found = ContactPerson.objects.filter(
        enterprise__in={one.enterprise_id for one in asking},
        is_active=True,
        account__is_active=True,
    )
    for enterprise_id, account_id in found.values_list("enterprise", "account").order_by("pk"):
        people.setdefault(enterprise_id, []).append(account_id)
    words = [
        Word(
            account_id=account_id, subject=f"contact:{one.payload['row_id']}", event_id=one.pk,
            kind=ASKED, at=one.at,
        )
        for one in asking
        for account_id in people.get(one.enterprise_id or 0, ())
    ]  # fmt: skip
    if words:
        tell(source=SOURCE, words=words, now=now)


def lines(notices: Sequence[Notice], actor: Actor) -> Mapping[int, Line]:
    """The words of these notices, as the reader may see them."""
    events = JournalEvent.objects.in_bulk({notice.event_id for notice in notices})
    ids = {event.payload["row_id"] for event in events.values()}
    rows = contacts_visible_to(actor).in_bulk(ids)
    names = fields()
    return {
        notice.pk: _line(rows.get(events[notice.event_id].payload["row_id"]), names)
        for notice in notices
    }


def _line(row: Contact | None, names: Mapping[str, object]) -> Line:
    if row is None:
        return Line(says=_("这一项您现在看不到了。"), is_visible=False)
    known = names.get(row.asks)
    said = {"who": who(row), "what": getattr(known, "label", row.asks), "why": row.subject}
    return Line(
        says=_("%(who)s想了解“%(what)s”，用于：%(why)s") % said,
        brief=_("%(who)s想了解“%(what)s”。") % said,
        title=_("园区想了解的数据"),
        url=reverse("registry:fact", args=[row.enterprise_id, row.asks]),
    )
