"""What notices hold of a person: where he wanted them, and which he had."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_noop

from yuanqi.audit import erasing
from yuanqi.audit.erasing import Person, Removed

from .models import Channel, ChannelTrial, Notice, Preference


def define() -> None:
    """Make it known (from `apps.py`)."""
    erasing.register("notices", erase)


def erase(person: Person, at: datetime) -> Sequence[Removed]:
    """Remove addresses with what was sent there, lines in the inbox, habits."""
    if person.account_id is None:
        return []
    own = {"account_id": person.account_id}
    channels = Channel.objects.filter(**own)
    count = channels.count()
    channels.delete()
    notices = Notice.objects.filter(**own).count()
    Notice.objects.filter(**own).delete()
    ChannelTrial.objects.filter(**own).delete()
    Preference.objects.filter(**own).delete()
    return [
        Removed(gettext_noop("接收通知的地址"), count),
        Removed(gettext_noop("收到的消息"), notices),
    ]
