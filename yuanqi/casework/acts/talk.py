"""What is said on a case, to the other side or inside the park."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from yuanqi.foundation.digests import sha256_of
from yuanqi.foundation.errors import Conflict
from yuanqi.foundation.journal import Audience

from ..casefile import CaseFile, Enclosed
from ..events import MessageSent
from ..models import CaseState, Message, Purpose


def talk(
    file: CaseFile, *, body: str, kind: Message.Kind, enclosed: Sequence[Enclosed] = ()
) -> None:
    """Say something on the case: to the other side, or inside the park (内部备注)."""
    if file.case.state == CaseState.CLOSED:
        raise Conflict(_("这件诉求已经办结，不能再留言。有新情况请另提一件。"))
    inside = kind == Message.Kind.NOTE
    audience = Message.Audience.STAFF if inside else Message.Audience.ENTERPRISE
    if kind == Message.Kind.PLAN and file.clock(Purpose.PLAN) is None:
        raise Conflict(_("办理计划在签收之后、答复之前给出，给过一次就够了。"))
    say(file, body, kind, audience, enclosed)
    if not inside and not file.from_enterprise:
        # the enterprise has been spoken to
        file.stop_clock(Purpose.CONTACT)
    if kind == Message.Kind.PLAN:
        file.stop_clock(Purpose.PLAN)
    file.settle()


def say(
    file: CaseFile,
    body: str,
    kind: Message.Kind,
    audience: Message.Audience,
    enclosed: Sequence[Enclosed],
) -> Message:
    message = file.say(body, kind=kind, audience=audience, enclosed=enclosed)
    file.record(
        MessageSent(
            case_id=file.case.pk,
            message_id=message.pk,
            message_kind=str(kind),
            body_sha256=sha256_of(body),
            files=[item.file.sha256 for item in enclosed],
        ),
        Audience.STAFF if audience == Message.Audience.STAFF else Audience.ENTERPRISE,
    )
    return message
