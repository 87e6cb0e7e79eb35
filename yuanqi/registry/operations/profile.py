"""Titles, investors, addresses and certificates: rows of the profile, added, changed, removed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation import files
from yuanqi.foundation.actors import Actor
from yuanqi.foundation.errors import NotVisible
from yuanqi.foundation.files import Upload
from yuanqi.foundation.writer import DIRECT, conflict_if_taken

from .. import acts
from ..models import Address, Certificate, Investor, Title
from ..rights import Part
from ..seen import require_unchanged
from .enterprises import locked


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row, with its acts and what is said of a second one alike."""

    model: type[Model]
    add: Callable[..., Any]
    change: Callable[..., bool]
    remove: Callable[..., None]
    twice: str | Promise


KINDS: Mapping[Part, Kind] = {
    Part.TITLES: Kind(
        Title, acts.title, acts.title_change, acts.title_remove,
        _("同名、同一天授予的称号已经登记过。"),
    ),
    Part.INVESTORS: Kind(
        Investor, acts.investor, acts.investor_change, acts.investor_remove,
        _("这位投资方已经登记过，请直接修改那一条。"),
    ),
    Part.ADDRESSES: Kind(
        Address, acts.address, acts.address_change, acts.address_remove,
        _("同类的这个地址已经登记过。"),
    ),
    Part.CERTIFICATES: Kind(
        Certificate, acts.certificate, acts.certificate_change, acts.certificate_remove,
        _("这份证照已经登记过。"),
    ),
}  # fmt: skip


@transaction.atomic
def profile_add(
    *,
    enterprise_id: int,
    part: Part,
    values: Mapping[str, Any],
    upload: Upload | None = None,
    actor: Actor,
    at: datetime,
) -> Any:
    """Add a row of the profile. Raises NotVisible, NotAllowed, Conflict for one alike."""
    enterprise = locked(enterprise_id, part, actor)
    kind = KINDS[part]
    with conflict_if_taken(str(kind.twice)):
        return kind.add(
            DIRECT,
            enterprise=enterprise,
            actor=actor,
            at=at,
            **values,
            **_file(upload, at),
        )


@transaction.atomic
def profile_change(
    *,
    enterprise_id: int,
    part: Part,
    row_id: int,
    values: Mapping[str, Any],
    upload: Upload | None = None,
    seen: Mapping[str, str] | None = None,
    actor: Actor,
    at: datetime,
) -> Any:
    """Change a row of the profile. Raises NotVisible, NotAllowed, Conflict."""
    row = _row(enterprise_id, part, row_id, actor)
    require_unchanged(row, seen)
    kind = KINDS[part]
    with conflict_if_taken(str(kind.twice)):
        kind.change(DIRECT, row, actor=actor, at=at, **values, **_file(upload, at))
    return row


@transaction.atomic
def profile_remove(
    *, enterprise_id: int, part: Part, row_id: int, actor: Actor, at: datetime
) -> None:
    """Take out a row entered by mistake; the journal keeps it. Raises NotVisible, NotAllowed."""
    row = _row(enterprise_id, part, row_id, actor)
    KINDS[part].remove(DIRECT, row, actor=actor, at=at)


def _row(enterprise_id: int, part: Part, row_id: int, actor: Actor) -> Any:
    enterprise = locked(enterprise_id, part, actor)
    row = KINDS[part].model._default_manager.filter(pk=row_id, enterprise=enterprise).first()
    if row is None:
        raise NotVisible(row_id)
    return row


def _file(upload: Upload | None, at: datetime) -> dict[str, Any]:
    if upload is None:
        return {}
    return {"file": files.keep(upload, at), "file_name": upload.name[-120:]}
