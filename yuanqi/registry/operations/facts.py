"""Facts: an enterprise or a department states one, somebody else confirms it or sends it back."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from yuanqi.foundation import files, journal
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import Conflict, Invalid, NotAllowed, NotVisible
from yuanqi.foundation.files import Upload
from yuanqi.foundation.writer import DIRECT

from .. import acts
from ..facts import FactField, fields
from ..facts.details import source_label
from ..facts.values import checked, shown
from ..models import Enterprise, Fact, FactSource
from ..queries import enterprise_visible
from ..rights import fact_source_of, may_confirm, stateable, states_facts

_EARLIEST = date(1949, 10, 1)


@transaction.atomic
def fact_state(
    *,
    enterprise_id: int,
    field: str,
    value: Any,
    as_of: date,
    note: str = "",
    upload: Upload | None = None,
    on_visit: bool = False,
    actor: Actor,
    at: datetime,
) -> Fact:
    """State a fact of an enterprise as it was on a day, or say it afresh for the same day.

    The enterprise gives evidence; what an officer learnt on a visit says so (`on_visit`). Raises
    NotVisible, NotAllowed for a field that isn't this side's to state; Invalid for a value that
    can't be, a day to come, missing evidence; Conflict if what was said of that day is confirmed.
    """
    enterprise = _locked(enterprise_id, actor)
    known = stateable(field, actor)
    value = checked(known, value)
    if not _EARLIEST <= as_of <= timezone.localdate(at):
        raise Invalid(_("日期不对：只能填今天或以前的情况。"), "as_of")
    source = fact_source_of(actor)
    if on_visit and source == FactSource.DEPARTMENT:
        source = FactSource.VISIT
    row = Fact.objects.filter(
        enterprise=enterprise, project=None, field=field, source=source, as_of=as_of
    ).first()
    if row is not None and row.confirmed_at and row.value != value:
        raise Conflict(
            _("“%(label)s”这一天的数已经确认，要改请先联系确认的部门退回。")
            % {"label": known.label}
        )
    if upload is None and source == FactSource.ENTERPRISE and (row is None or row.file_id is None):
        raise Invalid(_("请附上依据，例如审计报告、申报表或证书的照片。"), "upload")
    said = {
        "field": known, "value": value, "note": note.strip()[:200], "actor": actor, "at": at,
        **_evidence(upload, at),
    }  # fmt: skip
    if row is None:
        return acts.fact(DIRECT, enterprise=enterprise, as_of=as_of, source=source, **said)
    if row.value != value or row.returned_at or upload is not None or row.note != said["note"]:
        if row.confirmed_at:
            raise Conflict(_("“%(label)s”这一天的数已经确认。") % {"label": known.label})
        acts.fact_change(DIRECT, row, **said)
    return row


@transaction.atomic
def fact_confirm(
    *, enterprise_id: int, fact_id: int, seen: str = "", actor: Actor, at: datetime
) -> Fact:
    """Confirm a fact: from now on it counts.

    `seen` is when it was stated as the confirming person saw it. Raises NotVisible; NotAllowed
    also for one's own word; Conflict if somebody was faster, if it was said afresh meanwhile, or if
    another source's word of that day is confirmed.
    """
    row = _judged(enterprise_id, fact_id, actor)
    if row.confirmed_at:
        raise Conflict(_("这一项刚才已经由别的同事确认，不用再确认。"))
    if row.returned_at:
        raise Conflict(_("这一项刚才已经退回，等重新填报。"))
    if seen and seen != row.stated_at.isoformat():
        raise Conflict(_("您打开这一页以后，这一项重新填报过。请核对新的值后再确认。"))
    if row.stated_by_id is not None and row.stated_by_id == actor.account_id:
        raise NotAllowed(_("自己填报的事实要由另一位同事确认。"))
    other = Fact.objects.filter(
        enterprise=row.enterprise_id, project=row.project_id, field=row.field, as_of=row.as_of,
        confirmed_at__isnull=False,
    ).first()  # fmt: skip
    known = _field(row)
    if other is not None:
        raise Conflict(
            _("同一天已经确认过另一个来源的值（%(source)s：%(value)s），请先退回那一个。")
            % {"source": source_label(other.source), "value": shown(known, other.value)}
        )
    acts.fact_confirm(DIRECT, row, field=known, actor=actor, at=at)
    return row


@transaction.atomic
def fact_return(
    *, enterprise_id: int, fact_id: int, reason: str, actor: Actor, at: datetime
) -> Fact:
    """Send a fact back with a reason, a confirmed one too; it counts no more.

    Raises NotVisible, NotAllowed, Invalid without a reason, Conflict if it is back already.
    """
    row = _judged(enterprise_id, fact_id, actor)
    if not reason.strip():
        raise Invalid(_("请写明退回的原因，让对方知道改哪里。"), "reason")
    if row.returned_at:
        raise Conflict(_("这一项刚才已经退回。"))
    acts.fact_return(
        DIRECT, row, label=_field(row).zh, reason=reason.strip()[:200], actor=actor, at=at
    )
    return row


def _locked(enterprise_id: int, actor: Actor) -> Enterprise:
    found = enterprise_visible(enterprise_id, actor)
    if not states_facts(found.pk, actor):
        raise NotAllowed(_("事实由企业自己、挂钩干部和各部门填报。"))
    journal.lock(found.stream)
    found.refresh_from_db()
    if found.merged_into_id is not None:
        raise Conflict(_("这家企业已经并入另一条档案，请到那里修改。"))
    return found


def _judged(enterprise_id: int, fact_id: int, actor: Actor) -> Fact:
    """Return the fact, its enterprise's stream locked, if the actor judges facts."""
    enterprise = enterprise_visible(enterprise_id, actor)
    if not may_confirm(actor):
        raise NotAllowed(_("事实由部门或服务中心确认。"))
    journal.lock(enterprise.stream)
    row = Fact.objects.filter(pk=fact_id, enterprise=enterprise).first()
    if row is None:
        raise NotVisible(fact_id)
    return row


def _field(row: Fact) -> FactField:
    found = fields().get(row.field)
    if found is None:
        raise Conflict(_("这个字段已经停用。"))
    return found


def _evidence(upload: Upload | None, at: datetime) -> dict[str, Any]:
    if upload is None:
        return {}
    return {"file": files.keep(upload, at), "file_name": upload.name[-120:]}
