"""Files of a case that should not be there: removed for a reason, their bytes deleted."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from yuanqi.foundation import files_sweep
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.errors import Conflict, NotAllowed, NotVisible
from yuanqi.foundation.journal import Audience

from .events import FileRemoved
from .models import Attachment, Message
from .operations import opened
from .queries import Act, attachments_visible_to
from .texts import required

REASON_LENGTH = 200


def may_be_removed_by(attachment: Attachment, actor: Actor) -> bool:
    """Who handed a file in may take it back; on the park's side the centre and heads may too."""
    if attachment.removed_at is not None:
        return False
    return attachment.by_id == actor.account_id or actor.has(Role.CENTRE, Role.HEAD)


@transaction.atomic
def attachment_remove(*, attachment_id: int, reason: str, actor: Actor, at: datetime) -> Attachment:
    """Take a file off its case: name, hash and reason stay, the bytes are served no more.

    They are deleted by the next sweep unless another attachment has the same. The journal's
    hash of the file stays. Raises NotVisible, NotAllowed, Invalid; Conflict if it is gone already.
    """
    found = attachments_visible_to(actor).filter(pk=attachment_id).first()
    if found is None:
        raise NotVisible(attachment_id)
    file = opened(found.case_id, actor, Act.REMOVE_FILE, at)
    # again, under the lock: another may have removed it meanwhile
    found.refresh_from_db(fields=["removed_at"])
    if found.removed_at is not None:
        raise Conflict(_("这个附件已经删除了。"))
    if not may_be_removed_by(found, actor):
        raise NotAllowed(_("附件由上传的人、服务中心或部门负责人删除。"))
    reason = required(
        reason, "reason", _("请写明为什么删除，企业和园区都看得到。"), at_most=REASON_LENGTH
    )
    file.writer.update(
        found, removed_at=file.at, removed_by_id=actor.account_id, removed_reason=reason
    )
    file.record(
        FileRemoved(
            case_id=found.case_id, attachment_id=found.pk, sha256=found.file.sha256, reason=reason
        ),
        Audience.STAFF if found.audience == Message.Audience.STAFF else Audience.ENTERPRISE,
    )
    file.settle(acted=False)
    return found


def bytes_sweep(*, at: datetime) -> int:
    """Delete the bytes that no attachment names any more; returns how many files."""
    return files_sweep.sweep(files_sweep.named, at=at)
