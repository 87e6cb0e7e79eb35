"""Routes: "directly to this department when", rules over a request and its enterprise.

A route that holds when a request is raised proposes the department that it is of, in place of the
category's; the centre dispatches as ever. Of several that hold the one with more conditions is
taken, then the older one. A complaint is never routed: who takes it in has rules of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from yuanqi.conditions.kinds import Kind
from yuanqi.conditions.models import ConditionVersion, State
from yuanqi.domain.rules import Field, Rule, RuleError, Schema
from yuanqi.foundation.actors import Actor, Role
from yuanqi.foundation.standing import ORGANISATION, Kept
from yuanqi.organisation.models import Department
from yuanqi.organisation.queries import bureaus
from yuanqi.registry import facts

CODE = "route"
_FIELDS = (
    ("request_category", "诉求类别代码", "category code"),
    ("request_level", "影响程度", "level"),  # P1 to P4
    ("request_channel", "提出方式", "channel"),  # enterprise, officer, centre
    ("request_text", "诉求原文", "text of the request"),
)
OWN = {name: Field(name, "string", None, {"zh": zh, "en": en}) for name, zh, en in _FIELDS}


def schema() -> Schema:
    """The request's facts, then all of its enterprise's."""
    return Schema({**OWN, **facts.schema().fields})


def _may_draft(actor: Actor) -> bool:
    return actor.has(Role.CENTRE)


def _may_confirm(actor: Actor) -> bool:
    return actor.has(Role.LEADER)


ROUTE = Kind(
    code=CODE,
    name=_("派单规则"),
    purpose=_("符合条件的诉求，建议直接派给这个部门"),
    may_draft=_may_draft,
    may_confirm=_may_confirm,
    drafters=_("服务中心"),
    confirmers=_("分管领导"),
    schema=schema,
    frame=None,
    subject="request",
    is_open=True,
    owner_label=_("派给哪个部门"),
    owners=bureaus,
)


@dataclass(frozen=True, slots=True)
class Route:
    """A published version of a route, with the department that it leads to."""

    version: ConditionVersion
    lead: Department
    rule: Rule

    @property
    def rank(self) -> tuple[int, int]:
        """The more it asks for, the sooner it is taken; then the older."""
        asked = sum(1 for _one in self.rule.explain({}).conditions())
        return -asked, self.version.condition_id


def _read() -> Sequence[Route]:
    known = schema()
    found = []
    rows = ConditionVersion.objects.filter(
        condition__kind=CODE, state=State.PUBLISHED, condition__owner__in=bureaus()
    )
    for version in rows.select_related("condition__owner"):
        try:
            rule = Rule.parse(version.text, known)
        except RuleError:
            continue  # a fact that the program no longer has; the rule's page says so
        found.append(Route(version, version.condition.owner, rule))
    return sorted(found, key=lambda one: one.rank)


# kept in memory until a rule, a fact of the park's or a department changes
_ROUTES = Kept(_read, "conditions", ORGANISATION)


def route_of(request: Mapping[str, str], *, enterprise_id: int, today: date) -> Route | None:
    """The route that holds for a request with these facts of its own (`OWN`), if one does.

    The enterprise's facts are read only where a route hangs on them.
    """
    known: dict[str, Any] = {**request, facts.AS_OF: today}
    is_whole = False
    for route in _ROUTES.known():
        if not route.version.holds_on(today):
            continue
        verdict = route.rule.evaluate(known)
        if verdict is None and not is_whole:
            known = {**facts.facts_of(enterprise_id, today), **known}
            is_whole = True
            verdict = route.rule.evaluate(known)
        if verdict:
            return route
    return None
