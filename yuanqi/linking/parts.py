"""What the successor of a link takes over of requests and advice: those that are open."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.advice.models import OPEN
from yuanqi.advice.queries import advice_visible_to
from yuanqi.casework.queries import open_cases
from yuanqi.foundation import formats, pages
from yuanqi.foundation.actors import Actor
from yuanqi.registry.handing import Line, Part
from yuanqi.registry.models import Link
from yuanqi.servicedesk.ledger import URGENT, requests_listed
from yuanqi.servicedesk.rows import with_row_parts

from .queries import may_keep

SHOWN = 8


def advice_open(link: Link, actor: Actor, at: datetime) -> Part | None:
    """What the enterprise advised and nobody has answered yet, the nearest limit first."""
    listed = advice_visible_to(actor).filter(enterprise=link.enterprise_id, state__in=OPEN)
    rows = list(listed.order_by("due_at", "pk")[: SHOWN + 1])
    if not rows:
        return None
    zone = timezone.get_default_timezone()
    lines = [
        Line(
            row.text,
            _("%(who)s，%(when)s 前答复")
            % {
                "who": row.department.label if row.department else _("还没有交办"),
                "when": formats.moment(row.due_at, now=at, tz=zone),
            },
            reverse("advice:advice", args=[row.pk]),
        )
        for row in rows[:SHOWN]
    ]
    return Part(_("没答复的建议"), listed.count() if len(rows) > SHOWN else len(rows), lines)


def requests_open(link: Link, actor: Actor, at: datetime) -> Part:
    """The open requests of the enterprise that the actor sees, the most urgent first."""
    listed = open_cases(requests_listed(actor).filter(enterprise=link.enterprise_id))
    zone = timezone.get_default_timezone()
    ordered = with_row_parts(listed).order_by(*(key.ordering for key in URGENT))
    lines = [
        Line(
            title=f"{case.number} {case.title}",
            note=_("%(when)s 到期") % {"when": formats.moment(case.due_at, now=at, tz=zone)}
            if case.due_at
            else "",
            url=reverse("servicedesk:request", args=[case.pk]),
        )
        for case in ordered[:SHOWN]
    ]
    count = pages.count_of(listed)
    ledger = reverse("servicedesk:ledger")
    return Part(
        label=_("在办诉求"), count=count.number, lines=lines,
        url=f"{ledger}?queue=all&enterprise={link.enterprise_id}" if may_keep(actor) else "",
    )  # fmt: skip
