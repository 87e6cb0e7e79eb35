"""What of key indicators moves when two rows of one enterprise become one."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from yuanqi.foundation.actors import Actor
from yuanqi.registry.merging import Mover
from yuanqi.registry.models import Enterprise

from .models import Filing, Forecast, Target


def _count(model: type[Model]) -> Callable[[Enterprise], int]:
    return lambda old: model._base_manager.filter(enterprise=old).count()


def _move(
    model: type[Model], *same: str
) -> Callable[[Enterprise, Enterprise, Actor, datetime], None]:
    """What both have of one month stays as the remaining one's; the rest goes along.

    The figures themselves move with the register, and the journal keeps what either said.
    """

    def move(old: Enterprise, into: Enterprise, actor: Actor, at: datetime) -> None:
        rows = model._base_manager.filter(enterprise=old)
        standing = set(model._base_manager.filter(enterprise=into).values_list("enterprise", *same))
        doubled = [pk for pk, *key in rows.values_list("pk", *same) if (into.pk, *key) in standing]
        model._base_manager.filter(pk__in=doubled).delete()
        rows.update(enterprise=into)

    return move


MOVERS = (
    Mover("filings", _("月度填报"), _count(Filing), _move(Filing, "round")),
    Mover("forecasts", _("企业预计"), _count(Forecast), _move(Forecast, "month", "code")),
    Mover(
        "targets", _("目标"), _count(Target), _move(Target, "code", "span", "starts_on")
    ),
)  # fmt: skip
