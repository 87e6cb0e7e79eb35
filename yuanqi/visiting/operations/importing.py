"""Visits of the past from a sheet: all of them, or none."""

from collections.abc import Sequence
from datetime import datetime, time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotVisible
from yuanqi.foundation.writer import DIRECT
from yuanqi.organisation.models import Officer
from yuanqi.registry.models import Enterprise

from .. import acts
from ..models import State, Visit
from ..queries import done_by, require_importer
from ..visit_sheets import VisitRow

NOON = time(12)  # a sheet tells the day only


@transaction.atomic
def visits_import(*, rows: Sequence[VisitRow], actor: Actor, at: datetime) -> tuple[int, int]:
    """Take down the visits of a sheet; returns how many, and how many were there already.

    Each is a contact of the enterprise's, on its day; a visit planned for that day is done by it.
    What is past is not held against the month's budget. Raises NotVisible, NotAllowed, Invalid;
    Conflict where an enterprise was merged into another meanwhile.
    """
    require_importer(actor)
    today = timezone.localdate(at)
    if any(row.on > today for row in rows):
        raise Invalid(_("日期在以后；以后的走访请约定，不用导入。"), "file")
    firms = Enterprise.objects.in_bulk({row.enterprise_id for row in rows})
    journal.lock(*{firm.stream for firm in firms.values()})
    firms = Enterprise.objects.in_bulk(firms)  # what somebody else has done meanwhile
    officers = Officer.objects.select_related("department").in_bulk(
        {row.officer_id for row in rows}
    )
    known = done_by(rows)
    made = 0
    for row in rows:
        key = (row.enterprise_id, row.officer_id, row.on)
        if key in known:
            continue
        firm, officer = firms.get(row.enterprise_id), officers.get(row.officer_id)
        if firm is None or officer is None:
            raise NotVisible(row.enterprise_id)
        if firm.merged_into_id is not None:
            raise Conflict(_("%(firm)s刚才并入了另一条档案。") % {"firm": firm.label})
        known.add(key)
        _record(row, firm, officer, actor, at)
        made += 1
    return made, len(rows) - made


def _record(row: VisitRow, firm: Enterprise, officer: Officer, actor: Actor, at: datetime) -> Visit:
    planned = (
        Visit.objects.filter(
            enterprise=firm, officer=officer, planned_on=row.on, state=State.PLANNED
        )
        .order_by("planned_time", "pk")
        .first()
    )
    wishes = []
    if planned is not None:
        found = planned.wishes.select_related("department", "officer").order_by("pk")
        wishes = [one for one in found if one.department_id != officer.department_id]
    noon = timezone.make_aware(datetime.combine(row.on, NOON))
    return acts.visit_record(
        DIRECT, enterprise=firm, officer=officer, happened_at=min(noon, at), talk=row.talk,
        planned=planned, mode=row.mode, purpose=row.purpose, wishes=wishes, actor=actor, at=at,
    )  # fmt: skip
