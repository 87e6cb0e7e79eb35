"""How often a month an enterprise may be come to, over all departments.

The park sets the number for every enterprise; a slice above that keeps lists registers who may be
come to more often, or less (from its `apps.py`).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from yuanqi.parameters import parameters
from yuanqi.parameters.parameters import Parameter

MONTHLY = "contacts.monthly"
GROUP = "contacts"

Provider = Callable[[Sequence[int], date], Mapping[int, int]]
_providers: list[Provider] = []


def define() -> None:
    parameters.define(
        Parameter(
            key=MONTHLY, kind="integer", default=4, least=0, most=100,
            label=_("每月最多联系一家企业几次"), group=GROUP, unit=pgettext_lazy("times", "次"),
            help=_("各部门合计：走访、电话、填表、要数据都算，合并的只算一次。超过要写理由。"),
            source=_("园区默认，可改"),
        )
    )  # fmt: skip


def register(provider: Provider) -> None:
    """Let a slice say the budget of those enterprises that it knows something of."""
    if provider not in _providers:
        _providers.append(provider)


def budgets_of(enterprise_ids: Sequence[int], on: date) -> Mapping[int, int]:
    """Return how often in the month of a day each of these may be come to."""
    found = dict.fromkeys(enterprise_ids, parameters.value(MONTHLY, on))
    for provider in _providers:
        found |= provider(enterprise_ids, on)
    return found
