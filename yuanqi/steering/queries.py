"""Every read of the four lists, from what the actor may see."""

from collections.abc import Sequence
from datetime import date

from django.db.models import Count, Q, QuerySet

from yuanqi.conditions.models import Condition
from yuanqi.foundation.actors import Actor, Role, Side
from yuanqi.foundation.errors import NotVisible
from yuanqi.registry.queries import enterprises_visible_to

from .lists import CODES, KIND
from .models import Care, Entry, Plan, Ruling, Sheet


def watches(actor: Actor) -> bool:
    """Officers see the lists; the three administrators and enterprises don't."""
    return actor.side is Side.SYSTEM or (actor.side is Side.PARK and actor.officer_id is not None)


def require_watcher(actor: Actor) -> None:
    """Raises NotVisible."""
    if not watches(actor):
        raise NotVisible


def may_rule(actor: Actor) -> bool:
    """The service centre and leaders confirm entries and overrule them."""
    return watches(actor) and actor.has(Role.CENTRE, Role.LEADER)


def may_plan(actor: Actor) -> bool:
    """The service centre keeps the service plans, and has the lists made afresh."""
    return watches(actor) and actor.has(Role.CENTRE)


def conditions() -> list[Condition]:
    """The four lists, in their order."""
    found = {one.code: one for one in Condition.objects.filter(kind=KIND, code__in=CODES)}
    return [found[code] for code in CODES if code in found]


def condition_of(code: str) -> Condition:
    """Raises NotVisible for a list that there isn't."""
    found = Condition.objects.filter(kind=KIND, code=code).first()
    if found is None or code not in CODES:
        raise NotVisible(code)
    return found


def entries_visible_to(actor: Actor) -> QuerySet[Entry]:
    """Officers see all entries, an enterprise its own."""
    found = Entry.objects.select_related("sheet__condition", "sheet__version", "enterprise")
    if watches(actor):
        return found
    return found.filter(enterprise__in=enterprises_visible_to(actor))


def entry_visible(entry_id: int, actor: Actor) -> Entry:
    """Raises NotVisible."""
    found = entries_visible_to(actor).filter(pk=entry_id).first()
    if found is None:
        raise NotVisible(entry_id)
    return found


def newest_month() -> date | None:
    """The running month of the lists: the newest that was made."""
    return Sheet.objects.order_by("-month").values_list("month", flat=True).first()


def sheets_of(month: date | None) -> dict[str, Sheet]:
    """A month's lists by code."""
    found = Sheet.objects.filter(month=month).select_related("condition", "version")
    return {one.condition.code: one for one in found}


def months_of(condition: Condition, most: int = 24) -> list[Sheet]:
    """A list's history by month, the newest first."""
    return list(Sheet.objects.filter(condition=condition).order_by("-month")[:most])


def unconfirmed(sheets: Sequence[Sheet]) -> dict[int, int]:
    """How many entries of each sheet nobody has looked at."""
    return dict(
        Entry.objects.filter(sheet__in=sheets, is_on=True, ruling=Ruling.NONE)
        .values_list("sheet")
        .annotate(Count("pk"))
        .order_by()
    )


def standing_of(enterprise_id: int, actor: Actor) -> list[Entry]:
    """The entries of an enterprise in the running month: where it is on, left, or was kept off."""
    month = newest_month()
    found = entries_visible_to(actor).filter(enterprise=enterprise_id, sheet__month=month)
    return list(found.select_related("ruled_by").order_by("sheet__condition"))


def history_of(enterprise_id: int, condition_id: int, actor: Actor) -> list[Entry]:
    """An enterprise's months on one list, the newest first."""
    found = entries_visible_to(actor).filter(
        enterprise=enterprise_id, sheet__condition=condition_id
    )
    return list(found.order_by("-sheet__month")[:24])


def plan_on(condition: Condition, day: date) -> Plan | None:
    return plans_on(day).get(condition.pk)


def plans_on(day: date) -> dict[int, Plan]:
    """The service plans that hold on a day, by their lists."""
    held = Plan.objects.filter(valid_from__lte=day).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=day)
    )
    return {one.condition_id: one for one in held}


def plans_of(condition: Condition) -> list[Plan]:
    return list(Plan.objects.filter(condition=condition).select_related("set_by"))


def cares_of(enterprise_ids: Sequence[int]) -> dict[int, Care]:
    """The latest care request of each enterprise."""
    found = Care.objects.filter(enterprise__in=enterprise_ids).select_related("case")
    return {one.enterprise_id: one for one in found.order_by("raised_at")}
