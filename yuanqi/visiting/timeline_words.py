"""Sentences of visits on an enterprise's timeline, read by both sides."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from yuanqi.registry.timeline_words import Names

from . import events

Payload = Mapping[str, Any]


def _planned(payload: Payload, names: Names) -> str:
    said = {"officer": names.officer(payload), "day": names.day(payload["planned_on"])}
    if payload["before"]:
        return _("%(officer)s把走访改到 %(day)s") % said
    return _("%(officer)s约了 %(day)s 走访") % said


def _cancelled(payload: Payload, names: Names) -> str:
    return _("一次走访取消，已说明原因")


def _merged(payload: Payload, names: Names) -> str:
    return _("%(officer)s约的走访和别的部门并成一次") % {"officer": names.officer(payload)}


def _wished(payload: Payload, names: Names) -> str:
    return _("一个部门提出走访，%(day)s 前") % {"day": names.day(payload["until_on"])}


def _recorded(payload: Payload, names: Names) -> str:
    said = {"officer": names.officer(payload), "count": payload["merged"]}
    if payload["merged"]:
        return _("%(officer)s走访，同时办了另外 %(count)s 个部门的事") % said
    return _("%(officer)s走访") % said


def _confirmed(payload: Payload, names: Names) -> str:
    if payload["is_right"]:
        return _("企业确认了走访报告")
    return _("企业说走访报告有出入")


WORDS = {
    events.VisitPlanned.kind: _planned,
    events.VisitCancelled.kind: _cancelled,
    events.VisitMerged.kind: _merged,
    events.WishMade.kind: _wished,
    events.VisitRecorded.kind: _recorded,
    events.VisitConfirmed.kind: _confirmed,
}
