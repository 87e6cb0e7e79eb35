"""How lists and what put an enterprise on them are said: to staff, and kindly to the enterprise."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuanqi.conditions.words import language
from yuanqi.domain.rules import Rule, RuleError
from yuanqi.domain.rules.explaining import Explanation, Kind
from yuanqi.registry.facts import fields, schema

from .judging import facts_in
from .lists import DECLINE, FAST_GROWING, KEY_CORE, NEW_GROWTH
from .models import Entry

_YES = re.compile(r"(：)([是否])，需为\2$")

# how the enterprise reads a list's name: nobody is told that he declines
KIND_NAMES = {
    KEY_CORE: gettext_lazy("重点核心企业"),
    FAST_GROWING: gettext_lazy("快速成长企业"),
    NEW_GROWTH: gettext_lazy("新增长点企业"),
    DECLINE: gettext_lazy("重点帮扶企业"),
}
PROMISES = {
    KEY_CORE: gettext_lazy("园区安排专人服务，重大事项一企一策。"),
    FAST_GROWING: gettext_lazy("园区帮您接上用地、用工、融资这些成长中的需要。"),
    NEW_GROWTH: gettext_lazy("园区帮您把新产能、新产品尽快做起来。"),
    DECLINE: gettext_lazy("园区注意到近期经营有些波动，会主动上门，看看能帮上什么。"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One line of an explanation: how deep it stands, and whether it is fulfilled."""

    depth: int
    text: str
    verdict: bool | None

    @property
    def tone(self) -> str:
        if self.verdict is None:
            return "yq-muted"
        return "" if self.verdict else "yq-soft"


def rule_of(entry: Entry) -> Rule | None:
    """The rule that decided; None where today's facts don't carry its text any more."""
    try:
        return Rule.parse(entry.sheet.version.text, schema())
    except RuleError:
        return None


def explained(entry: Entry) -> list[Said]:
    """Why the verdict is what it is, from the figures that were kept, in the reader's language."""
    rule = rule_of(entry)
    if rule is None:
        return []
    made = rule.explain(facts_in(rule, entry.figures))
    return list(_lines(made, 0, language()))


def _lines(made: Explanation, depth: int, spoken: str) -> Iterator[Said]:
    yield Said(depth, made.sentence(spoken), made.verdict)
    if made.kind in (Kind.EVERY, Kind.SOME):
        for part in made.parts:
            yield from _lines(part, depth + 1, spoken)


def deciding(entry: Entry, rule: Rule | None = None) -> list[str]:
    """The conditions that put it on the list, a sentence each; without one, what is missing."""
    rule = rule or rule_of(entry)
    if rule is None:
        return []
    conditions = list(rule.explain(facts_in(rule, entry.figures)).conditions())
    met = [_short(one.sentence(language())) for one in conditions if one.verdict]
    return met or [one.sentence(language()) for one in conditions if one.verdict is None]


def _short(sentence: str) -> str:
    """Beside a list's name "fulfilled" goes without saying, nor that a yes had to be one."""
    said = sentence.removesuffix("，符合").removesuffix(": fulfilled")
    return _YES.sub(r"\1\2", said)


def why(entry: Entry) -> str:
    """What last changed the entry, as both sides read it."""
    because: Mapping[str, Any] = entry.because
    at = because.get("at")
    when = f"{timezone.localtime(datetime.fromisoformat(at)):%m-%d %H:%M}" if at else ""
    match because.get("cause"):
        case "facts":
            told = _("、").join(fact_text(one) for one in because.get("facts", ()))
            return _("%(when)s %(told)s更新，重新判断") % {"when": when, "told": told}
        case "rule":
            return _("%(when)s 清单的条件改了，重新判断") % {"when": when}
        case "lapsed":
            return _("%(when)s 人工的决定到期，按数据重新判断") % {"when": when}
        case "ruling":
            return _("%(when)s 人工决定") % {"when": when}
        case "asked":
            return _("%(when)s 服务中心重算") % {"when": when}
        case "month":
            return _("%(when)s 每月重算") % {"when": when}
    return ""


def fact_text(told: Mapping[str, str]) -> str:
    """A fact that has changed: its name as the catalogue has it today, and the new value."""
    known = fields().get(told["field"])
    label = known.label if known else told.get("label") or told["field"]
    if not told.get("value"):
        return label
    return _("%(label)s（%(value)s%(unit)s）") % {
        "label": label,
        "value": _grouped(told["value"]),
        "unit": f" {told['unit']}" if told.get("unit") else "",
    }


def _grouped(value: str) -> str:
    """A number with its thousands apart; anything else as it is."""
    try:
        return f"{Decimal(value):,}"
    except InvalidOperation:
        return value


def care_text(entry: Entry) -> str:
    """The care request's words: kind, with the figures. Chinese, as requests in a register are."""
    rule = rule_of(entry)
    with translation.override("zh-hans"):
        facts = facts_in(rule, entry.figures) if rule else {}
        met = [one for one in (rule.explain(facts).conditions() if rule else ()) if one.verdict]
        told = "；".join(_plainly(one) for one in met)
    return (
        f"平台主动关怀：贵公司近期有指标波动较大，请挂钩干部了解情况、看看园区能帮上什么。"
        f"平台看到的数据：{told}。数据如有出入，请在这里告诉我们。"
    )


def _plainly(made: Explanation) -> str:
    """A fulfilled condition without what it was held against: the figure alone."""
    return made.sentence("zh").split("，")[0]
