"""A meeting under its lock, and words as they are kept: what its operations share."""

from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.organisation.models import Officer

from .models import Item, Meeting
from .queries import meeting_visible, officers, require_running


def at_lock(meeting_id: int, actor: Actor) -> Meeting:
    """The meeting under its lock, as it stands then. Raises NotVisible."""
    journal.lock(meeting_visible(meeting_id, actor).stream)
    return meeting_visible(meeting_id, actor)


def run_open(meeting_id: int, actor: Actor) -> Meeting:
    """The same, open, for whoever runs it. Raises NotVisible, NotAllowed, Conflict."""
    require_running(
        meeting_visible(meeting_id, actor), actor,
        _("议题、议定和纪要由主持人、主办部门负责人和服务中心定。"),
    )  # fmt: skip
    row = at_lock(meeting_id, actor)
    if row.called_off_at is not None:
        raise Conflict(_("会议已经取消。"))
    if row.closed_at is not None:
        raise Conflict(_("会议纪要已经定稿。"))
    return row


def item_in(row: Meeting, item_id: int) -> Item:
    """Raises NotVisible."""
    found = row.items.select_related("meeting", "enterprise", "owner").filter(pk=item_id).first()
    if found is None:
        raise NotVisible(item_id)
    return found


def officer_at_work(officer_id: int | None, field: str) -> Officer:
    """Raises Invalid."""
    found = officers().filter(pk=officer_id).first()
    if found is None:
        raise Invalid(_("请从现在在岗的人员里选。"), field)
    return found


def kept(text: str, most: int, missing: str, field: str) -> str:
    """Words without blanks around them. Raises Invalid for none, or too many."""
    said = text.replace("\x00", "").strip()
    if not said and missing:
        raise Invalid(missing, field)
    if len(said) > most:
        raise Invalid(_("请写短一点，最多 %(most)d 字。") % {"most": most}, field)
    return said
